"""An application from a telephone to the voter list: voter, the precinct's device, commission, the next version.

Server and commands are processes of their own, as an operator starts them; the one thing that is played is the device,
which recognises whom it is told to.
"""

from __future__ import annotations

import csv
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize

from rehearsal.identity import identity_provider
from shailoo.adapters.clock import ReplayClock
from shailoo.adapters.identification.simulator import SimulatedDevice
from shailoo.assembly import (
    CitizenProvider,
    IdentificationSettings,
    IdentityProvider,
    Installation,
    Settings,
    save_settings,
)
from shailoo.ids import StationNo
from shailoo.kinds import KINDS
from shailoo.model.case_calendar import CaseCalendar, Window
from shailoo.records.case_receipt import read_case_receipt
from shailoo.records.note import SignedNote
from tests.functions.browser import give
from tests.functions.cabinet_scene import tell
from tests.functions.test_server import free_port
from tests.journey.nights import keep_prose, shailoo
from tests.voting import SMALL

pytestmark = [pytest.mark.browser, pytest.mark.night, pytest.mark.filterwarnings("ignore:get_jwt_config")]

APRIL = datetime(2025, 4, 28, 6, 0, tzinfo=UTC)
"""A month before the election of five stations."""
LISTED, WANTED = StationNo("1001"), StationNo("1002")
PHONE, DESK = ViewportSize(width=390, height=800), ViewportSize(width=1280, height=800)
CABINET = "/api/cabinet/"


@dataclass(frozen=True)
class Place:
    """An installation with a published list, where its server answers, and somebody on the list of station 1001."""

    folder: Path
    origin: str
    voter: dict[str, str]

    def command(self, *arguments: str) -> None:
        """As the operator types it."""
        done = shailoo(*arguments, "--dir", str(self.folder))
        assert done.returncode == 0, done.stderr

    def is_listed(self, station: StationNo) -> bool:
        """Whether the voter stands on the published list of a station."""
        name = f"<li>{self.voter['surname']}\t{self.voter['name']}\t"
        pages = (self.folder / "public" / "tizme" / "ky" / "station" / station / "list").glob("*/index.html")
        return any(name in page.read_text("utf-8") for page in pages)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    folder, extract, origin = tmp_path / "i", tmp_path / "voters.csv", f"http://127.0.0.1:{free_port()}"
    generated = ("--count", "400", "--out", str(extract), "--election", "small", "--day", "2025-04-20")
    assert shailoo("voters", "generate", *generated).returncode == 0
    keep_prose(folder)
    with identity_provider() as issuer:
        set_up(folder, origin, issuer)
        made = Place(folder, origin, {})
        about = ("--stage", "preliminary", "--election", "small", "--as-of", "2025-04-20")
        made.command("voters", "import", str(extract), *about)
        made.command("voters", "assign")
        made.command("voters", "publish")
        voter = somebody(folder, extract)
        claims = {"pin": "pin", "family_name": "surname", "given_name": "name", "birthdate": "birth_date"}
        tell(issuer, "voter", {claim: voter[column] for claim, column in claims.items()})
        with served(folder, origin):
            yield Place(folder, origin, voter)


def set_up(folder: Path, origin: str, issuer: str) -> None:
    """An installation a month before its election; voters and commissions sign in at the same provider."""
    identity = IdentityProvider(issuer=issuer, client_id="commissions")
    with Installation.create(folder, [SMALL], identity=identity, client_secret="s", origin=origin) as made:
        give(made, issuer, "operator", f"pec-{WANTED}", "precinct")
        give(made, issuer, "territorial", made.elections["small"].station_by_no[WANTED].tec, "territorial")
    secret = folder / "keys" / "citizens.secret"
    secret.write_text("s\n")
    secret.chmod(0o600)
    windows = dict.fromkeys(KINDS, Window(first=date(2025, 4, 1), last=date(2025, 5, 15)))
    more = {
        "citizens": CitizenProvider(issuer=issuer, client_id="cabinet", secret_file="keys/citizens.secret"),
        "identification": IdentificationSettings(url="simulated"),
        "cases": {"small": CaseCalendar(windows=windows, marks={"lists-close": date(2025, 5, 16)})},
    }
    settings = Settings.model_validate_json((folder / "settings.json").read_bytes())
    save_settings(folder, settings.model_copy(update=more))
    now = datetime.now(UTC).replace(microsecond=0)
    ReplayClock(now, APRIL, 1, APRIL + timedelta(days=1)).save(folder / "clock.json")


@contextmanager
def served(folder: Path, origin: str) -> Iterator[None]:
    """`shailoo serve` in its own process."""
    port = origin.rpartition(":")[2]
    command = [sys.executable, "-m", "shailoo.cli", "serve", "--dir", str(folder), "--port", port]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            for _ in range(400):
                try:
                    httpx.get(f"{origin}/api/health")
                    break
                except httpx.ConnectError:
                    time.sleep(0.05)
            yield
        finally:
            process.terminate()
            process.wait(30)


def somebody(folder: Path, extract: Path) -> dict[str, str]:
    """Somebody of the extract who is on the list of station 1001, under a name that nobody else there has."""
    with Installation.open(folder) as home:
        reader = home.voter_reader()
        people = dict(reader.people(reader.made()[-1].number, [LISTED, WANTED]))
    names = [(one.surname, one.name) for station in people.values() for one in station]
    here = {(one.surname, one.name) for one in people[LISTED]}
    with extract.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            name = (row["surname"], row["name"])
            if name in here and names.count(name) == 1 and row["status"] == "voter":
                return row
    pytest.fail("nobody on the list of station 1001 has a name of their own")


def fine(page: Page, wide: int) -> None:
    """Nothing sticks out of the screen, and axe finds nothing."""
    assert page.evaluate("document.documentElement.scrollWidth") <= wide, page.url
    faults = Axe().run(page)["violations"]
    assert [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in faults] == [], page.url


def signed_in(page: Page, address: str, name: str) -> None:
    """As a person does at the mock provider, sent there from an address."""
    page.goto(address)
    if page.locator("main a.button").count():
        page.click("main a.button")
    page.fill("input[name=sub]", name)
    page.press("input[name=sub]", "Enter")
    page.wait_for_url(address)


def apply(page: Page, place: Place, receipt: Path) -> int:
    """The voter asks to vote at another station, and keeps the receipt; returns the application's number."""
    signed_in(page, f"{place.origin}{CABINET}", "voter")
    fine(page, PHONE["width"])
    assert f"You vote at polling station No. {LISTED}" in page.inner_text("main")
    page.click("text=I shall vote where I stay")
    page.fill("#station", WANTED)
    page.click("main form button")
    for field, text in (("settlement", "Атлантида"), ("street", "Ленина"), ("house", "3")):
        page.fill(f"#{field}", text)
    page.click("button[value=next]")
    assert "no such place" in page.inner_text("#settlement-fault")
    fine(page, PHONE["width"])
    with page.expect_response("**/api/cases/places"):
        page.fill("#settlement", "Бишк")
    page.wait_for_selector("#settlement-places option", state="attached")
    page.fill("#settlement", str(page.get_attribute("#settlement-places option", "value")))
    page.click("button[value=next]")
    page.check("input[value=study]")
    while page.locator("button[value=next]").count():
        fine(page, PHONE["width"])
        page.click("button[value=next]")
    page.click("button[value=submit]")
    fine(page, PHONE["width"])
    assert page.inner_text(".code")
    with page.expect_download() as saved:
        page.click("button[value=note]")
    saved.value.save_as(receipt)
    return read_case_receipt(SignedNote.parse(receipt.read_bytes()).text).number


def identify(page: Page, place: Place, number: int) -> None:
    """The voter stands before the device of the precinct, the operator takes what it recognised."""
    device = SimulatedDevice(place.folder / "identification")
    device.recognise(WANTED, place.voter["pin"], APRIL + timedelta(minutes=1))
    signed_in(page, f"{place.origin}/staff/", "operator")
    page.goto(f"{place.origin}/staff/cases/{number}")
    page.click("nav.acts >> text=Identify the voter")
    assert page.url == f"{place.origin}/staff/precinct/small/{WANTED}/cases/{number}"
    assert place.voter["surname"] in page.inner_text("main")
    page.click("button:text('Identify the voter')")
    assert "Received" in page.inner_text("main")


def grant(page: Page, place: Place, number: int) -> None:
    """The territorial commission finds it in its queue and grants it."""
    signed_in(page, f"{place.origin}/staff/", "territorial")
    page.goto(f"{place.origin}/staff/cases/")
    page.click(f"text=№ {number}")
    page.click("nav.acts >> text=Grant")
    page.click("form.act button")
    assert page.inner_text("[role=status]") == "Done."


def test_an_application_from_a_phone_comes_to_the_list(place: Place, browser: Browser, tmp_path: Path) -> None:
    assert (place.is_listed(LISTED), place.is_listed(WANTED)) == (True, False)
    phone = browser.new_context(viewport=PHONE, java_script_enabled=True, locale="en")
    page = phone.new_page()
    number = apply(page, place, tmp_path / "receipt.txt")
    for who in (identify, grant):
        desk = browser.new_context(viewport=DESK, locale="en")
        who(desk.new_page(), place, number)
        desk.close()
    page.goto(f"{place.origin}{CABINET}")
    fine(page, PHONE["width"])
    assert f"You vote at polling station No. {WANTED}" in page.inner_text("main")
    assert "from its next version on" in page.inner_text("main")
    assert place.is_listed(LISTED), "the public list follows with its next version, not before"
    place.command("voters", "applications")
    assert (place.is_listed(LISTED), place.is_listed(WANTED)) == (False, True)
    page.reload()
    assert f"You vote at polling station No. {WANTED}" in page.inner_text("main")
    assert "from its next version on" not in page.inner_text("main")
    page.click("main .cards a >> nth=0")
    assert "Granted" in page.inner_text("main")
    assert "Bishkek" in page.inner_text("main"), "the place by its name, not by its number in the register"
    phone.close()
    with Installation.open(place.folder) as home:
        SignedNote.parse((tmp_path / "receipt.txt").read_bytes()).verify(home.receipt_verifier)
    done = shailoo("verify-receipt", str(tmp_path / "receipt.txt"), str(place.folder / "public"))
    assert done.returncode == 0, done.stderr + done.stdout
