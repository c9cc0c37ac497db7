"""No statistic of voters tells of a person: a random country, and an attacker who keeps everything."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shailoo.model.voter_list import ChangeReason, PersonName, TouchedCell, VoterCell
from shailoo.rules import voter_cells, voter_cuts, voter_groups
from shailoo.rules.voter_cells import Between, Edition, Released, due, renew
from shailoo.rules.voter_groups import COUNTRY, GROUPS, K, Level, added, coarser, spread, tabulate
from tests.rules.attacker import Attacker
from tests.voters.fake_lists import FakeLists, Person, Stands

PLACES = {
    "1001": ("north", "tec-1"), "1002": ("north", "tec-1"), "1003": ("north", "tec-1"), "1004": ("north", "tec-1"),
    "2001": ("north", "tec-2"), "2002": ("north", "tec-2"), "2003": ("north", "tec-2"),
    "3001": ("south", "tec-3"), "3002": ("south", "tec-3"), "3003": ("south", "tec-3"),
}  # fmt: skip
START = date(2026, 1, 10)


@pytest.fixture(autouse=True, scope="module")
def few_groups() -> Iterator[None]:
    """Small countries have tables too: with the groups of a station at every level there is more to attack."""
    with pytest.MonkeyPatch.context() as patch:
        for level in Level:
            patch.setitem(GROUPS, level, GROUPS[Level.STATION])
        yield


class Country:
    """A random country that lives from month to month. Stations differ much in how busy they are."""

    def __init__(self, seed: int, people: int, busy: float) -> None:
        self.rng = random.Random(seed)
        self.busy = {station: busy * self.rng.choice((0.0, 0.1, 0.5, 1.0, 3.0)) for station in PLACES}
        self.size = {station: self.rng.choice((0.15, 1.0, 1.0, 1.5)) for station in PLACES}
        self.lists = FakeLists()
        self.stands: dict[str, tuple[Person, str]] = {}
        self.born = 0
        for station in PLACES:
            for n in range(int(people * self.size[station])):
                self.comes(station, START, eldest=20 if n % 8 == 0 else 90)
        self.lists.make(self.stands, as_of=START)

    def comes(self, station: str, day: date, eldest: int) -> None:
        self.born += 1
        birth = day - timedelta(days=self.rng.randrange(18 * 366, eldest * 366))
        sex = self.rng.choice(("f", "m"))
        person = Person(f"P{self.born:06d}", PersonName(f"А{self.born}", "Б", ""), "f" if sex == "f" else "m", birth)
        self.stands[person.id] = (person, station)

    def adds(self, newcomers: dict[str, int]) -> None:
        """A month in which nothing happens but that people come, of all ages."""
        day = START + timedelta(days=30 * len(self.lists.made()))
        for station, people in newcomers.items():
            for n in range(people):
                self.comes(station, day, eldest=20 if n % 2 else 80)
        self.lists.make(self.stands, as_of=day)

    def month(self, number: int) -> None:
        day = START + timedelta(days=30 * number)
        reasons: dict[str, ChangeReason] = {}
        for station in PLACES:
            here = sorted(person for person, (_, at) in self.stands.items() if at == station)
            people = int(self.busy[station] * self.rng.random() * 2)
            for person in self.rng.sample(here, min(len(here), people // 2)):
                del self.stands[person]
                reasons[person] = ChangeReason.DIED
            movers = [person for person in here if person in self.stands]
            for person in self.rng.sample(movers, min(len(movers), people // 3)):
                self.stands[person] = (self.stands[person][0], self.rng.choice(sorted(PLACES)))
            for _ in range(people):
                self.comes(station, day, eldest=self.rng.choice((20, 80)))
        self.lists.make(self.stands, as_of=day, reasons=reasons)


def released(lists: FakeLists) -> list[Released]:
    """What is public after each version."""
    history: list[Released] = []
    for record in lists.made():
        before = history[-1] if history else None
        number = record.number

        def since(version: int, number: int = number) -> Between:
            return Between(lists.changes(version, number), lists.touched(version, number))

        now = Edition(number, record.as_of, lists.cells(number), PLACES, {})
        history.append(renew(before, now, since) if due(before, record.as_of) else history[-1])
    return history


def attacked(country: Country) -> Attacker:
    attacker = Attacker(PLACES)
    for number, state in enumerate(released(country.lists), start=1):
        names = country.lists.stands(number)
        attacker.look(number, {s: frozenset(p for p, (_, at) in names.items() if at == s) for s in PLACES}, state)
    return attacker


def lived(seed: int, people: int, busy: float, months: int) -> Country:
    country = Country(seed, people, busy)
    for number in range(1, months + 1):
        country.month(number)
    return country


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=st.integers(0, 10_000),
    people=st.sampled_from([120, 250, 400]),
    busy=st.sampled_from([0.0, 4.0, 12.0, 30.0]),
    months=st.integers(1, 6),
)
def test_no_combination_of_published_tables_tells_of_few_people(
    seed: int, people: int, busy: float, months: int
) -> None:
    assert attacked(lived(seed, people, busy, months)).breaches() == []


def _quiet_months() -> Country:
    """Country, region and commission are renewed every month; one of the two stations had three newcomers in June."""
    country = Country(7, 0, 0.0)
    for n in range(400):
        country.comes(("3001", "3002")[n % 2], START, eldest=20 if n % 8 < 2 else 90)
    country.lists = FakeLists()
    country.lists.make(country.stands, as_of=START)
    country.adds({"3001": 14, "3002": 5})
    country.adds({"3001": 3, "3002": 12})
    return country


SCENES = [lived(1, 250, 8.0, 4), lived(2, 250, 14.0, 4), lived(3, 400, 8.0, 4), _quiet_months()]


def test_the_attacker_of_this_test_finds_nothing_in_the_scenes_below() -> None:
    assert [attacked(scene).breaches() for scene in SCENES] == [[]] * len(SCENES)


@pytest.mark.parametrize(
    "weaker",
    [
        pytest.param(lambda m: m.setattr(voter_cells._Renewal, "_may_replace", lambda *_, **__: True), id="two dates"),
        pytest.param(lambda m: m.setattr(voter_cells, "holds", lambda _: True), id="cuts"),
        pytest.param(lambda m: m.setattr(voter_cells, "all", any, raising=False), id="children one by one"),
        pytest.param(lambda m: m.setattr(voter_groups.Table, "enough", lambda *_: True), id="small cells"),
    ],
)
def test_the_attacker_finds_what_a_weaker_rule_publishes(
    weaker: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    weaker(monkeypatch)
    tiny = Country(1, 12, 0.0)
    assert any(attacked(scene).breaches() for scene in [*SCENES, tiny])


def test_tables_are_renewed_where_enough_people_come_and_go() -> None:
    states = released(lived(3, 400, 60.0, 4).lists)
    assert states[-1].tables[COUNTRY].version == 5
    assert sum(table.version > 1 for place, table in states[-1].tables.items() if place.startswith("station/")) >= 3


def test_children_are_renewed_together_or_not_at_all() -> None:
    for seed in range(8):
        for state in released(lived(seed, 250, 14.0, 5).lists):
            for parent, parts in state.parts.items():
                keys = [part[0] if len(part) == 1 else f"small/{parent}" for part in parts]
                assert len({state.tables[key].version for key in keys}) == 1
                assert state.tables[keys[0]].version in state.turns[parent]


def test_every_published_cell_holds_enough_people() -> None:
    for state in released(lived(5, 120, 12.0, 4).lists):
        assert all(table.enough(K) for table in state.tables.values())


def test_a_small_station_is_counted_with_its_neighbours_for_good() -> None:
    country = Country(1, 300, 0.0)
    small = [person for person, (_, at) in sorted(country.stands.items()) if at == "1001"][30:]
    for person in small:
        del country.stands[person]
    lists = FakeLists()
    lists.make(country.stands, as_of=START)
    country.lists = lists
    first = released(lists)[0]
    together = next(part for part in first.parts["tec/tec-1"] if len(part) > 1)
    assert "station/1001" in together
    assert "station/1001" not in first.tables
    for number in range(200):
        country.comes("1001", START + timedelta(days=30), eldest=60 + number % 20)
    lists.make(country.stands, as_of=START + timedelta(days=30))
    assert "station/1001" not in released(lists)[1].tables


def test_a_station_that_passes_to_another_commission_keeps_its_older_table_in_mind() -> None:
    country = Country(9, 0, 0.0)
    country.lists = FakeLists()
    country.adds(dict.fromkeys(PLACES, 250))
    first = released(country.lists)[0]
    country.adds({**dict.fromkeys(PLACES, 14), "1004": 3})
    moved = {**PLACES, "1004": ("north", "tec-2")}
    lists = country.lists

    def since(version: int) -> Between:
        return Between(lists.changes(version, 2), lists.touched(version, 2))

    second = renew(first, Edition(2, lists.made()[1].as_of, lists.cells(2), moved, {}), since)
    assert second.tables["station/1001"].version == 2
    assert second.tables["station/1004"].version == 1
    assert second.tables["station/2001"].version == 1


def test_daily_versions_leave_the_tables_alone() -> None:
    state = released(Country(1, 250, 0.0).lists)[0]
    assert not due(state, START + timedelta(days=3))
    assert due(state, START + timedelta(days=30))
    assert due(None, START)


def test_what_is_released_survives_being_written_down() -> None:
    state = released(lived(2, 250, 14.0, 3).lists)[-1]
    assert Released.model_validate_json(state.model_dump_json()) == state


def test_the_sum_of_the_regions_is_the_country() -> None:
    state = released(Country(4, 300, 0.0).lists)[0]
    assert added(state.tables[f"region/{name}"] for name in ("north", "south")) == state.tables[COUNTRY]


def test_newcomers_of_one_age_are_not_a_table() -> None:
    young = [TouchedCell("1001", sex, 0, True, 10, 0) for sex in ("f", "m")]
    assert not spread(young, Level.STATION, 2)
    assert spread([*young, TouchedCell("1001", "m", 5, False, 2, 0)], Level.STATION, 2)
    assert spread([], Level.STATION, 2)


def test_tables_add_up_within_themselves() -> None:
    women = [VoterCell("1001", "f", 0, True, 4), VoterCell("1001", "f", 6, False, 2)]
    cells = [*women, VoterCell("1001", "m", 13, False, 3)]
    for level in Level:
        table = tabulate(cells, level, 1, START)
        assert table.voters == sum(table.ages) == 9
        assert table.groups == GROUPS[level]
        assert (table.women, table.men, table.first_time) == (6, 3, 4)
    assert coarser(tabulate(cells, Level.COUNTRY, 1, START)) == tabulate(cells, Level.STATION, 1, START)


def test_a_step_that_few_people_share_with_the_others_may_not_be_cut() -> None:
    busy = {"1": (40, 30), "2": (20, 5)}
    assert voter_cuts.holds([])
    assert voter_cuts.holds([busy])
    assert voter_cuts.holds([busy, busy])
    assert not voter_cuts.holds([busy, {"1": (3, 0)}])
    assert not voter_cuts.holds([{"1": (40, 0)}, {"2": (40, 0)}])


def test_stands_are_what_the_fake_says() -> None:
    stands: Stands = Country(1, 20, 0.0).lists.stands(1)
    assert {at for _, at in stands.values()} == set(PLACES)
