"""Promises 1, 3, 4 and 7, in every home: create once, page by key, read your own write, one feed without gaps."""

from __future__ import annotations

import string
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shailoo.adapters.limits import LARGEST_RECORD, BadKey, RecordTooLarge
from shailoo.errors import Conflict
from shailoo.ports import Entry, RecordStore
from tests.contract.homes import HOMES, Store, open_store

KEYS = st.text(string.ascii_letters + string.digits + "/:._-", min_size=1, max_size=12).filter(
    lambda key: key[0].isalnum()
)


def every_page(store: RecordStore, prefix: str, limit: int) -> Iterable[Entry]:
    cursor = None
    while True:
        page = store.page(prefix, cursor=cursor, limit=limit)
        assert len(page.entries) <= limit
        yield from page.entries
        if page.cursor is None:
            return
        cursor = page.cursor


def test_a_new_store_is_empty(store: Store) -> None:
    assert store.last() == 0
    assert list(store.feed(0)) == []
    assert store.get("report/a") is None
    assert store.page("report/").entries == ()


def test_a_record_is_read_back_as_it_was_written(store: Store) -> None:
    entry = store.append("report/a", b"one")
    assert entry == Entry(1, "report/a", b"one")
    assert store.get("report/a") == entry
    assert list(store.feed(0)) == [entry]


def test_the_same_bytes_again_return_the_first_entry_and_no_new_number(store: Store) -> None:
    first = store.append("report/a", b"one")
    assert store.append("report/a", b"one") == first
    assert store.append("report/b", b"two").seq == 2
    assert store.last() == 2


def test_other_bytes_are_a_conflict_and_change_nothing(store: Store) -> None:
    store.append("report/a", b"one")
    with pytest.raises(Conflict) as caught:
        store.append("report/a", b"other")
    assert caught.value.facts == {"key": "report/a", "seq": 1}
    kept = store.get("report/a")
    assert kept is not None
    assert kept.body == b"one"
    assert store.append("report/b", b"").seq == 2


def test_what_some_home_could_not_keep_is_refused_by_all(store: Store) -> None:
    with pytest.raises(RecordTooLarge):
        store.append("report/a", bytes(LARGEST_RECORD + 1))
    for key in ("", " a", "ä", "a b", "-a", "a" * 256, "a\n"):
        with pytest.raises(BadKey):
            store.append(key, b"")
    with pytest.raises(BadKey):
        store.page("a", limit=1001)
    assert store.last() == 0
    assert store.append("report/a", bytes(LARGEST_RECORD)).seq == 1


def test_a_late_record_with_a_low_key_is_on_its_page_and_at_the_end_of_the_feed(store: Store) -> None:
    for key in ("m/3", "m/1", "n/0", "m/2"):
        store.append(key, key.encode())
    first = store.page("m/", limit=2)
    store.append("m/0", b"late")
    assert [entry.key for entry in first.entries] == ["m/1", "m/2"]
    assert [entry.key for entry in store.page("m/", cursor=first.cursor, limit=2).entries] == ["m/3"]
    assert [entry.key for entry in store.page("m/").entries] == ["m/0", "m/1", "m/2", "m/3"]
    assert [entry.key for entry in store.feed(4)] == ["m/0"]


def test_the_feed_resumes_after_any_number(store: Store) -> None:
    for at in range(7):
        store.append(f"k/{at}", b"")
    assert [entry.seq for entry in store.feed(2, limit=3)] == [3, 4, 5]
    assert [entry.seq for entry in store.feed(5)] == [6, 7]
    assert list(store.feed(7)) == []


@pytest.mark.parametrize("home", ["memory", "sqlite"])
@given(keys=st.lists(KEYS, max_size=20, unique=True), prefix=KEYS | st.just(""), limit=st.integers(1, 5))
def test_pages_hold_every_key_of_a_prefix_once_in_byte_order(
    home: str, keys: list[str], prefix: str, limit: int
) -> None:
    with TemporaryDirectory() as folder, open_store(home, Path(folder)) as store:
        for key in keys:
            store.append(key, key.encode())
        found = [entry.key for entry in every_page(store, prefix, limit)]
        assert found == sorted((key for key in keys if key.startswith(prefix)), key=str.encode)
        assert [entry.key for entry in store.feed(0)] == keys


def test_of_many_threads_that_create_the_same_key_exactly_one_wins(store: Store) -> None:
    def create(at: int) -> bytes | None:
        try:
            return store.append("report/a", str(at).encode()).body
        except Conflict:
            return None

    with ThreadPoolExecutor(16) as pool:
        won = [body for body in pool.map(create, range(64)) if body is not None]
    kept = store.get("report/a")
    assert kept is not None
    assert won == [kept.body]
    assert store.last() == 1


def test_the_feed_has_no_gaps_while_many_threads_write_and_some_conflict(store: Store) -> None:
    seen: list[int] = []

    def write(at: int) -> None:
        with suppress(Conflict):
            store.append(f"report/{at % 150}", str(at).encode())
        got = [entry.seq for entry in store.feed(max(len(seen) - 5, 0))]
        assert got == list(range(got[0], got[0] + len(got)))

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(write, range(300)))
    assert [entry.seq for entry in store.feed(0)] == list(range(1, 151))
    assert store.last() == 150


def test_the_suite_runs_over_every_home() -> None:
    assert set(HOMES) == {home + how for home in ("memory", "sqlite", "cloud") for how in ("", " in groups")}
