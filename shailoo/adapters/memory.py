"""A working store in memory that can be told to fail: the same promises, and a plan of faults.

It is used by tests of whatever stands on storage. A fault before the write means that nothing was written; a fault
after it means that the record is there and the caller was not told, which is what a power cut between commit and answer
looks like.
"""

from __future__ import annotations

import hashlib
import threading
import time
from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from shailoo.adapters.limits import (
    MOST_MESSAGES,
    MOST_PER_PAGE,
    check_message,
    check_page,
    check_receive,
    check_record,
)
from shailoo.errors import Conflict, NotFound, ShailooError, StorageFailed
from shailoo.ids import Digest
from shailoo.ports import Entry, Item, Message, Page


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens at one write: `fail` before it, after it, or not at all, and a delay in seconds before the write."""

    fail: Literal["before", "after"] | None = None
    delay: float = 0.0


class FaultPlan:
    """Faults for the writes to come, first for first; writes beyond the plan work.

    `spent` counts the faults that struck.
    """

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self._faults = deque(faults)
        self._lock = threading.Lock()
        self.spent = 0

    def add(self, *faults: Fault) -> None:
        """Plan more faults after those already planned."""
        with self._lock:
            self._faults.extend(faults)

    def draw(self) -> Fault:
        """Take the fault of the next write."""
        with self._lock:
            if not self._faults:
                return Fault()
            self.spent += 1
            return self._faults.popleft()


class MemoryStore:
    """RecordStore and ItemStore in memory. Safe to share between threads of one process."""

    def __init__(self, plan: FaultPlan | None = None) -> None:
        self.plan = plan or FaultPlan()
        self._lock = threading.Lock()
        self._feed: list[Entry] = []
        self._by_key: dict[str, Entry] = {}
        self._keys: list[str] = []
        self._items: dict[str, Item] = {}

    def append(self, key: str, body: bytes) -> Entry:
        """Create a record; see RecordStore."""
        outcome = self.append_all([(key, body)])[0]
        if isinstance(outcome, ShailooError):
            raise outcome
        return outcome

    def append_all(self, records: Sequence[tuple[str, bytes]]) -> list[Entry | ShailooError]:
        """Create several records, each with its own outcome; one fault of the plan strikes them all."""
        fault = self._begin()
        with self._lock:
            outcomes = [self._create(key, body) for key, body in records]
        _end(fault)
        return outcomes

    def get(self, key: str) -> Entry | None:
        """Return the record under a key; see RecordStore."""
        with self._lock:
            return self._by_key.get(key)

    def page(self, prefix: str, *, cursor: str | None = None, limit: int = 100) -> Page:
        """Return a page in byte order of the keys; see RecordStore."""
        check_page(prefix, limit)
        with self._lock:
            at = bisect_left(self._keys, prefix if cursor is None else max(prefix, cursor + "\x00"))
            keys = [key for key in self._keys[at : at + limit + 1] if key.startswith(prefix)]
            entries = tuple(self._by_key[key] for key in keys[:limit])
        return Page(entries, entries[-1].key if len(keys) > limit else None)

    def feed(self, after: int, *, limit: int = MOST_PER_PAGE) -> Sequence[Entry]:
        """Return what was accepted after a number; see RecordStore."""
        with self._lock:
            return self._feed[max(after, 0) : max(after, 0) + limit]

    def last(self) -> int:
        """Return the newest number; see RecordStore."""
        with self._lock:
            return len(self._feed)

    def read(self, name: str) -> Item | None:
        """Return an item; see ItemStore."""
        with self._lock:
            return self._items.get(name)

    def swap(self, name: str, value: bytes, *, expected: int | None) -> Item:
        """Replace an item by compare-and-swap; see ItemStore."""
        check_record(name, value)
        fault = self._begin()
        with self._lock:
            stored = self._items.get(name)
            if (None if stored is None else stored.version) != expected:
                raise Conflict("Someone else has replaced this value; read it again.", key=name, expected=expected)
            made = self._items[name] = Item((expected or 0) + 1, value)
        _end(fault)
        return made

    def _begin(self) -> Fault:
        fault = self.plan.draw()
        time.sleep(fault.delay)
        if fault.fail == "before":
            raise StorageFailed("The plan of faults stopped this write; nothing was written.")
        return fault

    def _create(self, key: str, body: bytes) -> Entry | ShailooError:
        try:
            check_record(key, body)
        except ShailooError as error:
            return error
        stored = self._by_key.get(key)
        if stored is None:
            stored = self._by_key[key] = Entry(len(self._feed) + 1, key, body)
            self._feed.append(stored)
            insort(self._keys, key)
        elif stored.body != body:
            return Conflict("Other bytes already stand under this key.", key=key, seq=stored.seq)
        return stored


@dataclass(slots=True)
class _Sent:
    body: bytes
    group: str
    times: int = 0
    out: bool = False


class MemoryQueue:
    """Queue in memory. What was received stays out until `done`, or until `come_back` says that its time is over."""

    def __init__(self, plan: FaultPlan | None = None) -> None:
        self.plan = plan or FaultPlan()
        self._changed = threading.Condition()
        self._messages: dict[int, _Sent] = {}
        self._sent = 0

    def __len__(self) -> int:
        return len(self._messages)

    def send(self, body: bytes, *, group: str) -> None:
        """Send a message; see Queue."""
        check_message(body, group)
        fault = self.plan.draw()
        if fault.fail == "before":
            raise StorageFailed("The plan of faults stopped this message; nothing was sent.")
        with self._changed:
            self._sent += 1
            self._messages[self._sent] = _Sent(body, group)
            self._changed.notify_all()
        _end(fault)

    def receive(self, *, most: int = MOST_MESSAGES, wait_s: int = 0) -> Sequence[Message]:
        """Receive messages; see Queue."""
        check_receive(most, wait_s)
        with self._changed:
            self._changed.wait_for(self._there, wait_s)
            busy = self._busy()
            numbers = [number for number, sent in self._messages.items() if sent.group not in busy][:most]
            for number in numbers:
                self._messages[number].out = True
                self._messages[number].times += 1
            return [
                Message(
                    self._messages[number].body,
                    f"{number}/{self._messages[number].times}",
                    self._messages[number].times,
                )
                for number in numbers
            ]

    def done(self, message: Message) -> None:
        """Take a message away; see Queue."""
        number, _, times = message.receipt.partition("/")
        with self._changed:
            sent = self._messages.get(int(number))
            if sent is not None and sent.times == int(times):
                del self._messages[int(number)]
                self._changed.notify_all()

    def come_back(self) -> None:
        """The time of everything that is out is over: it may be received again."""
        with self._changed:
            for sent in self._messages.values():
                sent.out = False
            self._changed.notify_all()

    def _busy(self) -> set[str]:
        return {sent.group for sent in self._messages.values() if sent.out}

    def _there(self) -> bool:
        busy = self._busy()
        return any(sent.group not in busy for sent in self._messages.values())


class MemoryObjectStore:
    """ObjectStore in memory with the same plan of faults. `damage` changes a byte behind the store's back."""

    def __init__(self, plan: FaultPlan | None = None) -> None:
        self.plan = plan or FaultPlan()
        self._objects: dict[Digest, bytes] = {}

    def __len__(self) -> int:
        return len(self._objects)

    def put(self, data: bytes) -> Digest:
        """Store bytes under their digest; see ObjectStore."""
        fault = self.plan.draw()
        time.sleep(fault.delay)
        if fault.fail == "before":
            raise StorageFailed("The plan of faults stopped this write; nothing was written.")
        name = Digest(hashlib.sha256(data).hexdigest())
        self._objects.setdefault(name, data)
        _end(fault)
        return name

    def get(self, digest: Digest) -> bytes:
        """Return bytes whose digest was checked; see ObjectStore."""
        data = self._objects.get(digest)
        if data is None:
            raise NotFound("There is no object with this digest.", sha256=digest)
        if hashlib.sha256(data).hexdigest() != digest:
            raise StorageFailed("What lies under this digest is something else.", sha256=digest)
        return data

    def damage(self, digest: Digest) -> None:
        """Turn one bit over, as a failing disk would."""
        data = bytearray(self._objects[digest])
        data[0] ^= 1
        self._objects[digest] = bytes(data)


def _end(fault: Fault) -> None:
    if fault.fail == "after":
        raise StorageFailed("The plan of faults struck after the write; the caller cannot know that it was kept.")
