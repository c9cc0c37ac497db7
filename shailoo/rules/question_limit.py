"""How often something may be asked within a while, in memory of a fixed size whoever asks.

Of a key only a keyed digest is used, and only to choose counters: no key can be read back. Counters are shared (a
count-min sketch): rows of counters, one of each row for a key, and the smallest is what counts. So a key is never
counted too low; too high only if in every row somebody else has the same counter. The time is cut into slices, and the
slices that a window touches are added up whole: within any window no key is let through more often than the limit.
"""

from __future__ import annotations

import hmac
from collections import deque
from dataclasses import dataclass, field
from typing import Final

_ROWS: Final = 4
SLICES: Final = 4
_FULL: Final = 255


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` (1 to 255) questions of one key within any `seconds`."""

    most: int
    seconds: int

    @property
    def again_after(self) -> int:
        """Seconds after which a key that was refused is surely let through, if nobody asks with it meanwhile.

        Always the same: how long somebody really has to wait would tell when the key was used before.
        """
        return self.seconds + self.seconds // SLICES


@dataclass(slots=True)
class QuestionLimit:
    """Counts the questions of each key. Not guarded for threads: whoever holds it brings the lock.

    `secret` keys the digest; `width` is the counters in a row, a power of two. Memory: 20 bytes for each of `width`.
    """

    limit: Limit
    secret: bytes = field(repr=False)
    width: int = 1 << 20
    _slices: deque[tuple[bytearray, ...]] = field(default_factory=deque, repr=False)
    _newest: int = -1

    def take(self, key: bytes, now: int) -> bool:
        """Count a question at a second, unless there were too many: then it is not counted, and the answer is False."""
        self._turn(now * SLICES // self.limit.seconds)
        digest = hmac.digest(self.secret, key, "sha256")
        places = [int.from_bytes(digest[4 * row : 4 * row + 4], "big") % self.width for row in range(_ROWS)]
        counts = [sum(one[row][place] for one in self._slices) for row, place in enumerate(places)]
        if min(counts) >= self.limit.most:
            return False
        for counters, place in zip(self._slices[-1], places, strict=True):
            counters[place] = min(counters[place] + 1, _FULL)
        return True

    def _turn(self, slice_no: int) -> None:
        """Begin a slice and forget those that no window reaches any more. A clock that goes back begins none."""
        missing = min(max(slice_no - self._newest, 0), SLICES + 1)
        for _ in range(missing):
            self._slices.append(tuple(bytearray(self.width) for _ in range(_ROWS)))
        while len(self._slices) > SLICES + 1:
            self._slices.popleft()
        self._newest = max(self._newest, slice_no)
