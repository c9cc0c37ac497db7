"""Days off of the Kyrgyz Republic that the law itself names, so that a clock of working days passes them over.

Two laws. Labour Code of 2025: days off are named by day and month, and a day off that falls on a Saturday or Sunday is
not moved; days that are holidays and worked all the same (23 February, 7 April, 7 and 8 November) are not in the list.
Before it, article 113 of the Labour Code of 2004: the days below, and where one of them fell on a weekend, the next
working day was off; a Government's decision of every year moved more.

What no table can know is the operator's, in the election's calendar (`CaseCalendar.holidays`, `.worked`): Orozo Ait and
Kurman Ait, which the Muslims' Spiritual Directorate names every year, days that were moved, and any change of the law.
"""

from __future__ import annotations

from datetime import date
from typing import Final

LABOUR_CODE_2025: Final = date(2025, 2, 4)
"""From this day the Cabinet's decision that had moved days of 2025 no longer holds."""
DAYS_OFF: Final = frozenset(
    {*((1, day) for day in range(1, 8)), (3, 8), (3, 21), *((5, day) for day in range(1, 10)), (8, 31)}
)
"""Month and day: the New Year, Christmas on 7 January, Women's Day, Nooruz, 1 to 9 May, Independence Day."""
DAYS_OFF_BEFORE: Final = frozenset(
    {(1, 1), (1, 7), (2, 23), (3, 8), (3, 21), (4, 7), (5, 1), (5, 5), (5, 9), (8, 31), (11, 7), (11, 8)}
)
"""As they stood before."""
SOURCE: Final = "Labour Code of 2025; the Ministry of Labour's calendar for 2026. Before: Labour Code of 2004, art. 113"


def is_day_off(day: date) -> bool:
    """Whether the law names a day as one off, by month and day alone."""
    named = DAYS_OFF if day >= LABOUR_CODE_2025 else DAYS_OFF_BEFORE
    return (day.month, day.day) in named
