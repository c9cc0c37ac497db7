"""A copyist over an installation's stores with a maker that is slow and draws nothing: to be killed at any point.

`python -m tests.builder.copying FOLDER`
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from builder.copyist import Copyist, work
from shailoo.adapters.files import FileObjectStore
from shailoo.adapters.sqlite import SqliteStore
from shailoo.model.document import Blackout
from shailoo.rules.scan_faults import DocumentBroken
from tests.functions.browser import FixedClock

MADE = datetime(2025, 6, 1, 17, 0, tzinfo=UTC)


@dataclass(frozen=True)
class FakePage:
    data: bytes
    width: int = 100
    height: int = 140


@dataclass(frozen=True)
class FakeCopy:
    pdf: bytes
    pages: tuple[FakePage, ...]


@dataclass
class FakeMaker:
    """Two pages that say what they were made of; `unfit` originals cannot be read."""

    unfit: frozenset[bytes] = frozenset()
    pause: float = 0.0
    calls: int = 0

    def __call__(self, original: bytes, *, blackouts: Sequence[Blackout] = ()) -> FakeCopy:
        self.calls += 1
        time.sleep(self.pause)
        if original in self.unfit:
            raise DocumentBroken("The file is damaged.")
        said = original + repr(tuple(blackouts)).encode()
        return FakeCopy(b"copy of " + said, (FakePage(b"1 of " + said), FakePage(b"2 of " + said)))


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    with SqliteStore(folder / "store.db") as opened:
        work(Copyist(opened, FileObjectStore(folder / "objects"), FixedClock(MADE), FakeMaker(pause=0.01)))
