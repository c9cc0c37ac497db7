"""The leaves and the tree of a version's commitments (`shailoo.records.voter_commitment`), for millions at once.

`leaves.bin` has the leaves sorted by bytes, 32 each; `nodes.bin` the roots of every 256 of them, so that a proof reads
8 KB of leaves and a few hundred KB of nodes.
"""

from __future__ import annotations

import mmap
from bisect import bisect_left
from collections.abc import Sequence
from pathlib import Path
from typing import overload

import duckdb

from shailoo.adapters.voters.work_db import parquet
from shailoo.errors import StorageFailed
from shailoo.ids import Digest
from shailoo.records.tlog import HASH_BYTES, inclusion_path, root_of
from shailoo.records.voter_commitment import SALT_BYTES, Committed, VoterProof, commitment, salt_of

LEAVES = "leaves.bin"
NODES = "nodes.bin"
KEY = "salt.key"
_LEVEL = 8
_BLOCK = HASH_BYTES << _LEVEL
_BATCH = 65_536


def write_tree(db: duckdb.DuckDBPyConnection, voters: Path, number: int, key: bytes, folder: Path) -> Digest:
    """Write `salt.key`, `leaves.bin` and `nodes.bin` of a version; returns the root."""
    (folder / KEY).write_bytes(key)
    found = db.execute(f"SELECT {_leaf_sql(number)} AS leaf FROM {parquet(voters)} ORDER BY leaf", [key])  # noqa: S608  our own columns
    with (folder / LEAVES).open("wb") as file:
        while rows := found.fetchmany(_BATCH):
            file.write(b"".join([leaf for (leaf,) in rows]))
    nodes: list[bytes] = []
    with (folder / LEAVES).open("rb") as file:
        while block := file.read(_BLOCK):
            nodes.append(root_of(_split(block)))
    (folder / NODES).write_bytes(b"".join(nodes))
    return Digest(root_of(nodes).hex())


def prove(folder: Path, told: Committed) -> VoterProof:
    """The proof for one person of the version in `folder`. Raises StorageFailed when the leaves do not have them."""
    salt = salt_of((folder / KEY).read_bytes(), told.person)
    leaf = commitment(salt, told)
    with (folder / LEAVES).open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        leaves = _Leaves(mapped)
        index = bisect_left(leaves, leaf)
        if index == len(leaves) or leaves[index] != leaf:
            raise StorageFailed("The leaves of this version do not have a person of its list.", list=told.number)
        tops = _split((folder / NODES).read_bytes())

        def node(level: int, at: int) -> bytes:
            if level < _LEVEL:
                return root_of(_split(mapped[(at << level) * HASH_BYTES : ((at + 1) << level) * HASH_BYTES]))
            return root_of(tops[at << (level - _LEVEL) : (at + 1) << (level - _LEVEL)])

        return VoterProof(told, salt, index, len(leaves), inclusion_path(index, len(leaves), node))


class _Leaves(Sequence[bytes]):
    """The sorted leaves of a file, without reading it whole."""

    def __init__(self, mapped: mmap.mmap) -> None:
        self._mapped = mapped

    def __len__(self) -> int:
        return len(self._mapped) // HASH_BYTES

    @overload
    def __getitem__(self, at: int) -> bytes: ...
    @overload
    def __getitem__(self, at: slice) -> list[bytes]: ...
    def __getitem__(self, at: int | slice) -> bytes | list[bytes]:
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(len(self)))]
        return self._mapped[at * HASH_BYTES : (at + 1) * HASH_BYTES]


def _split(hashes: bytes) -> list[bytes]:
    return [hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES)]


def _leaf_sql(number: int) -> str:
    """The leaf of a row; the parameter is the key.

    The only characters of a name that JSON writes otherwise are the backslash (quotes and control characters are
    refused at the door).
    """
    salt = f"unhex(left(sha256(?::BLOB || encode(person)), {2 * SALT_BYTES}))"
    facts = {
        "birth": "strftime(birth, '%Y-%m-%d')",
        "list": "",
        "name": _escaped("name"),
        "patronymic": _escaped("patronymic"),
        "person": "person",
        "station": "coalesce(station, '')",
        "surname": _escaped("surname"),
    }
    told = " || ',' || ".join(
        f"'\"list\":{number}'" if name == "list" else f"'\"{name}\":\"' || {value} || '\"'"
        for name, value in facts.items()
    )
    return f"unhex(sha256('\\x00'::BLOB || {salt} || encode('{{' || {told} || '}}')))"


def _escaped(column: str) -> str:
    return f"replace({column}, '\\', '\\\\')"
