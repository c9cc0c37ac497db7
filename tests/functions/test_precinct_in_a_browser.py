"""The precinct's table in a real browser, wide and 360 pixels narrow, by day and by night: nobody is shut out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Browser, ViewportSize

from functions.staff.cookies import SESSION
from shailoo.assembly import IdentificationSettings, Installation, save_settings
from shailoo.ids import StationNo
from shailoo.kinds import KINDS
from shailoo.model.case_calendar import CaseCalendar
from tests.functions.browser import FixedClock
from tests.functions.case_scene import MORNING, OPEN, Scene, code_in
from tests.functions.test_cases_on_a_phone import serve
from tests.functions.test_precinct import BASE, VOTER, Table
from tests.rules.test_place_names import PLACES
from tests.voting import SMALL

HOUSE = {"settlement": "s3", "street": "Чүй", "house": "12a", "channel": "paper"}


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Table]:
    made = Installation.create(tmp_path / "i", [SMALL])
    calendar = CaseCalendar(windows=dict.fromkeys(KINDS, OPEN), marks={"lists-close": OPEN.last})
    changes = {"cases": {"small": calendar}, "identification": IdentificationSettings(url="simulated")}
    save_settings(made.folder, made.settings.model_copy(update=changes))
    made.close()
    with replace(Installation.open(made.folder), clock=FixedClock(MORNING)) as opened:
        opened.__dict__["case_desk"] = replace(opened.case_desk, find_places=lambda: PLACES)
        yield Table(opened)


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("wide", [360, 1280])
def test_no_page_of_the_table_shuts_anybody_out(
    table: Table, browser: Browser, wide: int, scheme: Literal["light", "dark"]
) -> None:
    operator = table.somebody("operator", "pec-1001")
    waits, done = (code_in(table.enter(operator, "voter-missing", HOUSE)) for _ in range(2))
    table.device.recognise(StationNo("1001"), VOTER, MORNING)
    operator.post(f"{BASE}/cases/{table.number(done)}", {"act": "identify", "seen": "0"})
    assert table.status(done) == "received"
    addresses = [
        "/staff/", "/staff/precinct/small", BASE, f"{BASE}/new", f"{BASE}/new/voter-missing",
        f"{BASE}/cases/{table.number(waits)}", f"{BASE}/cases/{table.number(done)}", f"{BASE}/cases/999",
    ]  # fmt: skip
    here = serve(Scene(table.installation, table.router, "1001"))
    context = browser.new_context(viewport=ViewportSize(width=wide, height=800), color_scheme=scheme)
    context.add_cookies([{"name": SESSION, "value": operator.cookies[SESSION], "url": f"{here}/staff/"}])
    page = context.new_page()
    for language in ("ky", "ru", "en"):
        for address in addresses:
            page.goto(f"{here}{address}?lang={language}")
            assert page.get_attribute("html", "lang") == language
            assert page.evaluate("document.documentElement.scrollWidth") <= wide, (address, language)
            faults = Axe().run(page)["violations"]
            assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in faults] == [], address
    context.close()


@pytest.mark.browser
def test_a_name_that_several_places_have_is_chosen_without_a_script(table: Table, browser: Browser) -> None:
    operator = table.somebody("operator", "pec-1001")
    here = serve(Scene(table.installation, table.router, "1001"))
    context = browser.new_context(viewport=ViewportSize(width=360, height=800), java_script_enabled=False)
    context.add_cookies([{"name": SESSION, "value": operator.cookies[SESSION], "url": f"{here}/staff/"}])
    page = context.new_page()
    page.goto(f"{here}{BASE}/new/voter-missing?lang=en")
    person = {"pin": VOTER, "surname": "Асанова", "name": "Айгүл", "birth": "1999-01-01"}
    for name, text in {**{f"person_{name}": text for name, text in person.items()}, "settlement": "Ак-Жар",
                       "street": "Чүй", "house": "12a"}.items():  # fmt: skip
        page.fill(f"#{name}", text)
    page.click("main button")
    assert "More than one place fits" in page.inner_text("#settlement-fault")
    page.check("input[type=radio][value=s2]")
    page.click("main button")
    page.click("text=Identify the applicant")
    assert "Ak-Zhar village, Sokuluk rayon" in page.inner_text("main")
    context.close()
