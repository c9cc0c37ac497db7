"""Whatever happens to documents, each is in one public state, and expected papers add up, by two counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from builder.documents_state import Documents
from builder.gate.facts import Facts
from builder.papers import expected_at
from tests.builder.papers_scene import Office
from tests.builder.scene import election

if TYPE_CHECKING:
    from builder.documents_state import DocumentState
    from shailoo.model.document import DocumentCopied, DocumentReceived, DocumentRecord
    from shailoo.model.election import Election

STATES: set[DocumentState] = {"checking", "unreadable", "public", "withdrawn"}
FEW = 3
"""Stations, and files for one paper: few, so that they meet."""


@st.composite
def histories(draw: st.DrawFn, where: Election) -> list[DocumentRecord]:
    """Records in an order in which they could be written, of a few files for a few papers."""
    office = Office(where)
    found: list[DocumentRecord] = []
    documents: list[tuple[DocumentReceived, list[DocumentCopied]]] = []
    for _ in range(draw(st.integers(1, 40))):
        step = draw(st.sampled_from(("receive", "copy", "copy", "approve", "approve", "wrong", "fail", "withdraw")))
        if step == "receive" or not documents:
            station = where.stations[draw(st.integers(0, FEW - 1))]
            paper = draw(st.sampled_from(expected_at(where, station)[:4]))
            original = f"{draw(st.integers(1, FEW)):064x}"
            came = office.again(station.no, paper.kind, paper.part, original)
            key = (came.station, came.kind, came.part, came.original)
            if key not in {(one.station, one.kind, one.part, one.original) for one, _ in documents}:
                documents.append((came, []))
                found.append(came)
            continue
        came, copies = draw(st.sampled_from(documents))
        match step:
            case "copy":
                copies.append(office.copied(came, len(copies) + 1))
                found.append(copies[-1])
            case "approve" | "wrong" if copies:
                pdf = "0" * 64 if step == "wrong" else None
                found.append(office.approved(draw(st.sampled_from(copies)), pdf))
            case "fail":
                found.append(office.unreadable(came, len(copies) + 1))
            case "withdraw":
                found.append(office.withdrawn(came))
            case _:
                pass
    return found


@given(st.data())
def test_every_document_is_in_one_state_and_papers_add_up_however_they_come(data: st.DataObject) -> None:
    where = election("small")
    documents, facts = Documents(where), Facts(where)
    for seq, record in enumerate(data.draw(histories(where)), 1):
        facts.papers.note(record)
        documents.apply(seq, record)
        for document in documents.all():
            assert document.state in STATES
            assert (document.state == "public") is (document.shown is not None)
    for station in where.stations:
        told = facts.papers.documents(station.no)
        shown = {document.shown[0].pdf for document in documents.at(station.no) if document.shown}
        assert shown == {seen.pdf for seen in told.values() if seen}
        assert len(documents.at(station.no)) == len(told)
    for scope in {("tec", station.tec) for station in where.stations} | {("region", s.region) for s in where.stations}:
        stations = facts.stations(*scope)
        papers = sum(len(expected_at(where, station)) for station in stations)
        counts = [documents.count(scope, kind) for kind in documents.kinds]
        assert sum(count.expected for count in counts) == papers
        for kind, count in zip(documents.kinds, counts, strict=True):
            assert facts.papers.tally(stations, kind) == (count.expected, count.public, count.checking)
            assert count.public + count.checking <= count.expected


def test_an_approval_of_other_bytes_lets_nothing_appear() -> None:
    where = election("small")
    office, documents = Office(where), Documents(where)
    came = office.received(where.stations[0].no)
    copy = office.copied(came)
    records: tuple[DocumentRecord, ...] = (came, copy, office.approved(copy, "0" * 64))
    for seq, record in enumerate(records, 1):
        documents.apply(seq, record)
    (document,) = documents.all()
    assert document.state == "checking"
    assert document.gone == []


def test_a_later_version_takes_the_place_of_an_earlier_one_only_when_it_is_approved() -> None:
    where = election("small")
    office, documents = Office(where), Documents(where)
    came = office.received(where.stations[0].no)
    first, second = office.copied(came), office.copied(came, 2)
    records: tuple[DocumentRecord, ...] = (came, first, office.approved(first), second)
    for seq, record in enumerate(records, 1):
        documents.apply(seq, record)
    (document,) = documents.all()
    assert document.shown is not None
    assert document.shown[0].version == 1
    documents.apply(9, office.approved(second))
    assert document.shown[0].version == 2
    assert [copy.version for copy in document.gone] == [1]
