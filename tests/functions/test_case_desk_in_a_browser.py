"""The desk of cases in a real browser, wide and 360 pixels narrow: keys, acts without a script, axe."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from functions.staff.cookies import SESSION
from shailoo.assembly import Installation
from tests.functions.case_desk_scene import at, desk_scene, do, file, member
from tests.functions.case_scene import MORNING, Scene
from tests.functions.test_cases_door import PNG
from tests.functions.test_cases_on_a_phone import serve

LANGUAGES = ("ky", "ru", "en")


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    with desk_scene(tmp_path / "i") as made:
        file(made, 1, papers=(PNG,))
        file(made, 2)
        file(made, 3, "lamp")
        file(made, 4, "lamp", now=MORNING + timedelta(days=3))
        do(member(made, "precinct", "second"), 4, "ask", 0, do_reason="Which lamp?")
        yield made


def opened(
    browser: Browser, installation: Installation, *, wide: int, who: str = "precinct", **more: bool | str
) -> tuple[BrowserContext, str]:
    """A window of a member of the precinct, four days later; and where the door is."""
    clerk = member(at(installation, MORNING + timedelta(days=4)), who)
    here = serve(Scene(installation, clerk.router, "1001"))
    context = browser.new_context(viewport={"width": wide, "height": 800}, **more)  # type: ignore[arg-type]  # options
    context.add_cookies([{"name": SESSION, "value": clerk.cookies[SESSION], "url": f"{here}/staff/"}])
    return context, here


def fine(page: Page, wide: int) -> None:
    """Nothing sticks out of the screen, and axe finds nothing."""
    assert page.evaluate("document.documentElement.scrollWidth") <= wide, page.url
    found = Axe().run(page)["violations"]
    assert not found, [(one["id"], [node["target"] for node in one["nodes"]]) for one in found]


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("wide", [360, 1280])
def test_the_pages_of_cases_have_no_fault(browser: Browser, installation: Installation, wide: int, scheme: str) -> None:
    context, here = opened(browser, installation, wide=wide, color_scheme=scheme)
    page = context.new_page()
    paths = (
        "",
        "figures/small",
        "1?act=identify-by-passport",
        "3?act=ask",
        "4?act=correct-1",
        "?done=2&refused=4.no-such-case",
    )
    for path in paths:
        for language in LANGUAGES:
            page.goto(f"{here}/staff/cases/{path}{'&' if '?' in path else '?'}lang={language}")
            fine(page, wide)
    context.close()


@pytest.mark.browser
def test_an_auditor_scrolls_the_figures_on_a_narrow_phone(browser: Browser, installation: Installation) -> None:
    context, here = opened(browser, installation, wide=360, who="auditor")
    page = context.new_page()
    page.goto(f"{here}/staff/cases/figures/small?lang=ru")
    fine(page, 360)
    context.close()


@pytest.mark.browser
def test_keys_move_in_the_queue_and_tick_a_case(browser: Browser, installation: Installation) -> None:
    context, here = opened(browser, installation, wide=1280)
    page = context.new_page()
    page.goto(f"{here}/staff/cases/?lang=en&part=waits")
    links = page.locator(".queue tbody th a")
    links.first.focus()
    page.keyboard.press("x")
    page.keyboard.press("ArrowDown")
    assert links.nth(1).evaluate("one => one === document.activeElement")
    assert page.locator(".queue td input").first.is_checked()
    page.locator("h1").click()
    page.keyboard.press("x")
    assert page.locator(".queue td input:checked").count() == 1, "a key outside the list does nothing"
    context.close()


@pytest.mark.browser
def test_a_case_is_closed_on_a_narrow_phone_without_script(browser: Browser, installation: Installation) -> None:
    context, here = opened(browser, installation, wide=360, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{here}/staff/cases/?lang=en")
    page.click("text=№ 3")
    page.click("nav.acts >> text=Mend")
    page.click("form.act button")
    assert page.inner_text("[role=status]") == "Done."
    assert "Mended" in page.inner_text("main dl")
    context.close()
