"""Legal clocks against a second reckoning that walks from day to day, and against answers worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shailoo.model.case_calendar import NO_CALENDAR, CaseCalendar
from shailoo.model.case_kind import AtOnce, ClockRule, Days, Hours, Length
from shailoo.rules.case_clock import ClockRun, due_of, is_overdue, is_working

BISHKEK = "Asia/Bishkek"
ZONES = (BISHKEK, "Europe/Istanbul", "America/New_York", "Australia/Lord_Howe", "Pacific/Kiritimati")
ELECTION_DAY = date(2025, 11, 30)
CALENDAR = CaseCalendar(
    holidays=frozenset({date(2025, 3, 31), date(2025, 6, 6)}),
    worked=frozenset({date(2025, 3, 22)}),
    marks={"lists-close": date(2025, 11, 25)},
)
Pauses = Sequence[tuple[datetime, datetime]]


def rule(length: Length, *, on_day: Length | None = None, never_after: str | None = None) -> ClockRule:
    return ClockRule("answer", "Answer", length, "art. 15", on_election_day=on_day, never_after=never_after)


def local(text: str, zone: str = BISHKEK) -> datetime:
    """A moment on the clocks of a zone."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def due(clock: ClockRule, started: str, *pauses: tuple[str, str], zone: str = BISHKEK) -> str:
    """When it is due, on the clocks of the zone."""
    run = ClockRun("answer", local(started, zone), tuple((local(a, zone), local(b, zone)) for a, b in pauses))
    found = due_of(clock, run, zone=zone, calendar=CALENDAR, election_day=ELECTION_DAY, now=run.started)
    return found.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


SEVEN, THREE_WORKED = rule(Days(7)), rule(Days(3, working=True))


@pytest.mark.parametrize(
    ("clock", "started", "pauses", "wanted"),
    [
        (SEVEN, "2025-10-05T00:00", [], "2025-10-12 18:00"),
        (SEVEN, "2025-10-05T23:59", [], "2025-10-12 18:00"),
        (SEVEN, "2025-10-06T00:00", [], "2025-10-13 18:00"),
        (SEVEN, "2025-12-29T10:00", [], "2026-01-05 18:00"),
        # Identified on the 10th: seven days from then.
        (SEVEN, "2025-10-05T10:00", [("2025-10-05T10:00", "2025-10-10T19:00")], "2025-10-17 18:00"),
        # Asked and answered on one day: nothing was lost.
        (SEVEN, "2025-10-05T10:00", [("2025-10-07T09:00", "2025-10-07T17:00")], "2025-10-12 18:00"),
        # Answered after the closing hour of what became the last day: the commission has the next one.
        (SEVEN, "2025-10-05T10:00", [("2025-10-12T10:00", "2025-10-20T19:00")], "2025-10-21 18:00"),
        # Late already when it asked: it stays late.
        (SEVEN, "2025-10-05T10:00", [("2025-10-12T18:01", "2025-10-25T10:00")], "2025-10-12 18:00"),
        # Thursday before Women's Day on a Saturday: not moved since 2025, so three working days end on Tuesday.
        (THREE_WORKED, "2025-03-06T12:00", [], "2025-03-11 18:00"),
        # Nooruz on Friday, a Saturday that was worked, the operator's Orozo Ait on Monday the 31st.
        (THREE_WORKED, "2025-03-20T12:00", [], "2025-03-25 18:00"),
        (THREE_WORKED, "2025-03-28T12:00", [], "2025-04-03 18:00"),
        # 1 to 9 May are off.
        (rule(Days(1, working=True)), "2025-04-30T12:00", [], "2025-05-12 18:00"),
        # Election day and the day after; the days beside them are like others.
        (rule(Days(3), on_day=Hours(3)), "2025-11-29T23:59", [], "2025-12-02 18:00"),
        (rule(Days(3), on_day=Hours(3)), "2025-11-30T00:00", [], "2025-11-30 03:00"),
        (rule(Days(3), on_day=Hours(3)), "2025-12-01T23:59", [], "2025-12-02 02:59"),
        (rule(Days(3), on_day=Hours(3)), "2025-12-02T00:00", [], "2025-12-05 18:00"),
        (rule(Days(3), on_day=AtOnce()), "2025-11-30T09:30", [], "2025-11-30 09:30"),
        # Never after the lists close.
        (rule(Days(7), never_after="lists-close"), "2025-11-14T10:00", [], "2025-11-21 18:00"),
        (rule(Days(7), never_after="lists-close"), "2025-11-20T10:00", [], "2025-11-25 18:00"),
    ],
)  # fmt: skip
def test_known_days(clock: ClockRule, started: str, pauses: list[tuple[str, str]], wanted: str) -> None:
    assert due(clock, started, *pauses) == wanted


@pytest.mark.parametrize(("started", "hours", "wanted"), [
    ("2025-03-08T20:00", 24, "2025-03-09 21:00"),  # the clocks went forward
    ("2025-11-01T20:00", 24, "2025-11-02 19:00"),  # and back
])  # fmt: skip
def test_hours_are_hours_when_a_zone_moves_its_clocks_and_days_end_at_their_closing_hour(
    started: str, hours: int, wanted: str
) -> None:
    assert due(rule(Hours(hours)), started, zone="America/New_York") == wanted
    assert due(rule(Days(1)), started, zone="America/New_York").endswith("18:00")


def test_the_same_moment_is_another_day_where_the_station_is() -> None:
    moment = local("2025-10-05T01:00")  # in Istanbul still the 4th
    run = ClockRun("answer", moment)
    found = [
        due_of(SEVEN, run, zone=zone, calendar=NO_CALENDAR, election_day=ELECTION_DAY, now=moment)
        for zone in (BISHKEK, "Europe/Istanbul")
    ]
    assert found == [local("2025-10-12T18:00"), local("2025-10-11T18:00", "Europe/Istanbul")]


@st.composite
def runs(draw: st.DrawFn) -> tuple[datetime, list[tuple[datetime, datetime]]]:
    """A start and pauses in order, each no shorter than nothing."""
    started = draw(st.datetimes(datetime(2025, 1, 1), datetime(2026, 1, 1)))  # noqa: DTZ001 -- made UTC below
    at = started = started.replace(tzinfo=UTC)
    pauses = []
    for _ in range(draw(st.integers(0, 4))):
        since = at + draw(st.timedeltas(timedelta(0), timedelta(days=5)))
        at = since + draw(st.timedeltas(timedelta(0), timedelta(days=9)))
        pauses.append((since, at))
    return started, pauses


def walked(days: Days, started: datetime, pauses: Pauses, zone: str) -> datetime:
    """The closing hour of the last day, found by walking: a day counts unless the clock stood still as it began."""
    place = ZoneInfo(zone)

    def closing(day: date) -> datetime:
        return datetime(day.year, day.month, day.day, 18, tzinfo=place).astimezone(UTC)

    def worked(day: date) -> bool:
        return not days.working or is_working(day, CALENDAR)

    def walk(stood: Pauses) -> datetime:
        lost = [(since.astimezone(place).date(), end.astimezone(place).date()) for since, end in stood]
        day, left = started.astimezone(place).date(), days.days
        while left:
            day += timedelta(days=1)
            left -= worked(day) and not any(since < day <= end for since, end in lost)
        found = closing(day)
        if stood and found < stood[-1][1]:
            day = stood[-1][1].astimezone(place).date()
            while not worked(day) or closing(day) < stood[-1][1]:
                day += timedelta(days=1)
            found = closing(day)
        return found

    counted: list[tuple[datetime, datetime]] = []
    for pause in pauses:
        if pause[0] > walk(counted):
            break
        counted.append(pause)
    return walk(counted)


@given(run=runs(), length=st.integers(1, 12), working=st.booleans(), zone=st.sampled_from(ZONES))
def test_days_are_those_that_a_walk_through_the_calendar_counts(
    run: tuple[datetime, list[tuple[datetime, datetime]]],
    length: int,
    working: bool,
    zone: str,
) -> None:
    started, pauses = run
    days = Days(length, working=working)
    clock = ClockRun("answer", started, tuple(pauses))
    found = due_of(rule(days), clock, zone=zone, calendar=CALENDAR, election_day=ELECTION_DAY, now=started)
    assert found == walked(days, started, pauses, zone)


@given(run=runs(), later=st.timedeltas(timedelta(0), timedelta(days=30)), hours=st.booleans())
def test_a_pause_never_makes_late_and_never_makes_good(
    run: tuple[datetime, list[tuple[datetime, datetime]]],
    later: timedelta,
    hours: bool,
) -> None:
    started, pauses = run
    clock = rule(Hours(48)) if hours else SEVEN
    since = (pauses[-1][1] if pauses else started) + timedelta(hours=1)

    def at(stood: Pauses, now: datetime, open_since: datetime | None = None) -> tuple[datetime, ClockRun]:
        last = () if open_since is None else ((open_since, None),)
        going = ClockRun("answer", started, (*stood, *last))
        return due_of(clock, going, zone=BISHKEK, calendar=CALENDAR, election_day=ELECTION_DAY, now=now), going

    before, running = at(pauses, since)
    while_paused, standing = at(pauses, since + later, since)
    after, gone_on = at([*pauses, (since, since + later)], since + later)
    assert not is_overdue(while_paused, standing, since + later)
    assert after == while_paused >= before
    assert is_overdue(after, gone_on, since + later) == is_overdue(before, running, since)


@given(started=st.datetimes(datetime(2025, 1, 1), datetime(2026, 1, 1)), zone=st.sampled_from(ZONES))  # noqa: DTZ001 -- made UTC below
def test_what_starts_later_is_never_due_earlier(started: datetime, zone: str) -> None:
    moment = started.replace(tzinfo=UTC)
    for length in (Days(1), Days(7), Days(3, working=True), Hours(48)):
        found = [
            due_of(
                rule(length), ClockRun("answer", at), zone=zone, calendar=CALENDAR, election_day=ELECTION_DAY, now=at
            )
            for at in (moment, moment + timedelta(minutes=1), moment + timedelta(days=1))
        ]
        assert found == sorted(found)
        assert found[0] > moment
