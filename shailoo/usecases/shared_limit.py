"""Limits that all instances share: counts in the store of items, replaced by compare-and-swap.

Names of items and what is in them are digests with a key of the installation: neither an address nor a PIN can be read
back. Keys share 65,536 items for each kind of limit, so a flood of different keys makes items larger for as long as a
window reaches and never more of them.

However many instances ask at once, no key is let through more often than its limit says: a question is let through only
by the swap that counted it. Instances whose clocks are apart by some seconds may forget a question so many seconds
early; nothing else widens a limit.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from shailoo.errors import Conflict, StorageFailed
from shailoo.ports import ItemStore
from shailoo.rules.question_limit import Limit
from shailoo.rules.shared_questions import DIGEST_BYTES, TooManyEntries, taken

ASKED: Final = "asked/"
"""Items whose names begin with this hold such counts."""
_NEIGHBOURS: Final = 12
"""How often others' keys in the same item may be in the way of one question."""
_BUCKET_BYTES: Final = 2


@dataclass(frozen=True, slots=True)
class SharedLimit:
    """Counts the questions of each key for every process that has the same items and the same secret."""

    items: ItemStore
    kind: str
    """Part of the names of the items: `pin`, `address`."""
    limit: Limit
    secret: Callable[[], bytes]

    def take(self, key: bytes, now: int) -> bool:
        """Count a question; see `Counted`. Raises StorageFailed: then it was perhaps counted, and is not let through.

        Whoever is in the way has counted a question: of the same key at most as many as the limit, so this ends.
        """
        digest = hmac.digest(self.secret(), b"asked-1\n%b\n%b" % (self.kind.encode(), key), "sha256")
        name = f"{ASKED}{self.kind}/{digest[:_BUCKET_BYTES].hex()}"
        mine = digest[_BUCKET_BYTES : _BUCKET_BYTES + DIGEST_BYTES]
        for _ in range(self.limit.most + _NEIGHBOURS):
            there = self.items.read(name)
            try:
                fresh = taken(b"" if there is None else there.value, mine, self.limit, now)
            except TooManyEntries as error:
                raise StorageFailed("Too many questions were asked lately to count one more.", key=name) from error
            except ValueError as error:
                raise StorageFailed("What counts questions cannot be read.", key=name) from error
            if fresh is None:
                return False
            try:
                self.items.swap(name, fresh, expected=None if there is None else there.version)
            except Conflict:
                continue
            return True
        raise StorageFailed("Too many ask at this moment to count one more; ask again.", key=name)
