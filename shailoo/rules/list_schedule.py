"""When the next version of the voter list is due.

Between elections on the first of each month; from the day on which the preliminary list of an election is displayed
to its election day, daily (constitutional law on elections, Art. 15: seventy days before).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

DISPLAYED_BEFORE = 70
"""Days before election day on which the preliminary list is displayed, unless it was announced otherwise."""
_DECEMBER = 12


def next_update(last: date, elections: Sequence[date], *, displayed_before: int = DISPLAYED_BEFORE) -> date:
    """The first day after `last` (the day of the newest version) on which a version is due.

    `elections` are election days, past ones too, in any order. Raises ValueError for a negative number of days.
    """
    if displayed_before < 0:
        message = "the preliminary list is displayed before election day, not after it"
        raise ValueError(message)
    candidates = [_next_month(last)]
    for day in elections:
        first = max(day - timedelta(displayed_before), last + timedelta(1))
        if first <= day:
            candidates.append(first)
    return min(candidates)


def is_due(
    today: date, last: date | None, elections: Sequence[date], *, displayed_before: int = DISPLAYED_BEFORE
) -> bool:
    """Whether a version is due today; always when there is none yet."""
    return last is None or next_update(last, elections, displayed_before=displayed_before) <= today


def _next_month(day: date) -> date:
    return date(day.year + 1, 1, 1) if day.month == _DECEMBER else date(day.year, day.month + 1, 1)
