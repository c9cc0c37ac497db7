"""The installation that moves: what it holds, and the lock under which it takes nothing more.

While the lock is held, no process can write into `store.db`: whoever sends is told to try again. When the move is done,
the lock becomes a seal: triggers in the file itself refuse every further record and value, also for a server that had
opened it before. Two installations with the keys of one log must never take anything at once.

    lock taken     stop here: the lock goes with the process, the installation works as before
    seal committed stop here: it takes nothing; the move is repeated, and finds what is there
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shailoo.adapters.uploads import About
from shailoo.errors import StorageFailed
from shailoo.ids import Digest
from shailoo.model.base import Frozen, Moment

MOVED = "moved.json"
_WAIT_S = 30
_SEALED = ("record", "item")
_CHANGES = ("INSERT", "UPDATE", "DELETE")


class MovedTo(Frozen):
    """The note that an installation leaves where it was: `moved.json`."""

    stage: str
    moved: Moment
    records: int
    feed_sha256: str


@contextmanager
def held(store: Path) -> Iterator[sqlite3.Connection]:
    """Keep every writer out of a store until the end; what is done with the connection counts only without an error.

    Raises StorageFailed when a writer does not end.
    """
    connection = sqlite3.connect(store, timeout=_WAIT_S, isolation_level=None)
    try:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            raise StorageFailed(
                "The store could not be locked; stop whatever writes into it.", file=store.name
            ) from error
        try:
            yield connection
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
    finally:
        connection.close()


def seal_store(connection: sqlite3.Connection) -> None:
    """Let the store take nothing for ever, once the transaction commits."""
    for table in _SEALED:
        for change in _CHANGES:
            connection.execute(
                f"CREATE TRIGGER IF NOT EXISTS moved_{table}_{change.lower()} BEFORE {change} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'this installation has moved'); END"
            )


def is_sealed(store: Path) -> bool:
    """Whether an installation has moved from here."""
    connection = sqlite3.connect(f"file:{store}?mode=ro", uri=True)
    try:
        row = connection.execute("SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'moved_%'")
        return bool(row.fetchone()[0])
    finally:
        connection.close()


def items_of(store: Path) -> Iterator[tuple[str, bytes]]:
    """Every value of a store, by name."""
    connection = sqlite3.connect(f"file:{store}?mode=ro", uri=True)
    try:
        for name, value in connection.execute("SELECT name, value FROM item ORDER BY name").fetchall():
            yield str(name), bytes(value)
    finally:
        connection.close()


def objects_of(folder: Path) -> Iterator[Digest]:
    """The digests of every object in a folder, in order."""
    for shelf in sorted(folder.glob("[0-9a-f][0-9a-f]")):
        for path in sorted(shelf.iterdir()):
            yield Digest(path.name)


def uploads_of(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Files of unfinished uploads under the names that every home gives them; about.json after its parts.

    What no `about.json` speaks of is the stray of a power cut and stays.
    """
    for about in sorted(folder.glob("*/*/about.json")):
        place = f"{about.parent.parent.name}/{about.parent.name}"
        for part in sorted(about.parent.iterdir()):
            if part.name.isdecimal():
                yield f"{place}/{part.name}", part.read_bytes()
        data = about.read_bytes()
        About.model_validate_json(data)
        yield f"{place}/about.json", data


def files_of(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below a folder, by path; not what lies under a name of a file that is being written."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.endswith(".new") and ".part-" not in path.name:
            yield path.relative_to(folder).as_posix(), path.read_bytes()


def leave_note(folder: Path, note: MovedTo) -> None:
    """Write `moved.json`, for people and for `shailoo serve`."""
    fresh = folder / f"{MOVED}.new"
    with fresh.open("w", encoding="utf-8") as file:
        file.write(note.model_dump_json(indent=2) + "\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(folder / MOVED)
