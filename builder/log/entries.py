"""Which entries of the log a record makes: a function of the records before it and of nothing else.

Entries follow the feed one record at a time, so they do not depend on how records were batched into versions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from shailoo.model.base import stamp
from shailoo.model.document import DocumentApproved, DocumentCopied, DocumentReceived, DocumentWithdrawn, document_id
from shailoo.model.log import Opening
from shailoo.model.manual import ProtocolKeyed
from shailoo.model.record import Act, ReportAccepted, ReportConflict, record_bytes
from shailoo.model.register_act import RegisterApplied
from shailoo.model.voter_list import VoterListMade, list_facts
from shailoo.records.canonical import canonical_json, digest
from shailoo.records.log_entry import (
    ActEntry,
    ArrivalEntry,
    DocumentEntry,
    HeldEntry,
    LogEntry,
    PackageEntry,
    ProtocolEntry,
    RegisterEntry,
    ReportEntry,
    RulesEntry,
    SoftwareEntry,
    VoterListEntry,
    WithdrawalEntry,
    ZeroStateEntry,
)
from shailoo.rules.keying import Agreed, version_state

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from builder.state import ElectionState
    from shailoo.model.record import Record

_SHORT = 40
"""As many characters as an entry's short texts have at most; the text of an equation may be longer."""


class EntryFold:
    """The entries of one election's records. Asked once after each record was taken into the state."""

    def __init__(self) -> None:
        self._held: set[tuple[str, str]] = set()
        """(box, digest of the note) of which it was said that they are held."""
        self._texts: set[tuple[str, str]] = set()
        """(box, digest) of public texts that have an entry."""
        self._copies: dict[tuple[str, int], int] = {}
        """(document, version) -> bytes of its public copy."""
        self._keyed: dict[tuple[str, str, int], list[ProtocolKeyed]] = {}
        """(station, sheet, version) -> its keyings."""
        self._agreed: set[tuple[str, str, int]] = set()

    def entries(self, record: Record, state: ElectionState) -> list[LogEntry]:
        """What a record adds to the log, given the state after it."""
        match record:
            case ReportAccepted() | ReportConflict():
                return [*self._upload(record, state), *self._now_held(state, [record.box], record.arrived)]
            case Act():
                return [_act(record), *self._now_held(state, sorted(state.troubled), record.entered)]
            case DocumentReceived() | DocumentCopied() | DocumentApproved() | DocumentWithdrawn():
                return list(self._document(record))
            case ProtocolKeyed():
                return list(self._protocol(record, state))
            case _:
                return []

    def _upload(self, record: ReportAccepted | ReportConflict, state: ElectionState) -> Iterator[LogEntry]:
        """That it arrived, then each public text of the box that is new: uploads repeat the zero report."""
        station = state.election.station_by_no.get(record.station)
        delay = None
        if station is not None:
            delay = int((record.arrived - state.election.closing(station)).total_seconds())
        yield ArrivalEntry(
            sha256=record.sealed_sha256, at=stamp(record.arrived), election=record.election, station=record.station,
            box=record.box, kind=record.kind, bytes=record.sealed_bytes, delay_s=delay,
        )  # fmt: skip
        texts: tuple[tuple[Literal["zero", "final", "annex"], str | None], ...] = (
            ("zero", record.zero),
            (record.kind, record.note),
        )
        for kind, note in texts:
            if note is None or (record.box, digest(note.encode())) in self._texts:
                continue
            data = note.encode()
            self._texts.add((record.box, digest(data)))
            yield ReportEntry(
                sha256=digest(data), at=stamp(record.arrived), election=record.election, station=record.station,
                box=record.box, kind=kind, bytes=len(data),
            )  # fmt: skip

    def _now_held(self, state: ElectionState, boxes: list[str], at: datetime) -> Iterator[LogEntry]:
        for box in boxes:
            slot = state.slots[box]
            if slot.state != "held" or slot.final is None or slot.station is None:
                continue
            note = digest(slot.final.record.note.encode())
            if (box, note) not in self._held:
                self._held.add((box, note))
                yield HeldEntry(
                    sha256=note, at=stamp(at), election=state.election.id, station=slot.station, box=box,
                    rule=slot.held[0].breach.rule,
                )  # fmt: skip

    def _document(
        self, record: DocumentReceived | DocumentCopied | DocumentApproved | DocumentWithdrawn
    ) -> Iterator[LogEntry]:
        name = document_id(record)
        match record:
            case DocumentReceived():
                yield ArrivalEntry(
                    sha256=record.original, at=stamp(record.entered), election=record.election,
                    station=record.station, kind=record.kind, bytes=record.bytes,
                )  # fmt: skip
            case DocumentCopied():
                self._copies[name, record.version] = record.pdf_bytes
            case DocumentApproved():
                yield DocumentEntry(
                    sha256=record.pdf, at=stamp(record.entered), election=record.election, station=record.station,
                    kind=record.kind, part=record.part, original=record.original,
                    bytes=self._copies.get((name, record.version), 0),
                )  # fmt: skip
            case DocumentWithdrawn():
                public = {"original": record.original, "reason": record.reason}
                yield WithdrawalEntry(
                    sha256=digest(canonical_json(public)), at=stamp(record.entered), election=record.election,
                    original=record.original,
                )  # fmt: skip

    def _protocol(self, record: ProtocolKeyed, after: ElectionState) -> Iterator[LogEntry]:
        """The version on which two keyings agree, once; and that it is held, when a hard equation does not hold.

        The digest is of the lines that may be told, so that it betrays nothing of a small cell either.
        """
        election = after.election
        version = (record.station, record.sheet, record.version)
        keyed = self._keyed.setdefault(version, [])
        keyed.append(record)
        contest = election.contest_by_id.get(record.sheet)
        state = version_state(keyed, election.protocol_by_kind[contest.kind] if contest is not None else None)
        if version in self._agreed or not isinstance(state, Agreed):
            return
        self._agreed.add(version)
        told = after.hand.told(record.station, record.sheet, state)
        figures = digest(canonical_json({one.line: list(one.figures) for one in told}))
        yield ProtocolEntry(
            sha256=figures, at=stamp(record.entered), election=record.election, station=record.station,
            sheet=record.sheet, version=record.version,
        )  # fmt: skip
        if state.hard:
            yield HeldEntry(
                sha256=figures, at=stamp(record.entered), election=record.election, station=record.station,
                sheet=record.sheet, rule=state.hard[0].rule[:_SHORT],
            )  # fmt: skip


def opening_entries(record: Opening, before: Opening | None) -> Iterator[LogEntry]:
    """What an opening adds: only what differs from the opening before it; the zero state of an election once."""
    at = stamp(record.opened)
    known = {one.election: one for one in before.elections} if before is not None else {}
    for one in record.elections:
        old = known.get(one.election)
        if old is None or old.package != one.package:
            yield PackageEntry(sha256=one.package, at=at, election=one.election)
        if old is None or old.rules != one.rules:
            yield RulesEntry(sha256=one.rules, at=at, election=one.election)
    if before is None or before.software != record.software:
        yield SoftwareEntry(sha256=record.software, at=at, version=record.version)
    for one in record.elections:
        if one.election not in known:
            zero = digest(canonical_json({"boxes": one.boxes, "election": one.election, "package": one.package}))
            yield ZeroStateEntry(sha256=zero, at=at, election=one.election, boxes=one.boxes)


def list_entry(record: VoterListMade | RegisterApplied) -> LogEntry:
    """The entry of a version of the voter list or of the address register. They belong to no election's package."""
    if isinstance(record, RegisterApplied):
        return RegisterEntry(
            sha256=record.digest, at=stamp(record.entered), number=record.number, act=record.act, body=record.body,
            day=record.day.isoformat(),
        )  # fmt: skip
    return VoterListEntry(
        sha256=digest(canonical_json(list_facts(record))), at=stamp(record.made), number=record.number,
        stage=record.stage.value, election=record.election, day=record.as_of.isoformat(), voters=record.voters,
        queued=record.queued,
    )  # fmt: skip


def _act(record: Act) -> LogEntry:
    return ActEntry(
        sha256=digest(record_bytes(record)), at=stamp(record.entered), election=record.election,
        number=record.number, body=record.body, day=record.day.isoformat(),
    )  # fmt: skip
