"""Put a paper of a case on its way to the public, where the kind has a public register.

From here on it is a scanned document like any other (`shailoo.model.document`): the copyist re-makes it from its
pixels, areas are blacked out, and another official approves that very copy before anybody outside sees it. The original
leaves the private store only by this step, which an official takes for this one paper.
"""

from __future__ import annotations

from datetime import datetime
from typing import TypeGuard, get_args

from shailoo.errors import Conflict
from shailoo.ids import Digest
from shailoo.model.case import Attachment
from shailoo.model.document import DocumentReceived, Media, Placed, document_key
from shailoo.model.record import record_bytes
from shailoo.rules.case_standing import CaseStanding
from shailoo.rules.document_standing import DocumentStanding
from shailoo.rules.documents import CASE_PAPER, part_of_case
from shailoo.usecases.case_desk import CaseDesk, find_case, may_see, owner_of
from shailoo.usecases.case_refusals import ActNotYours, NeverPublic, NoSuchCase
from shailoo.usecases.document_desk import DocumentDesk, Member, find_document, place_of, signed
from shailoo.usecases.staff_refusals import DocumentGone

_SCANS = frozenset(get_args(Media))


def papers_of(standing: CaseStanding) -> tuple[Attachment, ...]:
    """Every paper of a case, that of the filing first; the same file once."""
    found = {one.original: one for one in standing.filed.documents}
    for act in standing.acts:
        found |= {one.original: one for one in act.documents if one.original not in found}
    return tuple(found.values())


def may_publish(standing: CaseStanding, paper: Attachment) -> bool:
    """Whether a paper of a case may ever be public: its kind has a register, and it is a scan or a photograph."""
    return standing.kind.register and _is_scan(paper.media)


def published(standing: CaseStanding, paper: Attachment, at: int, documents: DocumentDesk) -> DocumentStanding | None:
    """How a paper, the `at`-th of its case, stands at the desk of documents; None while it was not handed over."""
    return find_document(
        Placed(
            election=standing.filed.election,
            station=standing.filed.station,
            kind=CASE_PAPER,
            part=part_of_case(standing.number, at),
            original=paper.original,
        ),
        documents.store,
    )


def _is_scan(media: str) -> TypeGuard[Media]:
    return media in _SCANS


def publish_case_paper(
    case: str, original: str, desks: tuple[CaseDesk, DocumentDesk], who: Member, *, now: datetime
) -> DocumentReceived:
    """Hand a paper over to the desk of documents; the same again returns the first record.

    Raises NoSuchCase, NeverPublic, ActNotYours, NotYours, DocumentGone when it was withdrawn before, NotFound,
    StorageFailed.
    """
    desk, documents = desks
    standing = find_case(case, desk)
    election, station = place_of(standing.filed.election, standing.filed.station, documents.registry)
    if not may_see(who.appointments, standing, election):
        raise NoSuchCase("No case has this number, or it is not for your commission.")
    papers = papers_of(standing)
    at = next((number for number, one in enumerate(papers, 1) if one.original == original), None)
    if at is None:
        raise NoSuchCase("The case has no such document.")
    media = papers[at - 1].media
    if not (may_publish(standing, papers[at - 1]) and _is_scan(media)):
        raise NeverPublic("This document does not become public: its kind has no public register, or is no scan.")
    if owner_of(standing, election) not in {one.commission for one in who.appointments}:
        raise ActNotYours("The commission that has the case publishes its documents.", act="publish")
    record = DocumentReceived(
        election=election.id,
        station=None if station is None else station.no,
        kind=CASE_PAPER,
        part=part_of_case(standing.number, at),
        original=original,
        media=media,
        bytes=papers[at - 1].bytes,
        **signed(who, election, station, now),
    )
    before = find_document(record, documents.store)
    if before is None:
        # As when a paper is received: first the bytes, which never change; then the record that speaks of them.
        documents.objects.put(desk.private.get(Digest(original)))
        try:
            documents.store.append(document_key(record), record_bytes(record))
        except Conflict:
            before = find_document(record, documents.store)
        else:
            return record
    if before is None or before.withdrawn is not None:
        raise DocumentGone("This very file was withdrawn. It does not become public again.", sha256=original)
    return before.received
