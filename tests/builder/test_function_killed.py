"""A publisher's function that ends at any write there is, before it or after it: the next one finishes."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rehearsal.paper import finals, store_all
from rehearsal.played import read_played
from shailoo.records.checkpoint import Checkpoint
from shailoo.records.note import SignedNote
from shailoo.records.tiles import nodes_of
from shailoo.records.tlog import root_at
from tests.builder.functions import Clock, Function, Killed, MemoryHome
from tests.builder.scene import PACKAGES, election
from tests.builder.test_handler import rebuilt, shown

NAME = "small"
SIMILAR = ("/index.html", ".atom", ".csv", ".txt", ".tlog-proof", "0.json", "1.json", "2.json", "3.json")
"""Files of which there are many alike: every fifteenth is tried. The pointer is among the others."""


@dataclass
class Writes:
    """Every write of a home, in the order in which it comes; the process ends at one of them."""

    home: MemoryHome
    done: list[str]
    at: int = -1
    after: bool = False

    @classmethod
    def of(cls, home: MemoryHome) -> Writes:
        """Stand between a home and everything that it writes to."""
        found = cls(home, [])
        for owner, names in (
            (home.store, ("append_all", "swap")),
            (home.snapshots, ("put", "delete")),
            (home.bucket, ("put", "remove")),
            (home.publish_queue, ("send",)),
        ):
            for name in names:
                setattr(owner, name, found._watched(f"{type(owner).__name__}.{name}", getattr(owner, name)))
        return found

    def _watched(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def write(*given: Any, **named: Any) -> Any:  # noqa: ANN401 -- stands for any write
            here = len(self.done) == self.at
            self.done.append(f"{name} {given[0]}")
            if here and not self.after:
                raise Killed
            answer = real(*given, **named)
            if here:
                raise Killed
            return answer

        return write


def night(folder: Path) -> MemoryHome:
    """A home in the middle of a night: published twice, one report waits."""
    records = finals(election(NAME), read_played(PACKAGES / NAME))
    home = MemoryHome([NAME])
    function = Function(home, folder / "begun")
    function.until_done()
    store_all(home.store, records[:2])
    home.clock.later(60)
    function.until_done()
    store_all(home.store, records[2:])
    home.clock.later(60)
    return home


def whole(home: MemoryHome) -> None:
    """What a reader and an observer find at any moment: the pointer's data set, and the tree under the checkpoint."""
    files = home.bucket.files
    pointer = json.loads(files[f"results/data/{NAME}/pointer.json"])
    assert pointer["overview"].removeprefix("/") in files
    head = Checkpoint.parse(SignedNote.parse(files["results/log/checkpoint"]).text)
    nodes = nodes_of(head.size, lambda tile: files[f"results/log/{tile.path}"])
    assert root_at(head.size, nodes) == head.root


def copied(home: MemoryHome) -> MemoryHome:
    """The same installation once more, of which the first knows nothing."""
    other = MemoryHome(home.names, Clock(home.clock.now()))
    for store in ("_feed", "_by_key", "_keys", "_items"):
        setattr(other.store, store, copy(getattr(home.store, store)))
    other.bucket.files = dict(home.bucket.files)
    other.snapshots.kept = dict(home.snapshots.kept)
    return other


def test_wherever_it_ends_nobody_sees_worse_and_the_next_one_finishes(tmp_path: Path) -> None:
    begun = night(tmp_path)
    home = copied(begun)
    writes = Writes.of(home)
    Function(home, tmp_path / "b").until_done()
    first = {feed(home): rebuilt(tmp_path / "machine", home.store)}
    pages = {at for at, what in enumerate(writes.done) if what.startswith("Bucket.put") and what.endswith(SIMILAR)}
    rest = [at for at in range(len(writes.done)) if at not in pages]
    assert len(rest) >= 20
    wrong = []
    for at in sorted({*rest, *sorted(pages)[::15]}):
        for after in (False, True):
            home = copied(begun)
            writes = Writes.of(home)
            writes.at, writes.after = at, after
            with suppress(Killed):
                Function(home, tmp_path / "b").call()
            what, writes.at = writes.done[at], -1
            whole(home)
            home.clock.later(1000)
            Function(home, tmp_path / "c").until_done()
            whole(home)
            if feed(home) not in first:
                first[feed(home)] = rebuilt(tmp_path / f"machine-{at}-{after}", home.store)
            if shown(home) != first[feed(home)]:
                wrong.append((what, after))
    assert wrong == []


def feed(home: MemoryHome) -> tuple[bytes, ...]:
    """All records."""
    return tuple(entry.body for entry in home.store.feed(0))
