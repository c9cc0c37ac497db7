"""Anybody hands in a case without a script: page after page, a receipt, and how it stands by the code."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from functions.cases.door import PREFIX
from functions.web import Request
from shailoo.records.case_code import case_of
from shailoo.records.case_receipt import read_case_receipt
from shailoo.records.note import SignedNote
from shailoo.usecases.case_desk import find_case
from shailoo.usecases.case_drafts import NoSuchDraft, read_draft
from tests.functions.case_scene import MORNING, Scene, asked, case_scene, code_in, multipart

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82"
)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = case_scene(tmp_path / "i")
    with made.installation:
        yield made


def handed_in(scene: Scene) -> str:
    """File a lamp through the pages; returns the code."""
    code = scene.begun()
    new = f"{PREFIX}new/lamp"
    scene.post(new, {"code": code, "step": "1", "what": "dark", "go": "next"})
    scene.post(new, {"code": code, "step": "2", "where": "at the bridge", "go": "next"})
    scene.post(new, {"code": code, "step": "3", "go": "next"})
    done = scene.post(new, {"code": code, "step": "4", "go": "submit"})
    assert "Your application was received" in done.body.decode()
    return code


def test_page_after_page_leads_to_a_receipt_that_anybody_can_check(scene: Scene) -> None:
    code = handed_in(scene)
    note = scene.post(f"{PREFIX}receipt", {"code": code, "as": "note"})
    signed = SignedNote.parse(note.body)
    signed.verify(scene.installation.receipt_verifier)
    receipt = read_case_receipt(signed.text)
    assert (receipt.case, receipt.kind, receipt.body) == (case_of(code), "lamp", f"pec-{scene.station}")


def test_the_receipt_comes_as_a_pdf_and_its_page_again(scene: Scene) -> None:
    code = handed_in(scene)
    pdf = scene.post(f"{PREFIX}receipt", {"code": code, "as": "pdf"})
    assert pdf.body.startswith(b"%PDF-")
    assert pdf.body == scene.post(f"{PREFIX}receipt", {"code": code, "as": "pdf"}).body
    assert code in scene.post(f"{PREFIX}receipt", {"code": code}).body.decode()


def test_what_is_missing_is_said_beside_its_field_and_nothing_is_lost(scene: Scene) -> None:
    code = scene.begun()
    page = scene.post(f"{PREFIX}new/lamp", {"code": code, "step": "2", "where": "", "go": "next"})
    assert page.status == 422
    assert "Write where it is." in page.body.decode()
    assert 'aria-invalid="true"' in page.body.decode()
    scene.post(f"{PREFIX}new/lamp", {"code": code, "step": "2", "where": "at the bridge", "go": "save"})
    again = scene.post(f"{PREFIX}go-on", {"code": code})
    assert again.status == 200
    assert read_draft(code, scene.installation.store, now=MORNING).fields == {"where": "at the bridge"}


def test_a_draft_is_unreadable_without_its_code_and_gone_after_the_hand_over(scene: Scene) -> None:
    code = scene.begun()
    scene.post(f"{PREFIX}new/lamp", {"code": code, "step": "2", "where": "at the secret bridge", "go": "save"})
    database = (scene.installation.folder / "store.db").read_bytes()
    wal = scene.installation.folder / "store.db-wal"
    database += wal.read_bytes() if wal.exists() else b""
    assert b"secret bridge" not in database
    assert code.encode() not in database
    code = handed_in(scene)
    with pytest.raises(NoSuchDraft):
        read_draft(code, scene.installation.store, now=MORNING)


def test_handing_in_twice_gives_the_first_receipt(scene: Scene) -> None:
    code = handed_in(scene)
    again = scene.post(f"{PREFIX}new/lamp", {"code": code, "step": "4", "go": "submit"})
    assert "Your application was received" in again.body.decode()
    scene.installation.case_index.follow(scene.installation.store)
    assert len([key for key in _records(scene) if key.startswith("case/")]) == 1


def _records(scene: Scene) -> list[str]:
    return [entry.key for entry in scene.installation.store.feed(0)]


def test_who_types_a_wrong_code_is_told_so_and_learns_nothing(scene: Scene) -> None:
    for code in ("", "12345", "00000-00000-00000-00000", "ы" * 20):
        page = scene.post(f"{PREFIX}status", {"code": code})
        assert page.status == 422
        assert "No application has this code" in page.body.decode()


def test_a_code_is_forgiven_what_people_write_differently(scene: Scene) -> None:
    code = handed_in(scene)
    written = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert "What has happened" in scene.post(f"{PREFIX}status", {"code": written}).body.decode()


def test_documents_are_known_by_what_they_hold(scene: Scene) -> None:
    code = scene.begun()
    page = scene.router.handle(photo(code, PNG))
    assert page.status == 200, page.body.decode()
    draft = read_draft(code, scene.installation.store, now=MORNING)
    assert [(one.kind, one.media, one.bytes) for one in draft.documents] == [("photo", "image/png", len(PNG))]
    refused = scene.router.handle(photo(code, b"MZ this is a program"))
    assert refused.status == 422
    assert refused.code == "document-is-program"


def photo(code: str, data: bytes) -> Request:
    """A photograph for a draft of LAMP, sent with a form."""
    fields = {"code": code, "document": "photo", "step": "3", "lang": "en"}
    return multipart(f"{PREFIX}documents/lamp", fields, [("file", data)])


def test_the_applicant_answers_a_question_with_words_and_files(scene: Scene) -> None:
    code = handed_in(scene)
    asked(scene, code, "Which of the two lamps?")
    page = scene.post(f"{PREFIX}status", {"code": code}).body.decode()
    assert "Which of the two lamps?" in page
    assert 'name="paper-photo"' in page
    answer = {"code": code, "act": "answer", "seen": "1", "more": "the left one"}
    refused = scene.router.handle(multipart(f"{PREFIX}act", {**answer, "more": ""}, [("paper-photo", PNG)]))
    assert (refused.status, "This must be filled in." in refused.body.decode()) == (422, True)
    for _ in range(2):
        done = scene.router.handle(multipart(f"{PREFIX}act", answer, [("paper-photo", PNG), ("paper-photo", b"")]))
        assert done.status == 200, done.body.decode()
    (_, act) = find_case(case_of(code), scene.installation.case_desk).acts
    assert [(one.kind, one.bytes) for one in act.documents] == [("photo", len(PNG))]
    wrong = scene.router.handle(multipart(f"{PREFIX}act", {**answer, "seen": "2"}, [("paper-other", PNG)]))
    assert (wrong.status, wrong.code) == (422, "documents-wanted")


def test_a_program_files_and_follows_in_json(scene: Scene) -> None:
    body = {"election": "small", "station": scene.station, "fields": {"what": "dark", "where": "here"}}
    done = scene.send(f"{PREFIX}file/lamp", json.dumps(body).encode())
    assert done.status == 201, done.body
    told = json.loads(done.body)
    stands = json.loads(scene.send(f"{PREFIX}status", json.dumps({"code": told["code"]}).encode()).body)
    assert (stands["status"], stands["phase"], stands["number"]) == ("new", "open", told["number"])
    wrong = scene.send(f"{PREFIX}file/lamp", json.dumps({**body, "fields": {"what": "purple"}}).encode())
    assert wrong.status == 422
    assert json.loads(wrong.body)["facts"]["field.where"] == "Write where it is."


def test_a_kind_that_wants_a_sign_in_is_not_filed_by_strangers(scene: Scene) -> None:
    body = {
        "election": "small",
        "station": scene.station,
        "fields": {"because": "health", "where": "x", "phone": "123456"},
    }
    answer = scene.send(f"{PREFIX}file/outside-premises", json.dumps(body).encode())
    assert (answer.status, answer.code) == (403, "case-sign-in-wanted")
    assert "Sign in first" in scene.get(f"{PREFIX}new/voter-missing").body.decode()


def test_the_feed_of_a_case_tells_that_something_happened_and_never_what(scene: Scene) -> None:
    code = handed_in(scene)
    page = scene.post(f"{PREFIX}status", {"code": code}).body.decode()
    address = page.split(f'href="{PREFIX}feed/')[1].split('"')[0]
    feed = scene.get(f"{PREFIX}feed/{address}")
    assert feed.status == 200
    assert b"bridge" not in feed.body
    assert code.encode() not in feed.body
    assert scene.get(f"{PREFIX}feed/{address[:-1]}x").status == 404


def test_no_address_and_no_log_line_holds_a_code(scene: Scene, capfd: pytest.CaptureFixture[str]) -> None:
    code = handed_in(scene)
    page = scene.post(f"{PREFIX}status", {"code": code}).body.decode()
    assert not [part for part in page.split('href="')[1:] if code in part.split('"')[0]]
    said = capfd.readouterr()
    assert code not in said.out + said.err


@pytest.mark.parametrize("language", ["ky", "ru", "en"])
def test_every_page_speaks_the_language_that_was_asked_for(scene: Scene, language: str) -> None:
    for address in (PREFIX, f"{PREFIX}new/lamp", f"{PREFIX}status", f"{PREFIX}go-on"):
        page = scene.get(f"{address}?lang={language}")
        assert page.status == 200
        assert page.header("content-language") == language


def test_too_many_filings_from_one_address_are_put_off(scene: Scene) -> None:
    body = {"election": "small", "station": scene.station, "fields": {"what": "dark", "where": "here"}}
    codes = [scene.send(f"{PREFIX}file/lamp", json.dumps(body).encode()).status for _ in range(32)]
    assert codes.count(201) == 30
    assert set(codes[30:]) == {429}


def test_an_unknown_kind_is_not_found_and_a_kind_out_of_its_days_says_when(tmp_path: Path, scene: Scene) -> None:
    assert scene.get(f"{PREFIX}new/nothing").status == 404
    late = case_scene(tmp_path / "late", now=MORNING.replace(month=7))
    with late.installation:
        assert "This is not filed today." in late.get(f"{PREFIX}new/voter-missing").body.decode()
    assert code_in(scene.post(f"{PREFIX}new/lamp", {"election": "small", "station": scene.station, "step": "0"}))
