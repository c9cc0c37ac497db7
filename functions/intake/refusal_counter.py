"""Counts refusals of unknown senders in memory, and writes them now and then: a flood never waits for the disk."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import datetime

from shailoo.ports import ItemStore
from shailoo.usecases.refusal_counts import CAP, count_refusals, hour_of


class RefusalCounter:
    """Counts of one process. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: Counter[tuple[str, str]] = Counter()

    def add(self, code: str, now: datetime) -> None:
        """Count one refusal. Codes are our own, so there are few of them."""
        at = (hour_of(now), code)
        with self._lock:
            self._waiting[at] = min(self._waiting[at] + 1, CAP)

    @property
    def waiting(self) -> bool:
        """Whether there is anything to write."""
        with self._lock:
            return bool(self._waiting)

    def flush(self, items: ItemStore) -> None:
        """Write what has gathered.

        What could not be written waits for the next time. Raises StorageFailed, Conflict.
        """
        with self._lock:
            waiting, self._waiting = self._waiting, Counter()
        try:
            for hour, code in sorted(waiting):
                count_refusals(items, hour, code, waiting[(hour, code)])
                waiting[(hour, code)] = 0
        finally:
            with self._lock:
                self._waiting.update(+waiting)
