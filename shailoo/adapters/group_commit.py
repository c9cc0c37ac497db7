"""Many threads append, one writer commits them in groups: the price of a commit is shared.

An answer is given only after the group that holds the record is durable. While one group is being committed, the next
one gathers; so a slow disk makes groups larger, not answers rarer.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Final, Protocol, Self

from shailoo.adapters.limits import MOST_PER_PAGE
from shailoo.errors import ShailooError, StorageFailed
from shailoo.ports import Entry, Item, ItemStore, Page, RecordStore

_MOST_PER_GROUP: Final = 256


class GroupStore(RecordStore, ItemStore, Protocol):
    """A store that can write several records in one transaction."""

    def append_all(self, records: Sequence[tuple[str, bytes]]) -> list[Entry | ShailooError]:
        """Create several records in one transaction, each with its own outcome."""
        ...


_Waiting = tuple[str, bytes, "Future[Entry]"]


class GroupCommitStore:
    """RecordStore and ItemStore around a GroupStore.

    `commit_delay` seconds are slept in each group's commit, for benchmarks.
    """

    def __init__(self, inner: GroupStore, *, commit_delay: float = 0.0) -> None:
        self._inner = inner
        self._delay = commit_delay
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._gate = threading.Lock()
        self._closed = False
        self._writer = threading.Thread(target=self._write, name="group-commit", daemon=True)
        self._writer.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Commit what is waiting and stop the writer. The inner store stays open."""
        with self._gate:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._writer.join()

    def append(self, key: str, body: bytes) -> Entry:
        """Create a record; returns after its group is durable. See RecordStore."""
        outcome: Future[Entry] = Future()
        with self._gate:
            if self._closed:
                raise StorageFailed("The store is closed.", key=key)
            self._queue.put((key, body, outcome))
        return outcome.result()

    def get(self, key: str) -> Entry | None:
        """Return the record under a key; see RecordStore."""
        return self._inner.get(key)

    def page(self, prefix: str, *, cursor: str | None = None, limit: int = 100) -> Page:
        """Return a page in byte order of the keys; see RecordStore."""
        return self._inner.page(prefix, cursor=cursor, limit=limit)

    def feed(self, after: int, *, limit: int = MOST_PER_PAGE) -> Sequence[Entry]:
        """Return what was accepted after a number; see RecordStore."""
        return self._inner.feed(after, limit=limit)

    def last(self) -> int:
        """Return the newest number; see RecordStore."""
        return self._inner.last()

    def read(self, name: str) -> Item | None:
        """Return an item; see ItemStore."""
        return self._inner.read(name)

    def swap(self, name: str, value: bytes, *, expected: int | None) -> Item:
        """Replace an item by compare-and-swap; see ItemStore."""
        return self._inner.swap(name, value, expected=expected)

    def _write(self) -> None:
        closing = False
        while not closing:
            group: list[_Waiting] = []
            waiting = self._queue.get()
            while waiting is not None:
                group.append(waiting)
                if len(group) == _MOST_PER_GROUP:
                    break
                try:
                    waiting = self._queue.get_nowait()
                except queue.Empty:
                    break
            closing = waiting is None
            if group:
                self._commit(group)

    def _commit(self, group: list[_Waiting]) -> None:
        outcomes: Sequence[Entry | BaseException]
        try:
            outcomes = self._inner.append_all([(key, body) for key, body, _ in group])
            if self._delay:
                time.sleep(self._delay)
        except Exception as error:  # noqa: BLE001  each waiting thread is told; the writer must outlive any failure
            outcomes = [error] * len(group)
        for (_, _, answer), outcome in zip(group, outcomes, strict=True):
            match outcome:
                case Entry():
                    answer.set_result(outcome)
                case _:
                    answer.set_exception(outcome)
