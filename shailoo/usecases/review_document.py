"""Review a scanned document: black out, approve by a second official, withdraw.

Each step is one record that can be created once, so that of two who act at the same moment one wins and the other is
told. Only copies re-made from the original's pixels are ever shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from shailoo.errors import Conflict
from shailoo.model.document import (
    Blackout,
    BlackoutAsked,
    DocumentApproved,
    DocumentWithdrawn,
    Placed,
    document_key,
)
from shailoo.model.record import record_bytes
from shailoo.rules.document_standing import DocumentStanding
from shailoo.usecases.document_desk import By, DocumentDesk, Member, find_document, place_of, signed, where_of
from shailoo.usecases.staff_refusals import (
    BadBlackout,
    CopyToCome,
    DocumentGone,
    DocumentMovedOn,
    NoSuchDocument,
    SecondOfficialWanted,
)

MOST_AREAS = 200
_LAST_VERSION = 99
_WHOLE = 10_000


def ask_blackout(
    document: Placed, areas: Sequence[Blackout], seen: int, desk: DocumentDesk, who: Member, *, now: datetime
) -> BlackoutAsked:
    """Mark areas that the public must not see; those of earlier versions stay marked.

    `seen` is the version of the copy on which they were marked. The same areas again return the first record. From
    now on the public sees no earlier copy. Raises NoSuchDocument, NotYours, DocumentGone, CopyToCome, DocumentMovedOn,
    BadBlackout, StorageFailed.
    """
    standing, by = _living(document, desk, who, now)
    again = standing.asked.get(seen + 1)
    copy = standing.copies.get(seen)
    if again is not None and copy is not None and again.areas == _together(copy.areas, areas):
        return again
    if standing.wanted != seen:
        raise DocumentMovedOn("Someone has marked areas meanwhile. Look at the newest copy.", newest=standing.wanted)
    if copy is None:
        raise CopyToCome("The copy has not been made yet, or could not be made.", version=standing.wanted)
    for area in areas:
        if area.page > len(copy.pages) or area.x + area.width > _WHOLE or area.y + area.height > _WHOLE:
            raise BadBlackout("An area lies outside its page.", page=area.page, pages=len(copy.pages))
    marked = _together(copy.areas, areas)
    if marked == copy.areas:
        raise BadBlackout("No area is new. Mark one first.")
    if len(marked) > MOST_AREAS or seen >= _LAST_VERSION:
        raise BadBlackout("There are too many areas. Withdraw the document and send another scan.", most=MOST_AREAS)
    record = BlackoutAsked(**where_of(standing.received), **by, version=seen + 1, areas=marked)
    try:
        desk.store.append(document_key(record), record_bytes(record))
    except Conflict as error:
        raise DocumentMovedOn(
            "Someone has marked areas meanwhile. Look at the newest copy.", newest=seen + 1
        ) from error
    return record


def approve_document(
    document: Placed, version: int, pdf: str, desk: DocumentDesk, who: Member, *, now: datetime
) -> DocumentApproved:
    """Let exactly the newest copy appear; who approved it first stands in the record.

    Another person than who uploaded the original and than whoever marked the last areas. Raises NoSuchDocument,
    NotYours, DocumentGone, SecondOfficialWanted, CopyToCome, DocumentMovedOn, StorageFailed.
    """
    standing, by = _living(document, desk, who, now)
    last = standing.asked.get(standing.wanted)
    if who.person in (standing.received.person, last.person if last is not None else ""):
        raise SecondOfficialWanted("Another member must approve than who uploaded or marked areas.")
    copy = standing.copies.get(standing.wanted)
    if copy is None:
        raise CopyToCome("The copy has not been made yet, or could not be made.", version=standing.wanted)
    if (version, pdf) != (copy.version, copy.pdf):
        raise DocumentMovedOn("There is a newer copy. Look at it first.", newest=copy.version)
    known = standing.approvals.get(version)
    if known is not None:
        return known
    record = DocumentApproved(**where_of(standing.received), **by, version=version, pdf=copy.pdf)
    try:
        desk.store.append(document_key(record), record_bytes(record))
    except Conflict:
        first, _ = _living(document, desk, who, now)
        return first.approvals[version]
    return record


def withdraw_document(
    document: Placed, reason: str, desk: DocumentDesk, who: Member, *, now: datetime
) -> DocumentWithdrawn:
    """Take a document out of sight for good; its reason stays, word for word.

    The same again returns the first record. Raises NoSuchDocument, NotYours, DocumentGone when another reason stands
    there already, StorageFailed.
    """
    election, station = place_of(document.election, document.station, desk.registry)
    by = signed(who, election, station, now)
    standing = find_document(document, desk.store)
    if standing is None:
        raise NoSuchDocument("Nothing was received under this name.")
    record = DocumentWithdrawn(**where_of(document), **by, reason=reason)
    if standing.withdrawn is None:
        try:
            desk.store.append(document_key(record), record_bytes(record))
        except Conflict:
            standing = find_document(document, desk.store) or standing
        else:
            return record
    before = standing.withdrawn
    if before is None or (before.person, before.reason) != (record.person, record.reason):
        raise DocumentGone("The document was withdrawn already.")
    return before


def _living(document: Placed, desk: DocumentDesk, who: Member, now: datetime) -> tuple[DocumentStanding, By]:
    election, station = place_of(document.election, document.station, desk.registry)
    by = signed(who, election, station, now)
    standing = find_document(document, desk.store)
    if standing is None:
        raise NoSuchDocument("Nothing was received under this name.")
    if standing.withdrawn is not None:
        raise DocumentGone("The document was withdrawn already.")
    return standing, by


def _together(before: Sequence[Blackout], more: Sequence[Blackout]) -> tuple[Blackout, ...]:
    """Areas of both, each once, in order of page and place."""
    areas = {(one.page, one.y, one.x, one.height, one.width): one for one in (*before, *more)}
    return tuple(areas[place] for place in sorted(areas))
