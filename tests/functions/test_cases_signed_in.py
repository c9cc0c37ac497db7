"""A voter who signed in hands in each of the voter's kinds, follows it, and nobody else hands in what they began."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from functions.cases.door import FILINGS_PER_ADDRESS, OPEN_PER_PERSON, PREFIX
from functions.cases.visitor import Visitor
from functions.cases.work import LASTS_S, is_solved, make_task, solve
from functions.web import Request
from shailoo.kinds import KINDS
from shailoo.records.case_code import case_of
from shailoo.records.note import SignedNote
from shailoo.usecases.case_desk import applicant_of, find_case
from shailoo.usecases.case_drafts import draft_owner
from tests.functions.case_scene import MORNING, Scene, case_scene, code_in, visited
from tests.functions.test_cases_door import PNG

AIGUL = Visitor(
    applicant_of(b"k" * 32, "https://id.example", "aigul"),
    {"pin": "21212197700033", "surname": "Токтогулова", "name": "Айгүл", "birth": "1977-01-01"},
    "token-of-aigul",
)
BEK = Visitor(applicant_of(b"k" * 32, "https://id.example", "bek"), {"pin": "20101199000001"}, "token-of-bek")
ADDRESS = {"settlement": "bishkek", "street": "Токтогул", "house": "12a"}
ANSWERS = {
    "voter-missing": ADDRESS,
    "voter-mistake": {"what": "name", "right": "Айгүл"},
    "electoral-address": {**ADDRESS, "since": "study"},
    "outside-premises": {"because": "health", "where": "Токтогул 12", "phone": "+996 555 123456"},
    "remote-station": {"at": "1003"},
    "voter-disability": {"need": "step-free"},
}


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = case_scene(tmp_path / "i")
    with made.installation:
        yield visited(made, AIGUL)


def walked(scene: Scene, kind: str, token: str = AIGUL.token) -> str:
    """Walk through every page of a kind; returns the code."""
    new = f"{PREFIX}new/{kind}"
    page = scene.post(new, {"election": "small", "station": scene.station, "step": "0", "token": token})
    code = code_in(page)
    for step in range(1, 9):
        sent = {**ANSWERS.get(kind, {}), "code": code, "step": str(step), "token": token, "go": "next"}
        if 'value="submit"' in page.body.decode():
            page = scene.post(new, {**sent, "go": "submit"})
            break
        page = scene.post(new, sent)
        assert page.status == 200, page.body.decode()
    assert "Your application was received" in page.body.decode()
    return code


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_of_a_voter_leads_from_its_first_page_to_a_receipt(scene: Scene, kind: str) -> None:
    code = walked(scene, kind)
    standing = find_case(case_of(code), scene.installation.case_desk)
    assert (standing.filed.kind, standing.filed.applicant) == (kind, AIGUL.applicant)
    note = SignedNote.parse(scene.post(f"{PREFIX}receipt", {"code": code, "as": "note"}).body)
    note.verify(scene.installation.receipt_verifier)
    assert scene.installation.case_desk.content(standing.filed.content).person["pin"] == AIGUL.person["pin"]


def test_no_record_in_the_feed_knows_who_applied(scene: Scene) -> None:
    walked(scene, "voter-missing")
    feed = b"".join(entry.body for entry in scene.installation.store.feed(0))
    for secret in (*AIGUL.person.values(), ADDRESS["street"], ADDRESS["house"]):
        assert secret.encode() not in feed


def test_a_form_that_another_site_made_is_refused(scene: Scene) -> None:
    first = {"election": "small", "station": scene.station, "step": "0"}
    for token in ("", "made up", BEK.token):
        answer = scene.post(f"{PREFIX}new/voter-missing", {**first, "token": token})
        assert (answer.status, answer.code) == (403, "form-expired")


def test_what_one_person_began_another_cannot_go_on_with(scene: Scene) -> None:
    first = {"election": "small", "station": scene.station, "step": "0", "token": AIGUL.token}
    code = code_in(scene.post(f"{PREFIX}new/voter-missing", first))
    stranger = visited(scene, BEK)
    for answer in (
        stranger.post(f"{PREFIX}go-on", {"code": code}),
        stranger.post(f"{PREFIX}new/voter-missing", {"code": code, "step": "4", "go": "submit", "token": BEK.token}),
        visited(scene, Visitor()).post(f"{PREFIX}new/voter-missing", {"code": code, "step": "4", "go": "submit"}),
    ):
        assert (answer.status, answer.code) == (403, "case-sign-in-wanted")


def test_a_person_cannot_fill_the_desk_alone_but_may_hand_in_again_what_is_closed(scene: Scene) -> None:
    codes = [walked(scene, "voter-missing") for _ in range(OPEN_PER_PERSON)]
    first = {"election": "small", "station": scene.station, "step": "0", "token": AIGUL.token}
    refused = scene.post(f"{PREFIX}new/voter-missing", first)
    assert (refused.status, refused.code) == (422, "too-many-cases")
    assert visited(scene, BEK).post(f"{PREFIX}new/voter-missing", {**first, "token": BEK.token}).status == 200
    cancelled = scene.post(f"{PREFIX}act", {"code": codes[0], "act": "cancel", "seen": "0"})
    assert "Cancelled by the citizen" in cancelled.body.decode()
    walked(scene, "voter-missing")


def test_an_act_that_is_not_the_applicants_is_refused_and_the_same_act_again_is_harmless(scene: Scene) -> None:
    code = walked(scene, "voter-missing")
    for act in ("grant", "identify", "confirm", "nothing", ""):
        answer = scene.post(f"{PREFIX}act", {"code": code, "act": act, "seen": "0"})
        assert (answer.status, answer.code) == (403, "act-not-yours")
    for _ in range(2):
        assert scene.post(f"{PREFIX}act", {"code": code, "act": "cancel", "seen": "0"}).status == 200
    assert len(find_case(case_of(code), scene.installation.case_desk).acts) == 1


def test_a_document_in_parts_goes_on_after_a_broken_link(scene: Scene) -> None:
    first = {"election": "small", "station": scene.station, "step": "0", "token": AIGUL.token}
    code = code_in(scene.post(f"{PREFIX}new/voter-missing", first))
    sha256 = hashlib.sha256(PNG).hexdigest()
    about = f"document=passport&bytes={len(PNG)}&sha256={sha256}"
    begun = json.loads(parts(scene, "POST", f"uploads?{about}", code))
    again = json.loads(parts(scene, "POST", f"uploads?{about}", code))
    assert begun["upload"] == again["upload"]
    parts(scene, "PUT", f"uploads/{begun['upload']}/1", code, PNG)
    assert json.loads(parts(scene, "GET", f"uploads/{begun['upload']}", code))["parts"] == [1]
    done = json.loads(parts(scene, "POST", f"uploads/{begun['upload']}/complete?document=passport", code))
    assert done == {"document": sha256}
    assert json.loads(parts(scene, "POST", f"uploads?{about}", code)) == done
    other = code_in(scene.post(f"{PREFIX}new/voter-missing", first))
    assert draft_owner(other) != draft_owner(code)
    stolen = json.loads(parts(scene, "GET", f"uploads/{begun['upload']}", other))
    assert stolen["code"] == "no-such-upload"


def parts(scene: Scene, method: str, address: str, code: str, body: bytes = b"") -> bytes:
    path, _, query = address.partition("?")
    asked = dict(part.split("=", 1) for part in query.split("&")) if query else {}
    headers = {"x-case-code": code, "accept": "application/json"}
    return scene.router.handle(Request(method, PREFIX + path, asked, headers, body)).body


def test_work_lets_more_through_from_one_address_and_each_solution_counts_once(scene: Scene) -> None:
    anybody = visited(scene, Visitor())
    body = {"election": "small", "station": scene.station, "fields": {"what": "dark", "where": "here"}}

    def file(**more: str) -> int:
        return anybody.send(f"{PREFIX}file/lamp", json.dumps({**body, **more}).encode()).status

    assert [file() for _ in range(FILINGS_PER_ADDRESS.most)].count(201) == FILINGS_PER_ADDRESS.most
    assert file() == 429
    task = json.loads(anybody.get(f"{PREFIX}task").body)["task"]
    number = solve(task)
    assert file(task=task, work=number) == 201
    assert file(task=task, work=number) == 429
    assert file(task=task, work="1" + number) == 429


def test_a_task_is_ours_and_of_the_last_hour() -> None:
    now = int(MORNING.timestamp())
    task = make_task(b"s", b"r" * 12, now)
    number = solve(task)
    assert is_solved(b"s", task, number, now + LASTS_S)
    assert not is_solved(b"s", task, number, now + LASTS_S + 1)
    assert not is_solved(b"s", task, number, now - 1)
    assert not is_solved(b"other", task, number, now)
    for hostile in ("", ".", "..", "1.2.3", "٣.a.b", task + "0", "9" * 200):
        assert not is_solved(b"s", hostile, number, now)
