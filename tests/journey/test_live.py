"""A reader opens pages before the first box reports, touches nothing, and sees the figures arrive at the final ones."""

from __future__ import annotations

import re
import threading
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.journey.nights import public_data, rehearsal

pytestmark = [pytest.mark.night, pytest.mark.browser]
ELECTION = "small"


def figure(page: Page, name: str) -> int:
    """A figure of the page, without the share beside it."""
    text = page.locator(f'[data-figure="{name}"]').first.evaluate("node => node.firstChild.textContent")
    digits = re.sub(r"\D", "", str(text))
    return int(digits) if digits else 0


def test_open_pages_follow_the_night_without_reload_to_the_final_figures(tmp_path: Path, browser: Browser) -> None:
    folder = tmp_path / "installation"
    with rehearsal(folder, ELECTION, processes=2, seconds=8.0) as night:
        night.day()
        night.start()
        home = f"{night.plan.url}/results/ky/{ELECTION}/"
        context = browser.new_context()
        overview, station = context.new_page(), context.new_page()
        navigations: list[str] = []
        for page, address in ((overview, home), (station, f"{home}station/1001/")):
            page.goto(address)
            page.on("framenavigated", lambda frame: navigations.append(frame.url))
            page.evaluate("window.untouched = true")
        assert figure(overview, "reported") == 0
        assert figure(overview, "expected") == 6
        steps = {figure(overview, "reported")}
        evening = threading.Thread(target=night.evening)
        evening.start()
        for _ in range(600):
            steps.add(figure(overview, "reported"))
            if max(steps) == 6:
                break
            overview.wait_for_timeout(100)
        evening.join()
        assert max(steps) == 6
        assert len(steps) > 2, f"the figures came all at once: {steps}"
        final = public_data(folder, ELECTION, "overview.json")
        overview.wait_for_function(
            "wanted => document.body.innerText.replace(/[\\s\\u00a0\\u202f]/g, '').includes(wanted)",
            arg=str(final["contests"][0]["options"][0]["votes"]),
        )
        assert figure(overview, "participants") == final["figures"]["participants"]
        station.wait_for_selector("section.reports details[open] pre")
        assert "160" in station.locator("section.contest").first.inner_text()
        for page in (overview, station):
            assert page.evaluate("window.untouched") is True
        assert navigations == []
        context.close()


def test_without_script_every_figure_is_in_the_page(tmp_path: Path, browser: Browser) -> None:
    folder = tmp_path / "installation"
    with rehearsal(folder, ELECTION, processes=1, seconds=3.0) as night:
        night.day()
        night.start()
        night.evening()
        night.settle()
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        final = public_data(folder, ELECTION, "overview.json")
        for language in ("ky", "ru", "en"):
            answer = page.goto(f"{night.plan.url}/results/{language}/{ELECTION}/")
            assert answer is not None
            assert answer.status == 200
            text = re.sub(r"[\s\u00a0\u202f]", "", page.locator("main").inner_text())
            for option in final["contests"][0]["options"]:
                assert str(option["votes"]) in text
            assert str(final["figures"]["participants"]) in text
        page.goto(f"{night.plan.url}/results/ky/{ELECTION}/station/5001/")
        assert "ЖЫЙЫНТЫКТООЧУ ОТЧЕТ" in page.locator("main").inner_text()
        context.close()
