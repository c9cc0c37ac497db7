"""Promises 2 and 6, in every home: replace only what I read; of many who swap, exactly one wins."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from shailoo.adapters.limits import RecordTooLarge
from shailoo.errors import Conflict
from shailoo.ports import Item
from tests.contract.homes import Store


def test_a_value_that_was_never_written_is_none(store: Store) -> None:
    assert store.read("pointer") is None


def test_a_value_is_created_only_where_there_is_none(store: Store) -> None:
    assert store.swap("pointer", b"a", expected=None) == Item(1, b"a")
    with pytest.raises(Conflict):
        store.swap("pointer", b"b", expected=None)
    assert store.read("pointer") == Item(1, b"a")


def test_a_value_is_replaced_only_under_the_version_that_was_read(store: Store) -> None:
    store.swap("pointer", b"a", expected=None)
    assert store.swap("pointer", b"b", expected=1) == Item(2, b"b")
    for stale in (1, 3, None):
        with pytest.raises(Conflict):
            store.swap("pointer", b"c", expected=stale)
    with pytest.raises(Conflict):
        store.swap("other", b"c", expected=1)
    assert store.read("pointer") == Item(2, b"b")


def test_a_value_has_the_bound_of_a_record(store: Store) -> None:
    with pytest.raises(RecordTooLarge):
        store.swap("pointer", bytes(300_001), expected=None)


def test_items_do_not_enter_the_feed(store: Store) -> None:
    store.swap("pointer", b"a", expected=None)
    assert store.last() == 0
    assert store.append("report/a", b"").seq == 1


def test_many_threads_that_count_lose_no_step(store: Store) -> None:
    def count(_: int) -> int:
        lost = 0
        while True:
            item = store.read("counter")
            value = 0 if item is None else int(item.value)
            try:
                store.swap("counter", str(value + 1).encode(), expected=None if item is None else item.version)
            except Conflict:
                lost += 1
            else:
                return lost

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(count, range(60)))
    assert store.read("counter") == Item(60, b"60")
