"""Steps 1 to 4: the head of the log, its witnesses, every hash of every tile, every entry.

Nothing is skipped because something above it was right: a tile that is served to one reader and not to another is found
only by whoever looks at all of them.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from auditor.verify.findings import Broken, Step, Unusable
from auditor.verify.sources import Source, need
from shailoo.errors import Refused
from shailoo.model.base import LANGUAGES
from shailoo.records.checkpoint import Checkpoint, SignedCheckpoint
from shailoo.records.cosignature import WitnessVerifier
from shailoo.records.log_entry import (
    ArrivalEntry,
    CaseActEntry,
    CaseEntry,
    LogEntry,
    RegisterEntry,
    ReportEntry,
    VoterListEntry,
    read_entry,
)
from shailoo.records.note import BadSignature, SignedNote, Verifier
from shailoo.records.tiles import HEIGHT, WIDTH, Tile, unpack_entries, unpack_hashes
from shailoo.records.tlog import leaf_hash, root_of

CHECKPOINT, VKEY, WITNESSES = "log/checkpoint", "log/vkey", "log/witnesses.json"
_ROOT = re.compile(r"data-log-root>([^<]*)<")
_OPENING = ("package", "rules", "software")
_KEEP = "Keep these bytes: they are evidence. Compare with a copy from another network or another day; publish both."


@dataclass(frozen=True, slots=True)
class Log:
    """The log as it was verified: its head, and every entry with its bytes, in order."""

    head: Checkpoint
    raw: tuple[bytes, ...]
    entries: tuple[LogEntry, ...]
    leaves: tuple[bytes, ...]


def check_head(source: Source, vkey: str | None) -> tuple[SignedCheckpoint, Verifier, Step]:
    """Step 1: the head is signed with the log's key. Raises Broken."""
    notes = []
    text = vkey
    if text is None:
        text = need(source, VKEY).decode("utf-8", errors="replace").strip()
        notes.append("the key was taken from the site itself; give --vkey with a key that came another way")
    data = need(source, CHECKPOINT)
    try:
        key = Verifier.parse(text.strip())
    except Refused as error:
        raise Broken(VKEY, "whole file", expected="a verifier key", found=str(error), remedy=_KEEP) from error
    try:
        signed = SignedCheckpoint.read(data, key)
    except BadSignature as error:
        raise Broken(
            CHECKPOINT, "signature", expected=f"a signature of {key.name}", found=error.sentence, remedy=_KEEP
        ) from error
    except Refused as error:
        raise Broken(CHECKPOINT, "text", expected="a signed head", found=str(error), remedy=_KEEP) from error
    if key.vkey() != need(source, VKEY).decode("utf-8", errors="replace").strip():
        raise Broken(VKEY, "whole file", expected=key.vkey(), found="another key", remedy=_KEEP)
    return signed, key, Step(1, "The head of the log is signed with its key", 1, tuple(notes))


def check_witnesses(source: Source, signed: SignedCheckpoint, given: tuple[str, ...]) -> Step:
    """Step 2: every witness that was given has seen the head; what the published ones say is true. Raises Broken."""
    known, notes = {signed.head.origin}, []
    seen = 0
    for vkey in dict.fromkeys((*given, *_published(source))):
        name = vkey.partition("+")[0]
        try:
            found = WitnessVerifier.parse(vkey.strip()).find(signed.note)
        except BadSignature as error:
            raise Broken(
                CHECKPOINT, f"cosignature of {name}", expected="a signature over this head", found=error.sentence,
                remedy=_KEEP,
            ) from error  # fmt: skip
        except Refused as error:
            if vkey in given:
                raise Unusable("A key given with --witness is no witness's key.", key=name[:80]) from error
            raise Broken(WITNESSES, name[:80], expected="a witness's key", found=str(error), remedy=_KEEP) from error
        if found is None and vkey in given:
            raise Broken(
                CHECKPOINT, f"cosignature of {name}", expected="a word of this witness", found=None,
                remedy="Ask the witness which head it saw last, and compare. It may not have seen this one yet.",
            )  # fmt: skip
        known.add(name)
        seen += found is not None
        when = f"saw this head at {found.seen:%Y-%m-%dT%H:%M:%SZ}" if found is not None else "has not seen this head"
        notes.append(f"{name} {when}{'' if vkey in given else '; its key was taken from the site itself'}")
    strangers = sorted({name for name, _ in signed.note.signatures} - known)
    notes += [f"{name} signed too; give its key with --witness to check it" for name in strangers]
    if not given:
        notes.append("no witness was given: give --witness, or compare the head with one that somebody else was shown")
    return Step(2, "Witnesses have seen the head", seen, tuple(notes))


def _published(source: Source) -> list[str]:
    """Keys of the witnesses whom the log says it asks."""
    data = source.read(WITNESSES)
    if data is None:
        return []
    try:
        return [str(one["vkey"]) for one in json.loads(data)["witnesses"]]
    except (ValueError, KeyError, TypeError) as error:
        raise Broken(WITNESSES, "whole file", expected="a list of witnesses", found=str(error), remedy=_KEEP) from error


def check_tiles(source: Source, head: Checkpoint, kept: bytes | None, key: Verifier) -> tuple[Log, Step]:
    """Step 3: every entry against every tile of every level and the root; and a head kept earlier. Raises Broken."""
    raw: list[bytes] = []
    leaves: list[bytes] = []
    checked = 0
    bundles = [Tile(None, at, min(WIDTH, head.size - at * WIDTH)) for at in range(-(-head.size // WIDTH))]
    for bundle, (path, data) in zip(bundles, source.fetch([f"log/{one.path}" for one in bundles]), strict=True):
        try:
            entries = unpack_entries(data if data is not None else need(source, path), bundle.width)
        except Refused as error:
            raise Broken(
                path, "whole bundle", expected=f"{bundle.width} entries", found=str(error), remedy=_KEEP
            ) from error
        raw += entries
        leaves += [leaf_hash(entry) for entry in entries]
    row, level = leaves, 0
    while row:
        tiles = [Tile(level, at, min(WIDTH, len(row) - at * WIDTH)) for at in range(-(-len(row) // WIDTH))]
        for tile, (path, data) in zip(tiles, source.fetch([f"log/{one.path}" for one in tiles]), strict=True):
            _check_tile(tile, path, data if data is not None else need(source, path), row)
            checked += tile.width
        row = [root_of(row[at : at + WIDTH]) for at in range(0, len(row) - WIDTH + 1, WIDTH)]
        level += 1
    root = root_of(leaves)
    if root != head.root:
        raise Broken(CHECKPOINT, "root", expected=root.hex(), found=head.root.hex(), remedy=_KEEP)
    notes = _check_kept(kept, key, leaves) if kept is not None else ()
    return Log(head, tuple(raw), (), tuple(leaves)), Step(
        3, "Every entry is under every hash of the log, up to its root", checked, notes
    )


def _check_tile(tile: Tile, path: str, data: bytes, row: list[bytes]) -> None:
    try:
        hashes = unpack_hashes(data, tile.width)
    except Refused as error:
        raise Broken(path, "whole tile", expected=f"{tile.width} hashes", found=str(error), remedy=_KEEP) from error
    for at, found in enumerate(hashes):
        number = tile.index * WIDTH + at
        if found != row[number]:
            first = number << (HEIGHT * (tile.level or 0))
            what = f"entry {number}" if not tile.level else f"entries from {first}"
            raise Broken(path, what, expected=row[number].hex(), found=found.hex(), remedy=_KEEP)


def _check_kept(kept: bytes, key: Verifier, leaves: list[bytes]) -> tuple[str, ...]:
    """A head that somebody kept must be a beginning of this log."""
    try:
        note = SignedNote.parse(kept)
        note.verify(key)
        old = Checkpoint.parse(note.text)
    except Refused as error:
        raise Broken(
            "the head you kept", "text", expected="a head of this log", found=str(error), remedy=_KEEP
        ) from error
    if old.size > len(leaves) or root_of(leaves[: old.size]) != old.root:
        raise Broken(
            CHECKPOINT, f"the first {old.size} entries", expected=old.root.hex(),
            found=root_of(leaves[: old.size]).hex() if old.size <= len(leaves) else f"{len(leaves)} entries",
            remedy="The log was rewritten. Your head is signed with its key, and so is the new one: publish both.",
        )  # fmt: skip
    return (f"the head you kept ({old.size} entries) is a beginning of this log",)


class _Order:
    """What must have been said before an entry can be."""

    def __init__(self) -> None:
        self._opened: set[tuple[str, str]] = set()
        self._zero: set[str] = set()
        self._arrived: set[tuple[str, str]] = set()
        self._versions: dict[str, int] = {}
        self._filed: set[tuple[str, str]] = set()

    def fault(self, entry: LogEntry) -> str | None:
        """What is missing before this entry; None when it can have happened."""
        if isinstance(entry, VoterListEntry | RegisterEntry):
            # They belong to no package. Lists count from 1 without gaps; a register may have been a draft only.
            due = self._versions.get(entry.type, 0) + 1
            self._versions[entry.type] = entry.number
            right = entry.number == due or (isinstance(entry, RegisterEntry) and entry.number > due)
            return None if right else f"version {due}"
        election = getattr(entry, "election", "")
        if isinstance(entry, CaseEntry):  # people may hand in before anything of the election was published
            self._filed.add((entry.election, entry.kind))
            return None
        if isinstance(entry, CaseActEntry):
            known = (entry.election, entry.kind) in self._filed
            return None if known else f"a case of {entry.kind} before it"
        if entry.type in _OPENING:
            self._opened.add((entry.type, election))
        elif ("package", election) not in self._opened:
            return f"the package of {election} before it"
        if entry.type == "zero-state":
            self._zero.add(election)
        elif isinstance(entry, ArrivalEntry) and entry.box is not None:
            self._arrived.add((entry.box, entry.kind))
        elif isinstance(entry, ReportEntry):
            return self._report_fault(entry)
        return None

    def _report_fault(self, entry: ReportEntry) -> str | None:
        if entry.election not in self._zero:
            return f"the zero state of {entry.election} before it"
        kinds = ("final", "annex") if entry.kind == "zero" else (entry.kind,)
        if not any((entry.box, one) in self._arrived for one in kinds):
            return f"the arrival from {entry.box} before it"
        return None


def check_entries(log: Log) -> tuple[Log, Step]:
    """Step 4: every entry is canonical, and they stand in an order that can have happened. Raises Broken."""
    entries: list[LogEntry] = []
    order = _Order()
    for at, data in enumerate(log.raw):
        tile = Tile(None, at // WIDTH, min(WIDTH, log.head.size - at // WIDTH * WIDTH))
        path, place = f"log/{tile.path}", f"entry {at}"
        try:
            entry = read_entry(data)
        except Refused as error:
            raise Broken(
                path, place, expected="an entry as docs/log.md writes it", found=str(error), remedy=_KEEP
            ) from error
        entries.append(entry)
        missing = order.fault(entry)
        if missing is not None:
            raise Broken(path, place, expected=missing, found=entry.type, remedy=_KEEP)
    return Log(log.head, log.raw, tuple(entries), log.leaves), Step(
        4, "Every entry is spelled as it must be and stands in an order that can have happened", len(entries)
    )


def check_log_pages(source: Source, head: Checkpoint) -> int:
    """Step 9 too: the page of the log says the root of this very head, in three languages. Raises Broken."""
    for language in LANGUAGES:
        path = f"{language}/log/index.html"
        found = _ROOT.findall(need(source, path).decode("utf-8", errors="replace"))
        if found != [head.root.hex()]:
            raise Broken(path, "root", expected=head.root.hex(), found=", ".join(found) or None, remedy=_KEEP)
    return len(LANGUAGES)
