"""A calendar that could not work stops the program before anybody is promised anything."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from shailoo.assembly import BadSettings, Installation, save_settings
from shailoo.kinds import KINDS
from shailoo.model.case_calendar import CaseCalendar, Window
from shailoo.rules.case_calendars import calendar_faults
from tests.voting import SMALL

MAY = Window(first=date(2025, 5, 1), last=date(2025, 5, 20))
LAST = {"lists-close": date(2025, 5, 27)}


@pytest.mark.parametrize(
    ("calendar", "fault"),
    [
        (CaseCalendar(windows=dict.fromkeys(KINDS, MAY), marks=LAST), None),
        (CaseCalendar(), None),
        (CaseCalendar(windows={"voter-misssing": MAY}, marks=LAST), "no such kind"),
        (CaseCalendar(windows={"voter-missing": MAY}), "gives no day lists-close"),
        (CaseCalendar(windows={"voter-missing": MAY}, marks={"lists-close": date(2025, 5, 19)}), "after lists-close"),
    ],
    ids=["whole", "empty", "a slip of the pen", "no last day", "too late to be answered"],
)
def test_a_calendar_says_every_day_that_its_clocks_wait_for(calendar: CaseCalendar, fault: str | None) -> None:
    found = list(calendar_faults(calendar, KINDS))
    assert len(found) == (fault is not None)
    assert fault is None or fault in found[0]


def test_an_installation_with_half_a_calendar_does_not_open(tmp_path: Path) -> None:
    with Installation.create(tmp_path / "i", [SMALL]) as made:
        settings = made.settings.model_copy(update={"cases": {"small": CaseCalendar(windows={"voter-missing": MAY})}})
        save_settings(made.folder, settings)
    with pytest.raises(BadSettings, match="gives no day lists-close"):
        Installation.open(tmp_path / "i")
