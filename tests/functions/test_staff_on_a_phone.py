"""The commissions' pages in a real browser, 360 pixels wide: nothing sticks out, and a form works without script."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from functions.staff.cookies import SESSION, CookieSigner
from shailoo.adapters.clock import ReplayClock
from shailoo.assembly import Installation
from shailoo.usecases.appoint import person_of
from tests.functions.browser import give
from tests.functions.test_server import server
from tests.voting import SMALL

ISSUER = "https://id.example"
AFTERNOON = datetime(2025, 6, 1, 9, 30, tzinfo=UTC)


@pytest.mark.browser
def test_turnout_is_entered_on_a_narrow_phone_without_script(tmp_path: Path, browser: Browser) -> None:
    with Installation.create(tmp_path / "i", [SMALL]) as installation:
        give(installation, ISSUER, "aida", "cec", "central")
        secret = installation.session_secret
    replay = ReplayClock(datetime.now(UTC).replace(microsecond=0), AFTERNOON, 1, AFTERNOON + timedelta(hours=9))
    replay.save(tmp_path / "i" / "clock.json")
    session = CookieSigner(secret, secure=False).write(
        SESSION, {"person": person_of(ISSUER, "aida")}, expires=int(time.time()) + 600
    )
    with server(tmp_path / "i") as (client, _):
        here = f"{client.base_url}".rstrip("/")
        phone = browser.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=False)
        phone.add_cookies([{"name": SESSION, "value": session, "url": f"{here}/staff/"}])
        page = phone.new_page()
        for path in ("staff/", "staff/acts/small", "staff/appointments", "staff/turnout/small/1001"):
            for language in ("ky", "ru", "en"):
                page.goto(f"{here}/{path}?lang={language}")
                assert page.evaluate("document.documentElement.scrollWidth") <= 360, (path, language)
        page.fill("input[name=voters]", "120")
        page.click("main button")
        assert page.url.endswith("?done=10%3A00")
        assert page.inner_text("[role=status]") == "Entered: 10:00"
        assert page.inner_text("tbody td") == "120"
        phone.close()
