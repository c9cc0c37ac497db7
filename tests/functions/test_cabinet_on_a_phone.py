"""The cabinet on a telephone, 390 pixels wide, without script: sign in, apply, see the decision, keep the proof."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import pytest
import uvicorn
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from functions.server import create_app, listen
from shailoo.assembly import CitizenProvider, Installation, Settings, save_settings
from shailoo.records.voter_commitment import verify_voter
from shailoo.records.voter_proof import read_voter_proof
from tests.functions.browser import FixedClock
from tests.functions.cabinet_scene import AIDA, APRIL, aida, bring_list, installation_with, publish_entries, tell
from tests.functions.test_cabinet import OTHERS, filed, granted
from tests.voters.list_scene import Scene

HERE = "/api/cabinet/"


@pytest.fixture
def provider(issuer: str) -> str:
    """The mock provider by its number: the browser resolves no name."""
    return issuer.replace("localhost", "127.0.0.1")


@contextmanager
def served(folder: Path, issuer: str) -> Iterator[tuple[Installation, Scene, str]]:
    """An installation with a list, a second door to it for the commissions, and its address on the loopback."""
    tell(issuer, "aida", AIDA)
    listener = listen(0)
    origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
    provider = CitizenProvider(issuer=issuer, client_id="cabinet")
    with installation_with(folder, provider, secret="s") as home:
        settings = Settings.model_validate_json((folder / "settings.json").read_bytes())
        save_settings(folder, settings.model_copy(update={"origin": origin}))
        scene = bring_list(home, aida(), *OTHERS)
        app = create_app(replace(Installation.open(folder), clock=FixedClock(APRIL)))
        door = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="on"))
        thread = threading.Thread(target=door.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            while not door.started:
                time.sleep(0.02)
            yield home, scene, origin
        finally:
            door.should_exit = True
            thread.join()


def sign_in(page: Page, origin: str, language: str = "en") -> None:
    """As a person does at the mock provider."""
    page.goto(f"{origin}{HERE}?lang={language}")
    page.click("main a.button")
    page.fill("input[name=sub]", "aida")
    page.press("input[name=sub]", "Enter")
    page.wait_for_url(f"{origin}{HERE}")


@pytest.mark.browser
def test_a_voter_applies_and_sees_the_decision_at_once(tmp_path: Path, browser: Browser, provider: str) -> None:
    with served(tmp_path / "i", provider) as (home, scene, origin):
        phone = browser.new_context(viewport={"width": 390, "height": 800}, java_script_enabled=False, locale="en")
        page = phone.new_page()
        sign_in(page, origin)
        assert "You vote at polling station No. 1001" in page.inner_text("main")
        page.click("text=Registration as a voter with a disability")
        assert page.url.startswith(f"{origin}/api/cases/new/voter-disability")
        page.fill("#station", "1001")
        page.click("main form button")
        page.check("input[value=step-free]")
        while page.locator("button[value=next]").count():
            page.click("button[value=next]")
        page.click("button[value=submit]")
        page.goto(f"{origin}{HERE}")
        page.click("main .cards a >> nth=0")
        assert "Waits until you are identified at the precinct" in page.inner_text("main")
        home.case_index.follow(home.store)
        granted(home, next(iter(home.case_index)).filed.case)
        granted(home, filed(home, provider, "electoral-address", "1002"), "1002")
        page.reload()
        assert "Granted" in page.inner_text("main")
        page.goto(f"{origin}{HERE}")
        assert "You vote at polling station No. 1002" in page.inner_text("main")
        scene.folder.carry(home.wishes())
        publish_entries(home, scene)
        page.reload()
        assert "from its next version on" not in page.inner_text("main")
        page.click("text=Proof that this entry is in the published list")
        with page.expect_download() as saved:
            page.click("text=Save the proof")
        proof = read_voter_proof(saved.value.path().read_bytes())
        assert proof.committed.station == "1002"
        verify_voter(proof, bytes.fromhex(scene.reader.made()[-1].salted_root))
        page.click("header button")
        page.wait_for_url(f"{provider}/**")
        page.goto(f"{origin}{HERE}")
        assert "Асанова" not in page.inner_text("body")
        phone.close()


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_shuts_anybody_out(
    tmp_path: Path, browser: Browser, provider: str, scheme: Literal["light", "dark"]
) -> None:
    with served(tmp_path / "i", provider) as (home, _, origin):
        granted(home, filed(home, provider, "voter-mistake"), surname="Асанбекова")
        case = next(entry.seq for entry in home.store.feed(0) if entry.key.startswith("case/"))
        for language in ("ky", "ru", "en"):
            context = browser.new_context(color_scheme=scheme, viewport={"width": 360, "height": 800})
            page = context.new_page()
            page.goto(f"{origin}{HERE}?lang={language}")
            assert Axe().run(page)["violations"] == []
            sign_in(page, origin, language)
            for address in ("", "memo", "proof", f"case/{case}", "signed-out", "case/999"):
                page.goto(f"{origin}{HERE}{address}")
                assert page.get_attribute("html", "lang") == language
                assert page.evaluate("document.documentElement.scrollWidth") <= 360, (address, language)
                faults = Axe().run(page)["violations"]
                assert [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in faults] == []
                assert urlsplit(page.url).path == f"{HERE}{address}"
            context.close()
