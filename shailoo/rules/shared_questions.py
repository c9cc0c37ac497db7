"""How often something may be asked, counted where many instances look: one small value holds the counts of some keys.

A value is entries of 17 bytes: 8 of a key's digest, the number of the newest slice in which it was counted (4), and the
counts of that slice and of the four before it (5). The arithmetic is that of `question_limit`, with each key counted by
itself. An entry that no window reaches any more goes with the next write, so a value is as large as what was asked
lately.
"""

from __future__ import annotations

import struct
from typing import Final

from shailoo.rules.question_limit import SLICES, Limit

DIGEST_BYTES: Final = 8
MOST_ENTRIES: Final = 10_000
"""In one value: 170 KB, far above what doors let through, and below what every store takes."""
_ENTRY: Final = struct.Struct(f">{DIGEST_BYTES}sI{SLICES + 1}s")


class TooManyEntries(ValueError):
    """More keys were asked with than one value can count."""


def taken(value: bytes, digest: bytes, limit: Limit, now: int) -> bytes | None:
    """The value with one question more of a key (8 bytes of its digest), or None when there were too many already.

    A clock behind that of whoever counted before begins no slice and so opens nothing; one that is some seconds ahead
    shortens the windows by so many. Raises TooManyEntries, ValueError for what is no such value.
    """
    if len(value) % _ENTRY.size:
        raise ValueError("This value does not hold counts of questions.")
    at_now = now * SLICES // limit.seconds
    mine, others = (at_now, bytes(SLICES + 1)), []
    for key, newest, counts in _ENTRY.iter_unpack(value):
        if key == digest:
            mine = newest, counts
        elif newest + SLICES >= at_now:
            others.append(_ENTRY.pack(key, newest, counts))
    newest, counts = _turned(*mine, at_now)
    if sum(counts) >= limit.most:
        return None
    if len(others) >= MOST_ENTRIES:
        raise TooManyEntries
    return b"".join((*others, _ENTRY.pack(digest, newest, bytes((counts[0] + 1, *counts[1:])))))


def _turned(newest: int, counts: bytes, now: int) -> tuple[int, bytes]:
    """Counts as they are at a slice: the slices since then hold nothing, and those that are too old are forgotten."""
    gone = min(max(now - newest, 0), SLICES + 1)
    return max(now, newest), bytes(gone) + counts[: SLICES + 1 - gone]
