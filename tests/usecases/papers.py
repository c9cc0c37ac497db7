"""Members of commissions and papers, for tests of scanned documents."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime

from shailoo.adapters.memory import FaultPlan, MemoryObjectStore, MemoryStore
from shailoo.model.document import (
    Blackout,
    DocumentCopied,
    DocumentKind,
    DocumentReceived,
    DocumentUnreadable,
    PageCopy,
    Placed,
    document_key,
)
from shailoo.model.election import Election
from shailoo.model.record import Appointment, Record, read_record, record_bytes
from shailoo.model.refs import Role
from shailoo.rules.document_standing import DocumentStanding
from shailoo.usecases.document_desk import DocumentDesk, Member, find_document, where_of
from shailoo.usecases.receive_document import Paper, receive_document
from shailoo.usecases.registry import Registry
from tests.voting import small_election

NIGHT = datetime(2025, 6, 1, 16, 0, tzinfo=UTC)
PROTOCOL = Paper("small", "1001", "protocol", "pr")
PDF = b"%PDF-1.7 a protocol"


def member(name: str, commission: str, role: Role) -> Member:
    """A person with one appointment."""
    person = hashlib.sha256(name.encode()).hexdigest()
    one = Appointment(person=person, commission=commission, version=1, role=role, active=True, entered=NIGHT)
    return Member(person, (one,))


AIDA = member("aida", "pec-1001", "precinct")
BAKYT = member("bakyt", "pec-1001", "precinct")
TEC = member("territorial", "tec-1", "territorial")
OTHER_TEC = member("other territorial", "tec-2", "territorial")
DEC = member("district", "dec-01", "district")
CEC = member("central", "cec", "central")
AUDITOR = member("auditor", "cec", "auditor")
OTHER_PEC = member("other precinct", "pec-5001", "precinct")
AREA = Blackout(page=1, x=100, y=200, width=300, height=400)
PAGES = (
    PageCopy(sha256="1" * 64, bytes=10, width=100, height=140),
    PageCopy(sha256="2" * 64, bytes=10, width=100, height=140),
)


@dataclass
class Papers:
    """A desk over memory stores, and a copyist who only writes the records."""

    election: Election = field(default_factory=small_election)
    store: MemoryStore = field(default_factory=lambda: MemoryStore(FaultPlan()))
    objects: MemoryObjectStore = field(default_factory=MemoryObjectStore)

    @property
    def desk(self) -> DocumentDesk:
        registry = Registry({self.election.id: self.election})
        registry.follow(self.store)
        return DocumentDesk(registry, self.store, self.objects)

    def received(self, data: bytes = PDF, paper: Paper = PROTOCOL, who: Member = AIDA) -> DocumentReceived:
        return receive_document(paper, data, self.desk, who, now=NIGHT)

    def append(self, record: DocumentCopied | DocumentUnreadable) -> None:
        self.store.append(document_key(record), record_bytes(record))

    def copied(self, document: Placed, version: int = 1, areas: tuple[Blackout, ...] = ()) -> DocumentCopied:
        record = DocumentCopied(
            **where_of(document),
            version=version,
            pdf=f"{version:064}",
            pdf_bytes=9,
            pages=PAGES,
            areas=areas,
            made=NIGHT,
        )
        self.append(record)
        return record

    def unreadable(self, document: Placed, version: int = 1, code: str = "document-broken") -> None:
        self.append(DocumentUnreadable(**where_of(document), version=version, code=code, made=NIGHT))

    def standing(self, document: Placed) -> DocumentStanding:
        found = find_document(document, self.store)
        assert found is not None
        return found

    def records(self) -> list[Record]:
        return [read_record(entry.body) for entry in self.store.feed(0)]

    def paper(self, kind: DocumentKind, part: str | None, station: str | None = "1001") -> Paper:
        return Paper(self.election.id, station, kind, part)
