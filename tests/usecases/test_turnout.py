"""Who may enter the turnout of which station, which hour, and what a figure that steps back must say."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shailoo.adapters.memory import MemoryStore
from shailoo.errors import ShailooError
from shailoo.model.record import Appointment, TurnoutEntered
from shailoo.model.refs import Role
from shailoo.usecases.enter_turnout import HOURS, TurnoutFigure, enter_turnout, turnout_at
from tests.voting import small_election

ELECTION = small_election()
EVENING = datetime(2025, 6, 1, 14, 30, tzinfo=UTC)


def appointed(commission: str, role: Role) -> Appointment:
    return Appointment(person="0" * 64, commission=commission, version=1, role=role, active=True, entered=EVENING)


PRECINCT = appointed("pec-1001", "precinct")
TEC = appointed("tec-1", "territorial")


def enter(
    store: MemoryStore,
    hour: str = "12:00",
    voters: int = 300,
    seen: int = 0,
    *,
    station: str = "1001",
    by: tuple[Appointment, ...] = (PRECINCT,),
    cause: str | None = None,
    now: datetime = EVENING,
) -> TurnoutEntered:
    return enter_turnout(TurnoutFigure(station, hour, voters, seen, cause), ELECTION, by, store, now=now)


def refused(code: str, *args: object, **kwargs: object) -> None:
    with pytest.raises(ShailooError) as caught:
        enter(*args, **kwargs)  # type: ignore[arg-type]  # passed on as it came
    assert caught.value.code == code


def test_a_precinct_enters_its_own_figure() -> None:
    store = MemoryStore()
    record = enter(store)
    assert (record.by, record.channel, record.version, record.voters) == ("precinct", "own", 1, 300)
    assert turnout_at(store, "small", "1001") == {"12:00": record}


@pytest.mark.parametrize(
    ("who", "role", "station", "channel"),
    [
        (PRECINCT, "precinct", "1001", "own"),
        (TEC, "territorial", "1001", "superior"),
        (appointed("dec-01", "district"), "district", "1001", "superior"),
        (appointed("dec-02", "district"), "district", "5001", "superior"),
        (appointed("cec", "central"), "central", "9001", "superior"),
        (PRECINCT, None, "1002", None),
        (TEC, None, "5001", None),
        (appointed("dec-01", "district"), None, "9001", None),
        (appointed("dec-02", "district"), None, "1001", None),
        (appointed("cec", "auditor"), None, "1001", None),
    ],
)
def test_a_precinct_reports_itself_and_a_superior_commission_its_stations(
    who: Appointment, role: str | None, station: str, channel: str | None
) -> None:
    store = MemoryStore()
    if role is None:
        refused("not-yours", store, voters=20, station=station, by=(who,))
        assert store.last() == 0
    else:
        record = enter(store, voters=20, station=station, by=(who,))
        assert (record.by, record.channel) == (role, channel)


def test_nobody_enters_without_appointment() -> None:
    refused("not-yours", MemoryStore(), by=())


def test_who_sits_in_both_commissions_enters_as_the_precinct() -> None:
    assert enter(MemoryStore(), by=(TEC, PRECINCT)).channel == "own"


@pytest.mark.parametrize("hour", ["09:00", "21:00", "12:30", "", "12", "24:00", "x"])
def test_there_are_eleven_hours_and_no_others(hour: str) -> None:
    refused("no-such-hour", MemoryStore(), hour=hour)
    assert len(HOURS) == 11


def test_no_hour_is_entered_before_it_strikes_at_the_station() -> None:
    at_noon_in_bishkek = datetime(2025, 6, 1, 6, 0, tzinfo=UTC)
    assert enter(MemoryStore(), now=at_noon_in_bishkek).hour == "12:00"
    refused("hour-to-come", MemoryStore(), hour="13:00", now=at_noon_in_bishkek)
    istanbul = appointed("pec-9001", "precinct")
    refused("hour-to-come", MemoryStore(), voters=9, station="9001", by=(istanbul,), now=at_noon_in_bishkek)


def test_more_than_the_list_holds_is_refused() -> None:
    refused("more-than-voters", MemoryStore(), voters=901)
    refused("more-than-voters", MemoryStore(), voters=-1)
    assert enter(MemoryStore(), voters=900).voters == 900


def test_a_station_that_is_not_there_is_told() -> None:
    refused("no-such-station", MemoryStore(), station="7777")


def test_the_same_figure_again_is_one_record() -> None:
    store = MemoryStore()
    assert enter(store) == enter(store, now=EVENING.replace(minute=45))
    assert store.last() == 1


def test_a_lower_figure_wants_a_cause_and_becomes_the_next_version() -> None:
    store = MemoryStore()
    enter(store, voters=300)
    refused("cause-wanted", store, voters=280, seen=1)
    record = enter(store, voters=280, seen=1, cause="Misread.")
    assert (record.version, record.cause) == (2, "Misread.")
    assert turnout_at(store, "small", "1001")["12:00"] == record


def test_a_figure_below_an_earlier_hour_or_above_a_later_one_wants_a_cause() -> None:
    store = MemoryStore()
    enter(store, "12:00", 300)
    refused("cause-wanted", store, "14:00", 299)
    refused("cause-wanted", store, "10:00", 301)
    assert enter(store, "14:00", 300).version == 1
    assert enter(store, "10:00", 0).version == 1


def test_who_has_not_seen_the_newest_version_is_told_and_overwrites_nothing() -> None:
    store = MemoryStore()
    enter(store, voters=300)
    enter(store, voters=310, seen=1)
    for seen in (0, 1, 3):
        refused("entered-meanwhile", store, voters=320, seen=seen)
    assert turnout_at(store, "small", "1001")["12:00"].voters == 310


def test_of_many_who_enter_the_same_hour_exactly_one_wins() -> None:
    store = MemoryStore()

    def one(voters: int) -> int | None:
        try:
            return enter(store, voters=voters).voters
        except ShailooError as error:
            if error.code != "entered-meanwhile":
                raise
            return None

    with ThreadPoolExecutor(8) as pool:
        won = [voters for voters in pool.map(one, range(100, 140)) if voters is not None]
    assert [record.voters for record in turnout_at(store, "small", "1001").values()] == won
    assert store.last() == 1


@settings(max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(HOURS), st.integers(0, 900)), max_size=12))
def test_without_causes_turnout_never_steps_back(entries: list[tuple[str, int]]) -> None:
    store = MemoryStore()
    for hour, voters in entries:
        known = turnout_at(store, "small", "1001").get(hour)
        try:
            enter(store, hour, voters, 0 if known is None else known.version)
        except ShailooError as error:
            if error.code != "cause-wanted":
                raise
    figures = [record.voters for record in turnout_at(store, "small", "1001").values()]
    assert all(before <= after for before, after in pairwise(figures))
