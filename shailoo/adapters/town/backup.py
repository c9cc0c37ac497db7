"""Back up what cannot be made again, while everything goes on working.

The order, and why: an object is put before the record that names it, and is never taken away. So the store is copied
first (one reading transaction, a single moment) and the objects afterwards: each record of the copy finds its object.
The other way round a record could name an object that came between the two.

    store.db -> backup/store.db.new     stop here: a stray that the next backup writes over
    fsync, rename, backup.json          stop here: a copy of the store more
    restic reads it, and the folders    stop here: parts that no snapshot names; the next backup uses them
    its snapshot                        stop here: the backup is there; only the receipt is missing
    receipt.json                        what `shailoo doctor` reads
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field

from shailoo.adapters.store_schema import version_of
from shailoo.adapters.town.restic import NoRepository, Repository
from shailoo.errors import Conflict, NotFound, StorageFailed
from shailoo.model.base import Frozen, Moment
from shailoo.model.log import LOG_HEAD

FOLDER: Final = "backup"
STORE: Final = f"{FOLDER}/store.db"
ABOUT: Final = f"{FOLDER}/backup.json"
RECEIPT: Final = f"{FOLDER}/receipt.json"
TAG: Final = "shailoo"
_KEPT: Final = ("settings.json", "clock.json", "elections", "objects", "private", "uploads", "voters")
_COMES_AND_GOES: Final = ("uploads",)
"""An upload that was finished while restic read is in the objects, or is sent again."""
_LEFT_OUT: Final = ("objects/tmp", "private/tmp", "voters/work")
_BESIDE: Final = ("sealing-*",)
"""Keys that open seals are in no backup of ours: whoever opened it could open every report (docs/town.md)."""


class BackupBusy(Conflict):
    """Another backup is at work."""

    code = "backup-busy"


class LogHead(Frozen):
    """The head of the transparency log that had been signed."""

    size: int
    root: str


class About(Frozen):
    """What a backup holds, told inside it."""

    shailoo: Literal["backup-1"] = "backup-1"
    at: Moment
    store_version: int
    last: Annotated[int, Field(ge=0)]
    """The newest number of the feed."""
    head: LogHead | None
    keys: bool
    """Whether the keys that sign are in it; those that open seals never are."""


class Receipt(Frozen):
    """What was backed up, told beside the installation."""

    shailoo: Literal["backup-receipt-1"] = "backup-receipt-1"
    about: About
    finished: Moment
    snapshot: str
    added_bytes: int
    total_bytes: int


def backup(
    folder: Path, repository: Repository, *, at: datetime, finished: datetime | None = None, keys: bool, init: bool
) -> Receipt:
    """Make a backup. `init`: the repository may be new. `finished`: when it is over, if not `at`.

    Raises BackupBusy, StorageFailed, NotFound, and what `Repository.run` raises.
    """
    repository.check_password_file()
    (folder / FOLDER).mkdir(mode=0o750, exist_ok=True)
    with _alone(folder / FOLDER / "lock"):
        if not repository.exists():
            if not init:
                raise NoRepository(
                    "There is no repository at this place. For the first backup: `shailoo backup --init`."
                )
            repository.init()
        about = copy_store(folder, at=at, keys=keys)
        kept = [STORE, ABOUT, *(name for name in (*_KEPT, *(["keys"] if keys else [])) if (folder / name).exists())]
        excludes = [f"--exclude={folder / name}" for name in _LEFT_OUT]
        excludes += [f"--exclude={folder / 'keys' / name}" for name in _BESIDE]
        said = repository.run(
            "backup", f"--tag={TAG}", "--host=shailoo", *excludes, *kept, folder=folder, may_miss=_COMES_AND_GOES
        )
        summary = next(one for one in said if one.get("message_type") == "summary")
        receipt = Receipt(
            about=about,
            finished=finished or at,
            snapshot=str(summary["snapshot_id"]),
            added_bytes=int(summary["data_added"]),
            total_bytes=int(summary["total_bytes_processed"]),
        )
        _write(folder / RECEIPT, receipt.model_dump_json(indent=2).encode() + b"\n")
        return receipt


def forget(repository: Repository) -> None:
    """Let go of old backups: all of two days stay, one of each day of two months, one of each month for ever."""
    repository.run("unlock")  # what a backup that was killed has left; a lock of one that works stays
    kept = ["--keep-within=2d", "--keep-daily=60", "--keep-monthly=1200", "--group-by=host", "--prune"]
    repository.run("forget", f"--tag={TAG}", *kept)


def read_receipt(folder: Path) -> Receipt | None:
    """The receipt of the last backup; None when there was none.

    Raises OSError when it is there and cannot be read, ValueError when it is no receipt.
    """
    try:
        return Receipt.model_validate_json((folder / RECEIPT).read_bytes())
    except FileNotFoundError:
        return None


def copy_store(folder: Path, *, at: datetime, keys: bool) -> About:
    """Copy the store as it is at one moment, and say what it holds."""
    source, fresh = folder / "store.db", folder / f"{STORE}.new"
    if not source.is_file():
        raise NotFound("There is no store here to back up.", folder=folder.name)
    try:
        for stray in folder.glob(f"{STORE}.new*"):
            stray.unlink()
        fresh.touch(mode=0o600)
        with (
            contextlib.closing(sqlite3.connect(source, timeout=30, isolation_level=None)) as db,
            contextlib.closing(sqlite3.connect(fresh, isolation_level=None)) as copy,
        ):
            db.backup(copy, pages=-1)  # in one go: one reading transaction, which holds no writer up
            copy.execute("PRAGMA journal_mode = DELETE")
            about = _about(copy, at, keys=keys)
        _sync(fresh)
        fresh.replace(folder / STORE)
        _write(folder / ABOUT, about.model_dump_json(indent=2).encode() + b"\n")
    except (sqlite3.Error, OSError) as error:
        raise StorageFailed(
            "The store could not be copied for the backup. Look at the disk's space and rights.",
            cause=type(error).__name__,
        ) from error
    return about


def _about(copy: sqlite3.Connection, at: datetime, *, keys: bool) -> About:
    last = int(copy.execute("SELECT coalesce(max(seq), 0) FROM record").fetchone()[0])
    return About(at=at, store_version=version_of(copy), last=last, head=log_head(copy), keys=keys)


def log_head(db: sqlite3.Connection) -> LogHead | None:
    """The head that was signed last, as a store holds it."""
    row = db.execute("SELECT value FROM item WHERE name = ?", (LOG_HEAD,)).fetchone()
    if row is None:
        return None
    said = json.loads(row[0])
    return LogHead(size=int(said["size"]), root=str(said["root"]))


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BackupBusy("Another backup is at work here; wait for it.") from error
        yield


def _write(path: Path, data: bytes) -> None:
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_bytes(data)
    _sync(fresh)
    fresh.replace(path)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
