"""Documents beside an act and beside a filing in JSON: kept for whoever may, and in nobody's case but this one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from functions.cases.door import PREFIX
from functions.server import LARGEST_FILE_FORM, LARGEST_FORM, _largest
from functions.web import Request, Response
from shailoo.assembly import Installation
from shailoo.errors import NotFound
from shailoo.ids import Digest
from shailoo.records.case_code import case_of, write_code
from shailoo.usecases.case_desk import find_case
from tests.functions.browser import Browser
from tests.functions.case_desk_scene import PNG, desk_scene, file, member
from tests.functions.case_scene import Scene, case_scene, multipart
from tests.usecases.case_toys import GRIEVANCE

OTHER = PNG + b"another"
LAMP_FORM = {"what": "dark", "where": "at the bridge"}


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


# --- an official's act ---


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    with desk_scene(tmp_path / "i", {"grievance": GRIEVANCE}) as made:
        yield made


def lodged(installation: Installation) -> int:
    return file(installation, kind="grievance", fields={"about": "list", "words": "It is dark"}).number


def send(browser: Browser, number: int, seen: int, act: str, papers: Sequence[tuple[str, bytes]]) -> Response:
    fields = {"token": browser.token, "do-act": act, "do-seen": str(seen), "do-reason": "Because", "number": "1"}
    asked = multipart(f"/staff/cases/{number}", fields, papers)
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    return browser.router.handle(Request("POST", asked.path, {}, {**asked.headers, "cookie": cookie}, asked.body))


def test_a_decision_goes_with_its_paper_and_who_may_see_the_case_opens_it(installation: Installation) -> None:
    number = lodged(installation)
    central = member(installation, "central")
    assert send(central, number, 0, "accept", []).status == 303
    shown = central.get(f"/staff/cases/{number}?act=uphold").body.decode()
    assert 'enctype="multipart/form-data"' in shown
    assert 'name="paper-ruling"' in shown
    assert send(central, number, 1, "uphold", [("paper-ruling", PNG)]).status == 303
    case = installation.case_index.numbered(number)
    assert case is not None
    assert [one.original for one in case.acts[-1].documents] == [sha256(PNG)]
    picture = Request("GET", f"/staff/cases/{number}/{sha256(PNG)}", {}, {"cookie": _cookie(central)})
    assert central.router.handle(picture).body == PNG


@pytest.mark.parametrize(
    ("who", "act", "name", "data", "status"),
    [
        ("territorial", "uphold", "paper-ruling", OTHER, 403),
        ("auditor", "uphold", "paper-ruling", OTHER, 404),
        ("central", "await", "paper-ruling", OTHER, 422),
        ("central", "uphold", "paper-passport", OTHER, 422),
        ("central", "uphold", "paper-ruling", b"no picture at all", 422),
    ],
    ids=["not theirs to decide", "an auditor", "an act without papers", "another paper", "no picture"],
)
def test_a_paper_that_no_act_takes_is_not_kept(  # noqa: PLR0917 -- a table
    installation: Installation, who: str, act: str, name: str, data: bytes, status: int
) -> None:
    number = lodged(installation)
    send(member(installation, "central"), number, 0, "accept", [])
    assert send(member(installation, who), number, 1, act, [(name, data)]).status == status
    with pytest.raises(NotFound):
        installation.private.get(Digest(sha256(data)))


def test_a_form_with_a_file_must_come_from_our_page(installation: Installation) -> None:
    number = lodged(installation)
    central = member(installation, "central")
    central.token = "another"
    assert send(central, number, 0, "accept", []).status == 403


def _cookie(browser: Browser) -> str:
    return "; ".join(f"{name}={value}" for name, value in browser.cookies.items())


@pytest.mark.parametrize(
    ("path", "kind", "most"),
    [
        ("/api/cases/act", "multipart/form-data; boundary=x", LARGEST_FILE_FORM),
        ("/staff/cases/7", "multipart/form-data; boundary=x", LARGEST_FILE_FORM),
        ("/api/cases/act", "application/x-www-form-urlencoded", LARGEST_FORM),
        ("/staff/cases/bulk", "application/x-www-form-urlencoded", LARGEST_FORM),
        ("/api/cases/status", "multipart/form-data; boundary=x", LARGEST_FORM),
    ],
)
def test_a_form_with_files_may_be_as_large_as_its_files_and_no_other_may(path: str, kind: str, most: int) -> None:
    assert _largest(Request("POST", path, {}, {"content-type": kind})) == most


# --- a program ---


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = case_scene(tmp_path / "i")
    with made.installation:
        made.headers = {"accept": "application/json", "accept-language": "en"}
        yield made


def begun(scene: Scene) -> str:
    first = scene.post(f"{PREFIX}new/lamp", {"election": "small", "station": scene.station, "step": "0"})
    assert first.status == 201
    return str(json.loads(first.body)["code"])


def upload(scene: Scene, code: str, data: bytes) -> None:
    asked = multipart(f"{PREFIX}documents/lamp", {"code": code, "document": "photo"}, [("file", data)])
    assert scene.router.handle(asked).status == 200


def hand_in(scene: Scene, code: str, *documents: str) -> Response:
    body = {"election": "small", "station": scene.station, "fields": LAMP_FORM, "code": code, "documents": documents}
    return scene.send(f"{PREFIX}file/lamp", json.dumps(body).encode())


def test_a_program_hands_in_documents_that_it_has_sent_before(scene: Scene) -> None:
    code = begun(scene)
    for data in (PNG, OTHER):
        upload(scene, code, data)
    first = hand_in(scene, code, sha256(OTHER), sha256(PNG))
    assert first.status == 201
    filed = find_case(case_of(code), scene.installation.case_desk).filed
    assert [one.original for one in filed.documents] == [sha256(OTHER), sha256(PNG)]
    again = hand_in(scene, code, sha256(OTHER), sha256(PNG))
    assert (again.status, json.loads(again.body)) == (201, json.loads(first.body)), "the answer was lost on the way"


@pytest.mark.parametrize("named", [[sha256(OTHER)], [sha256(PNG), sha256(PNG)], ["../x"], [""]])
def test_no_document_is_named_that_is_not_in_this_very_draft(scene: Scene, named: list[str]) -> None:
    other = begun(scene)
    upload(scene, other, OTHER)
    code = begun(scene)
    upload(scene, code, PNG)
    told = hand_in(scene, code, *named)
    assert (told.status, json.loads(told.body)["code"]) == (422, "documents-wanted")
    assert hand_in(scene, write_code(bytes(13)), sha256(PNG)).status == 404
    assert len(scene.installation.case_index) == 0
