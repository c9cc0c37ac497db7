"""Receive a scanned document: keep the original, record that it came."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from shailoo.errors import Conflict
from shailoo.model.document import DocumentKind, DocumentReceived, document_key
from shailoo.model.election import Election, Station
from shailoo.model.record import record_bytes
from shailoo.rules.documents import LATER, expected_documents
from shailoo.rules.scan_kinds import look
from shailoo.usecases.document_desk import DocumentDesk, Member, find_document, may_handle, place_of, signed
from shailoo.usecases.registry import Registry
from shailoo.usecases.staff_refusals import DocumentGone, NoSuchPaper, NotYours, TooManyDocuments

MOST_PER_PAPER = 40
"""Files received for one paper: its pages photographed one by one, and a few attempts."""


@dataclass(frozen=True, slots=True)
class Paper:
    """Which paper a file is said to be. `station` is None for an act that concerns no single station."""

    election: str
    station: str | None
    kind: DocumentKind
    part: str | None = None
    act: str | None = None
    """Number of the act that a court's or commission's paper is the text of."""


def check_paper(paper: Paper, desk: DocumentDesk, who: Member) -> None:
    """Whether a member may bring this paper, and whether there is such a paper.

    Raises NoSuchElection, NoSuchStation, NotYours, NoSuchPaper, TooManyDocuments.
    """
    election, station = place_of(paper.election, paper.station, desk.registry)
    if not may_handle(who.appointments, election, station):
        raise NotYours("Your commission does not handle documents of this station.", station=paper.station)
    if paper.kind in LATER:
        if paper.act is not None and desk.store.get(f"act/{election.id}/{paper.act}") is None:
            raise NoSuchPaper("No act of this election bears this number.", act=paper.act[:24])
    elif station is None or paper.act is not None or not _owed(paper, election, station, desk.registry):
        raise NoSuchPaper(
            "This station has no such paper. Choose it from the list.", kind=paper.kind, part=(paper.part or "")[:40]
        )
    prefix = f"document/{election.id}/{paper.station or '_'}/{paper.kind}/{paper.part or '_'}/"
    if len(desk.store.page(prefix, limit=MOST_PER_PAPER).entries) >= MOST_PER_PAPER:
        raise TooManyDocuments("So many files were received for this paper that another cannot be meant.")


def receive_document(paper: Paper, data: bytes, desk: DocumentDesk, who: Member, *, now: datetime) -> DocumentReceived:
    """Keep an original and record that it came; the same bytes for the same paper return the first record.

    What the file is, its content says. Raises what `check_paper` and `look` raise (DocumentUnfit), DocumentGone when
    these very bytes were withdrawn before, StorageFailed.
    """
    election, station = place_of(paper.election, paper.station, desk.registry)
    by = signed(who, election, station, now)
    media = look(data)
    record = DocumentReceived(
        election=election.id,
        station=paper.station,
        kind=paper.kind,
        part=paper.part,
        original=hashlib.sha256(data).hexdigest(),
        media=media,
        bytes=len(data),
        act=paper.act,
        **by,
    )
    before = find_document(record, desk.store)
    if before is None:
        check_paper(paper, desk, who)
        # First the bytes, which never change; then the record that speaks of them. A stop between the two leaves an
        # object that nobody names, and the next attempt finds it there.
        desk.objects.put(data)
        try:
            desk.store.append(document_key(record), record_bytes(record))
        except Conflict:
            before = find_document(record, desk.store)
        else:
            return record
    if before is None or before.withdrawn is not None:
        raise DocumentGone("This very file was withdrawn for this paper. Send another one.", sha256=record.original)
    return before.received


def _owed(paper: Paper, election: Election, station: Station, registry: Registry) -> bool:
    """Whether the station owes this paper: by the package, and for boxes that acts have joined since."""
    boxes = [one.box for one in registry.boxes_at(election.id, station.no)]
    return (paper.kind, paper.part) in expected_documents(election, station, boxes)
