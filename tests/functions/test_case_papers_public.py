"""A document of a case becomes public as a protocol does: a copy from its pixels, which a second official approves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from builder.copyist import Copyist, work
from builder.documents_state import Documents
from shailoo.assembly import Installation
from shailoo.errors import NotFound
from shailoo.ids import Digest
from shailoo.model.document import DocumentReceived, DocumentRecord
from shailoo.model.record import read_record
from shailoo.rules.case_standing import CaseStanding
from tests.builder.copying import FakeMaker
from tests.functions.browser import Browser, FixedClock
from tests.functions.case_desk_scene import PNG, desk_scene, file, member
from tests.functions.case_scene import MORNING


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    with desk_scene(tmp_path / "i") as made:
        yield made


def handed_over(case: CaseStanding, who: Browser, at: int = 0) -> int:
    return who.post(f"/staff/cases/{case.number}/{case.filed.documents[at].original}", {}).status


def received(installation: Installation) -> list[DocumentReceived]:
    records = (read_record(entry.body) for entry in installation.store.feed(0))
    return [one for one in records if isinstance(one, DocumentReceived)]


def copied(installation: Installation, maker: FakeMaker | None = None) -> None:
    work(Copyist(installation.store, installation.objects, FixedClock(MORNING), maker or FakeMaker()))


def public(installation: Installation) -> Documents:
    """What the publisher knows of documents."""
    known = Documents(installation.elections["small"])
    for entry in installation.store.feed(0):
        record = read_record(entry.body)
        if isinstance(record, DocumentRecord):
            known.apply(entry.seq, record)
    return known


def address(document: DocumentReceived) -> str:
    return f"/staff/document/small/1001/case-paper/{document.part}/{document.original}"


def test_a_copy_is_public_once_a_second_official_has_approved_it(installation: Installation) -> None:
    case = file(installation, kind="lamp", papers=(PNG,))
    first, second = member(installation, "precinct"), member(installation, "territorial")
    assert "Prepare a copy for the public" in first.get(f"/staff/cases/{case.number}").body.decode()
    assert handed_over(case, first) == 303
    assert handed_over(case, first) == 303  # the same again is the same
    [document] = received(installation)
    assert (document.kind, document.part) == ("case-paper", f"{case.number}-1")
    assert "the copy is being made" in first.get(f"/staff/cases/{case.number}").body.decode()
    copied(installation)
    [waiting] = public(installation).at("1001")
    assert waiting.state == "checking"
    form = {"version": "1", "pdf": waiting.copies[0].pdf}
    assert first.post(f"{address(document)}/approval", form).status == 403
    assert public(installation).at("1001")[0].state == "checking"
    assert second.post(f"{address(document)}/approval", form).status == 303
    [shown] = public(installation).at("1001")
    assert shown.state == "public"
    assert shown.original not in {sha256 for _, sha256 in shown.files(shown.copies[0])}
    assert second.post(f"{address(document)}/withdrawal", {"reason": "It showed a face."}).status == 303
    assert public(installation).at("1001")[0].state == "withdrawn"
    assert handed_over(case, first) == 409


def test_nothing_private_leaves_its_store_before_an_official_hands_it_over(installation: Installation) -> None:
    case = file(installation, kind="lamp", papers=(PNG, PNG + b"2"))
    handed_over(case, member(installation, "precinct"), at=1)
    installation.objects.get(Digest(case.filed.documents[1].original))
    with pytest.raises(NotFound):
        installation.objects.get(Digest(case.filed.documents[0].original))


@pytest.mark.parametrize(("who", "status"), [("other precinct", 404), ("auditor", 404), ("territorial", 403)])
def test_the_commission_that_has_the_case_hands_over_and_no_other(
    installation: Installation, who: str, status: int
) -> None:
    case = file(installation, kind="lamp", papers=(PNG,))
    assert handed_over(case, member(installation, who)) == status
    assert received(installation) == []
    if status == 403:
        assert "Prepare a copy" not in member(installation, who).get(f"/staff/cases/{case.number}").body.decode()


def test_documents_of_a_kind_without_a_register_are_never_public(installation: Installation) -> None:
    case = file(installation, papers=(PNG,))
    precinct = member(installation, "precinct")
    assert handed_over(case, precinct) == 422
    assert received(installation) == []
    assert "Prepare a copy" not in precinct.get(f"/staff/cases/{case.number}").body.decode()


def test_what_cannot_be_copied_shows_so_and_is_not_public(installation: Installation) -> None:
    case = file(installation, kind="lamp", papers=(PNG,))
    precinct = member(installation, "precinct")
    handed_over(case, precinct)
    copied(installation, FakeMaker(frozenset({PNG})))
    assert public(installation).at("1001")[0].state == "unreadable"
    assert "unreadable" in precinct.get(f"/staff/cases/{case.number}").body.decode()
