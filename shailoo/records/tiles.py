"""Tiles: how the hashes and the entries of the log lie in files (C2SP tlog-tiles v0.1.0).

A tile is a run of up to 256 hashes of one level; the levels count in eights, so a hash at tile level 1 is the root of a
full tile of level 0. A bundle is a run of up to 256 entries. What is full never changes; a partial one is named by its
width, so that it never changes either.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Self

from shailoo.errors import Refused
from shailoo.records.tlog import HASH_BYTES, Nodes, leaf_hash, node_hash, root_of

WIDTH = 256
HEIGHT = 8
MOST_ENTRY_BYTES = 65_535
_LEVELS = 64
_LENGTH = 2
_PATH = re.compile(
    r"tile/(?P<level>0|[1-9]\d?|entries)/(?P<index>(?:x\d{3}/)*\d{3})(?:\.p/(?P<width>[1-9]\d{0,2}))?", re.ASCII
)


class BadTile(Refused):
    """A name is no tile's, or the bytes are not what a tile or bundle of this name holds."""

    code = "bad-tile"


@dataclass(frozen=True, slots=True, order=True)
class Tile:
    """The name of a tile: its level (None for a bundle of entries), its number there, and how many it holds."""

    level: int | None
    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """Where it lies, below the log's address."""
        level = "entries" if self.level is None else str(self.level)
        groups = f"{self.index:,}".split(",") if self.index else ["0"]
        number = "/".join([*(f"x{group:0>3}" for group in groups[:-1]), f"{groups[-1]:0>3}"])
        return f"tile/{level}/{number}" + (f".p/{self.width}" if self.width < WIDTH else "")

    @classmethod
    def parse(cls, path: str) -> Self:
        """Read what `path` writes. Raises BadTile."""
        match = _PATH.fullmatch(path)
        if match is None:
            raise BadTile("This is not the path of a tile.", path=path[:120])
        level = None if match["level"] == "entries" else int(match["level"])
        tile = cls(level, int(re.sub("[x/]", "", match["index"])), int(match["width"] or WIDTH))
        if tile.path != path or tile.width > WIDTH or (level is not None and level >= _LEVELS):
            raise BadTile("This path is spelled differently from what a log writes.", path=path[:120])
        return tile


def tiles_of(size: int) -> Iterator[Tile]:
    """Every tile and bundle that a log of this size has: bundles first, then level by level, full ones first."""
    yield from new_tiles(0, size)


def new_tiles(old: int, size: int) -> Iterator[Tile]:
    """What must be written when a log grows from `old` to `size`, in the order of writing: bundles, then by level."""
    yield from _new_at(None, old, size)
    level = 0
    while size >> (HEIGHT * level):
        yield from _new_at(level, old >> (HEIGHT * level), size >> (HEIGHT * level))
        level += 1


def _new_at(level: int | None, old: int, count: int) -> Iterator[Tile]:
    if count > old:
        for index in range(old // WIDTH, (count - 1) // WIDTH + 1):
            yield Tile(level, index, min(WIDTH, count - index * WIDTH))


def pack_entries(entries: Iterable[bytes]) -> bytes:
    """The bytes of a bundle: each entry after its length in two bytes, the greater first. Raises BadTile."""
    parts = []
    for entry in entries:
        if len(entry) > MOST_ENTRY_BYTES:
            raise BadTile("An entry of the log has at most 65,535 bytes.", bytes=len(entry))
        parts.append(len(entry).to_bytes(_LENGTH, "big") + entry)
    return b"".join(parts)


def unpack_entries(data: bytes, width: int) -> tuple[bytes, ...]:
    """Read a bundle of `width` entries. Raises BadTile when there are more, fewer, or half a one."""
    entries: list[bytes] = []
    at = 0
    while at < len(data):
        start = at + _LENGTH
        at = start + int.from_bytes(data[start - _LENGTH : start], "big")
        if start > len(data) or at > len(data):
            raise BadTile("The bundle ends within an entry.", entry=len(entries))
        entries.append(data[start:at])
    if len(entries) != width:
        raise BadTile("The bundle does not hold as many entries as its name says.", width=width, found=len(entries))
    return tuple(entries)


def unpack_hashes(data: bytes, width: int) -> tuple[bytes, ...]:
    """Read a tile of `width` hashes. Raises BadTile."""
    if len(data) != width * HASH_BYTES:
        raise BadTile("The tile does not hold as many hashes as its name says.", width=width, bytes=len(data))
    return tuple(data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES))


def nodes_of(size: int, read: Callable[[Tile], bytes]) -> Nodes:
    """The hashes of complete subtrees of a log of `size`, read from its tiles; each tile is read and hashed once.

    `read` returns the bytes of a tile by its name. What is read is not verified here: proofs made from it are, by
    whoever asked for them. Raises BadTile.
    """
    kept: dict[Tile, list[Sequence[bytes]]] = {}

    def nodes(level: int, index: int) -> bytes:
        up, inner = divmod(level, HEIGHT)
        first = index << inner
        count = size >> (HEIGHT * up)
        number = first // WIDTH
        tile = Tile(up, number, min(WIDTH, count - number * WIDTH))
        if tile not in kept:
            kept[tile] = _subtrees(unpack_hashes(read(tile), tile.width))
        return kept[tile][inner][(first - number * WIDTH) >> inner]

    return nodes


def _subtrees(row: Sequence[bytes]) -> list[Sequence[bytes]]:
    """The hashes of a tile, then of its complete subtrees of 2, of 4, … of them."""
    rows = [row]
    while len(row) > 1:
        row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row) - 1, 2)]
        rows.append(row)
    return rows


@dataclass(slots=True)
class Edge:
    """The growing end of a log: for the entries and for every level the run that is not full yet.

    All that is needed to add entries to a log of any size, at the same small cost, and to tell its root.
    """

    size: int = 0
    entries: list[bytes] = field(default_factory=list)
    levels: list[list[bytes]] = field(default_factory=list)

    @classmethod
    def read(cls, size: int, read: Callable[[Tile], bytes]) -> Self:
        """The end of a log that lies in files, from at most one tile a level. Raises BadTile."""
        edge = cls(size)
        if width := size % WIDTH:
            edge.entries = list(unpack_entries(read(Tile(None, size // WIDTH, width)), width))
        level = 0
        while count := size >> (HEIGHT * level):
            width = count % WIDTH
            data = read(Tile(level, count // WIDTH, width)) if width else b""
            edge.levels.append(list(unpack_hashes(data, width)))
            level += 1
        if [leaf_hash(entry) for entry in edge.entries] != (edge.levels[0] if edge.levels else []):
            raise BadTile("The last bundle of entries and the last tile of their hashes disagree.", size=size)
        return edge

    def grow(self, entries: Sequence[bytes]) -> list[tuple[Tile, bytes]]:
        """Add entries; what must be written, in the order of writing. Raises BadTile for an entry that is too long."""
        full: list[tuple[Tile, bytes]] = []
        grown: set[int] = set()
        bundles: list[tuple[Tile, bytes]] = []
        for entry in entries:
            self.entries.append(entry)
            self._add(0, leaf_hash(entry), self.size, full, grown)
            self.size += 1
            if len(self.entries) == WIDTH:
                bundles.append((Tile(None, self.size // WIDTH - 1), pack_entries(self.entries)))
                self.entries = []
        if entries and self.entries:
            bundles.append((Tile(None, self.size // WIDTH, len(self.entries)), pack_entries(self.entries)))
        full += [
            (Tile(level, (self.size >> (HEIGHT * level)) // WIDTH, len(row)), b"".join(row))
            for level in grown
            if (row := self.levels[level])
        ]
        return bundles + sorted(full, key=lambda found: (found[0].level, found[0].index))

    def _add(self, level: int, value: bytes, index: int, full: list[tuple[Tile, bytes]], grown: set[int]) -> None:
        if level == len(self.levels):
            self.levels.append([])
        row = self.levels[level]
        row.append(value)
        grown.add(level)
        if len(row) == WIDTH:
            full.append((Tile(level, index // WIDTH), b"".join(row)))
            root = root_of(row)
            self.levels[level] = []
            self._add(level + 1, root, index // WIDTH, full, grown)

    def root(self) -> bytes:
        """The root of the log as it is now."""
        below: list[bytes] = []
        for row in self.levels:
            if whole := [*row, *below]:
                below = [root_of(whole)]
        return below[0] if below else root_of([])
