"""Carry an installation from one home to another, so that nothing is lost, doubled or changed, however often it stops.

There is no note of how far it came: what lies in the target is compared with the source, and what is missing is
brought. Whoever is killed begins again and finds what it did.

    objects, then records    stop anywhere: objects that no record names; a feed that ends earlier, never one with a gap
    items                    stop anywhere: some are there
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Protocol, TypeVar

from shailoo.errors import Conflict, NotFound, StorageFailed
from shailoo.ids import Digest
from shailoo.ports import Entry, ItemStore, ObjectStore, RecordStore

AT_ONCE = 330
"""Records of one call."""
_PAGE = 500
Thing = TypeVar("Thing")


class NumberedRecords(Protocol):
    """A home that takes records together with their numbers."""

    def append_after(self, known: int, records: Sequence[tuple[str, bytes]]) -> None:
        """Give records the numbers after `known`. Raises Conflict when something else stands there, StorageFailed."""
        ...


class TargetHoldsOthers(Conflict):
    """The target has records, values or files that the source has not. Nothing of them was changed."""

    code = "target-holds-others"


class NotTheSame(StorageFailed):
    """What lies in the target is not what was brought."""

    code = "not-the-same"


@dataclass(frozen=True, slots=True)
class Carried:
    """How many were there already, and how many were brought."""

    there: int = 0
    brought: int = 0

    def __add__(self, other: Carried) -> Carried:
        return Carried(self.there + other.there, self.brought + other.brought)

    @property
    def total(self) -> int:
        """All of them."""
        return self.there + self.brought


@dataclass(frozen=True, slots=True)
class FeedDigest:
    """A whole feed in one figure: SHA-256 over number, key and digest of every record, in order."""

    records: int
    sha256: str


def feed_digest(store: RecordStore, *, upto: int | None = None) -> FeedDigest:
    """The digest of a feed, read from its beginning. Raises NotTheSame for a feed with a gap."""
    whole, count = hashlib.sha256(), 0
    for entry in _feed(store, 0):
        if upto is not None and entry.seq > upto:
            break
        if entry.seq != count + 1:
            raise NotTheSame("The feed has a gap.", seq=count + 1, found=entry.seq)
        count = entry.seq
        whole.update(f"{entry.seq} {entry.key} {hashlib.sha256(entry.body).hexdigest()}\n".encode())
    return FeedDigest(count, whole.hexdigest())


def check_records(source: RecordStore, target: RecordStore) -> int:
    """Hold what the target has against the beginning of the source; returns how many records it has.

    Raises TargetHoldsOthers at the first that differs, with its number.
    """
    there, known = _feed(source, 0), 0
    for entry in _feed(target, 0):
        ours = next(there, None)
        if ours != entry:
            raise TargetHoldsOthers(
                "The target has a record that this installation has not. Only an empty target, or one that this "
                "installation was being brought to, can take it.",
                seq=entry.seq,
                key=entry.key,
            )
        known = entry.seq
    return known


def carry_records(source: RecordStore, target: NumberedRecords, known: int) -> Carried:
    """Bring the records after number `known`, each under its own number.

    Raises TargetHoldsOthers when somebody else writes there, StorageFailed.
    """
    brought = 0
    for group in _groups(_feed(source, known), AT_ONCE):
        try:
            target.append_after(group[0].seq - 1, [(one.key, one.body) for one in group])
        except Conflict as error:
            raise TargetHoldsOthers(
                "Somebody else writes into the target. Stop its functions and begin again with an empty one.",
                **error.facts,
            ) from error
        brought += len(group)
    return Carried(known, brought)


def carry_items(items: Iterable[tuple[str, bytes]], target: ItemStore) -> Carried:
    """Bring values; one that an earlier attempt brought in an older version is replaced. Versions begin anew."""
    done = Carried()
    for name, value in items:
        there = target.read(name)
        if there is not None and there.value == value:
            done += Carried(there=1)
            continue
        target.swap(name, value, expected=None if there is None else there.version)
        done += Carried(brought=1)
    return done


def carry_objects(digests: Iterable[Digest], source: ObjectStore, target: ObjectStore) -> Carried:
    """Bring objects that are missing; each is read back, and its bytes compared. Raises NotTheSame, StorageFailed."""
    done = Carried()
    for name in digests:
        data = source.get(name)
        if _holds(target, name, data):
            done += Carried(there=1)
            continue
        target.put(data)
        if not _holds(target, name, data):
            raise NotTheSame("An object came back with other bytes.", sha256=name)
        done += Carried(brought=1)
    return done


def _holds(target: ObjectStore, name: Digest, data: bytes) -> bool:
    try:
        return target.get(name) == data
    except NotFound:
        return False


def carry_files(
    files: Iterable[tuple[str, bytes]], read: Callable[[str], bytes | None], write: Callable[[str, bytes], object]
) -> Carried:
    """Bring files of which only missing or different ones are written."""
    done = Carried()
    for path, data in files:
        if read(path) == data:
            done += Carried(there=1)
        else:
            write(path, data)
            done += Carried(brought=1)
    return done


def check_same(kind: str, wanted: Iterable[tuple[str, bytes]], read: Callable[[str], bytes | None]) -> int:
    """Read everything back and compare every byte; returns how many there are. Raises NotTheSame."""
    count = 0
    for name, data in wanted:
        if read(name) != data:
            raise NotTheSame("What lies in the target is not what was brought. Begin again.", kind=kind, name=name)
        count += 1
    return count


def _feed(store: RecordStore, after: int) -> Iterator[Entry]:
    while entries := store.feed(after, limit=_PAGE):
        yield from entries
        after = entries[-1].seq


def _groups(things: Iterable[Thing], most: int) -> Iterator[Sequence[Thing]]:
    walk = iter(things)
    while group := list(islice(walk, most)):
        yield group
