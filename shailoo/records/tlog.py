"""The tree of the transparency log: hashes and proofs of RFC 6962, section 2.1, with SHA-256.

A hash here is 32 bytes. Proofs are made from `Nodes`, a function that knows the hashes of complete subtrees; they are
verified as RFC 9162, sections 2.1.3.2 and 2.1.4.2 say, which needs no tree at all and shares no step with making them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256

from shailoo.errors import Refused

HASH_BYTES = 32
_LEAF = b"\x00"
_NODE = b"\x01"
EMPTY_ROOT = sha256(b"").digest()
"""The root of a log without entries."""

Nodes = Callable[[int, int], bytes]
"""`nodes(level, index)` is the hash over the leaves `index * 2**level` to `(index + 1) * 2**level - 1`."""


class BadProof(Refused):
    """A proof does not show what it is said to show, or is not a proof at all."""

    code = "bad-proof"


def leaf_hash(entry: bytes) -> bytes:
    """The hash of an entry."""
    return sha256(_LEAF + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees, the left one complete."""
    return sha256(_NODE + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The root over hashes of leaves, or over complete subtrees of one size of which the last may be incomplete."""
    if not hashes:
        return EMPTY_ROOT
    row = list(hashes)
    while len(row) > 1:
        odd = row[-1:] if len(row) % 2 else []
        row = [sha256(_NODE + row[at] + row[at + 1]).digest() for at in range(0, len(row) - 1, 2)] + odd
    return row[0]


def root_at(size: int, nodes: Nodes) -> bytes:
    """The root of the first `size` leaves."""
    return EMPTY_ROOT if size == 0 else _range_hash(0, size, nodes)


def inclusion_path(index: int, size: int, nodes: Nodes) -> tuple[bytes, ...]:
    """The siblings of a leaf from the leaf upward (RFC 6962, 2.1.1). Raises ValueError outside of the tree."""
    if not 0 <= index < size:
        message = f"there is no leaf {index} in a tree of {size}"
        raise ValueError(message)
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_range_hash(middle, end, nodes))
            end = middle
        else:
            path.append(_range_hash(start, middle, nodes))
            start = middle
    return tuple(reversed(path))


def consistency_path(old: int, size: int, nodes: Nodes) -> tuple[bytes, ...]:
    """What shows that the first `old` leaves of a tree are a tree that was seen (RFC 6962, 2.1.2).

    Empty for `old` of 0 and of `size`. Raises ValueError when `old` is greater.
    """
    if not 0 <= old <= size:
        message = f"a tree of {size} has no first {old} leaves"
        raise ValueError(message)
    path: list[bytes] = []
    start, end = 0, size
    while old not in {0, end}:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(_range_hash(middle, end, nodes))
            end = middle
        else:
            path.append(_range_hash(start, middle, nodes))
            start = middle
    if old and start:
        path.append(_range_hash(start, end, nodes))
    return tuple(reversed(path))


def verify_inclusion(leaf: bytes, index: int, size: int, root: bytes, path: Sequence[bytes]) -> None:
    """See that a leaf (its hash) stands at `index` of the tree of `size` with `root`. Raises BadProof."""
    if not 0 <= index < size:
        raise BadProof("The proof is of an entry that is not in a log of this size.", index=index, size=size)
    node, last, found = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            raise BadProof("The proof of the entry has too many hashes.", index=index, size=size)
        if node % 2 or node == last:
            found = node_hash(sibling, found)
            while node % 2 == 0 and node:
                node, last = node >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        node, last = node >> 1, last >> 1
    if last or found != root:
        raise BadProof("The proof does not lead from the entry to the root of the log.", index=index, size=size)


def verify_consistency(old: int, old_root: bytes, size: int, root: bytes, path: Sequence[bytes]) -> None:
    """See that the tree of `size` only adds to the tree of `old`. Raises BadProof."""
    if not 0 <= old <= size:
        raise BadProof("A log never becomes shorter.", old=old, size=size)
    if old in {0, size}:
        same = old_root == (root if old == size else EMPTY_ROOT)
        if path or not same:
            raise BadProof("Two heads of one size differ, or a proof is given where none is needed.", old=old)
        return
    node, last = old - 1, size - 1
    while node % 2:
        node, last = node >> 1, last >> 1
    rest = list(path)
    seed = old_root if node == 0 else _first(rest, old, size)
    was, now = seed, seed
    for sibling in rest:
        if last == 0:
            raise BadProof("The proof between two heads has too many hashes.", old=old, size=size)
        if node % 2 or node == last:
            was, now = node_hash(sibling, was), node_hash(sibling, now)
            while node % 2 == 0 and node:
                node, last = node >> 1, last >> 1
        else:
            now = node_hash(now, sibling)
        node, last = node >> 1, last >> 1
    if last or was != old_root or now != root:
        raise BadProof("The new head does not continue the old one.", old=old, size=size)


def _first(path: list[bytes], old: int, size: int) -> bytes:
    if not path:
        raise BadProof("The proof between two heads has no hashes.", old=old, size=size)
    return path.pop(0)


def _split(width: int) -> int:
    """The largest power of two below `width`."""
    return 1 << ((width - 1).bit_length() - 1)


def _range_hash(start: int, end: int, nodes: Nodes) -> bytes:
    """The hash over the leaves of a range that is a subtree: its start is a multiple of its size rounded up."""
    width = end - start
    if width & (width - 1) == 0:
        level = width.bit_length() - 1
        return nodes(level, start >> level)
    middle = start + _split(width)
    return node_hash(_range_hash(start, middle, nodes), _range_hash(middle, end, nodes))
