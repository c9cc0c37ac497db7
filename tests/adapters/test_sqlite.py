"""What only the SQLite home can get wrong."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from shailoo.adapters.sqlite import SqliteStore
from shailoo.errors import StorageFailed


def test_every_commit_waits_for_the_disk(tmp_path: Path) -> None:
    with SqliteStore(tmp_path / "store.db") as store:
        connection = store._connection()
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)


def test_a_transaction_that_cannot_commit_leaves_nothing_and_no_gap(tmp_path: Path) -> None:
    full = [False]

    def disk() -> None:
        if full[0]:
            raise sqlite3.OperationalError("database or disk is full")

    with SqliteStore(tmp_path / "store.db", before_commit=disk) as store:
        store.append("k/0", b"")
        full[0] = True
        with pytest.raises(StorageFailed):
            store.append("k/1", b"")
        with pytest.raises(StorageFailed):
            store.swap("pointer", b"", expected=None)
        full[0] = False
        assert store.get("k/1") is None
        assert store.read("pointer") is None
        assert store.append("k/2", b"").seq == 2


def test_a_file_that_is_no_store_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "store.db").write_bytes(b"not a database, but longer than a header of one" * 10)
    with pytest.raises(StorageFailed):
        SqliteStore(tmp_path / "store.db")


def test_a_closed_store_answers_nothing(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "store.db")
    store.close()
    with pytest.raises(StorageFailed):
        store.append("k/0", b"")


def test_a_second_process_sees_what_the_first_has_committed(tmp_path: Path) -> None:
    with SqliteStore(tmp_path / "store.db") as writer, SqliteStore(tmp_path / "store.db") as reader:
        assert reader.last() == 0
        writer.append("k/0", b"x")
        assert [entry.body for entry in reader.feed(0)] == [b"x"]
        assert reader.append("k/1", b"y").seq == 2
        assert writer.last() == 2
