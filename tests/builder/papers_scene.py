"""Records of scanned documents for tests, and the bytes of their copies in an object store."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from shailoo.adapters.memory import MemoryObjectStore
from shailoo.model.document import (
    DocumentApproved,
    DocumentCopied,
    DocumentReceived,
    DocumentUnreadable,
    DocumentWithdrawn,
    PageCopy,
)
from shailoo.model.record import record_bytes, record_key
from shailoo.records.canonical import digest

if TYPE_CHECKING:
    from datetime import datetime

    from shailoo.model.document import DocumentKind, DocumentRecord
    from shailoo.model.election import Election
    from shailoo.ports import ObjectStore, RecordStore

PERSON = "ab" * 32


@dataclass
class Office:
    """A commission that hands documents in. Times go on by a minute with every record."""

    election: Election
    objects: ObjectStore = field(default_factory=MemoryObjectStore)
    minutes: int = 0

    def _now(self) -> datetime:
        self.minutes += 1
        return self.election.evening_of + timedelta(hours=2, minutes=self.minutes)

    def _placed(self, station: str | None, kind: str, part: str | None, original: str) -> dict[str, object]:
        return {
            "election": self.election.id, "station": station, "kind": kind, "part": part, "original": original,
        }  # fmt: skip

    def _signed(self) -> dict[str, object]:
        return {"person": PERSON, "commission": "tec-1", "role": "territorial", "entered": self._now()}

    def received(
        self, station: str | None, kind: DocumentKind = "protocol", part: str | None = "pr", paper: str = ""
    ) -> DocumentReceived:
        """An original came in; `paper` tells one file from another."""
        original = hashlib.sha256(f"{station} {kind} {part} {paper}".encode()).hexdigest()
        return self.again(station, kind, part, original)

    def again(self, station: str | None, kind: DocumentKind, part: str | None, original: str) -> DocumentReceived:
        """A file with a known digest came in."""
        return DocumentReceived.model_validate(
            {**self._placed(station, kind, part, original), **self._signed(), "media": "application/pdf", "bytes": 9000}
        )

    def copied(self, of: DocumentReceived, version: int = 1, pages: int = 2) -> DocumentCopied:
        """A copy for the public was made; its bytes are in the store."""
        name = f"{of.original} {version}"
        images = [b"\xff\xd8\xff" + f"image {number} of {name}".encode() for number in range(pages)]
        for data in (pdf_of(of, version), *images):
            self.objects.put(data)
        return DocumentCopied(
            election=of.election, station=of.station, kind=of.kind, part=of.part, original=of.original,
            version=version, pdf=digest(pdf_of(of, version)), pdf_bytes=len(pdf_of(of, version)),
            pages=tuple(PageCopy(sha256=digest(data), bytes=len(data), width=620, height=877) for data in images),
            made=self._now(),
        )  # fmt: skip

    def unreadable(self, of: DocumentReceived, version: int = 1) -> DocumentUnreadable:
        """No copy could be made."""
        return DocumentUnreadable(
            election=of.election, station=of.station, kind=of.kind, part=of.part, original=of.original,
            version=version, code="pdf-broken", made=self._now(),
        )  # fmt: skip

    def approved(self, copy: DocumentCopied, pdf: str | None = None) -> DocumentApproved:
        """A second official lets a copy appear; `pdf` if it was other bytes that were looked at."""
        placed = self._placed(copy.station, copy.kind, copy.part, copy.original)
        return DocumentApproved.model_validate(
            {**placed, **self._signed(), "version": copy.version, "pdf": pdf or copy.pdf}
        )

    def withdrawn(self, of: DocumentReceived, reason: str = "a voter's name stood on it") -> DocumentWithdrawn:
        """The document leaves the public."""
        placed = self._placed(of.station, of.kind, of.part, of.original)
        return DocumentWithdrawn.model_validate({**placed, **self._signed(), "reason": reason})


def pdf_of(of: DocumentReceived, version: int = 1) -> bytes:
    """The bytes of a public copy."""
    return f"%PDF public copy {version} of {of.original}".encode()


def enter(store: RecordStore, *records: DocumentRecord) -> None:
    """Records enter the feed."""
    for record in records:
        store.append(record_key(record), record_bytes(record))
