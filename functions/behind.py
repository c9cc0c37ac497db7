"""Watches, from beside the publisher, whether what was accepted comes to a page in time."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from shailoo.errors import ShailooError
from shailoo.events.pages import PagesLate, PagesOnTime, PagesWatched
from shailoo.ports import Clock, RecordStore
from shailoo.telemetry import say
from shailoo.usecases.pages_behind import pages_behind

LATE_S: Final = 60
AGAIN_S: Final = 60.0
"""While pages are late it is said once a minute."""


class PagesWatch:
    """Looks how far the pages are behind, and says so when it is too far."""

    def __init__(self, store: RecordStore, clock: Clock, published: Callable[[], int | None]) -> None:
        self._store = store
        self._clock = clock
        self._published = published
        self._said: float | None = None

    def look(self) -> None:
        """Look once. A store that does not answer is told by every door already."""
        version = self._published()
        if version is None:
            return
        try:
            behind = pages_behind(self._store, version, self._clock.now())
        except ShailooError:
            return
        say(PagesWatched(waiting=behind.waiting, oldest_s=behind.oldest_s))
        if behind.oldest_s < LATE_S:
            if self._said is not None:
                say(PagesOnTime(version=version))
            self._said = None
        elif self._said is None or time.monotonic() - self._said >= AGAIN_S:
            self._said = time.monotonic()
            say(PagesLate(waiting=behind.waiting, oldest_s=behind.oldest_s, version=version))


def published_mark(folder: Path) -> int | None:
    """The version that the publisher has noted as published; 0 where it has none, None where that cannot be read."""
    try:
        said = (folder / "publisher" / "published").read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return 0
    except (OSError, UnicodeDecodeError):
        return None
    return int(said) if said.isdigit() else None
