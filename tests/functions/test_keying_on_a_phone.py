"""Double entry in a real browser, 360 pixels wide: a difference, a third person, rules while typing, drafts, axe."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from functions.staff.cookies import SESSION, CookieSigner
from shailoo.adapters.clock import ReplayClock
from shailoo.assembly import Installation
from shailoo.model.manual import LineFigure
from shailoo.rules.equations import parse_equation
from shailoo.rules.keying import as_lines, verdicts
from shailoo.usecases.appoint import person_of
from shailoo.usecases.key_protocol import keyings_at
from tests.functions.browser import give
from tests.functions.test_server import server
from tests.usecases.keying import sheet_lines
from tests.voting import SMALL, small_election

ISSUER = "https://id.example"
EVENING = datetime(2025, 6, 1, 14, 30, tzinfo=UTC)
ELECTION = small_election()
STATION = ELECTION.station_by_no["1001"]
CONTEST = ELECTION.contests_at(STATION)[0]
PROTOCOL = ELECTION.protocol_by_kind[CONTEST.kind]
GOOD = sheet_lines(ELECTION, CONTEST.id)
OTHER = sheet_lines(ELECTION, CONTEST.id, first=101)
PEOPLE = {"aida": ("pec-1001", "precinct"), "bek": ("pec-1001", "precinct"), "cholpon": ("tec-1", "territorial")}


class Evening:
    """A running door, and a phone for each person."""

    def __init__(self, here: str, browser: Browser, secret: bytes, folder: Path) -> None:
        self.address = f"{here}/staff/protocols/small/1001/{CONTEST.id}"
        self.here = here
        self.folder = folder
        self._browser = browser
        self._signer = CookieSigner(secret, secure=False)
        self._open: list[BrowserContext] = []

    def phone(self, person: str, *, script: bool = True) -> Page:
        context = self._browser.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=script)
        self._open.append(context)
        value = self._signer.write(SESSION, {"person": person_of(ISSUER, person)}, expires=int(time.time()) + 900)
        context.add_cookies(
            [
                {"name": SESSION, "value": value, "url": f"{self.here}/staff/"},
                {"name": "lang", "value": "en", "url": f"{self.here}/staff/"},
            ]
        )
        page = context.new_page()
        page.goto(self.address)
        return page

    def close(self) -> None:
        for context in self._open:
            context.close()


@pytest.fixture
def evening(tmp_path: Path, browser: Browser) -> Iterator[Evening]:
    folder = tmp_path / "i"
    with Installation.create(folder, [SMALL]) as installation:
        for person, (commission, role) in PEOPLE.items():
            give(installation, ISSUER, person, commission, role)  # type: ignore[arg-type]  # the roles above
        secret = installation.session_secret
    start = datetime.now(UTC).replace(microsecond=0)
    ReplayClock(start, EVENING, 1, EVENING + timedelta(hours=9)).save(folder / "clock.json")
    with server(folder) as (client, _):
        made = Evening(f"{client.base_url}".rstrip("/"), browser, secret, folder)
        yield made
        made.close()


def fill(page: Page, lines: tuple[LineFigure, ...]) -> None:
    for one in lines:
        for at, figure in enumerate(one.figures):
            page.fill(f"input[name='{one.line}-{at}']", str(figure))


def hand_over(page: Page, lines: tuple[LineFigure, ...]) -> None:
    fill(page, lines)
    page.click("text=Hand over")
    page.wait_for_url("**?done=*")


def shown_rules(page: Page) -> list[str]:
    return page.locator(".breach:visible").all_inner_texts()


@pytest.mark.browser
def test_two_members_differ_and_a_third_person_decides(evening: Evening) -> None:
    hand_over(evening.phone("aida"), GOOD)
    hand_over(evening.phone("bek", script=False), OTHER)
    third = evening.phone("cholpon")
    assert "waits for a third person" in third.inner_text("main")
    assert third.locator("main ul li").first.inner_text().startswith("L7 ·")
    assert third.evaluate("document.documentElement.scrollWidth") <= 360
    hand_over(third, OTHER)
    assert "two agree: it counts" in third.inner_text("main")
    page = evening.phone("aida")
    assert "Keyings 2 and 3 agree" in page.inner_text("main")
    with Installation.open(evening.folder) as installation:
        keyings = keyings_at(installation.store, "small", "1001")[CONTEST.id]
    assert [one.keying for one in keyings] == [1, 2, 3]


@pytest.mark.browser
def test_while_typing_the_script_says_what_the_server_says_of_the_same_figures(evening: Evening) -> None:
    page = evening.phone("aida")
    drawn = Random(20250601)
    some_broke = False
    for _ in range(12):
        most = drawn.choice((1, 3, 40))
        lines = tuple(
            LineFigure(line=one.line, figures=tuple(drawn.randint(0, most) for _ in one.figures))
            if drawn.random() < 0.4
            else one
            for one in GOOD
        )
        fill(page, lines)
        hard, soft = verdicts(as_lines(lines, PROTOCOL), PROTOCOL)
        expected = {one.rule: (one.found, one.expected) for one in (*hard, *soft)}
        said = shown_rules(page)
        assert len(said) == len(expected), said
        for rule, (found, wanted) in expected.items():
            line = str(parse_equation(rule)).partition(" " + parse_equation(rule).relation)[0]
            assert any(f"{line}: typed {found}, must be" in one and f" {wanted}. Rule: {rule}" in one for one in said)
        if hard:
            page.click("text=Hand over")
            page.wait_for_selector("[role=alert]")
            assert page.evaluate("document.querySelector('.tally').textContent") == (
                f"Rules that do not hold: {len(expected)}"
            )
            assert shown_rules(page) == said
        some_broke = some_broke or bool(expected)
        if not hard:
            page.goto(evening.address)
    assert some_broke


@pytest.mark.browser
def test_what_is_typed_is_kept_by_itself_and_by_the_button(evening: Evening) -> None:
    page = evening.phone("aida")
    page.fill("input[name=L1-0]", "831")
    expect(page.locator(".kept")).to_have_text("Kept.", timeout=15_000)
    again = evening.phone("aida", script=False)
    assert again.input_value("input[name=L1-0]") == "831"
    again.fill("input[name=L2-0]", "832")
    again.press("input[name=L2-0]", "Enter")
    again.wait_for_url("**?kept")
    assert evening.phone("aida").input_value("input[name=L2-0]") == "832"
    assert evening.phone("bek").input_value("input[name=L1-0]") == ""


@pytest.mark.browser
def test_enter_moves_to_the_next_figure_and_hands_nothing_over(evening: Evening) -> None:
    page = evening.phone("aida")
    page.focus("input[name=L1-0]")
    for _ in range(3):
        page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.name") == "L4-0"
    assert page.url == evening.address


@pytest.mark.browser
def test_axe_finds_no_fault_in_the_keying_pages(evening: Evening) -> None:
    page = evening.phone("aida")
    pages = (evening.address, f"{evening.here}/staff/protocols/small", f"{evening.here}/staff/protocols/small/1001")
    for address in pages:
        for language in ("ky", "ru", "en"):
            page.goto(f"{address}?lang={language}")
            if address == evening.address:
                fill(page, sheet_lines(ELECTION, CONTEST.id, L7=600))
            assert page.evaluate("document.documentElement.scrollWidth") <= 360, (address, language)
            faults = Axe().run(page)["violations"]
            assert [(one["id"], one["nodes"][0]["target"]) for one in faults] == []
