"""One commit for many: no answer before the group is durable, and one bad record spoils only itself."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from shailoo.adapters.group_commit import GroupCommitStore
from shailoo.adapters.memory import Fault, FaultPlan, MemoryStore
from shailoo.adapters.sqlite import SqliteStore
from shailoo.errors import Conflict, ShailooError, StorageFailed
from shailoo.ports import Entry


class CountingStore(MemoryStore):
    """Counts the groups, and whether any group was still being written when an answer came."""

    def __init__(self) -> None:
        super().__init__()
        self.groups: list[int] = []
        self.writing = threading.Event()

    def append_all(self, records: Sequence[tuple[str, bytes]]) -> list[Entry | ShailooError]:
        self.writing.set()
        time.sleep(0.008)
        outcomes = super().append_all(records)
        self.groups.append(len(records))
        self.writing.clear()
        return outcomes


def test_many_threads_share_few_commits() -> None:
    inner = CountingStore()
    with GroupCommitStore(inner) as store, ThreadPoolExecutor(64) as pool:
        started = time.monotonic()
        list(pool.map(lambda at: store.append(f"k/{at}", b""), range(512)))
        assert time.monotonic() - started < 512 * 0.008 / 4
    assert sum(inner.groups) == 512
    assert len(inner.groups) < 128


def test_no_answer_comes_before_its_group_is_written() -> None:
    inner = CountingStore()
    with GroupCommitStore(inner) as store, ThreadPoolExecutor(16) as pool:

        def append(at: int) -> bool:
            entry = store.append(f"k/{at}", b"x")
            return inner.get(entry.key) == entry

        assert all(pool.map(append, range(100)))


def test_a_conflict_fails_its_own_record_and_none_of_its_group(tmp_path: Path) -> None:
    hold = threading.Event()

    def wait() -> None:
        hold.wait(5)

    with (
        SqliteStore(tmp_path / "store.db", before_commit=wait) as inner,
        GroupCommitStore(inner) as store,
        ThreadPoolExecutor(8) as pool,
    ):
        blocked = pool.submit(store.append, "k/first", b"")
        time.sleep(0.05)  # the next ones gather into one group meanwhile
        same = [pool.submit(store.append, "k/1", body) for body in (b"a", b"b")]
        time.sleep(0.05)
        others = [pool.submit(store.append, f"k/{at}", b"") for at in (2, 3)]
        time.sleep(0.05)
        hold.set()
        assert blocked.result(5).seq == 1
        assert same[0].result(5).body == b"a"
        assert isinstance(same[1].exception(5), Conflict)
        assert sorted(one.result(5).seq for one in others) == [3, 4]


def test_when_a_commit_fails_everybody_in_the_group_is_told_and_nothing_is_there() -> None:
    plan = FaultPlan([Fault(delay=0.05), Fault(fail="before")])
    inner = MemoryStore(plan)
    with GroupCommitStore(inner) as store, ThreadPoolExecutor(8) as pool:
        first = pool.submit(store.append, "k/0", b"")
        time.sleep(0.02)
        doomed = [pool.submit(store.append, f"k/{at}", b"") for at in range(1, 5)]
        assert first.result(5).seq == 1
        assert all(isinstance(one.exception(5), StorageFailed) for one in doomed)
        assert store.append("k/9", b"").seq == 2
    assert inner.last() == 2


def test_a_failure_after_the_write_is_told_as_a_failure_and_the_same_bytes_find_the_record() -> None:
    inner = MemoryStore(FaultPlan([Fault(fail="after")]))
    with GroupCommitStore(inner) as store:
        with pytest.raises(StorageFailed):
            store.append("k/0", b"x")
        assert store.append("k/0", b"x").seq == 1


def test_closing_commits_what_waits_and_refuses_what_comes_later() -> None:
    inner = CountingStore()
    store = GroupCommitStore(inner)
    with ThreadPoolExecutor(16) as pool:
        waiting = [pool.submit(store.append, f"k/{at}", b"") for at in range(32)]
        inner.writing.wait(5)
        store.close()
        kept = sum(one.exception() is None for one in waiting)
    assert inner.last() == kept
    with pytest.raises(StorageFailed):
        store.append("k/later", b"")
    store.close()
