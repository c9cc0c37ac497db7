"""An evening published for real, and a publisher's pen: whoever holds the log's key can write the log anew."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from auditor.verify.findings import Verification
from auditor.verify.run import Asked, verify
from rehearsal.keys import rehearsal_signer
from shailoo.model.base import LANGUAGES
from shailoo.model.record import (
    Act,
    ChooseReport,
    Measure,
    Record,
    ReleaseReport,
    ReportAccepted,
    ReportConflict,
    record_bytes,
    record_key,
)
from shailoo.records.canonical import digest
from shailoo.records.checkpoint import Checkpoint
from shailoo.records.log_entry import DocumentEntry, LogEntry, ReportEntry, entry_bytes, read_entry
from shailoo.records.note import SignedNote, Signer
from shailoo.records.tiles import Edge, nodes_of, tiles_of, unpack_entries
from shailoo.records.tlog import inclusion_path
from shailoo.records.tlog_proof import TlogProof
from tests.builder.scene import Scene, scene, settle

ORIGIN = "127.0.0.1:8021/results/log"
COMMISSION = Signer(ORIGIN, Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
"""The key of the commission's log, which a colluding publisher holds."""


@dataclass
class Published:
    """A public folder after an evening, with the store that it came from."""

    scene: Scene

    @property
    def results(self) -> Path:
        """What the CDN serves under `/results/`."""
        return self.scene.public / "results"

    def path(self, name: str) -> Path:
        """A public file."""
        return self.results / name

    def copy(self, folder: Path) -> Published:
        """The same evening in another folder, to be spoilt there."""
        shutil.copytree(self.scene.public, folder / "public")
        return Published(Scene(folder, self.scene.election, self.scene.played, self.scene.store, self.scene.records))

    def verify(self, **asked: Any) -> Verification:  # noqa: ANN401 -- the fields of Asked
        """What a stranger finds."""
        return verify(Asked(target=str(self.scene.public), **asked))

    def edit(self, name: str, old: str, new: str) -> None:
        """Change one place of a public file, once."""
        text = self.path(name).read_text(encoding="utf-8")
        assert old in text, (name, old)
        self.path(name).write_text(text.replace(old, new, 1), encoding="utf-8")

    def entries(self) -> list[bytes]:
        """Every entry of the log as it lies in public."""
        head = Checkpoint.parse(SignedNote.parse(self.path("log/checkpoint").read_bytes()).text)
        bundles = [tile for tile in tiles_of(head.size) if tile.level is None]
        return [
            entry
            for tile in bundles
            for entry in unpack_entries(self.path(f"log/{tile.path}").read_bytes(), tile.width)
        ]

    def write_log(self, entries: Sequence[bytes], signer: Signer = COMMISSION) -> None:
        """Write a whole log with its proofs, as its publisher would: consistent, and signed with its key."""
        before = Checkpoint.parse(SignedNote.parse(self.path("log/checkpoint").read_bytes()).text)
        shutil.rmtree(self.path("log"), ignore_errors=True)
        edge = Edge()
        for tile, data in edge.grow(entries):
            self.put(f"log/{tile.path}", data)
        head = Checkpoint(ORIGIN, edge.size, edge.root())
        note = signer.sign(head.text())
        self.put("log/checkpoint", note.bytes())
        for language in LANGUAGES:
            self.edit(f"{language}/log/index.html", before.root.hex(), head.root.hex())
        self.put("log/vkey", f"{signer.verifier.vkey()}\n".encode())
        nodes = nodes_of(edge.size, lambda tile: self.path(f"log/{tile.path}").read_bytes())
        proved = set()
        for at, data in enumerate(entries):
            entry = _entry(data)
            if isinstance(entry, ReportEntry) and (path := text_path(entry)) not in proved:
                proved.add(path)
                self.put(f"{path}.tlog-proof", TlogProof(at, inclusion_path(at, edge.size, nodes), note).encode())
            elif isinstance(entry, DocumentEntry) and self.path(copy := copy_path(entry)).exists():
                self.put(f"{copy}.tlog-proof", TlogProof(at, inclusion_path(at, edge.size, nodes), note).encode())

    def put(self, name: str, data: bytes) -> None:
        """Write a public file."""
        self.path(name).parent.mkdir(parents=True, exist_ok=True)
        self.path(name).write_bytes(data)

    def rewrite(self, change: Callable[[LogEntry], LogEntry | None]) -> None:
        """Write the log anew with every entry changed, or left out for None."""
        changed = [change(read_entry(data)) for data in self.entries()]
        self.write_log([entry_bytes(entry) for entry in changed if entry is not None])


def _entry(data: bytes) -> LogEntry | None:
    try:
        return read_entry(data)
    except Exception:  # noqa: BLE001 -- an attack may write entries that nobody can read
        return None


def text_path(entry: ReportEntry) -> str:
    """Where the text of an entry lies."""
    return f"data/{entry.election}/report/{entry.box}-{entry.kind}-{entry.sha256[:12]}.txt"


def copy_path(entry: DocumentEntry) -> str:
    """Where the approved copy of an entry lies."""
    name = "-".join(filter(None, (entry.station or "election", entry.kind, entry.part, entry.sha256[:12])))
    return f"data/{entry.election}/document/{name}.pdf"


def evening(folder: Path, name: str = "small", records: Sequence[Record] | None = None) -> Published:
    """A whole evening of a package: the publisher starts before the first report, as it must."""
    found = scene(folder, name)
    publisher = found.publisher()
    publisher.start()
    settle(publisher)
    for record in found.records if records is None else records:
        found.store.append(record_key(record), record_bytes(record))
    settle(publisher)
    return Published(found)


def act(found: Scene, number: str, *measures: Measure) -> Act:
    """A decision of the central commission, after everything else."""
    return Act(
        election=found.election.id, number=number, day=date(2025, 6, 1), body="cec", reason="Decided in the test.",
        entered=found.records[-1].arrived, measures=measures,
    )  # fmt: skip


def troubles(found: Scene) -> list[Record]:
    """An evening with a held report, one that an act releases, two truths of a box, and two between which one chose."""
    first, second, third, fourth, *rest = found.records
    later = [other(found, third), other(found, fourth)]
    return [
        misadded(found, first),
        misadded(found, second),
        third,
        fourth,
        *later,
        *rest,
        act(found, "7-a", ReleaseReport(box=second.box)),
        act(found, "8", ChooseReport(box=fourth.box, sealed_sha256=later[1].sealed_sha256)),
    ]


def signed_again(
    found: Scene, record: ReportAccepted, old: str, new: str, signer: Signer | None = None
) -> ReportAccepted:
    """The same report with one line changed, signed by its box or by whoever says so."""
    text = SignedNote.parse(record.note.encode()).text
    assert old in text
    key = signer or rehearsal_signer(found.election.id, record.box)
    note = key.sign(text.replace(old, new, 1)).bytes().decode()
    return record.model_copy(update={"note": note, "sealed_sha256": digest(note.encode()), "sealed_bytes": len(note)})


def first_line(record: ReportAccepted) -> tuple[str, str]:
    """The line of the first option in a report, and the same line with one vote more."""
    text = SignedNote.parse(record.note.encode()).text
    line = next(one for one in text.split("\n") if one.startswith("  1 ") and len(one) == 42)
    return line, f"{line[:35]}{int(line[35:]) + 1:>7}"


def misadded(found: Scene, record: ReportAccepted) -> ReportAccepted:
    """A report whose votes are one more than its ballots."""
    return signed_again(found, record, *first_line(record))


def other(found: Scene, record: ReportAccepted) -> ReportConflict:
    """A second report of a box that moves one vote between two options."""
    line, more = first_line(record)
    text = SignedNote.parse(record.note.encode()).text
    second = next(one for one in text.split("\n") if one.startswith("  2 ") and len(one) == 42)
    moved = signed_again(found, record, line, more)
    moved = signed_again(found, moved, second, f"{second[:35]}{int(second[35:]) - 1:>7}")
    return ReportConflict(**moved.model_dump(exclude={"type"}), first_sha256=record.sealed_sha256, same_figures=False)
