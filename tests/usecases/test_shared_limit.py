"""Limits of all instances together: never more than they say, nothing readable stored, nobody let in uncounted."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest

from shailoo.adapters.memory import Fault, FaultPlan, MemoryStore
from shailoo.errors import StorageFailed
from shailoo.ports import Item, ItemStore
from shailoo.rules.question_limit import Limit
from shailoo.usecases.shared_limit import SharedLimit
from tests.contract.homes import open_store

SECRET = bytes(range(32))
NOW = 1_750_000_000
FIVE = Limit(5, 3600)


def limit(items: ItemStore, most: Limit = FIVE) -> SharedLimit:
    return SharedLimit(items, "pin", most, lambda: SECRET)


@pytest.fixture(params=["memory", "sqlite", "cloud"])
def items(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ItemStore]:
    with open_store(request.param, tmp_path) as opened:
        yield opened


def test_two_instances_count_together(items: ItemStore) -> None:
    one, other = limit(items), limit(items)
    assert [(one, other)[at % 2].take(b"20101199900017", NOW + at) for at in range(7)] == [True] * 5 + [False] * 2
    assert other.take(b"another", NOW)
    assert one.take(b"20101199900017", NOW + FIVE.again_after + 7)


def test_in_a_crowd_exactly_as_many_as_the_limit_are_let_through(items: ItemStore) -> None:
    let: list[bool] = []

    def ask() -> None:
        mine = limit(items)
        let.extend(mine.take(b"20101199900017", NOW) for _ in range(4))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(let) == 32
    assert let.count(True) == 5


def test_each_kind_and_each_installation_counts_for_itself(items: ItemStore) -> None:
    one = Limit(1, 600)
    assert SharedLimit(items, "pin", one, lambda: SECRET).take(b"key", NOW)
    assert SharedLimit(items, "address", one, lambda: SECRET).take(b"key", NOW)
    assert SharedLimit(items, "pin", one, lambda: b"another").take(b"key", NOW)
    assert not SharedLimit(items, "pin", one, lambda: SECRET).take(b"key", NOW)


@pytest.mark.parametrize(("fail", "left"), [("before", 5), ("after", 4)])
def test_a_question_that_may_not_have_been_counted_is_not_let_through(
    fail: Literal["before", "after"], left: int
) -> None:
    store = MemoryStore(FaultPlan())
    mine = limit(store)
    store.plan.add(Fault(fail))
    with pytest.raises(StorageFailed):
        mine.take(b"key", NOW)
    assert sum(mine.take(b"key", NOW) for _ in range(9)) == left


def test_what_cannot_be_read_counts_as_a_failure_and_not_as_nobody() -> None:
    store = MemoryStore()
    mine = limit(store)
    mine.take(b"key", NOW)
    (name,) = store._items
    store.swap(name, b"something", expected=1)
    with pytest.raises(StorageFailed, match="cannot be read"):
        mine.take(b"key", NOW)


def test_one_that_is_always_overtaken_is_told_to_come_again() -> None:
    class Overtaken(MemoryStore):
        def swap(self, name: str, value: bytes, *, expected: int | None) -> Item:
            there = self.read(name)
            super().swap(name, b"" if there is None else there.value, expected=None if there is None else there.version)
            return super().swap(name, value, expected=expected)

    with pytest.raises(StorageFailed, match="ask again"):
        limit(Overtaken()).take(b"key", NOW)


def test_neither_what_was_asked_nor_by_whom_can_be_read_in_the_store() -> None:
    store = MemoryStore()
    limit(store).take(b"20101199900017", NOW)
    ((name, item),) = store._items.items()
    assert name.startswith("asked/pin/")
    assert b"20101199900017" not in name.encode() + item.value
    other = MemoryStore()
    SharedLimit(other, "pin", FIVE, lambda: b"another secret").take(b"20101199900017", NOW)
    assert other._items != store._items


def test_a_flood_of_different_keys_makes_no_more_items_than_there_are_places() -> None:
    store = MemoryStore()
    mine = limit(store)
    for at in range(20_000):
        assert mine.take(at.to_bytes(8, "big"), NOW)
    assert all(len(name) == len("asked/pin/ffff") for name in store._items)
    before = sum(len(item.value) for item in store._items.values())
    later = NOW + FIVE.seconds + FIVE.again_after
    for at in range(20_000):
        assert mine.take(at.to_bytes(8, "big"), later)
    assert sum(len(item.value) for item in store._items.values()) <= before
