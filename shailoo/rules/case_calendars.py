"""Whether an operator's calendar of cases can work: known kinds, every day that a clock of theirs waits for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from shailoo.model.case_calendar import CaseCalendar
from shailoo.model.case_kind import CaseKind


def calendar_faults(calendar: CaseCalendar, kinds: Mapping[str, CaseKind]) -> Iterator[str]:
    """What is wrong with a calendar, as sentences: a clock without its last day would promise what the law forbids."""
    for name, window in sorted(calendar.windows.items()):
        kind = kinds.get(name)
        if kind is None:
            yield f"the calendar opens {name}, and there is no such kind."
            continue
        for mark in sorted({clock.never_after for clock in kind.clocks if clock.never_after is not None}):
            day = calendar.marks.get(mark)
            if day is None:
                yield f"the calendar opens {name} and gives no day {mark}, after which nothing of it is answered."
            elif window.last > day:
                yield f"{name} may be filed until {window.last}, after {mark} on {day}: nobody could be answered."
