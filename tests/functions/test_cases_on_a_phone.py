"""The door of cases in a real browser, 390 pixels wide: from first page to receipt, with and without a script."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from typing import Literal
from urllib.parse import parse_qsl, urlsplit

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from functions.cases.door import PREFIX
from functions.cases.visitor import Visitor
from functions.cases.work import BITS
from functions.web import Request
from shailoo.records.case_code import case_of
from shailoo.usecases.case_desk import find_case
from tests.functions.case_scene import Scene, asked, case_scene, visited
from tests.functions.test_cases_door import PNG
from tests.functions.test_cases_signed_in import AIGUL

WIDE = 390


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = case_scene(tmp_path / "i")
    with made.installation:
        yield made


def serve(scene: Scene) -> str:
    """Answer on loopback from the scene's router, one request at a time; returns the address. Ends with the process."""
    one_at_a_time = Lock()

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            at = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            query = dict(parse_qsl(at.query, keep_blank_values=True))
            body = self.rfile.read(int(headers.get("content-length", "0")))
            with one_at_a_time:
                told = scene.router.handle(Request(self.command, at.path, query, headers, body))
            self.send_response(told.status)
            for name, value in (*told.headers, ("content-length", str(len(told.body)))):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(told.body)

        do_POST = do_GET  # noqa: N815 -- http.server calls it so
        do_PUT = do_GET  # noqa: N815 -- http.server calls it so

        def log_message(self, *_: object) -> None:
            """Nothing is written down."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_address[1]}"


def phone(scene: Scene, browser: Browser, *, script: bool, scheme: Literal["light", "dark"] = "light") -> Page:
    """A telephone that sees the scene's router, through a server of this process."""
    context: BrowserContext = browser.new_context(
        viewport={"width": WIDE, "height": 800}, java_script_enabled=script, color_scheme=scheme, base_url=serve(scene)
    )
    return context.new_page()


def fits(page: Page) -> None:
    """Nothing sticks out of the screen, and axe finds nothing."""
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDE, page.url
    faults = Axe().run(page)["violations"]
    assert [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in faults] == [], page.inner_text("h1")


def handed_in(page: Page, scene: Scene, language: str, photo: Path) -> str:
    """Everything that a person does, looking at each page; returns the code."""
    page.goto(f"{PREFIX}?lang={language}")
    fits(page)
    page.click('a[href*="/new/lamp"]')
    fits(page)
    page.fill("#station", scene.station)
    page.click("main button")
    fits(page)
    page.check('input[value="dark"]')
    page.click('button[value="next"]')
    page.evaluate("document.querySelectorAll('[required]').forEach((one) => one.removeAttribute('required'))")
    page.click('button[value="next"]')
    assert page.get_attribute("#where", "aria-invalid") == "true"
    fits(page)
    page.fill("#where", "at the bridge")
    page.click('button[value="next"]')
    fits(page)
    page.set_input_files("#file", photo)
    with page.expect_navigation():
        page.click("form[enctype] button:not([name])")
    page.wait_for_selector(".papers button")
    fits(page)
    page.click('button[value="next"]')
    fits(page)
    page.fill("#reach-mail", "a@example.org")
    page.click('button[value="submit"]')
    fits(page)
    code = page.inner_text(".code")
    page.click('main a[href*="/status"]')
    page.fill("#code", code)
    page.click("main button")
    fits(page)
    return code


@pytest.mark.browser
@pytest.mark.parametrize(("language", "scheme"), [("ky", "light"), ("ru", "dark"), ("en", "light")])
def test_somebody_hands_in_on_a_phone_and_answers_a_question(
    scene: Scene, browser: Browser, tmp_path: Path, language: str, scheme: Literal["light", "dark"]
) -> None:
    photo = tmp_path / "photo.png"
    photo.write_bytes(PNG)
    page = phone(scene, browser, script=True, scheme=scheme)
    code = handed_in(page, scene, language, photo)
    asked(scene, code)
    page.goto(f"{PREFIX}status?lang={language}")
    page.fill("#code", code)
    page.click("main button")
    fits(page)
    page.fill("#more", "the left one")
    page.set_input_files('input[type="file"]', photo)
    page.click('button[value="answer"]')
    fits(page)
    standing = find_case(case_of(code), scene.installation.case_desk)
    assert (standing.status.name, len(standing.filed.documents), len(standing.acts[1].documents)) == ("new", 1, 1)
    assert page.context.cookies() == []
    page.context.close()


@pytest.mark.browser
def test_the_same_way_leads_to_a_receipt_without_a_script(scene: Scene, browser: Browser, tmp_path: Path) -> None:
    photo = tmp_path / "photo.png"
    photo.write_bytes(PNG)
    page = phone(scene, browser, script=False)
    page.goto(f"{PREFIX}new/lamp?lang=ky&station={scene.station}")
    page.click("main button")
    page.check('input[value="dark"]')
    page.click('button[value="next"]')
    page.fill("#where", "at the bridge")
    page.click('button[value="next"]')
    page.set_input_files("#file", photo)
    page.click("form[enctype] button:not([name])")
    page.click('button[value="next"]')
    page.click('button[value="submit"]')
    standing = find_case(case_of(page.inner_text(".code")), scene.installation.case_desk)
    assert len(standing.filed.documents) == 1
    page.context.close()


@pytest.mark.browser
def test_the_script_proves_work_while_the_first_page_is_read(scene: Scene, browser: Browser) -> None:
    page = phone(scene, browser, script=True)
    page.goto(f"{PREFIX}new/lamp?lang=en")
    page.wait_for_selector('[name=work]:not([value=""])', state="attached")
    said = f"{page.get_attribute('[name=task]', 'value')}:{page.get_attribute('[name=work]', 'value')}"
    assert int.from_bytes(hashlib.sha256(said.encode()).digest()) >> (256 - BITS) == 0
    page.fill("#station", scene.station)
    page.click("main button")
    assert page.inner_text(".code")
    page.context.close()


@pytest.mark.browser
@pytest.mark.parametrize("kind", ["voter-missing", "outside-premises", "voter-mistake"])
def test_a_voters_forms_fit_a_phone_and_shut_nobody_out(scene: Scene, browser: Browser, kind: str) -> None:
    page = phone(visited(scene, AIGUL), browser, script=True, scheme="dark")
    for language in ("ky", "ru"):
        page.goto(f"{PREFIX}new/{kind}?lang={language}&station={scene.station}")
        fits(page)
        page.click("main button")
        fits(page)
    stranger = phone(visited(scene, Visitor()), browser, script=False)
    stranger.goto(f"{PREFIX}new/{kind}?lang=ky")
    assert stranger.locator("main a.button").count() == 1
    page.context.close()
    stranger.context.close()
