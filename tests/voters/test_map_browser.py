"""The map of stations in a real browser: a tap and a search find the station, and where one pointed stays there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from builder.render.policy import CONTENT_SECURITY_POLICY
from builder.render.prose import build_prose
from builder.voters import find, station_map
from builder.voters.site import Site
from shailoo.model.base import LANGUAGES
from tests.builder.site_files import Served, served
from tests.voters.place_scene import SIDE, Places, square, tizme

pytestmark = pytest.mark.browser

COUNTRY = tizme(Places(streets=200))
OUTLINE = {
    "type": "FeatureCollection",
    "features": [
        {"properties": {"id": name}, "geometry": {"type": "Polygon", "coordinates": [square(column)]}}
        for name, column in (("city", 0), ("north", 20))
    ],
}


def put(file: Path, body: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(body)


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Path:
    room = tmp_path_factory.mktemp("map")
    folder = room / "public"
    site = Site(folder, room / "cache")
    site.prepare()
    results = build_prose("results", folder, room / "cache")
    family = station_map.StationMap(OUTLINE)
    for language in LANGUAGES:
        for page in [*find.pages(COUNTRY, language), *family.pages(COUNTRY, language)]:
            path, body = site.page(language, page)
            put(folder / "tizme" / path, body)
        page = station_map.results_map_page(language, COUNTRY)
        text = results.shell(language).stamp(title=page.title, main=page.main, path=page.path, head_extra=page.head)
        put(folder / "results" / language / page.path / "index.html", text.encode())
        frame = f'<!doctype html><html lang="{language}"><title>.</title><main>Updated</main></html>'
        put(folder / "tizme" / language / "updated.html", frame.encode())  # every page of Tizme shows it
    for path, body in [*find.files(COUNTRY), *family.files(COUNTRY)]:
        put(folder / "tizme" / path, body)
    return folder


@pytest.fixture
def site(public: Path) -> Iterator[Served]:
    with served(public) as state:
        yield state


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(reduced_motion="reduce", viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    yield opened
    context.close()
    assert complaints == []


def open_map(page: Page, site: Served, where: str = "", path: str = "tizme/en/map/") -> None:
    page.goto("about:blank")  # another fragment alone would not load the page anew
    page.goto(f"{site.origin}/{path}{where}")
    expect(page.locator("#map_stations")).to_have_attribute("data-ready", "yes")


def tap(page: Page) -> None:
    """Tap in the middle of the map."""
    box = page.locator("#map_stations").bounding_box()
    assert box is not None
    page.locator("#map_stations").click(position={"x": box["width"] / 2, "y": box["height"] / 2})


def middle(column: int, row: int = 0) -> str:
    """A point in a station's square, beside its centre."""
    return f"#at={4_280_000 + SIDE * row + 650},{7_450_000 + SIDE * column + 650}"


def test_a_tap_says_whose_boundaries_it_lies_in(site: Served, page: Page) -> None:
    for column, station in ((0, "1001"), (2, "1003"), (11, "7002"), (25, "7112")):
        open_map(page, site, middle(column))
        tap(page)
        expect(page.locator("#map-answer")).to_contain_text("within the boundaries of this station")
        expect(page.locator("#map-answer h2")).to_have_text(f"Polling station № {station}")
        expect(page.locator("#map-answer")).to_contain_text("08:00–20:00")
        link = page.locator("#map-answer a")
        expect(link).to_have_attribute("href", f"/tizme/en/station/{station}/")


def test_both_parts_of_a_station_and_not_its_hole(site: Served, page: Page) -> None:
    open_map(page, site, middle(14, 3))
    tap(page)
    expect(page.locator("#map-answer")).to_contain_text("within the boundaries of this station")
    expect(page.locator("#map-answer h2")).to_have_text("Polling station № 7011")
    open_map(page, site, f"#at=4280570,{7_450_000 + SIDE * 20 + 400}")
    tap(page)
    expect(page.locator("#map-answer .notice")).to_contain_text("within no boundaries")
    expect(page.locator("#map-answer h2")).to_have_text("Polling station № 7101")


def test_where_one_pointed_is_told_to_nobody(site: Served, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.url} {request.post_data or ''}"))
    open_map(page, site, middle(2))
    tap(page)
    expect(page.locator("#map-answer h2")).to_have_text("Polling station № 1003")
    files = re.compile(r"/tizme/(en/map/|en/updated.html|assets/[\w./-]+|data/map/[\w./-]+)(#at=\d+,\d+)? $")
    assert all(files.search(url) for url in asked), asked
    assert all(url.startswith(site.origin) for url in asked)


def test_boundaries_come_only_for_what_is_looked_at(site: Served, page: Page) -> None:
    open_map(page, site)
    assert not [path for path, _ in site.asked if "/boundaries/" in path]
    page.select_option("#map-rayon", "city")
    expect(page.locator("path.boundary")).to_have_count(6)
    came = [path for path, _ in site.asked if "/boundaries/" in path]
    assert "/tizme/data/map/boundaries/city.geojson" in came


def test_search_finds_by_number_name_and_place(site: Served, page: Page) -> None:
    open_map(page, site)
    page.fill("#map-find", "7002")
    expect(page.locator("#map-hits button")).to_have_count(1)
    page.locator("#map-hits button").click()
    expect(page.locator("#map-answer h2")).to_have_text("Polling station № 7002")
    expect(page.locator("path.boundary.on")).to_have_count(1)
    page.fill("#map-find", "town manas")
    expect(page.locator("#map-hits button")).to_have_count(3)
    page.fill("#map-find", "nowhere")
    expect(page.locator("#map-hits")).to_contain_text("No station fits")
    page.fill("#map-find", "moscow")
    page.keyboard.press("Enter")
    expect(page.locator("#map-answer h2")).to_have_text("Polling station № 9001")


def test_the_keyboard_asks_for_the_middle(site: Served, page: Page) -> None:
    open_map(page, site, middle(2))
    page.locator("#map_stations").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#map-answer h2")).to_have_text("Polling station № 1003")


def test_a_name_is_never_run(site: Served, page: Page) -> None:
    page.on("dialog", lambda _: pytest.fail("a name of the register was run as a script"))
    open_map(page, site, middle(25))
    tap(page)
    expect(page.locator("#map-answer h2")).to_have_text("Polling station № 7112")
    expect(page.locator("#map-answer")).to_contain_text("<script>")
    expect(page.locator(".place-name").first).to_be_attached()
    assert page.locator("#map_stations script, #map-answer script, #map-hits script").count() == 0


def test_without_data_the_page_says_where_to_look(site: Served, browser: Browser) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.route(re.compile(r"/index\.json$"), lambda route: route.abort())
    page.goto(f"{site.origin}/tizme/en/map/")
    expect(page.locator("#map-answer")).to_contain_text("did not arrive")
    expect(page.locator("#map_stations")).to_be_hidden()
    context.close()


def test_the_results_portal_shows_the_same_map(site: Served, page: Page) -> None:
    open_map(page, site, middle(0), "results/en/stations-map/")
    tap(page)
    expect(page.locator("#map-answer a")).to_have_attribute("href", "/tizme/en/station/1001/")


def test_without_a_script_there_are_lists_and_downloads(site: Served, public: Path, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site.origin}/tizme/en/map/")
    assert "<noscript><p" in page.content(), "it says that the map needs a script"
    expect(page.locator(".map-tools")).to_be_hidden()
    for href in page.locator("a[download]").evaluate_all("links => links.map((link) => link.getAttribute('href'))"):
        assert json.loads((public / href.lstrip("/")).read_bytes())["type"] == "FeatureCollection"
    expect(page.locator('a[href="/tizme/en/lists/"]')).to_be_visible()
    context.close()


def test_streets_are_narrowed_to_what_is_typed(site: Served, page: Page) -> None:
    page.goto(f"{site.origin}/tizme/en/find/at/town/")
    page.fill("#street", "ala")
    expect(page.locator(".streets dt:visible")).to_have_text(["Ala-Too"])
    page.fill("#house", "45а")
    expect(page.locator(".streets dd:visible")).to_have_text(["41–80 → station № 7002"])
    page.fill("#house", "500")
    expect(page.locator(".street-filter .none")).to_contain_text("No street of this page fits")


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_wider_than_a_phone(site: Served, browser: Browser, language: str) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    places = (
        "",
        "abroad/",
        "north/",
        "north/upper/",
        "at/capital/",
        "at/capital/1/",
        "at/one/",
        "at/silent/",
        "at/hostile/",
    )
    for path in [*(f"find/{place}" for place in places), "map/"]:
        page.goto(f"{site.origin}/tizme/{language}/{path}")
        if path == "map/":
            expect(page.locator("#map_stations")).to_have_attribute("data-ready", "yes")
            page.fill("#map-find", "7111")
            page.locator("#map-hits button").click()
            expect(page.locator("#map-answer h2")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
    context.close()


def test_pages_keep_the_strict_policy(public: Path) -> None:
    text = (public / "tizme/en/map/index.html").read_text("utf-8")
    assert CONTENT_SECURITY_POLICY.split(";")[0] in text.replace("&#39;", "'")
    assert " style=" not in text
    assert not re.search(r"<script>|<script (?![^>]*(?:src=|type=\"application/json\"))", text)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_fault(site: Served, browser: Browser, scheme: Literal["light", "dark"]) -> None:
    # The policy would keep the checker out as well.
    context = browser.new_context(bypass_csp=True, color_scheme=scheme)
    page = context.new_page()
    for path in ("ky/find/", "en/find/abroad/", "ru/find/north/", "ky/find/at/town/", "ru/find/at/one/", "en/map/"):
        page.goto(f"{site.origin}/tizme/{path}")
        if path == "en/map/":
            expect(page.locator("#map_stations")).to_have_attribute("data-ready", "yes")
            page.fill("#map-find", "town")
            expect(page.locator("#map-hits button")).to_have_count(3)
            page.keyboard.press("Enter")
            expect(page.locator("path.boundary.on")).to_have_count(1)
        faults = Axe().run(page)["violations"]
        assert [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in faults] == [], path
    context.close()
