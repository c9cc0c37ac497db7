"""Keeps the log of one installation: gives entries their numbers, and writes tiles, head and proofs.

What is true if we stop after each step of `write`:

1. bundles, then tiles from the lowest level up are written -- nobody knows of them; the next start writes the same;
2. the head moves by compare-and-swap (`log/head`) -- no other head of this size will ever be signed;
3. the checkpoint is signed and written -- the log has grown; the proofs of this head are made by the next start;
4. the proofs are written, partial tiles that a full one replaced are taken away -- all is there.

The entries are a function of the feed, so a start has the whole log again by reading it, and makes good what is missing
through the same code. A feed that gives another log than the one that was signed is refused.
"""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass
from heapq import merge
from typing import TYPE_CHECKING

from builder.documents_state import PROOF, copy_path
from builder.log.entries import list_entry, opening_entries
from builder.store import open_json
from shailoo.errors import StorageFailed
from shailoo.model.base import stamp
from shailoo.model.log import LOG_HEAD, Opening
from shailoo.records.canonical import canonical_json
from shailoo.records.checkpoint import Checkpoint
from shailoo.records.log_entry import DocumentEntry, ReportEntry, entry_bytes
from shailoo.records.note import SignedNote, read_signature_line
from shailoo.records.tiles import WIDTH, Edge, Tile, nodes_of
from shailoo.records.tlog import HASH_BYTES, Nodes, inclusion_path, root_at
from shailoo.records.tlog_proof import TlogProof

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from shailoo.model.log import Cosigned
    from shailoo.model.record import Publication
    from shailoo.model.register_act import RegisterApplied
    from shailoo.model.voter_list import VoterListMade
    from shailoo.ports import Item, ItemStore, NoteSigner, PublicFiles
    from shailoo.records.log_entry import LogEntry

FOLDER = "log"
"""Below the portal of results."""


class LogDiverged(StorageFailed):
    """The records give another log than the one whose head was signed.

    Records were changed or lost, or this software makes other entries of them than the one that signed.
    """

    code = "log-diverged"


@dataclass(frozen=True, slots=True)
class LogKey:
    """Who the log is: its origin, its public key as published, and what signs."""

    origin: str
    vkey: str
    signer: NoteSigner
    witnesses: tuple[tuple[str, str], ...] = ()
    """Whom it asks to sign its heads: public key and address."""


@dataclass(frozen=True, slots=True)
class Head:
    """A head, and the version that made it."""

    checkpoint: Checkpoint
    version: int
    published: str


@dataclass(slots=True)
class LogFold:
    """What the keeper knows of the log when all of it is written."""

    head: Head | None
    last_opening: Opening | None
    before: Opening | None
    cosigned: dict[str, Cosigned]
    edge: Edge
    full: dict[Tile, bytes]
    whole: tuple[tuple[int, Opening | RegisterApplied | VoterListMade], ...]
    proved: set[str]


@dataclass(frozen=True, slots=True)
class _Proof:
    path: str
    index: int
    hashes: tuple[bytes, ...]
    head: Checkpoint


class LogKeeper:
    """The log of one installation. Belongs to the one publisher."""

    def __init__(self, key: LogKey, items: ItemStore, public: PublicFiles) -> None:
        self.key = key
        self.head: Head | None = None
        self.last_opening: Opening | None = None
        """The last that was read; `_before` is the last that was taken."""
        self._before: Opening | None = None
        self.cosigned: dict[str, Cosigned] = {}
        """Witness -> its latest word, on whichever head."""
        self._items = items
        self._public = public
        self._edge = Edge()
        self._full: dict[Tile, bytes] = {}
        """Every full tile of hashes: 32 bytes an entry."""
        self._whole: deque[tuple[int, Opening | RegisterApplied | VoterListMade]] = deque()
        """What belongs to no single election, with its number in the feed."""
        self._fresh: list[bytes] = []
        """Entries that have a number and are under no head yet."""
        self._texts: list[tuple[str, int]] = []
        """Reports and documents of those entries: path of the proof, number."""
        self._proved: set[str] = set()
        self._files: dict[Tile, bytes] = {}
        self._proofs: list[_Proof] = []
        self._from = 0
        self._item: Item | None = None

    @property
    def fold(self) -> LogFold | None:
        """What is known now; None while something of it is still to be written."""
        if self._files or self._proofs or self._fresh or self._texts:
            return None
        return LogFold(
            self.head, self.last_opening, self._before, self.cosigned, self._edge, self._full, tuple(self._whole),
            self._proved,
        )  # fmt: skip

    def resume(self, fold: LogFold) -> None:
        """Go on from what was known. `begin` with trust comes after it: all of it is written."""
        self.head, self.last_opening, self._before = fold.head, fold.last_opening, fold.before
        self.cosigned, self._edge, self._full = fold.cosigned, fold.edge, fold.full
        self._whole, self._proved = deque(fold.whole), fold.proved

    # --- what is read from the feed ---

    def begin(self, *, trust: bool) -> None:
        """Before the feed is read. With `trust`, what was written up to the head that was signed last is all there."""
        self._item = self._items.read(LOG_HEAD)
        known = self._signed()
        there = trust and known is not None and self._public.read(f"{FOLDER}/checkpoint") is not None
        self._from = int(known["version"]) if there and known is not None else 0

    def noted(self, seq: int, record: Opening | RegisterApplied | VoterListMade) -> None:
        """A record that belongs to no single election was read from the feed."""
        self._whole.append((seq, record))
        if isinstance(record, Opening):
            self.last_opening = record

    def cosign(self, record: Cosigned) -> bool:
        """A witness's word was read from the feed. True when it is news of the head that stands."""
        known = self.cosigned.get(record.witness)
        if known is not None and (known.size, known.seen) >= (record.size, record.seen):
            return False
        self.cosigned[record.witness] = record
        return self.head is not None and record.size == self.head.checkpoint.size

    @property
    def waiting(self) -> bool:
        """Something that belongs to no single election is in no version yet."""
        return bool(self._whole)

    def take(self, upto: int, found: Iterable[list[tuple[int, LogEntry]]]) -> list[tuple[LogEntry, int]]:
        """Give entries their numbers, in the order of the feed. Returns each with its number.

        `found` are the entries of each election with the number of their record, already in order.
        """
        whole: list[tuple[int, LogEntry]] = []
        while self._whole and self._whole[0][0] <= upto:
            seq, record = self._whole.popleft()
            if isinstance(record, Opening):
                whole += [(seq, entry) for entry in opening_entries(record, self._before)]
                self._before = record
            else:
                whole.append((seq, list_entry(record)))
        numbered: list[tuple[LogEntry, int]] = []
        for _, entry in merge(whole, *found, key=lambda one: one[0]):
            index = self._edge.size + len(self._fresh)
            self._fresh.append(entry_bytes(entry))
            numbered.append((entry, index))
            if isinstance(entry, ReportEntry) and (path := proof_path(entry)) not in self._proved:
                self._proved.add(path)
                self._texts.append((path, index))
            elif isinstance(entry, DocumentEntry):  # approved again, a copy is proved by its latest entry
                self._texts.append((proof_path(entry), index))
        return numbered

    def close(self, publication: Publication) -> None:
        """The entries that have numbers are under the head of this version. Raises LogDiverged."""
        if not self._fresh:
            return
        made = self._edge.grow(self._fresh)
        self._full.update((tile, data) for tile, data in made if tile.level is not None and tile.width == WIDTH)
        head = Checkpoint(self.key.origin, self._edge.size, self._edge.root())
        self.head = Head(head, publication.version, stamp(publication.published))
        self._check(self.head)
        if publication.version >= self._from:
            self._plan(made, head)
        self._fresh, self._texts = [], []

    def _plan(self, made: list[tuple[Tile, bytes]], head: Checkpoint) -> None:
        whole = {(tile.level, tile.index) for tile, _ in made if tile.width == WIDTH}
        if whole:
            self._files = {
                tile: data
                for tile, data in self._files.items()
                if tile.width == WIDTH or (tile.level, tile.index) not in whole
            }
        self._files.update(made)
        nodes = self.nodes()
        self._proofs += [
            _Proof(path, index, inclusion_path(index, head.size, nodes), head) for path, index in self._texts
        ]

    def _check(self, head: Head) -> None:
        known = self._signed()
        if known is not None and known["version"] == head.version and known["root"] != head.checkpoint.root.hex():
            raise LogDiverged(
                "The records give another log than the one that was signed. Bring back the store as it was, or start a "
                "new installation; a second head of the same size is never signed.",
                version=head.version,
                size=head.checkpoint.size,
                signed=int(known["size"]),
            )

    def settle(self) -> None:
        """After the feed was read: what the public has seen of the log is still there. Raises LogDiverged."""
        size = self.head.checkpoint.size if self.head is not None else 0
        seen = int((self._signed() or {"size": 0})["size"])
        public = self._public.read(f"{FOLDER}/checkpoint")
        if public is not None:
            shown = Checkpoint.parse(SignedNote.parse(public).text)
            seen = max(seen, shown.size)
            same = shown.size > size or root_at(shown.size, self.nodes(shown.size)) == shown.root
        else:
            same = True
        if seen > size or not same:
            raise LogDiverged(
                "The public log is longer than the records, or another. Bring back the store as it was, or start a "
                "new installation; a second head of the same size is never signed.",
                version=self.head.version if self.head is not None else 0,
                size=size,
                signed=seen,
            )

    def _signed(self) -> dict[str, str | int] | None:
        return json.loads(self._item.value) if self._item is not None else None

    def nodes(self, size: int | None = None) -> Nodes:
        """The hashes of the log as it is, for proofs."""
        return nodes_of(self._edge.size if size is None else size, self._read)

    def _read(self, tile: Tile) -> bytes:
        whole = self._full.get(Tile(tile.level, tile.index))
        row = whole if whole is not None else b"".join(self._edge.levels[tile.level or 0])
        return row[: tile.width * HASH_BYTES]

    # --- what is written ---

    def write(self, public: Callable[[str], bool] = lambda _: True) -> None:
        """Write what is new, in the order that this module's head tells. Raises Conflict for a second publisher.

        `public` says of the path of a proof whether what it proves is public: of a paper that was withdrawn it is not.
        """
        head = self.head
        if head is None or not (self._files or self._proofs or self._from == 0):
            return
        for tile in sorted(self._files, key=_order):
            self._public.write(f"{FOLDER}/{tile.path}", self._files[tile])
        self._public.flush()
        signed = self._signed()
        if signed is None or int(signed["version"]) < head.version:
            value = {"size": head.checkpoint.size, "root": head.checkpoint.root.hex(), "version": head.version}
            self._item = self._items.swap(
                LOG_HEAD, canonical_json(value), expected=None if self._item is None else self._item.version
            )
        self.point()
        self._public.write(f"{FOLDER}/vkey", f"{self.key.vkey}\n".encode())
        for proof in filter(lambda proof: public(proof.path), self._proofs):
            note = SignedNote.parse(self.key.signer.sign(proof.head.text()))
            self._public.write(proof.path, TlogProof(proof.index, proof.hashes, note).encode())
        for tile in self._files:
            if tile.width == WIDTH:
                self._public.remove_folder(f"{FOLDER}/{tile.path}.p")
        self._files, self._proofs = {}, []
        self._from = head.version

    def point(self) -> None:
        """Write the checkpoint with what witnesses said of it, and the same told for pages."""
        if self.head is None:
            return
        head = self.head.checkpoint
        note = SignedNote.parse(self.key.signer.sign(head.text()))
        here = [one for _, one in sorted(self.cosigned.items()) if one.size == head.size]
        lines = tuple(read_signature_line(one.line) for one in here)
        self._public.write_durably(f"{FOLDER}/checkpoint", SignedNote(note.text, (*note.signatures, *lines)).bytes())
        told = {
            "origin": head.origin,
            "size": head.size,
            "version": self.head.version,
            "published_at": self.head.published,
            "witnesses": [
                {"name": name, "size": one.size, "seen": stamp(one.seen)} for name, one in sorted(self.cosigned.items())
            ],
        }
        self._public.write(f"{FOLDER}/status.json", open_json(told))
        asked = [{"vkey": vkey, "url": url} for vkey, url in self.key.witnesses]
        self._public.write(f"{FOLDER}/witnesses.json", open_json({"witnesses": asked}))


def proof_path(entry: ReportEntry | DocumentEntry) -> str:
    """Where the proof of a report's text or of a paper's copy lies: beside it."""
    if isinstance(entry, DocumentEntry):
        return f"{copy_path(entry.election, entry.station, entry.kind, entry.part, entry.sha256)}.pdf{PROOF}"
    return f"data/{entry.election}/report/{entry.box}-{entry.kind}-{entry.sha256[:12]}.txt{PROOF}"


def _order(tile: Tile) -> tuple[int, int, int]:
    return (-1 if tile.level is None else tile.level, tile.index, tile.width)
