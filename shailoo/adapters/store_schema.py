"""The tables of `store.db`, which version they have, and the steps from one version to the next.

The version stands in the file itself (`PRAGMA user_version`). A program works only with the version that it knows: an
older store is brought forward by `shailoo upgrade`, a newer one wants newer software. Steps go forward only.

    0   the tables as they were before versions were counted
    1   the same tables, counted
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from shailoo.errors import Refused

_TABLES: Final = (
    "CREATE TABLE IF NOT EXISTS record (seq INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, body BLOB NOT NULL) STRICT",
    """CREATE TABLE IF NOT EXISTS item (name TEXT PRIMARY KEY, version INTEGER NOT NULL, value BLOB NOT NULL) STRICT,
    WITHOUT ROWID""",
)


class StoreTooNew(Refused):
    """The store was written by newer software."""

    code = "store-too-new"


class StoreTooOld(Refused):
    """The store wants to be brought forward first."""

    code = "store-too-old"


@dataclass(frozen=True, slots=True)
class Migration:
    """One step forward: the version that it leads to, what it does in words, and its statements in order."""

    version: int
    what: str
    statements: tuple[str, ...] = ()


MIGRATIONS: Final = (Migration(1, "the tables stay as they are; their version is counted from now on"),)
"""Every step there ever was, in order. A step is never changed once it was released; another one is added."""
NEWEST: Final = MIGRATIONS[-1].version


def version_of(db: sqlite3.Connection) -> int:
    """The version that a file says it has. An empty file says 0 too."""
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def is_empty(db: sqlite3.Connection) -> bool:
    """Whether a file has no tables yet."""
    return db.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone() is None


def create(db: sqlite3.Connection) -> None:
    """Make the tables of the newest version in an empty file, all or none. Several processes may do so at once."""
    db.execute("BEGIN IMMEDIATE")
    try:
        if is_empty(db):  # asked again inside: another process may have been faster
            for table in _TABLES:
                db.execute(table)
            db.execute(f"PRAGMA user_version = {NEWEST}")
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def check(version: int, newest: int = NEWEST) -> None:
    """Raises StoreTooNew or StoreTooOld unless the version is the one that this software works with."""
    if version > newest:
        raise StoreTooNew(
            "This store was written by newer software; install that version, or restore a backup of this one's.",
            version=version,
            known=newest,
        )
    if version < newest:
        raise StoreTooOld(
            "This store is older than the software. Stop the services, then: shailoo upgrade --dir DIR",
            version=version,
            wanted=newest,
        )


def steps_from(version: int, migrations: Sequence[Migration] = MIGRATIONS) -> tuple[Migration, ...]:
    """The steps that lead from a version to the newest. Raises StoreTooNew."""
    newest = migrations[-1].version
    if version > newest:
        check(version, newest)
    return tuple(step for step in migrations if step.version > version)
