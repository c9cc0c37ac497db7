"""Days off: what the law names, what an operator adds, and what neither can be at once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from pydantic import ValidationError

from shailoo.model.case_calendar import NO_CALENDAR, CaseCalendar
from shailoo.rules.case_clock import is_working
from shailoo.rules.holidays import DAYS_OFF, is_day_off


def test_the_days_off_of_2026_are_those_that_the_ministry_announced() -> None:
    """1 to 7 January, 8 and 21 March, 1 to 9 May, 31 August; the religious ones are announced in their year."""
    first = date(2026, 1, 1)
    off = [first + timedelta(days=n) for n in range(365) if is_day_off(first + timedelta(days=n))]
    assert [(day.month, day.day) for day in off] == sorted(DAYS_OFF)
    assert len(off) == 19


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 2, 23), True),  # a holiday that is worked
        (date(2026, 3, 9), True),  # Women's Day was on a Sunday, and nothing is moved any more
        (date(2026, 8, 31), False),
        (date(2021, 11, 8), False),  # History Days, under the law before
        (date(2025, 11, 7), True),  # no longer
        (date(2026, 3, 7), False),  # a Saturday
    ],
)
def test_a_day_is_worked_or_off(day: date, works: bool) -> None:
    assert is_working(day, NO_CALENDAR) is works


def test_what_the_operator_says_of_a_day_comes_before_the_law() -> None:
    ait, saturday, nooruz = date(2026, 3, 20), date(2026, 3, 14), date(2026, 3, 21)
    calendar = CaseCalendar(holidays=frozenset({ait}), worked=frozenset({saturday, nooruz}))
    assert not is_working(ait, calendar)
    assert is_working(saturday, calendar)
    assert is_working(nooruz, calendar)


def test_a_day_is_not_off_and_worked() -> None:
    with pytest.raises(ValidationError, match="off and worked"):
        CaseCalendar(holidays=frozenset({date(2026, 3, 20)}), worked=frozenset({date(2026, 3, 20)}))
