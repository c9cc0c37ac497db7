"""live.js and shell.js in a real browser: the page follows the count, and nothing that the reader does is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from builder.render.prose import SearchDocument, build_prose
from builder.render.shell import Shell
from builder.samples import every_view
from tests.builder.site_files import Served, data_page, put_page, put_pointer, served

pytestmark = pytest.mark.browser

NOW = "2021-11-28T15:31:30Z"


def main_of(rows: dict[str, int], *, boxes: int = 1, held: str = "") -> str:
    lines = "".join(
        f'<tr data-key="{name}"><th scope="row"><a href="#{name}" id="row-{name}">{name}</a></th><td>{votes}</td></tr>'
        for name, votes in sorted(rows.items(), key=lambda item: -item[1])
    )
    return (
        "<h1>Sample</h1>"
        f'<p>Boxes: <b data-live="boxes" data-announce="Boxes reported">{boxes}</b></p>'
        f'<section data-live="lists"><table><tbody>{lines}</tbody></table>'
        f"<details><summary>More</summary><p>{boxes} boxes</p></details></section>"
        f'<div data-live="map"><div data-live-keep id="map">{held}</div></div>'
        '<p style="margin-top:0">end</p>'.replace(' style="margin-top:0"', "")
        + "<p>filler</p>" * 60
    )


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    room = tmp_path_factory.mktemp("live")
    build = build_prose("results", room / "public", room / "cache")
    documents = [
        SearchDocument(f"sample/station/{no}/", f"Участка № {no}", "Бишкек, Ңөү мектеби") for no in range(1001, 1040)
    ]
    build.merge_search("ky", documents)
    return room


@pytest.fixture
def shell(room: Path) -> Shell:
    return Shell.load(room / "public", "results", "en")


@pytest.fixture
def site(room: Path) -> Iterator[Served]:
    with served(room / "public") as state:
        yield state


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(reduced_motion="reduce")
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda said: complaints.append(said.text) if "Content Security Policy" in said.text else None)
    opened.clock.install(time=NOW)
    yield opened
    context.close()
    assert complaints == []


def wait(page: Page, seconds: int) -> None:
    """Let the page's own clock run, then let its requests come back."""
    page.clock.run_for(seconds * 1000)
    page.wait_for_timeout(150)
    page.clock.run_for(20)


def open_page(page: Page, site: Served) -> None:
    page.goto(f"{site.origin}/results/en/sample/")
    page.wait_for_timeout(250)


def test_figures_arrive_in_place(room: Path, shell: Shell, site: Served, page: Page) -> None:
    public = room / "public"
    put_page(public, shell, main_of({"Alpha": 10, "Beta": 5}), data_page(1))
    put_pointer(public, 1, "2021-11-28T15:31:14Z")
    open_page(page, site)
    page.evaluate("window.opened = 'once'")
    page.locator("summary").click()
    page.locator("#row-Beta").focus()
    page.evaluate("window.scrollTo(0, 120)")
    kept = page.evaluate("document.getElementById('map').textContent = 'drawn by a script'; window.scrollY")

    put_page(
        public, shell, main_of({"Alpha": 11, "Beta": 25, "Gamma": 7}, boxes=2), data_page(2, chip="Preliminary, 2")
    )
    put_pointer(public, 2, "2021-11-28T15:31:40Z")
    wait(page, 6)
    expect(page.locator('[data-live="boxes"]')).to_have_text("2")
    expect(page.locator("tbody th")).to_have_text(["Beta", "Alpha", "Gamma"])
    expect(page.locator("tbody td")).to_have_text(["25", "11", "7"])
    expect(page.locator(".chip")).to_have_text("Preliminary, 2")
    expect(page).to_have_title("Sample 2")
    assert page.evaluate("window.opened") == "once", "the page was reloaded"
    assert page.evaluate("document.activeElement.id") == "row-Beta"
    assert page.evaluate("document.querySelector('details').open")
    assert page.evaluate("window.scrollY") == kept
    expect(page.locator("#map")).to_have_text("drawn by a script")

    put_page(public, shell, main_of({"Beta": 26}, boxes=3) + '<p data-live="new">Held: 1</p>', data_page(3))
    put_pointer(public, 3, "2021-11-28T15:31:50Z")
    wait(page, 6)
    expect(page.locator("tbody th")).to_have_text(["Beta"])
    expect(page.locator('[data-live="new"]')).to_have_text("Held: 1")
    assert page.evaluate("document.querySelector('details').open")


def test_a_page_without_a_state_bar_may_follow_too(room: Path, shell: Shell, site: Served, page: Page) -> None:
    file = room / "public/results/en/sample/index.html"
    for version, turnout in ((1, "10"), (2, "20")):
        main = f'<table><tbody><tr data-live="election:sample"><td>{turnout}</td></tr></tbody></table>'
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(shell.stamp(title="Elections", main=main, path="sample/", follow="sample"), "utf-8")
        put_pointer(room / "public", version, "2021-11-28T15:31:14Z")
        if version == 1:
            open_page(page, site)
    wait(page, 6)
    expect(page.locator("td")).to_have_text("20")


def test_an_older_page_and_another_page_change_nothing(room: Path, shell: Shell, site: Served, page: Page) -> None:
    public = room / "public"
    put_page(public, shell, main_of({"Alpha": 10}, boxes=9), data_page(9))
    put_pointer(public, 9, "2021-11-28T15:31:14Z")
    open_page(page, site)
    put_page(public, shell, main_of({"Alpha": 1}, boxes=1), data_page(3))
    put_pointer(public, 10, "2021-11-28T15:31:40Z")
    wait(page, 6)
    put_page(public, shell, main_of({"Alpha": 2}, boxes=2), data_page(11, scope="station/1004"))
    put_pointer(public, 11, "2021-11-28T15:31:50Z")
    wait(page, 6)
    expect(page.locator('[data-live="boxes"]')).to_have_text("9")


def test_questions_are_small_and_rest_when_the_count_is_closed(
    room: Path, shell: Shell, site: Served, page: Page
) -> None:
    public = room / "public"
    put_page(public, shell, main_of({"Alpha": 10}), data_page(4))
    put_pointer(public, 4, "2021-11-28T15:31:14Z")
    open_page(page, site)
    for _ in range(4):
        wait(page, 5)
    answers = [status for path, status in site.asked if path.endswith("pointer.json")]
    assert answers[0] == 200
    assert len(answers) >= 4
    assert set(answers[1:]) == {304}
    assert [path for path, _ in site.asked].count("/results/en/sample/") == 1, (
        "nothing changed, so the page was not asked for"
    )

    put_pointer(public, 4, "2021-11-28T15:31:14Z", is_open=False)
    wait(page, 6)
    before = len(site.asked)
    wait(page, 30)
    assert len(site.asked) == before
    expect(page.locator("[data-fresh]")).to_contain_text("21:31:14")


def test_the_age_is_shown_and_old_data_are_called_old(room: Path, shell: Shell, site: Served, page: Page) -> None:
    public = room / "public"
    put_page(public, shell, main_of({"Alpha": 10}), data_page(5))
    put_pointer(public, 5, "2021-11-28T15:31:14Z")
    open_page(page, site)
    wait(page, 10)
    expect(page.locator("[data-fresh]")).to_have_text("updated 21:31:14 · 10 s ago")
    expect(page.locator("[data-state]")).to_have_attribute("data-live-state", "fresh")
    wait(page, 200)
    expect(page.locator("[data-state]")).to_have_attribute("data-live-state", "stale")
    expect(page.locator("[data-fresh]")).to_contain_text("No new data for 3 min")

    put_pointer(public, 6, "2021-11-28T15:35:14Z", held_since="2021-11-28T15:36:00Z")
    wait(page, 6)
    expect(page.locator("[data-fresh]")).to_contain_text("on hold since 21:36:00")


def test_a_replayed_night_is_as_old_as_its_arrival(room: Path, shell: Shell, site: Served, page: Page) -> None:
    site.date = "Sun, 22 Nov 2026 04:00:00 GMT"
    put_page(room / "public", shell, main_of({"Alpha": 10}), data_page(6))
    put_pointer(room / "public", 6, "2021-11-28T15:31:14Z")
    open_page(page, site)
    wait(page, 12)
    expect(page.locator("[data-fresh]")).to_have_text("updated 21:31:14 · 12 s ago")


def test_a_cut_line_is_told_and_asked_less_often(room: Path, shell: Shell, site: Served, page: Page) -> None:
    public = room / "public"
    put_page(public, shell, main_of({"Alpha": 10}), data_page(7))
    put_pointer(public, 7, "2021-11-28T15:31:14Z")
    open_page(page, site)
    site.cut = True
    for _ in range(6):
        wait(page, 20)
    expect(page.locator("[data-fresh]")).to_contain_text("No connection")
    expect(page.locator("[data-state]")).to_have_attribute("data-live-state", "stale")
    assert len([1 for _, status in site.asked if status == 503]) < 12, "it backs off"
    expect(page.locator("tbody td")).to_have_text(["10"])
    site.cut = False
    put_page(public, shell, main_of({"Alpha": 12}), data_page(8))
    put_pointer(public, 8, "2021-11-28T15:33:14Z")
    for _ in range(4):
        wait(page, 40)
    expect(page.locator("tbody td")).to_have_text(["12"])


def test_changes_are_announced_only_when_asked_for(room: Path, shell: Shell, site: Served, page: Page) -> None:
    public = room / "public"
    put_page(public, shell, main_of({"Alpha": 10}, boxes=1), data_page(20))
    put_pointer(public, 20, "2021-11-28T15:31:14Z")
    open_page(page, site)
    voice = page.locator("[data-state] [aria-live]")
    expect(voice).to_have_attribute("aria-live", "off")
    put_page(public, shell, main_of({"Alpha": 11}, boxes=2), data_page(21))
    put_pointer(public, 21, "2021-11-28T15:31:40Z")
    wait(page, 6)
    expect(page.locator('[data-live="boxes"]')).to_have_text("2")
    expect(voice).to_have_text("")

    page.get_by_role("button", name="Announce changes").click()
    expect(voice).to_have_attribute("aria-live", "polite")
    put_page(public, shell, main_of({"Alpha": 12}, boxes=3), data_page(22))
    put_pointer(public, 22, "2021-11-28T15:31:50Z")
    wait(page, 6)
    expect(voice).to_have_text("Boxes reported: 3.")
    page.get_by_role("button", name="Stop announcing changes").click()
    expect(voice).to_have_attribute("aria-live", "off")


def test_without_a_script_the_page_says_the_same(room: Path, shell: Shell, site: Served, browser: Browser) -> None:
    public = room / "public"
    put_page(public, shell, main_of({"Alpha": 10}), data_page(30))
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site.origin}/results/en/sample/")
    expect(page.locator("tbody td")).to_have_text(["10"])
    expect(page.locator("[data-fresh]")).to_have_text("updated 21:31:14")
    expect(page.locator(".md-search")).to_be_hidden()
    expect(page.locator("button")).to_have_count(2)
    for button in page.locator("button").all():
        expect(button).to_be_hidden()
    context.close()


def test_search_finds_a_station_and_is_fetched_only_then(site: Served, page: Page) -> None:
    page.goto(f"{site.origin}/results/ky/about/check/")
    page.wait_for_timeout(200)
    assert not [path for path, _ in site.asked if "material" in path or "search" in path]
    page.clock.resume()
    page.get_by_role("button", name="Издөө").click()
    page.keyboard.type("1007")
    found = page.locator(".md-search-result__link").first
    expect(found).to_contain_text("1007")
    assert (found.get_attribute("href") or "").endswith("/results/ky/sample/station/1007/")
    page.keyboard.press("Escape")
    expect(page.locator(".md-search__input")).to_be_hidden()


def test_the_readers_colours_outlive_the_page(site: Served, page: Page) -> None:
    page.goto(f"{site.origin}/results/ru/about/check/")
    page.get_by_role("button", name="Тёмные цвета").click()
    paper = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(paper) == "rgb(18, 23, 28)"
    page.goto(f"{site.origin}/results/ru/about/data/")
    assert page.evaluate(paper) == "rgb(18, 23, 28)"
    page.get_by_role("button", name="Светлые цвета").click()
    assert page.evaluate(paper) == "rgb(255, 255, 255)"


@pytest.mark.parametrize("language", ["ky", "ru", "en"])
@pytest.mark.parametrize("width", [360, 640, 1280])
def test_no_page_of_prose_scrolls_sideways(site: Served, page: Page, language: str, width: int) -> None:
    """640 pixels are 1280 at 200 % zoom."""
    page.set_viewport_size({"width": width, "height": 800})
    for name in ("check", "data", "methodology", "accessibility", "privacy"):
        page.goto(f"{site.origin}/results/{language}/about/{name}/")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name


@pytest.mark.parametrize("language", ["ky", "ru", "en"])
@pytest.mark.parametrize("width", [360, 640])
def test_no_data_page_scrolls_sideways_and_each_figure_stays_under_its_heading(
    site: Served, page: Page, language: str, width: int
) -> None:
    """Tables hide columns on a phone: a heading goes with its cells, or the row says the heading itself."""
    page.set_viewport_size({"width": width, "height": 800})
    for name in every_view():
        page.goto(f"{site.origin}/results/{language}/gallery/{name}/")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        assert page.evaluate(_ORPHANS) == [], name


_ORPHANS = """() => {
  const shown = (cells) => [...cells].filter((cell) => getComputedStyle(cell).display !== "none");
  return [...document.querySelectorAll("main table")].filter((table) => {
    const head = table.tHead && table.tHead.rows[0];
    if (!head || getComputedStyle(table.tHead).position === "absolute") return false;
    const under = (cell) => cell.cellIndex;
    const columns = shown(head.cells).map(under).join();
    const plain = [...table.tBodies[0].rows].find((row) => !row.className);
    return plain && shown(plain.cells).map(under).join() !== columns;
  }).map((table) => table.dataset.table);
}"""
"""Tables with a visible head whose columns are not those of their first plain row."""


def test_the_first_tab_leads_to_the_content(site: Served, page: Page) -> None:
    page.goto(f"{site.origin}/results/en/about/check/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_fault_in_the_shell(
    room: Path, shell: Shell, site: Served, browser: Browser, scheme: Literal["light", "dark"]
) -> None:
    put_page(room / "public", shell, main_of({"Alpha": 10}), data_page(40))
    put_pointer(room / "public", 40, "2021-11-28T15:31:14Z")
    # The policy would keep the checker out as well.
    context = browser.new_context(bypass_csp=True, color_scheme=scheme)
    page = context.new_page()
    for path in ("/results/ky/about/data/", "/results/ru/404.html", "/results/en/sample/"):
        page.goto(f"{site.origin}{path}")
        page.wait_for_timeout(150)
        faults = Axe().run(page)["violations"]
        assert [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in faults] == [], path
    context.close()
