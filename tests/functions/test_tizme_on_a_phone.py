"""Find my station in a real browser, 360 pixels wide and without script: nothing sticks out, and the form works."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Browser

from shailoo.assembly import Installation
from tests.functions.test_server import server
from tests.voters.finder_people import PEOPLE, indexed
from tests.voting import SMALL


@pytest.mark.browser
def test_a_voter_finds_the_station_on_a_narrow_phone_without_script(tmp_path: Path, browser: Browser) -> None:
    Installation.create(tmp_path / "i", [SMALL]).close()
    indexed(tmp_path / "i" / "voters" / "finder")
    with server(tmp_path / "i") as (client, _):
        here = f"{client.base_url}".rstrip("/")
        phone = browser.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=False)
        page = phone.new_page()
        for language in ("ky", "ru", "en"):
            for pin, surname, _station in (PEOPLE[2], ("29999199900000", "Бекова", None), ("12", "x", None)):
                page.goto(f"{here}/api/tizme/station?lang={language}")
                page.fill("[name=pin]", pin)
                page.fill("[name=surname]", surname)
                with page.expect_navigation():
                    page.click("main button")
                assert page.evaluate("document.documentElement.scrollWidth") <= 360, (pin, language)
                assert page.get_attribute("html", "lang") == language
                assert page.url == f"{here}/api/tizme/station"
        page.goto(f"{here}/api/tizme/station")
        page.fill("[name=pin]", " 2121 2197 7000 33")
        page.fill("[name=surname]", "токтогулова мамбетова")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert "1003" in page.inner_text("h1")
        assert phone.cookies() == []
        phone.close()


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_shuts_anybody_out(tmp_path: Path, browser: Browser, scheme: Literal["light", "dark"]) -> None:
    Installation.create(tmp_path / "i", [SMALL]).close()
    indexed(tmp_path / "i" / "voters" / "finder")
    with server(tmp_path / "i") as (client, _):
        page = browser.new_page(color_scheme=scheme)
        for pin, surname, _station in (PEOPLE[2], ("29999199900000", "Бекова", None), ("12", "x", None)):
            page.goto(f"{client.base_url}/api/tizme/station?lang=ru")
            page.fill("[name=pin]", pin)
            page.fill("[name=surname]", surname)
            page.click("main button")
            faults = Axe().run(page)["violations"]
            assert [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in faults] == []
        page.close()
