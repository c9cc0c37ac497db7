"""After any sequence of imports, moves and boundary changes, everybody is in one place and all counts agree."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from shailoo.ids import StationNo
from shailoo.model.voter_list import ADDITIONS, AGE_BANDS, ChangeReason, PersonName, Way
from shailoo.rules.kyrgyz_order import kyrgyz_key
from shailoo.rules.residence import residence_key
from shailoo.rules.shown_list import shown_digest
from shailoo.rules.voter_changes import Stand, arrival_reason, departure_reason
from shailoo.rules.voter_rows import completed_years, row_faults
from tests.voters.list_scene import Scene, row

STATIONS = ("1001", "1002", "1003")
LAST_ELECTION = date(2020, 10, 4)
REGISTERS = st.dictionaries(st.sampled_from(["s0", "s1", "s2"]), st.sampled_from(STATIONS))


class Seen(NamedTuple):
    """Somebody in a version of the model."""

    stand: Stand
    birth: date
    sex: str
    name: PersonName


@dataclass
class Version:
    people: dict[str, Seen]
    as_of: date
    ended: dict[str, str]


class ListHistory(RuleBasedStateMachine):
    """The list beside a model of it in plain Python."""

    def __init__(self) -> None:
        super().__init__()
        self.home = Path(tempfile.mkdtemp())
        self.scene = Scene(self.home)
        self.rows: dict[int, dict[str, str]] = {}
        self.versions: list[Version] = []
        self.decisions: dict[str, str] = {}
        self.known: dict[str, tuple[str, str]] = {}
        self.register = 0
        self.day = date(2021, 10, 1)

    def teardown(self) -> None:
        shutil.rmtree(self.home)

    @initialize(people=st.integers(1, 25), register=st.none() | REGISTERS)
    def start(self, people: int, register: dict[str, str] | None) -> None:
        if register is not None:
            self.scene.registers.versions.append(register)
        self.rows = {n: row(n) for n in range(people)}
        self.bring()

    @rule(
        gone=st.sets(st.integers(0, 40), max_size=3),
        changed=st.dictionaries(
            st.integers(0, 40),
            st.sampled_from(
                [
                    {"settlement": "s0"},
                    {"settlement": "s2", "house": "9"},
                    {"house": "17а"},
                    {"country": "DE"},
                    {"street": "ЛЕНИНА"},
                    {"status": "died"},
                    {"status": "convicted"},
                    {"birth_date": "2003-10-05"},
                    {"birth_date": "1999-01-31", "sex": "f"},
                    {"surname": "Өмүрова"},
                    {"pin": "1"},
                ]
            ),
            max_size=6,
        ),
        days=st.integers(0, 20),
    )
    def next_extract(self, gone: set[int], changed: dict[int, dict[str, str]], days: int) -> None:
        self.day += timedelta(days)
        for n in gone:
            self.rows.pop(n, None)
        for n, cells in changed.items():
            self.rows[n] = self.rows.get(n, row(n)) | cells
        self.rows.setdefault(99, row(99))
        self.bring()

    @rule(register=REGISTERS, because=st.sampled_from(["assignment", "boundaries"]))
    def new_boundaries(self, register: dict[str, str], because: str) -> None:
        self.scene.registers.versions.append(register)
        self.register = len(self.scene.registers.versions)
        self.scene.folder.assign(self.register, because="boundaries" if because == "boundaries" else "assignment")
        people = self.versions[-1].people
        self.known = {}
        self.stand({person: (seen, self.home_of(seen)) for person, seen in people.items()}, {})

    @precondition(lambda self: self.versions[-1].people)
    @rule(data=st.data(), station=st.none() | st.sampled_from(STATIONS))
    def decision(self, data: st.DataObject, station: str | None) -> None:
        person = data.draw(st.sampled_from(sorted(self.versions[-1].people)))
        self.scene.folder.move(person, None if station is None else StationNo(station))
        self.decisions.pop(person, None)
        if station is not None:
            self.decisions[person] = station
        people = self.versions[-1].people
        self.stand({person: (seen, self.home_of(seen)) for person, seen in people.items()}, {})

    @invariant()
    def everybody_is_in_one_place_and_counts_agree(self) -> None:
        if not self.versions:
            return
        number, version = len(self.versions), self.versions[-1]
        record = self.scene.reader.made()[-1]
        assert record.number == number
        totals = Counter(seen.stand.station for seen in version.people.values())
        assert self.scene.reader.totals(number) == totals
        assert (record.voters, record.queued) == (len(version.people) - totals[""], totals[""])
        assert record.stations == len(set(totals) - {""})
        self.lists_are_right(number, version)
        self.cells_are_right(number, version)
        for before in {0, number - 1, max(0, number - 3)}:
            self.changes_are_right(before, number)

    def lists_are_right(self, number: int, version: Version) -> None:
        for station, people in self.scene.reader.people(number, [StationNo(one) for one in STATIONS]):
            expected = sorted(
                (kyrgyz_key(*seen.name), person, seen.name)
                for person, seen in version.people.items()
                if seen.stand.station == station
            )
            assert people == [name for _, _, name in expected]
            if people:
                assert self.scene.reader.digests(number)[station] == shown_digest(station, people)

    def cells_are_right(self, number: int, version: Version) -> None:
        cells = Counter(self.cell(seen, version) for seen in version.people.values() if seen.stand.station)
        assert {tuple(cell)[:4]: cell.voters for cell in self.scene.reader.cells(number)} == cells

    def changes_are_right(self, before: int, after: int) -> None:
        old = self.versions[before - 1] if before else Version({}, date.min, {})
        new = self.versions[after - 1]
        ended: dict[str, str] = {}
        for version in self.versions[before:after]:
            ended |= version.ended
        expected: Counter[tuple[str, ChangeReason]] = Counter()
        entered: Counter[object] = Counter()
        left: Counter[object] = Counter()
        names = set()
        for person in old.people.keys() | new.people.keys():
            was, now = old.people.get(person), new.people.get(person)
            if now is not None:
                since = old.as_of if before else None
                came = arrival_reason(was and was.stand, now.stand, now.birth, since)
                expected.update([(now.stand.station, came)] if came else [])
            if was is not None:
                went = departure_reason(was.stand, now and now.stand, ended.get(person))
                expected.update([(was.stand.station, went)] if went else [])
            cells = (was and self.cell(was, old), now and self.cell(now, new))
            if cells[0] != cells[1]:
                left.update([cells[0]] if was and was.stand.station else [])
                entered.update([cells[1]] if now and now.stand.station else [])
            places = {(one.stand.station, one.name) for one in (was, now) if one}
            if was is None or now is None or len(places) > 1:
                names |= {one.stand.station for one in (was, now) if one}
        changes = self.scene.reader.changes(before, after)
        assert {(change.station, change.reason): change.people for change in changes} == expected
        for cell in self.scene.reader.touched(before, after):
            assert (entered.pop(tuple(cell)[:4], 0), left.pop(tuple(cell)[:4], 0)) == (cell.entered, cell.left)
        assert not +entered
        assert not +left
        assert self.scene.reader.changed(before, after) == names - {""}
        balance = Counter(self.scene.reader.totals(before) if before else {})
        for change in changes:
            balance[change.station] += change.people if change.reason in ADDITIONS else -change.people
        assert +balance == Counter(self.scene.reader.totals(after))

    def cell(self, seen: Seen, version: Version) -> tuple[str, str, int, bool]:
        age = completed_years(seen.birth, version.as_of)
        band = max(n for n, years in enumerate(AGE_BANDS) if age >= years)
        return seen.stand.station, seen.sex, band, completed_years(seen.birth, LAST_ELECTION) < AGE_BANDS[0]

    def home_of(self, seen: Seen) -> str:
        return seen.stand.residence

    def bring(self) -> None:
        if not self.register:
            self.register = self.scene.registers.latest() or 0
        sound = {n: cells for n, cells in self.rows.items() if not row_faults(cells, self.day)}
        voters = {n: cells for n, cells in sound.items() if cells["status"] == "voter"}
        if not voters:
            self.rows[98] = voters[98] = row(98)
        made = self.scene.bring(list(self.rows.values()), as_of=self.day, last_election=LAST_ELECTION)
        assert made.refused == len(self.rows) - len(sound) - (0 if 98 in sound or 98 not in self.rows else 1)
        people = {
            cells["person"]: (
                Seen(
                    Stand("", "", ""),
                    date.fromisoformat(cells["birth_date"]),
                    cells["sex"],
                    PersonName(cells["surname"], cells["name"], cells["patronymic"]),
                ),
                residence_key(cells["settlement"], cells["street"], cells["house"], cells["country"]),
            )
            for cells in voters.values()
        }
        ended = {cells["person"]: cells["status"] for cells in sound.values() if cells["status"] != "voter"}
        self.stand(people, ended)

    def stand(self, people: dict[str, tuple[Seen, str]], ended: dict[str, str]) -> None:
        """The model's own distribution: a known residence keeps its station, a decision goes before."""
        register = self.scene.registers.versions[self.register - 1] if self.register else {}
        placed: dict[str, Seen] = {}
        places: dict[str, tuple[str, str]] = {}
        for person, (seen, home) in people.items():
            settlement = home.split("|")[0]
            found = self.known.get(home) or (register.get(settlement, ""), Way.STREET.value)
            places[home] = found
            station, way = (self.decisions[person], Way.APPLICATION.value) if person in self.decisions else found
            placed[person] = seen._replace(stand=Stand(station, home, way))
        self.known = places
        self.versions.append(Version(placed, self.day, ended))


TestListHistory = ListHistory.TestCase
TestListHistory.settings = settings(max_examples=8, stateful_step_count=5, deadline=None)
