"""Accept a report of a ballot box: verify, store, answer with a signed receipt. Counting happens when publishing.

What is true if we stop after a step:

    verified                 nothing is stored; the box sends again
    event log stored         an object that no record names; harmless, and the same bytes find it again
    record appended          the report is in; the box sends again and gets the same receipt
    receipt signed           nothing more is written

The same bytes get the same receipt for ever, whatever became of the box meanwhile. Other bytes for a slot that is taken
are kept as a conflict, beside the first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from shailoo.errors import Conflict, Refused, StorageFailed
from shailoo.ids import Digest
from shailoo.model.election import Election
from shailoo.model.record import (
    BadRecord,
    Record,
    Refusal,
    ReportAccepted,
    ReportConflict,
    read_record,
    record_bytes,
    record_key,
)
from shailoo.model.report import Report
from shailoo.ports import Entry, NoteSigner, ObjectStore, RecordStore
from shailoo.records.canonical import digest
from shailoo.records.note import SignedNote
from shailoo.records.receipt import Receipt
from shailoo.records.report_text import read_report
from shailoo.usecases.intake_refusals import TooManyUploads
from shailoo.usecases.read_bundle import SignedBundle, Upload, authenticate, read_claims, read_upload
from shailoo.usecases.registry import Registry

MOST_REFUSALS_NOTED = 20
"""Per box. Anyone who has seen a published note can seal it again and again; the feed must not grow with that."""
MOST_REPRINTS_KEPT = 20
"""Conflicts with the same figures that are kept per slot, for the same reason. Other figures are always kept."""
_CLOCK_SLACK = timedelta(seconds=120)


@dataclass(frozen=True, slots=True)
class IntakeDesk:
    """What the intake works with. `keys` open seals and are found by their id."""

    registry: Registry
    keys: Mapping[str, X25519PrivateKey]
    store: RecordStore
    objects: ObjectStore
    signer: NoteSigner


class SignedRefusal(Refused):
    """An upload that a box of this election has signed and that is refused all the same: `reason` says why.

    The reason's code and facts are what the sender is told; `election` and `box` are who it was.
    """

    code = "signed-refusal"

    def __init__(self, reason: Refused, *, election: str, box: str) -> None:
        super().__init__(reason.sentence, **reason.facts)
        self.reason = reason
        self.election = election
        self.box = box


def accept_report(data: bytes, desk: IntakeDesk, *, now: datetime, sent_to: str | None = None) -> bytes:
    """Take in one sealed upload and return its receipt, a signed note.

    `sent_to` is the election of the address it came to, if it came to one. Raises a Refused (see intake_refusals) and
    stores nothing but, for a sender that has proved to be a box of the election, a note of the refusal: then it raises
    SignedRefusal. Raises StorageFailed when the sender must try again.
    """
    envelope, election = read_claims(data, desk.registry.elections, sent_to)
    sealed = digest(data)
    for kind in ("final", "annex"):
        known = _already_in(desk.store, election.id, envelope.box, kind, sealed)
        if known is not None:
            return _receipt(known, desk)
    desk.registry.follow(desk.store)
    signed = authenticate(envelope, election, desk.registry, desk.keys)
    try:
        upload = read_upload(signed)
        record = _record(upload, signed, data, sealed, now)
        if upload.events is not None:
            desk.objects.put(upload.events.encode())
        stored = _store(record, upload, desk)
    except Refused as reason:
        _note_refusal(signed, reason, sealed, desk, now)
        raise SignedRefusal(reason, election=election.id, box=signed.standing.box) from reason
    return _receipt(stored, desk)


def _already_in(
    store: RecordStore, election: str, box: str, kind: Literal["final", "annex"], sealed: Digest
) -> ReportAccepted | ReportConflict | None:
    first = store.get(f"report/{election}/{box}/{kind}")
    if first is None:
        return None
    record = _read(first)
    if isinstance(record, ReportAccepted) and record.sealed_sha256 == sealed:
        return record
    later = store.get(f"conflict/{election}/{box}/{kind}/{sealed}")
    if later is None:
        return None
    record = _read(later)
    return record if isinstance(record, ReportConflict) else None


def _record(upload: Upload, signed: SignedBundle, data: bytes, sealed: Digest, now: datetime) -> ReportAccepted:
    return ReportAccepted(
        election=signed.election.id,
        station=upload.station.no,
        box=signed.standing.box,
        kind=upload.kind,
        note=upload.note,
        zero=upload.zero,
        cells=upload.cells,
        events_sha256=None if upload.events is None else digest(upload.events.encode()),
        sealed_sha256=sealed,
        sealed_bytes=len(data),
        arrived=now,
        clock_off_s=_clock_off(upload.main, signed.election, now),
    )


def _clock_off(report: Report, election: Election, now: datetime) -> int:
    """Seconds by which the box's clock must be wrong: printed after arrival, or before the station closed. Else 0."""
    printed = report.reprinted or report.printed
    if printed - now > _CLOCK_SLACK:
        return int((printed - now).total_seconds())
    closing = min(election.closing(election.station_by_no[report.station]), now)
    if closing - printed > _CLOCK_SLACK:
        return int((printed - closing).total_seconds())
    return 0


def _store(record: ReportAccepted, upload: Upload, desk: IntakeDesk) -> ReportAccepted | ReportConflict:
    try:
        desk.store.append(record_key(record), record_bytes(record))
    except Conflict:
        return _beside_the_first(record, upload, desk)
    return record


def _beside_the_first(record: ReportAccepted, upload: Upload, desk: IntakeDesk) -> ReportAccepted | ReportConflict:
    first = desk.store.get(record_key(record))
    stored = None if first is None else _read(first)
    if not isinstance(stored, ReportAccepted):
        raise StorageFailed("The store reports a conflict and cannot show the first record.", key=record_key(record))
    if stored.sealed_sha256 == record.sealed_sha256:
        return stored  # the same bytes came through another door in the same moment
    same_figures = upload.main.same_figures(_main(stored)) and record.cells == stored.cells
    conflict = ReportConflict(
        **record.model_dump(exclude={"type"}), first_sha256=stored.sealed_sha256, same_figures=same_figures
    )
    key = record_key(conflict)
    if same_figures:
        kept = desk.store.page(key.rpartition("/")[0] + "/", limit=MOST_REPRINTS_KEPT).entries
        if len(kept) >= MOST_REPRINTS_KEPT and all(entry.key != key for entry in kept):
            raise TooManyUploads(
                "The same figures were sent in other seals too often; the first report counts.",
                box=record.box,
                first_sha256=stored.sealed_sha256,
            )
    try:
        desk.store.append(key, record_bytes(conflict))
    except Conflict:
        again = _already_in(desk.store, record.election, record.box, record.kind, Digest(record.sealed_sha256))
        if again is None:
            raise
        return again
    return conflict


def _read(entry: Entry) -> Record:
    try:
        return read_record(entry.body)
    except BadRecord as error:  # our fault, not the sender's: the report must be sent again, not given up
        raise StorageFailed("A stored record cannot be read.", key=entry.key) from error


def _main(record: ReportAccepted) -> Report:
    return read_report(SignedNote.parse(record.note.encode()).text)


def _note_refusal(signed: SignedBundle, reason: Refused, sealed: Digest, desk: IntakeDesk, now: datetime) -> None:
    box = signed.standing.box
    if desk.registry.refusals(signed.election.id, box) >= MOST_REFUSALS_NOTED:
        return
    refusal = Refusal(election=signed.election.id, box=box, code=reason.code, sealed_sha256=sealed, arrived=now)
    try:
        desk.store.append(record_key(refusal), record_bytes(refusal))
    except Conflict:
        return  # the same bytes were refused before, at another time; the first note stands


def _receipt(record: ReportAccepted | ReportConflict, desk: IntakeDesk) -> bytes:
    return desk.signer.sign(Receipt.of(record).text())
