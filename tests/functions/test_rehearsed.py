"""A rehearsal says on every page that nobody in it is real; an election never says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from functions.cases.door import PREFIX
from functions.intake.refusal_counter import RefusalCounter
from functions.routers import make_router
from functions.web import Request
from shailoo.assembly import Installation, save_settings
from tests.functions.case_scene import case_scene

PAGES = (PREFIX, f"{PREFIX}status", f"{PREFIX}new/nothing", "/api/cabinet/", "/staff/cases/nothing")


@pytest.mark.parametrize("mode", ["rehearsal", "live"])
def test_pages_say_it_in_a_rehearsal_alone(tmp_path: Path, mode: str) -> None:
    made = case_scene(tmp_path / "i").installation
    save_settings(made.folder, made.settings.model_copy(update={"mode": mode}))
    made.close()
    with Installation.open(made.folder) as home:
        router = make_router(home, RefusalCounter())
        for page in PAGES:
            answer = router.handle(Request("GET", page, {}, {"accept": "text/html", "accept-language": "en"}))
            if answer.status != 303:
                assert (b"This is a rehearsal" in answer.body) == (mode == "rehearsal"), page
        told = router.handle(Request("GET", PREFIX, {}, {"accept": "application/json"}))
        assert b"rehearsal" not in told.body
