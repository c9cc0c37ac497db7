"""The two maps with figures in a real browser: shares from two integers, a dash where nothing is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from builder.render import maps, voter_maps
from builder.render.policy import CONTENT_SECURITY_POLICY
from tests.builder.site_files import Served, served

pytestmark = pytest.mark.browser

NAME = {"ky": "Түндүк", "ru": "Север", "en": "North"}
WORDS = (
    "voters", "women", "young", "first_time", "nothing", "open", "zoom_in", "zoom_out", "turnout", "counted", "ballots",
    "station", "stations", "of", "leader", "leads", "close",
)  # fmt: skip
SAID = {word: f"<{word}>" for word in WORDS}
TOOLS = """<div class="leaf-tools" hidden><p><select id="map-layer">{layers}</select></p><select id="map-level">
<option value="region">regions</option><option value="rayon">rayons</option></select>
<input type="checkbox" id="map-stations"></div>{container}<ol id="map-legend" hidden></ol>"""


def square(west: float) -> dict[str, Any]:
    ring = [[west, 40.0], [west + 1, 40.0], [west + 1, 41.0], [west, 41.0], [west, 40.0]]
    return {"type": "Polygon", "coordinates": [ring]}


def area(number: int, west: float, **figures: object) -> dict[str, Any]:
    properties = {"id": f"r{number}", "level": "region", "name": NAME, **figures}
    return {"type": "Feature", "geometry": square(west), "properties": properties}


VOTERS = [
    area(1, 70.0, voters=1234567, base=3, women=2, young=1, first_time=None),
    area(2, 72.0, voters=10, base=None, women=None, young=None, first_time=None),
    area(3, 74.0, voters=1000, base=1000, women=500, young=90, first_time=7),
]
RESULTS = [
    area(1, 70.0, voters=3, participants=2, ballots=2, leader="a", votes={"a": 2}),
    area(2, 72.0, voters=10, participants=None, ballots=None, leader=None, votes={}),
]


def put(public: Path, path: str, body: bytes) -> None:
    file = public / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(body)


def put_page(public: Path, path: str, head: str, layers: tuple[str, ...], container: str) -> None:
    options = "".join(f'<option value="{one}">{one}</option>' for one in layers)
    body = TOOLS.format(layers=options, container=container)
    sheet = '<link rel="stylesheet" href="/size.css">'
    policy = f'<meta http-equiv="Content-Security-Policy" content="{CONTENT_SECURITY_POLICY}">'
    text = (
        f'<!doctype html><html lang="en"><head><title>Map</title>{policy}{sheet}{head}</head><body>{body}</body></html>'
    )
    put(public, path, text.encode())


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    public = tmp_path_factory.mktemp("maps")
    sheet = (maps.THEME / "components" / "components.css").read_bytes()
    put(public, "size.css", sheet + b"\n.leaf{height:400px;width:100%}")
    put(public, "favicon.ico", b"")
    for portal, made in (("tizme", voter_maps.assets()), ("results", maps.map_files())):
        for path, body in made.files.items():
            put(public, f"{portal}/{path}", body)
    put(public, "voters.geojson", json.dumps({"type": "FeatureCollection", "features": VOTERS}).encode())
    named = {"a": {"name": NAME, "number": 1, "tone": 1}}
    counted = {"type": "FeatureCollection", "synthetic": True, "options": named, "features": RESULTS}
    put(public, "results.geojson", json.dumps(counted).encode())
    where = {"home": "/there/", "language": "en", "said": SAID, "label": "Map"}
    drawn = voter_maps.container(areas="/voters.geojson", **where)  # type: ignore[arg-type]  # one set of words for both
    put_page(public, "v/index.html", voter_maps.assets().head, ("voters", "women", "first_time"), drawn)
    drawn = maps.container(areas="/results.geojson", stations="/none", **where)  # type: ignore[arg-type]  # as above
    put_page(public, "r/index.html", maps.head(), ("turnout", "leader", "share:a"), drawn)
    with served(public) as state:
        yield state


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.new_page(viewport={"width": 900, "height": 700})
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    opened.close()
    assert complaints == []


def test_what_is_not_told_of_voters_is_a_dash_and_never_a_nought(page: Page, site: Served) -> None:
    page.goto(f"{site.origin}/v/")
    expect(page.locator("path[role=button]")).to_have_count(3)
    said = {one.get_attribute("aria-label") for one in page.locator("path[role=button]").all()}
    assert said == {
        "North. <voters>: 1\u202f234\u202f567. <women>: 66.67\u202f%. <young>: 33.33\u202f%. <first_time>: \u2014",
        "North. <voters>: 10. <women>: \u2014. <young>: \u2014. <first_time>: \u2014",
        "North. <voters>: 1\u202f000. <women>: 50.00\u202f%. <young>: 9.00\u202f%. <first_time>: 0.70\u202f%",
    }


def test_an_area_without_a_figure_has_the_colour_of_nothing(page: Page, site: Served) -> None:
    page.goto(f"{site.origin}/v/")
    page.locator("#map-layer").select_option("first_time")
    expect(page.locator("path.cn")).to_have_count(2)
    page.locator("#map-layer").select_option("women")
    expect(page.locator("path.cn")).to_have_count(1)


def test_results_are_painted_by_share_and_by_who_is_ahead(page: Page, site: Served) -> None:
    page.goto(f"{site.origin}/r/")
    expect(page.locator("path.cn")).to_have_count(1)
    expect(page.locator("#map-legend li")).to_have_count(5)
    page.locator("#map-layer").select_option("leader")
    expect(page.locator("path.t1")).to_have_count(1)
    expect(page.locator("#map-legend li")).to_have_text(["North"])


def test_a_region_opens_by_keyboard_and_leads_to_its_page(page: Page, site: Served) -> None:
    page.goto(f"{site.origin}/r/")
    page.locator("path:not(.cn)[role=button]").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".leaflet-popup-close-button")).to_have_attribute("aria-label", "<close>")
    expect(page.locator(".leaflet-popup-content a")).to_have_attribute("href", "/there/region/r1/")
    expect(page.locator(".leaflet-popup")).to_contain_text("66.67\u202f%")


def test_the_long_name_of_a_list_sticks_out_of_no_phone(page: Page, site: Served) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(f"{site.origin}/r/")
    page.locator("#map-layer").evaluate("(layer) => layer.add(new Option('Long name '.repeat(12), 'share:b'))")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
