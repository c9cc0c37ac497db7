"""An intake over memory stores, for tests of what it takes in."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from shailoo.adapters.keys import FileNoteSigner, new_note_key
from shailoo.adapters.memory import FaultPlan, MemoryObjectStore, MemoryStore
from shailoo.model.election import Election
from shailoo.model.record import Act, Measure, Record, read_record
from shailoo.records.note import SignedNote
from shailoo.records.receipt import Receipt, read_receipt
from shailoo.usecases.accept_report import IntakeDesk, accept_report
from shailoo.usecases.record_act import record_act
from shailoo.usecases.registry import Registry
from tests.voting import VotingBox, sealing_keys, small_election

_SEALING = X25519PrivateKey.generate()
_RECEIPTS = new_note_key("commission.example/receipts")


@dataclass
class Commission:
    """The receiving side of one election: stores, keys and the desk over them."""

    election: Election = field(default_factory=small_election)
    plan: FaultPlan = field(default_factory=FaultPlan)

    @cached_property
    def store(self) -> MemoryStore:
        return MemoryStore(self.plan)

    @cached_property
    def objects(self) -> MemoryObjectStore:
        return MemoryObjectStore()

    @cached_property
    def desk(self) -> IntakeDesk:
        registry = Registry({self.election.id: self.election}, threading.Lock())
        return IntakeDesk(registry, sealing_keys(_SEALING), self.store, self.objects, FileNoteSigner(_RECEIPTS))

    @property
    def public(self) -> X25519PublicKey:
        return _SEALING.public_key()

    @property
    def evening(self) -> datetime:
        return self.election.evening_of + timedelta(minutes=10)

    def box(self, station: str = "1001", **changes: object) -> VotingBox:
        return VotingBox.at(self.election, station, **changes)

    def sealed(self, box: VotingBox, events: str | None = None) -> bytes:
        return box.seal(box.final_bundle(events), self.public)

    def receive(self, data: bytes, now: datetime | None = None, sent_to: str | None = None) -> Receipt:
        """Take an upload in and read its receipt, whose signature is verified."""
        note = SignedNote.parse(self.take(data, now, sent_to))
        note.verify(_RECEIPTS.verifier)
        return read_receipt(note.text)

    def take(self, data: bytes, now: datetime | None = None, sent_to: str | None = None) -> bytes:
        return accept_report(data, self.desk, now=now or self.evening, sent_to=sent_to)

    def records(self) -> list[Record]:
        return [read_record(entry.body) for entry in self.store.feed(0)]

    def act(self, number: str, *measures: Measure) -> Act:
        """An act of the central commission, entered by the operator."""
        act = Act(
            election=self.election.id,
            number=number,
            day=self.election.day,
            body="cec",
            reason="Decided in a test.",
            entered=self.evening,
            measures=measures,
        )
        return record_act(act, self.desk.registry, None, self.store)
