"""Legal clocks: when what was promised is due. Pure: moments, days and lengths in, a moment out.

Days end at a closing hour on the clocks of the commission's zone, however long the day was (a zone may move its
clocks). The day on which a clock starts is day 0: seven calendar days from the 5th end on the 12th.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import assert_never
from zoneinfo import ZoneInfo

from shailoo.model.case_calendar import CaseCalendar
from shailoo.model.case_kind import AtOnce, ClockRule, Days, Hours

_WEEKEND = 5
"""`date.weekday()` of Saturday."""


@dataclass(frozen=True, slots=True)
class ClockRun:
    """A clock that was started. Moments in UTC."""

    name: str
    started: datetime
    pauses: tuple[tuple[datetime, datetime | None], ...] = ()
    """From when to when it stood still; the last one may be open."""
    met: datetime | None = None
    """When the case came to a status in which the clock has been met."""

    @property
    def paused(self) -> bool:
        """Whether it stands still now."""
        return bool(self.pauses) and self.pauses[-1][1] is None

    def pause(self, at: datetime) -> ClockRun:
        """Stand still from a moment on."""
        return self if self.paused or self.met else replace(self, pauses=(*self.pauses, (at, None)))

    def go_on(self, at: datetime) -> ClockRun:
        """Go on from a moment."""
        return replace(self, pauses=(*self.pauses[:-1], (self.pauses[-1][0], at))) if self.paused else self

    def meet(self, at: datetime) -> ClockRun:
        """Stop for good: what was owed is done."""
        return self if self.met else replace(self.go_on(at), met=at)


def due_of(
    rule: ClockRule, run: ClockRun, *, zone: str, calendar: CaseCalendar, election_day: date, now: datetime
) -> datetime:
    """When a clock is due, in UTC; one that stands still moves with `now`.

    On election day and the day after, the length for these days counts, where the rule has one.
    """
    local = ZoneInfo(zone)
    day = run.started.astimezone(local).date()
    length = rule.length
    if rule.on_election_day is not None and day in (election_day, election_day + timedelta(days=1)):
        length = rule.on_election_day
    stood = [(since, until or max(now, since)) for since, until in run.pauses]
    match length:
        case AtOnce():
            due = run.started
        case Hours(hours=hours):
            due = run.started + timedelta(hours=hours) + sum((end - since for since, end in stood), timedelta())
        case Days(days=days, working=working):
            stood_days = ((since.astimezone(local).date(), end.astimezone(local).date()) for since, end in stood)
            lost = sum(_days_between(since, end, calendar, working=working) for since, end in stood_days)
            due = _closing(_day_after(day, days + lost, calendar, working=working), rule, local)
        case _:
            assert_never(length)
    last = None if rule.never_after is None else calendar.marks.get(rule.never_after)
    return due if last is None else min(due, _closing(last, rule, local))


def is_overdue(due: datetime, run: ClockRun, now: datetime) -> bool:
    """Whether what was owed is late: done after it was due, or not done and due in the past. Never while paused."""
    return not run.paused and (run.met or now) > due


def _closing(day: date, rule: ClockRule, local: ZoneInfo) -> datetime:
    return datetime.combine(day, time.fromisoformat(rule.closes_at), local).astimezone(UTC)


def is_working(day: date, calendar: CaseCalendar) -> bool:
    """Whether commissions of the state work on a day. Commissions of an election sit every day: calendar days."""
    return day.weekday() < _WEEKEND and day not in calendar.holidays


def _day_after(start: date, days: int, calendar: CaseCalendar, *, working: bool) -> date:
    if not working:
        return start + timedelta(days=days)
    day = start
    while days > 0:
        day += timedelta(days=1)
        days -= is_working(day, calendar)
    return day


def _days_between(start: date, end: date, calendar: CaseCalendar, *, working: bool) -> int:
    days = (end - start).days
    if not working:
        return days
    return sum(is_working(start + timedelta(days=n), calendar) for n in range(1, days + 1))
