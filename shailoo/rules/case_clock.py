"""Legal clocks: when what was promised is due. Pure: moments, days and lengths in, a moment out.

Days end at a closing hour on the clocks of the commission's zone, however long the day was (a zone may move its
clocks). The day on which a clock starts is day 0: seven calendar days from the 5th end on the 12th. Who comes back
after the closing hour of the last day leaves the commission the next day. What was late before the clock stood still
stays late: a pause that begins after the due moment moves nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import assert_never
from zoneinfo import ZoneInfo

from shailoo.model.case_calendar import CaseCalendar
from shailoo.model.case_kind import AtOnce, ClockRule, Days, Hours
from shailoo.rules.holidays import is_day_off

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
            due = run.started + timedelta(hours=hours)
            for since, end in stood:
                due += end - since if since <= due else timedelta()
        case Days():
            due = _by_days(run.started, length, stood, rule, calendar, local)
        case _:
            assert_never(length)
    last = None if rule.never_after is None else calendar.marks.get(rule.never_after)
    return due if last is None else min(due, _closing(last, rule, local))


def is_overdue(due: datetime, run: ClockRun, now: datetime) -> bool:
    """Whether what was owed is late: done after it was due, or not done and due in the past.

    Never while paused: others owe the next step. When they have taken it, what was late before is late again.
    """
    return not run.paused and (run.met or now) > due


def _closing(day: date, rule: ClockRule, local: ZoneInfo) -> datetime:
    return datetime.combine(day, time.fromisoformat(rule.closes_at), local).astimezone(UTC)


def is_working(day: date, calendar: CaseCalendar) -> bool:
    """Whether commissions of the state work on a day. Commissions of an election sit every day: calendar days."""
    if day in calendar.worked:
        return True
    return day.weekday() < _WEEKEND and day not in calendar.holidays and not is_day_off(day)


def _by_days(  # noqa: PLR0917 -- the parts of one question, in the order in which they are told
    started: datetime,
    length: Days,
    stood: list[tuple[datetime, datetime]],
    rule: ClockRule,
    calendar: CaseCalendar,
    local: ZoneInfo,
) -> datetime:
    first = started.astimezone(local).date()
    lost = 0
    due = _closing(_day_after(first, length.days, calendar, working=length.working), rule, local)
    for since, end in stood:
        if since > due:
            break
        back = end.astimezone(local).date()
        lost += _days_between(since.astimezone(local).date(), back, calendar, working=length.working)
        due = _closing(_day_after(first, length.days + lost, calendar, working=length.working), rule, local)
        if end > due:
            due = _first_closing(end, rule, calendar, local, working=length.working)
    return due


def _first_closing(
    moment: datetime, rule: ClockRule, calendar: CaseCalendar, local: ZoneInfo, *, working: bool
) -> datetime:
    """The first closing hour at or after a moment."""
    day = moment.astimezone(local).date()
    while (working and not is_working(day, calendar)) or _closing(day, rule, local) < moment:
        day += timedelta(days=1)
    return _closing(day, rule, local)


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
