"""What leaves a box: the sealed report, made once, and the receipt that comes back. Knows nothing of networks."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from edge_agent.disk import REAL, Disk
from edge_agent.errors import BadReceiptOfOurs, NotPrinted, StorageDamaged
from edge_agent.events import EventKind, export
from edge_agent.printer import write_whole
from edge_agent.stage import Stage, stored_state
from edge_agent.storage import Storage, Upload
from shailoo.errors import Refused
from shailoo.model.report import ReportKind
from shailoo.ports import Clock
from shailoo.records.canonical import digest
from shailoo.records.note import SignedNote, Verifier
from shailoo.records.receipt import Receipt, read_receipt
from shailoo.records.seal import Bundle, seal


class Outbox:
    """The sending side of a box's folder. Runs beside the program of the day; needs no private key."""

    def __init__(self, storage: Storage, clock: Clock, kind: Upload) -> None:
        """For `open` only."""
        self.manifest = storage.manifest
        self.kind = kind
        self._storage = storage
        self._clock = clock
        self._envelope: bytes | None = None

    @classmethod
    def open(cls, folder: Path, clock: Clock, kind: Upload, *, disk: Disk = REAL) -> Self:
        """Open a box for sending its final report or its annex.

        Raises NotPrinted until that report is on paper, and what `Storage.open` raises.
        """
        storage = Storage.open(folder, disk, "send")
        try:
            _require_printed(storage, kind)
        except BaseException:
            storage.close()
            raise
        return cls(storage, clock, kind)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._storage.close()

    @property
    def path(self) -> str:
        """Where the upload goes at the intake."""
        return f"/api/intake/{self.manifest.election}"

    def sealed(self) -> bytes:
        """Return the sealed bundle.

        Sealed once and stored before it is first returned, so that every retry has the same bytes.
        """
        if self._envelope is not None:
            return self._envelope
        standing = self._storage.sealed[self.kind].read()
        if standing is not None:
            self._storage.sealed[self.kind].write(standing)
            self._envelope = standing
            return standing
        envelope = seal(
            self._bundle(),
            election=self.manifest.election,
            mode=self.manifest.mode,
            box=self.manifest.box,
            public=X25519PublicKey.from_public_bytes(bytes.fromhex(self.manifest.sealing_public)),
        )
        self._storage.sealed[self.kind].write(envelope)
        self._envelope = envelope
        self.log(EventKind.SEALED, self.kind)
        return envelope

    def receipt(self) -> Receipt | None:
        """Return the stored receipt, verified again, or None."""
        note = self._storage.receipts[self.kind].read()
        return None if note is None else self._verified(note)

    def take_receipt(self, note: bytes) -> Receipt:
        """Verify a receipt and store it, durable on return.

        Raises BadReceiptOfOurs unless the intake's key signed it for exactly these bytes of this box.
        """
        receipt = self._verified(note)
        if self._storage.receipts[self.kind].read() is None:  # a second receipt for the same bytes changes nothing
            self._storage.receipts[self.kind].write(note)
            self.log(EventKind.RECEIPT, f"{self.kind} {receipt.outcome}")
        return receipt

    def carry(self, folder: Path) -> Path:
        """Write the sealed bundle to a folder on a USB stick and return the file.

        Raises PrinterFailed when it does not fit.
        """
        path = folder / f"{self.manifest.election}-{self.manifest.box}-{self.kind}.shailoo"
        write_whole(path, self.sealed())
        self.log(EventKind.CARRIED, self.kind)
        return path

    def log(self, kind: EventKind, detail: str = "") -> None:
        """Add to the log of the sending."""
        self._storage.sendings.write(kind, self._clock.now(), detail)

    def _bundle(self) -> Bundle:
        if self.kind == "annex":
            return Bundle(kind="annex", notes=(self._note(ReportKind.ANNEX),))
        cells = self._storage.note(ReportKind.CELLS)
        return Bundle(
            kind="final",
            notes=(
                self._note(ReportKind.ZERO),
                self._note(ReportKind.FINAL),
                *([] if cells is None else [cells.decode()]),
            ),
            events=export(self.manifest, self._storage.events.events(), self._clock.now()),
        )

    def _note(self, kind: ReportKind) -> str:
        note = self._storage.note(kind)
        if note is None:
            raise StorageDamaged("A signed report is gone. Replace the box, or count by hand.", kind=kind.value)
        return note.decode()

    def _verified(self, data: bytes) -> Receipt:
        sealed = self.sealed()
        try:
            note = SignedNote.parse(data)
            note.verify(Verifier.parse(self.manifest.receipt_vkey))
            receipt = read_receipt(note.text)
        except Refused as error:
            sentence = "What came back is not a receipt of the commission's intake."
            raise BadReceiptOfOurs(sentence, box=self.manifest.box, cause=error.code) from error
        found = (receipt.election, receipt.station, receipt.box, receipt.kind, receipt.sha256, receipt.bytes)
        ours = (
            self.manifest.election,
            self.manifest.station,
            self.manifest.box,
            self.kind,
            digest(sealed),
            len(sealed),
        )
        if found != ours:
            raise BadReceiptOfOurs("This receipt is for other bytes or another box.", box=self.manifest.box)
        return receipt


def _require_printed(storage: Storage, kind: Upload) -> None:
    state = stored_state(storage)
    printed = state.annex_printed if kind == "annex" else state.stage is Stage.REPORTED
    if not printed:
        sentence = "This report is not printed yet. Print it and hand it out; then send."
        raise NotPrinted(sentence, kind=kind, stage=state.stage.value)
