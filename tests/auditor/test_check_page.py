"""The Check page in a real browser: a reader adds up, follows a proof, compares a tape, draws, with nobody's help."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from auditor.draw import draw
from shailoo.records.canonical import digest
from shailoo.records.draw_manifest import read_manifest
from shailoo.records.note import SignedNote
from shailoo.records.tape_code import tape_address
from tests.auditor.publishing import Published, text_path
from tests.auditor.test_draw import THROWS
from tests.auditor.test_verify import reports
from tests.builder.site_files import served

pytestmark = pytest.mark.browser
LONG_MS = 20_000


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(reduced_motion="reduce", viewport={"width": 360, "height": 800})
    opened = context.new_page()
    opened.set_default_timeout(LONG_MS)
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda said: complaints.append(said.text) if "Content Security Policy" in said.text else None)
    yield opened
    context.close()
    assert complaints == []


def visit(page: Page, where: Published, language: str = "en", code: str = "") -> Iterator[Page]:
    with served(where.scene.public) as site:
        page.goto(f"{site.origin}/results/{language}/about/check/{code}")
        yield page


@pytest.fixture
def check(page: Page, quiet: Published) -> Iterator[Page]:
    yield from visit(page, quiet)


@pytest.fixture
def spoilt_check(page: Page, spoilt: Published) -> Iterator[Page]:
    yield from visit(page, spoilt)


def ask(page: Page, tool: str, **fields: str) -> str:
    """Fill in a tool, press its button, and read what it found."""
    form = page.locator(f"#check-{tool}")
    for name, value in fields.items():
        form.locator(f"> label input[name={name}]").fill(value)
    form.locator("> button").click()
    found = form.locator("> .found")
    expect(found.locator(".verdict, table").first).to_be_visible(timeout=LONG_MS)
    return found.inner_text()


def test_a_reader_adds_up_the_country_and_gets_the_official_sum(check: Page) -> None:
    said = ask(check, "nation")
    assert "My sum is the official sum." in said
    assert re.search(r"List A\s+360\s+360\s+0", said)


def test_an_official_total_that_is_off_by_one_is_marked(spoilt: Published, spoilt_check: Page) -> None:
    spoilt.edit("data/small/overview.json", '"votes": 310', '"votes": 311')
    assert "NOT the official sum" in ask(spoilt_check, "nation")
    assert "List B" in spoilt_check.locator("#check-nation .differs").inner_text()


def test_signatures_and_proofs_of_a_station_are_verified_in_the_browser(check: Page) -> None:
    said = ask(check, "station", station="1001")
    assert "The ballot box ABB-000001 has signed this text." in said
    assert "the proof leads to its head" in said
    assert "The head of the log is signed with its key." in said
    assert check.locator("#check-station > .found > .bad").count() == 0


def test_a_browser_without_ed25519_says_that_it_cannot_verify(check: Page) -> None:
    check.evaluate("void (crypto.subtle.importKey = () => Promise.reject(new Error()))")
    said = ask(check, "station", station="1001")
    assert "This browser cannot verify Ed25519 signatures" in said
    assert "the proof leads to its head" in said


def test_a_changed_text_is_neither_signed_nor_in_the_log(spoilt: Published, spoilt_check: Page) -> None:
    file = next(text_path(one) for one in reports(spoilt) if one.station == "1001")
    spoilt.edit(file, "160\n", "161\n")
    said = ask(spoilt_check, "station", station="1001")
    assert "has NOT signed" in said
    assert "does NOT show" in said


def test_a_head_that_another_key_signed_is_told(spoilt: Published, spoilt_check: Page) -> None:
    file = next(f"{text_path(one)}.tlog-proof" for one in reports(spoilt) if one.station == "1001")
    whole = spoilt.path(file).read_text(encoding="utf-8")
    last = whole.rstrip("\n")[-20]
    spoilt.put(file, f"{whole[:-21]}{'A' if last != 'A' else 'B'}{whole[-20:]}".encode())
    assert "NOT signed with its key" in ask(spoilt_check, "station", station="1001")


def test_a_copy_that_differs_is_compared_line_by_line_and_told_where_to_complain(check: Page) -> None:
    ask(check, "station", station="1001")
    figures = {"line-1": "160", "line-2": "111", "line-3": "80", "line-4": "23", "line-5": "12"}
    figures |= {"line-invalid": "15", "line-ballots": "400"}
    said = ask(check, "copy-pr", **figures)
    assert "Your copy differs" in said
    assert "complain to the precinct commission" in said
    assert check.locator("#check-copy-pr .differs").inner_text().split()[-2:] == ["111", "110"]
    assert "Your copy says what is published." in ask(check, "copy-pr", **{**figures, "line-2": "110"})


def code_of(where: Published, station: str) -> str:
    """What stands in the code on the tape of a station's box."""
    file = next(text_path(one) for one in reports(where) if one.station == station)
    return tape_address("/Q/", SignedNote.parse(where.path(file).read_bytes())).rpartition("#")[2]


def test_a_tape_that_a_phone_opened_is_the_published_text(page: Page, quiet: Published) -> None:
    for opened in visit(page, quiet, "ky", f"#{code_of(quiet, '5001')}"):
        found = opened.locator("#check-tape > .found")
        expect(found.locator(".verdict").first).to_be_visible(timeout=LONG_MS)
        assert "бул бир эле текст" in found.inner_text()
        assert found.locator(".differs").count() == 0
        assert opened.locator(".languages a").first.get_attribute("href", timeout=LONG_MS) is not None


def test_a_tape_that_says_other_figures_than_the_published_text_is_told(quiet: Published, check: Page) -> None:
    code = code_of(quiet, "1001")
    changed = code.replace(code[-60:], "".join("B" if letter == "A" else "A" for letter in code[-60:-1]) + code[-1])
    said = ask(check, "tape", code=changed)
    assert "ANOTHER signature" in said
    assert "complain" in said


def test_the_browser_draws_the_same_stations_as_the_command(quiet: Published, check: Page) -> None:
    data = quiet.path("data/small/draw-manifest.json").read_bytes()
    expected = draw(read_manifest(data).stations, digest(data), THROWS, 4)
    said = ask(check, "draw", seed=THROWS.replace(" ", ""), count="4")
    assert digest(data) in said
    rows = check.locator("#check-draw tbody tr").all_inner_texts()
    assert [row.split() for row in rows] == [
        [str(order), one.station, str(one.place), str(one.counter)] for order, one in enumerate(expected, 1)
    ]
    assert "At least 20 throws" in ask(check, "draw", seed="1 2 3", count="4")


@pytest.mark.parametrize("language", ["ky", "ru", "en"])
def test_the_tools_fit_a_phone_and_can_be_used_by_everybody(page: Page, quiet: Published, language: str) -> None:
    for opened in visit(page, quiet, language):
        expect(opened.locator("#check-draw")).to_be_visible()
        assert opened.evaluate("document.documentElement.scrollWidth") <= 360
        assert opened.evaluate("document.querySelector('#check-draw').offsetWidth") > 300
        faults = Axe().run(opened, "#main")["violations"]
        assert [(fault["id"], [node["html"][:300] for node in fault["nodes"]]) for fault in faults] == []
        assert "#" not in "".join(opened.locator("#check label, #check button, #check h3").all_inner_texts())


def test_without_javascript_the_page_is_a_guide(browser: Browser, quiet: Published, tmp_path: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    for opened in visit(context.new_page(), quiet):
        expect(opened.locator("#check")).to_be_hidden()
        expect(opened.locator("article")).to_contain_text("zero report")
    context.close()
