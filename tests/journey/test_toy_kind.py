"""A fourth kind of case is a declaration: form, desk, clock, public page and verification follow, and no program."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import urlencode

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Browser, ViewportSize

from auditor.verify.run import Asked, verify
from builder.copyist import Copyist, work
from builder.publish import Publisher
from functions.cases.door import PREFIX
from functions.web import Request, Response, Router
from shailoo.assembly import Installation
from shailoo.kinds import KINDS
from shailoo.model.base import LANGUAGES
from shailoo.records.case_code import case_of
from shailoo.rules.case_kinds import check_kind
from tests.builder.copying import FakeMaker
from tests.builder.scene import publisher_of, settle
from tests.builder.site_files import served
from tests.functions.browser import FixedClock, router_of
from tests.functions.case_desk_scene import PNG, SECRET, at, desk_scene, do, file, member
from tests.functions.case_scene import MORNING, code_in
from tests.journey import dog
from tests.journey.dog import DOG

STATION = "1001"
SHOWN = "results/en/small/register/dog"


@dataclass
class Town:
    """An installation that knows the kind, its door, and its publisher."""

    installation: Installation
    router: Router
    publisher: Publisher
    public: Path

    def post(self, address: str, form: dict[str, str]) -> Response:
        headers = {"accept": "text/html", "accept-language": "en", "content-type": "application/x-www-form-urlencoded"}
        return self.router.handle(Request("POST", address, {}, headers, urlencode(form).encode()))

    def hand_in(self) -> tuple[str, int]:
        """As somebody without a script does; returns code and number."""
        new = f"{PREFIX}new/dog"
        code = code_in(self.post(new, {"election": "small", "station": STATION, "step": "0"}))
        self.post(new, {"code": code, "step": "1", "size": "large", "where": SECRET, "go": "next"})
        self.post(new, {"code": code, "step": "2", "go": "next"})
        done = self.post(new, {"code": code, "step": "3", "go": "submit"})
        assert "Your application was received" in done.body.decode()
        entry = self.installation.store.get(f"case/{case_of(code)}")
        assert entry is not None
        return code, entry.seq

    def page(self, name: str) -> str:
        return (self.public / name / "index.html").read_text("utf-8")


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with desk_scene(tmp_path / "i", {"dog": check_kind(DOG)}) as installation:
        known = {**KINDS, "dog": DOG}
        publisher = publisher_of(tmp_path, installation.store, ["small"], kinds=known, objects=installation.objects)
        publisher.start()
        yield Town(installation, router_of(installation), publisher, tmp_path / "public")


def test_the_declaration_is_short() -> None:
    assert len(Path(dog.__file__).read_text("utf-8").splitlines()) < 60


def test_it_gets_form_desk_clock_and_public_page(town: Town) -> None:
    code, number = town.hand_in()
    settle(town.publisher)
    assert "Loose" in town.page(f"{SHOWN}/{number}")
    assert "Large" in town.page(f"{SHOWN}/{number}")

    official = member(town.installation, "precinct")
    queue = official.get("/staff/cases/").body.decode()
    assert f"№ {number}" in queue
    assert "A dog at the station" in queue
    late = member(at(town.installation, MORNING + timedelta(days=3)), "precinct")
    assert "Overdue: 1" in late.get("/staff/cases/").body.decode().replace("\u00a0", " ")

    assert do(official, number, "catch", 0, do_reason="It was tired.") == 303
    assert "Gone" in town.post(f"{PREFIX}status", {"code": code}).body.decode()
    settle(town.publisher)
    assert "It was tired." in town.page(f"{SHOWN}/{number}")
    assert "Gone" in town.page(SHOWN)
    for language in LANGUAGES:
        assert (town.public / "results" / language / "small" / "register" / "dog" / "feed.atom").exists()


def test_what_is_not_to_be_told_is_in_no_public_byte(town: Town) -> None:
    _, number = town.hand_in()
    do(member(town.installation, "precinct"), number, "catch", 0, do_reason="It was tired.")
    settle(town.publisher)
    for one in town.public.rglob("*"):
        if one.is_file():
            data = one.read_bytes()
            assert SECRET.encode() not in data, one
            assert member(town.installation, "precinct").cookies["shailoo-staff"].encode() not in data


def test_a_paper_is_on_its_page_once_a_second_official_has_approved_the_copy(town: Town) -> None:
    made = town.installation
    case = file(made, kind="dog", papers=(PNG,), fields={"size": "small", "where": SECRET})
    paper = case.filed.documents[0].original
    assert member(made, "precinct").post(f"/staff/cases/{case.number}/{paper}", {}).status == 303
    work(Copyist(made.store, made.objects, FixedClock(MORNING), FakeMaker()))
    settle(town.publisher)
    shown = f"{SHOWN}/{case.number}"
    assert ".pdf" not in town.page(shown)
    [copy] = town.publisher.nights["small"].state.documents.at(STATION)[0].copies
    address = f"/staff/document/small/{STATION}/case-paper/{case.number}-1/{paper}"
    above = member(made, "territorial")
    assert above.post(f"{address}/approval", {"version": "1", "pdf": copy.pdf}).status == 303
    settle(town.publisher)
    found = re.search(r'href="/(results/data/small/document/[^"]+\.pdf)"', town.page(shown))
    assert found
    assert (town.public / found[1]).exists()
    assert above.post(f"{address}/withdrawal", {"reason": "It showed a face."}).status == 303
    settle(town.publisher)
    assert ".pdf" not in town.page(shown)
    assert not (town.public / found[1]).exists()


def test_a_stranger_verifies_it_and_finds_what_was_changed(town: Town) -> None:
    for _ in range(2):
        town.hand_in()
    settle(town.publisher)
    said = verify(Asked(str(town.public / "results")))
    assert said.good, said.broken
    assert said.steps[-1].number == 13
    register = town.public / "results" / "data" / "small" / "register" / "dog.json"
    value = json.loads(register.read_bytes())
    value["cases"].pop()
    register.write_text(json.dumps(value))
    assert not verify(Asked(str(town.public / "results"))).good


def test_a_publisher_that_starts_again_makes_only_what_is_new(town: Town, tmp_path: Path) -> None:
    town.hand_in()
    settle(town.publisher)
    again = publisher_of(tmp_path, town.installation.store, ["small"], kinds={**KINDS, "dog": DOG})
    again.start()
    assert not again.cases.state.changed
    _, number = town.hand_in()
    settle(again)
    assert "Loose" in town.page(f"{SHOWN}/{number}")


def test_every_file_is_the_same_however_the_publisher_came_to_it(town: Town, tmp_path: Path) -> None:
    for _ in range(3):
        _, number = town.hand_in()
        settle(town.publisher)
    do(member(town.installation, "precinct"), number, "catch", 0, do_reason="It was tired.")
    settle(town.publisher)
    known = {**KINDS, "dog": DOG}
    again = publisher_of(tmp_path / "again", town.installation.store, ["small"], kinds=known)
    again.build()
    for folder in ("en/small/register", "ky/small/applications", "data/small/register"):
        for one in (town.public / "results" / folder).rglob("*"):
            if one.is_file():
                other = tmp_path / "again" / "public" / "results" / one.relative_to(town.public / "results")
                assert other.read_bytes() == one.read_bytes(), one


@pytest.mark.browser
@pytest.mark.parametrize(("wide", "scheme"), [(360, "dark"), (1280, "light")])
def test_the_pages_have_no_fault(town: Town, browser: Browser, wide: int, scheme: Literal["dark", "light"]) -> None:
    _, number = town.hand_in()
    do(member(town.installation, "precinct"), number, "catch", 0, do_reason="It was tired.")
    settle(town.publisher)
    size = ViewportSize(width=wide, height=800)
    with served(town.public) as site, browser.new_context(viewport=size, color_scheme=scheme) as context:
        page = context.new_page()
        for language in LANGUAGES:
            for name in ("applications/", "register/dog/", f"register/dog/{number}/"):
                page.goto(f"{site.origin}/results/{language}/small/{name}")
                assert page.evaluate("document.documentElement.scrollWidth") <= wide, name
                faults = Axe().run(page)["violations"]
                assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in faults] == [], page.url
