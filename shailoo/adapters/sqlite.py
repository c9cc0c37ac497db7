"""Records and items in one SQLite file: the home for one machine.

Several processes may use the file at once (the server writes reports, the publisher writes publications). Every write
is one `BEGIN IMMEDIATE` transaction in WAL mode with `synchronous=FULL`: on return it is on the disk. Numbers of the
feed are row numbers of a table from which nothing is ever deleted, drawn in the transaction that writes the record:
they have no gaps, and a reader never sees number n+1 before number n.
"""

from __future__ import annotations

import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from shailoo.adapters.limits import MOST_PER_PAGE, check_page, check_record
from shailoo.adapters.store_schema import check as check_version
from shailoo.adapters.store_schema import create, is_empty, version_of
from shailoo.errors import Conflict, ShailooError, StorageFailed
from shailoo.ports import Entry, Item, Page

_WAIT_S = 30
"""How long a writer waits for another process's transaction before it gives up."""


class SqliteStore:
    """RecordStore and ItemStore over one file. Safe to share between threads; each thread has its own connection.

    `before_commit` is called inside each transaction just before it commits; benchmarks inject a slow disk there.

    Raises StoreTooOld or StoreTooNew when the file has tables of another version than this software works with.
    """

    def __init__(self, path: Path, *, before_commit: Callable[[], None] | None = None) -> None:
        self.path = path
        self._before_commit = before_commit
        self._local = threading.local()
        self._open: weakref.WeakSet[sqlite3.Connection] = weakref.WeakSet()
        self._lock = threading.Lock()
        self._closed = False
        with _kept("open the store"):
            connection = self._connection()
            if is_empty(connection):
                create(connection)
            version = version_of(connection)
        try:
            check_version(version)
        except ShailooError:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close every thread's connection. The store cannot be used afterwards."""
        with self._lock:
            self._closed = True
            for connection in list(self._open):
                connection.close()

    def append(self, key: str, body: bytes) -> Entry:
        """Create a record; see RecordStore."""
        outcome = self.append_all([(key, body)])[0]
        if isinstance(outcome, ShailooError):
            raise outcome
        return outcome

    def append_all(self, records: Sequence[tuple[str, bytes]]) -> list[Entry | ShailooError]:
        """Create several records in one transaction. Each has its own outcome: a Conflict spoils only its own record.

        Raises StorageFailed when the transaction as a whole did not commit; then none was written.
        """
        outcomes: list[Entry | ShailooError] = []
        with self._writing() as connection:
            for key, body in records:
                outcomes.append(_create(connection, key, body))
        return outcomes

    def get(self, key: str) -> Entry | None:
        """Return the record under a key; see RecordStore."""
        with _kept("read a record"):
            row = self._connection().execute("SELECT seq, key, body FROM record WHERE key = ?", (key,)).fetchone()
        return None if row is None else Entry(*row)

    def page(self, prefix: str, *, cursor: str | None = None, limit: int = 100) -> Page:
        """Return a page in byte order of the keys; see RecordStore."""
        check_page(prefix, limit)
        with _kept("read a page"):
            rows = (
                self._connection()
                .execute(
                    "SELECT seq, key, body FROM record WHERE key >= ? AND key < ? AND key > ? ORDER BY key LIMIT ?",
                    (prefix, prefix + "\x7f", cursor or "", limit + 1),
                )
                .fetchall()
            )
        entries = tuple(Entry(*row) for row in rows[:limit])
        return Page(entries, entries[-1].key if len(rows) > limit else None)

    def feed(self, after: int, *, limit: int = MOST_PER_PAGE) -> Sequence[Entry]:
        """Return what was accepted after a number; see RecordStore."""
        with _kept("read the feed"):
            rows = (
                self._connection()
                .execute("SELECT seq, key, body FROM record WHERE seq > ? ORDER BY seq LIMIT ?", (after, limit))
                .fetchall()
            )
        return [Entry(*row) for row in rows]

    def last(self) -> int:
        """Return the newest number; see RecordStore."""
        with _kept("read the feed"):
            return int(self._connection().execute("SELECT coalesce(max(seq), 0) FROM record").fetchone()[0])

    def read(self, name: str) -> Item | None:
        """Return an item; see ItemStore."""
        with _kept("read an item"):
            row = self._connection().execute("SELECT version, value FROM item WHERE name = ?", (name,)).fetchone()
        return None if row is None else Item(*row)

    def swap(self, name: str, value: bytes, *, expected: int | None) -> Item:
        """Replace an item by compare-and-swap; see ItemStore."""
        check_record(name, value)
        with self._writing() as connection:
            if expected is None:
                change = connection.execute("INSERT INTO item VALUES (?, 1, ?) ON CONFLICT DO NOTHING", (name, value))
            else:
                change = connection.execute(
                    "UPDATE item SET version = version + 1, value = ? WHERE name = ? AND version = ?",
                    (value, name, expected),
                )
            if change.rowcount != 1:
                raise Conflict("Someone else has replaced this value; read it again.", key=name, expected=expected)
        return Item((expected or 0) + 1, value)

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            with self._lock:
                if self._closed:
                    raise StorageFailed("The store is closed.", file=self.path.name)
                connection = sqlite3.connect(
                    self.path,
                    timeout=_WAIT_S,
                    isolation_level=None,
                    check_same_thread=False,  # closed by whoever closes the store
                    factory=_Connection,
                )
                self._open.add(connection)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            self._local.connection = connection
        return connection

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with _kept("write"):
            connection = self._connection()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                if self._before_commit is not None:
                    self._before_commit()
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise


class _Connection(sqlite3.Connection):
    """A connection that a weak set can hold, and that closes with its thread instead of warning."""

    def __del__(self) -> None:
        self.close()


def _create(connection: sqlite3.Connection, key: str, body: bytes) -> Entry | ShailooError:
    try:
        check_record(key, body)
    except ShailooError as error:
        return error
    made = connection.execute(
        "INSERT INTO record (key, body) VALUES (?, ?) ON CONFLICT (key) DO NOTHING RETURNING seq", (key, body)
    ).fetchall()
    if made:
        return Entry(made[0][0], key, body)
    seq, stored = connection.execute("SELECT seq, body FROM record WHERE key = ?", (key,)).fetchone()
    if stored == body:
        return Entry(seq, key, body)
    return Conflict("Other bytes already stand under this key.", key=key, seq=seq)


@contextmanager
def _kept(doing: str) -> Iterator[None]:
    """Turn what SQLite says into what our ports promise."""
    try:
        yield
    except sqlite3.Error as error:
        raise StorageFailed(
            f"The store could not {doing}. Look at the disk's space and rights.", cause=type(error).__name__
        ) from error
