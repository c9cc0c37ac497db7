"""docs/cases.md says what the kinds declare, and its calendar is one that works."""

from __future__ import annotations

import json

from shailoo.kinds import KINDS
from shailoo.model.case_calendar import CaseCalendar
from shailoo.rules.case_calendars import calendar_faults
from tests.usecases.cases_page import DOCUMENT, renewed


def test_the_document_of_cases_is_made_from_the_kinds() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert renewed(text) == text, "python -m tests.usecases.cases_page renews it"
    for kind in KINDS.values():
        for act in kind.acts:
            for before in act.before:
                after = act.after or before
                assert f"  {before.replace('-', '_')} --> {after.replace('-', '_')}: {act.label}\n" in text


def test_the_calendar_of_the_document_works() -> None:
    text = DOCUMENT.read_text(encoding="utf-8").partition("<!-- the calendar of a test -->\n```json\n")[2]
    told = json.loads(text.partition("```")[0])
    for calendar in told.values():
        read = CaseCalendar.model_validate_json(json.dumps(calendar))
        assert list(calendar_faults(read, KINDS)) == []
