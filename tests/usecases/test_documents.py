"""Scanned documents: who may bring, mark, approve and withdraw them, and who wins when two act at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shailoo.adapters.memory import Fault
from shailoo.errors import Refused, ShailooError, StorageFailed
from shailoo.ids import Digest
from shailoo.model.document import Blackout, DocumentApproved, DocumentReceived, DocumentRecord, Placed
from shailoo.rules.document_standing import standing_of
from shailoo.rules.scan_faults import DocumentUnfit
from shailoo.usecases.document_desk import Member, station_documents, where_of
from shailoo.usecases.receive_document import MOST_PER_PAPER, Paper
from shailoo.usecases.review_document import approve_document, ask_blackout, withdraw_document
from shailoo.usecases.staff_refusals import (
    BadBlackout,
    CopyToCome,
    DocumentGone,
    DocumentMovedOn,
    NoSuchDocument,
    NoSuchPaper,
    NotYours,
    SecondOfficialWanted,
    TooManyDocuments,
)
from tests.usecases.papers import (
    AIDA,
    AREA,
    AUDITOR,
    BAKYT,
    CEC,
    DEC,
    NIGHT,
    OTHER_PEC,
    OTHER_TEC,
    PDF,
    TEC,
    Papers,
)


@pytest.fixture
def papers() -> Papers:
    return Papers()


@pytest.mark.parametrize("who", [AIDA, TEC, DEC, CEC])
def test_a_precinct_and_every_commission_above_it_may_bring_its_papers(papers: Papers, who: Member) -> None:
    record = papers.received(who=who)
    assert (record.person, record.role) == (who.person, who.appointments[0].role)
    assert (record.media, record.bytes) == ("application/pdf", len(PDF))
    assert papers.objects.get(Digest(record.original)) == PDF


@pytest.mark.parametrize("who", [OTHER_PEC, OTHER_TEC, AUDITOR, Member("f" * 64, ())])
def test_nobody_else_may(papers: Papers, who: Member) -> None:
    with pytest.raises(NotYours):
        papers.received(who=who)
    assert papers.store.last() == len(papers.objects) == 0


@pytest.mark.parametrize(
    "paper",
    [
        Paper("small", "1001", "protocol", "smd-2"),
        Paper("small", "1001", "protocol"),
        Paper("small", "1001", "annex", "pr-99"),
        Paper("small", "1001", "zero-report", "abb-000002"),
        Paper("small", "1001", "identification-initial", "pr"),
        Paper("small", None, "protocol", "pr"),
        Paper("small", "1001", "commission-act", "1", act="no-such-act"),
        Paper("small", "1001", "protocol", "pr", act="1"),
    ],
)
def test_a_paper_that_the_station_does_not_have_is_refused_before_anything_is_kept(
    papers: Papers, paper: Paper
) -> None:
    with pytest.raises(NoSuchPaper):
        papers.received(paper=paper, who=CEC)
    assert papers.store.last() == len(papers.objects) == 0


def test_an_act_of_no_single_station_is_brought_by_the_central_commission_alone(papers: Papers) -> None:
    assert papers.received(paper=Paper("small", None, "commission-act", "12"), who=CEC).station is None
    with pytest.raises(NotYours):
        papers.received(paper=Paper("small", None, "commission-act", "12"), who=TEC)


def test_the_same_bytes_for_the_same_paper_are_one_document(papers: Papers) -> None:
    first = papers.received()
    assert papers.received(who=TEC) == first
    assert papers.store.last() == 1
    other = papers.received(paper=papers.paper("protocol", "smd-1"))
    assert other.original == first.original
    assert papers.store.last() == 2
    assert len(papers.objects) == 1


def test_several_files_may_be_the_pages_of_one_paper_but_not_without_end(papers: Papers) -> None:
    for page in range(MOST_PER_PAPER):
        papers.received(PDF + str(page).encode())
    with pytest.raises(TooManyDocuments):
        papers.received(PDF)
    assert papers.received(PDF + b"0").person == AIDA.person


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"<html>", b"GIF89a", bytes(100), b"%PDF-" + bytes(21 << 20)])
def test_what_is_no_scan_by_its_content_is_refused(papers: Papers, data: bytes) -> None:
    with pytest.raises(DocumentUnfit):
        papers.received(data)
    assert len(papers.objects) == 0


def test_a_stop_between_the_bytes_and_the_record_is_mended_by_sending_again(papers: Papers) -> None:
    papers.store.plan.add(Fault("before"))
    with pytest.raises(StorageFailed):
        papers.received()
    assert (papers.store.last(), len(papers.objects)) == (0, 1)
    papers.received()
    assert (papers.store.last(), len(papers.objects)) == (1, 1)


def approve(papers: Papers, document: Placed, version: int = 1, who: Member = BAKYT) -> DocumentApproved:
    return approve_document(document, version, f"{version:064}", papers.desk, who, now=NIGHT)


def test_a_second_official_approves_the_very_copy_and_then_the_public_sees_it(papers: Papers) -> None:
    document = papers.received()
    with pytest.raises(CopyToCome):
        approve(papers, document)
    copy = papers.copied(document)
    assert papers.standing(document).public_copy is None
    first = approve(papers, document)
    assert papers.standing(document).public_copy == copy
    assert approve(papers, document, who=TEC) == first


def test_who_uploaded_never_approves_not_even_in_another_office(papers: Papers) -> None:
    document = papers.received()
    papers.copied(document)
    both = Member(AIDA.person, (*AIDA.appointments, *(TEC.appointments)))
    for who in (AIDA, both):
        with pytest.raises(SecondOfficialWanted):
            approve(papers, document, who=who)


def test_who_marked_the_last_areas_does_not_approve_them(papers: Papers) -> None:
    document = papers.received()
    papers.copied(document)
    ask_blackout(document, [AREA], 1, papers.desk, BAKYT, now=NIGHT)
    papers.copied(document, 2, (AREA,))
    with pytest.raises(SecondOfficialWanted):
        approve(papers, document, 2)
    assert approve(papers, document, 2, TEC).version == 2


@pytest.mark.parametrize("who", [OTHER_PEC, OTHER_TEC, AUDITOR])
def test_another_commission_neither_marks_nor_approves_nor_withdraws(papers: Papers, who: Member) -> None:
    document = papers.received()
    papers.copied(document)
    before = papers.store.last()
    for act in (
        lambda: ask_blackout(document, [AREA], 1, papers.desk, who, now=NIGHT),
        lambda: approve(papers, document, who=who),
        lambda: withdraw_document(document, "Not ours.", papers.desk, who, now=NIGHT),
    ):
        with pytest.raises(NotYours):
            act()
    assert papers.store.last() == before


def test_asking_for_a_blackout_takes_the_approved_copy_out_of_sight_until_the_next_is_approved(papers: Papers) -> None:
    document = papers.received()
    papers.copied(document)
    approve(papers, document)
    asked = ask_blackout(document, [AREA], 1, papers.desk, TEC, now=NIGHT)
    assert (papers.standing(document).state, papers.standing(document).public_copy) == ("copying", None)
    papers.copied(document, 2, asked.areas)
    with pytest.raises(DocumentMovedOn):
        approve(papers, document, 1)
    approve(papers, document, 2)
    assert papers.standing(document).public_copy == papers.standing(document).copies[2]


def test_areas_of_earlier_versions_stay_marked(papers: Papers) -> None:
    document = papers.received()
    papers.copied(document)
    first = ask_blackout(document, [AREA], 1, papers.desk, TEC, now=NIGHT)
    papers.copied(document, 2, first.areas)
    more = Blackout(page=2, x=0, y=0, width=10_000, height=1)
    second = ask_blackout(document, [more], 2, papers.desk, TEC, now=NIGHT)
    assert second.areas == (AREA, more)
    assert ask_blackout(document, [more], 2, papers.desk, BAKYT, now=NIGHT) == second


@pytest.mark.parametrize(
    "area",
    [
        Blackout(page=3, x=0, y=0, width=1, height=1),
        Blackout(page=1, x=9_000, y=0, width=1_001, height=1),
        Blackout(page=1, x=0, y=9_999, width=1, height=2),
    ],
)
def test_an_area_outside_its_page_is_refused(papers: Papers, area: Blackout) -> None:
    document = papers.received()
    papers.copied(document)
    with pytest.raises(BadBlackout):
        ask_blackout(document, [AREA, area], 1, papers.desk, TEC, now=NIGHT)


def test_nothing_new_to_black_out_is_no_new_version(papers: Papers) -> None:
    document = papers.received()
    papers.copied(document)
    with pytest.raises(BadBlackout):
        ask_blackout(document, [], 1, papers.desk, TEC, now=NIGHT)
    papers.unreadable(papers.received(PDF + b"2"))
    with pytest.raises(CopyToCome):
        ask_blackout(papers.received(PDF + b"2"), [AREA], 1, papers.desk, TEC, now=NIGHT)


def test_a_withdrawn_document_leaves_a_reason_and_another_may_take_its_place(papers: Papers) -> None:
    document = papers.received()
    papers.copied(document)
    approve(papers, document)
    gone = withdraw_document(document, "A page is missing.", papers.desk, TEC, now=NIGHT)
    assert withdraw_document(document, "A page is missing.", papers.desk, TEC, now=NIGHT) == gone
    assert (papers.standing(document).state, papers.standing(document).public_copy) == ("withdrawn", None)
    for act in (
        lambda: withdraw_document(document, "Another reason.", papers.desk, CEC, now=NIGHT),
        lambda: ask_blackout(document, [AREA], 1, papers.desk, TEC, now=NIGHT),
        lambda: approve(papers, document),
        papers.received,
    ):
        with pytest.raises(DocumentGone):
            act()
    assert papers.received(PDF + b" whole").original != document.original
    assert [one.state for one in station_documents("small", "1001", papers.store)].count("copying") == 1


def test_what_was_never_received_can_only_be_told_so(papers: Papers) -> None:
    nothing = Placed(election="small", station="1001", kind="protocol", part="pr", original="0" * 64)
    for act in (
        lambda: ask_blackout(nothing, [AREA], 1, papers.desk, TEC, now=NIGHT),
        lambda: approve(papers, nothing),
        lambda: withdraw_document(nothing, "No reason.", papers.desk, TEC, now=NIGHT),
    ):
        with pytest.raises(NoSuchDocument):
            act()


def test_of_many_who_act_at_once_one_wins_and_the_others_are_told(papers: Papers) -> None:
    with ThreadPoolExecutor(8) as pool:
        records = list(pool.map(lambda at: papers.received(who=(AIDA, TEC, CEC, DEC)[at % 4]), range(16)))
    assert len({record.model_dump_json() for record in records}) == 1
    document = records[0]
    papers.copied(document)

    def mark(at: int) -> str:
        area = Blackout(page=1, x=at, y=0, width=1, height=1)
        try:
            return f"{ask_blackout(document, [area], 1, papers.desk, TEC, now=NIGHT).areas}"
        except ShailooError as error:
            return error.code

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(mark, range(16)))
    assert said.count("document-moved-on") == 15
    assert papers.standing(document).wanted == 2


@given(st.permutations(range(6)))
def test_a_document_stands_the_same_in_whatever_order_its_records_are_read(order: list[int]) -> None:
    papers = Papers()
    document = papers.received()
    papers.copied(document)
    approve(papers, document)
    ask_blackout(document, [AREA], 1, papers.desk, BAKYT, now=NIGHT)
    papers.copied(document, 2, (AREA,))
    approve(papers, document, 2, TEC)
    records = [one for one in papers.records() if isinstance(one, DocumentRecord)]
    assert standing_of(records[at] for at in order) == standing_of(records)


def test_an_approval_of_other_bytes_than_the_copy_shows_nothing(papers: Papers) -> None:
    document = papers.received()
    copy = papers.copied(document)
    wrong = approve(papers, document).model_copy(update={"pdf": "f" * 64})
    standing = standing_of([document, copy, wrong])
    assert standing is not None
    assert (standing.state, standing.public_copy) == ("waiting", None)
    assert standing_of([copy, wrong]) is None


def test_records_of_a_document_never_name_a_person_but_by_digest(papers: Papers) -> None:
    record = papers.received()
    assert isinstance(record, DocumentReceived)
    assert set(where_of(record)) == {"election", "station", "kind", "part", "original"}
    with pytest.raises(Refused):
        papers.received(b"x")
