"""Bring a store forward to the version of this software: looked at first, kept first, then all in one transaction.

look, whole?            stop here: nothing happened
copy beside, fsync      stop here: a copy more, `store-v<old>-<time>.db`; nothing else happened
steps and the version   stop here: one transaction, so that the store is the old one or the new one
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from shailoo.adapters.store_schema import MIGRATIONS, Migration, is_empty, steps_from, version_of
from shailoo.errors import Conflict, NotFound, StorageFailed
from shailoo.model.base import stamp


class StoreInUse(Conflict):
    """A service works with the store at this moment."""

    code = "store-in-use"


@dataclass(frozen=True, slots=True)
class Plan:
    """What an upgrade would do: from which version, and by which steps. No steps: there is nothing to do."""

    version: int
    steps: tuple[Migration, ...]
    records: int


def plan_upgrade(path: Path, migrations: Sequence[Migration] = MIGRATIONS) -> Plan:
    """Look, and change nothing. Raises NotFound, StoreTooNew, and StorageFailed for a damaged file."""
    with _opened(path) as db:
        return _plan(db, path, migrations)


def upgrade(path: Path, *, now: datetime, migrations: Sequence[Migration] = MIGRATIONS) -> tuple[Plan, Path | None]:
    """Bring a store forward; returns what was done and where the old store is kept (None: nothing was to be done).

    Raises as `plan_upgrade`, and StoreInUse while any service has the store open.
    """
    with _opened(path) as db:
        found = _plan(db, path, migrations)
        if not found.steps:
            return found, None
        # In write-ahead mode whoever has the file open holds a shared lock, so this one is given to nobody beside us.
        db.execute("PRAGMA locking_mode = EXCLUSIVE")
        try:
            db.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise StoreInUse("Services work with this store; stop them first.", file=path.name) from error
        db.execute("ROLLBACK")  # the lock stays until the file is closed
        found = _plan(db, path, migrations)
        kept = path.with_name(f"{path.stem}-v{found.version}-{stamp(now).replace(':', '')}.db")
        _keep(db, kept)
        db.execute("BEGIN EXCLUSIVE")
        try:
            for step in found.steps:
                for statement in step.statements:
                    db.execute(statement)
                db.execute(f"PRAGMA user_version = {step.version}")
            _count_again(db, found.records, path)
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
    return found, kept


def _plan(db: sqlite3.Connection, path: Path, migrations: Sequence[Migration]) -> Plan:
    if is_empty(db):
        raise NotFound("There is no store in this file.", file=path.name)
    steps = steps_from(version_of(db), migrations)
    said = db.execute("PRAGMA quick_check(1)").fetchone()[0] if steps else "ok"
    if said != "ok":
        raise StorageFailed("The store is damaged; restore it from a backup.", file=path.name)
    return Plan(version_of(db), steps, int(db.execute("SELECT count(*) FROM record").fetchone()[0]))


def _count_again(db: sqlite3.Connection, records: int, path: Path) -> None:
    if db.execute("SELECT count(*) FROM record").fetchone()[0] != records:
        raise StorageFailed("A step would have lost records; nothing was changed.", file=path.name)


def _keep(db: sqlite3.Connection, place: Path) -> None:
    beside = place.with_suffix(".new")
    beside.unlink(missing_ok=True)
    beside.touch(mode=0o600)
    with contextlib.closing(sqlite3.connect(beside)) as copy:
        db.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
    handle = os.open(beside, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    beside.replace(place)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    if not path.is_file():
        raise NotFound("There is no store here.", file=path.name)
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=2, isolation_level=None)) as db:
            yield db
    except sqlite3.Error as error:
        raise StorageFailed(
            "The store could not be brought forward; it is as it was. Look at the disk's space and rights.",
            file=path.name,
            cause=type(error).__name__,
        ) from error
