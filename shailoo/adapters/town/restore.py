"""Bring a backup back into an empty folder, and look at every record and every object before anybody works with it."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from shailoo.adapters.files import FileObjectStore
from shailoo.adapters.town.backup import ABOUT, FOLDER, STORE, TAG, About, log_head
from shailoo.adapters.town.restic import Repository
from shailoo.errors import Conflict, NotFound, ShailooError, StorageFailed
from shailoo.ids import Digest
from shailoo.model.case import CaseAct, CaseFiled
from shailoo.model.document import DocumentCopied, DocumentReceived
from shailoo.model.record import Record, ReportAccepted, ReportConflict, read_record, record_key


class NotEmpty(Conflict):
    """A backup is restored into an empty folder only."""

    code = "not-empty"


class BackupUntrue(StorageFailed):
    """What came back is not whole."""

    code = "backup-untrue"


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back, every part of it looked at."""

    about: About
    records: int
    objects: int


def restore(repository: Repository, folder: Path, snapshot: str = "latest") -> Restored:
    """Restore into a folder that is empty or not there.

    Raises NotEmpty, BackupUntrue, NotFound, and what `Repository.run` raises. After an error the folder holds what came
    so far, for whoever wants to look; it is no installation, because the store is moved into its place last.
    """
    repository.check_password_file()
    if folder.exists() and any(folder.iterdir()):
        raise NotEmpty("A backup is restored into an empty folder; this one is not.", folder=folder.name)
    folder.mkdir(parents=True, exist_ok=True)
    repository.run("restore", snapshot, f"--tag={TAG}", f"--target={folder}", "--verify")
    try:
        about = About.model_validate_json((folder / ABOUT).read_bytes())
    except (OSError, ValidationError) as error:
        raise NotFound("This snapshot is no backup of an installation.") from error
    records, objects = check_store(folder / STORE, folder, about)
    for name in ("objects", "uploads"):
        (folder / name).mkdir(exist_ok=True)
    (folder / STORE).replace(folder / "store.db")
    (folder / ABOUT).replace(folder / FOLDER / "restored.json")
    return Restored(about, records, objects)


def check_store(path: Path, folder: Path, about: About) -> tuple[int, int]:
    """Look at every record and every object that one names; returns both numbers. Raises BackupUntrue.

    `folder` holds `objects/` and, where cases were filed, `private/`: what people handed in is an object as well.
    """
    homes = {name: FileObjectStore(folder / name) for name in ("objects", "private") if (folder / name).is_dir()}
    seen: set[str] = set()
    last = 0
    try:
        with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            if db.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok":
                raise BackupUntrue("The store in the backup is damaged; take an earlier snapshot.")
            if log_head(db) != about.head:
                raise BackupUntrue("The head of the log in the store is not the one that the backup tells.")
            for seq, key, body in db.execute("SELECT seq, key, body FROM record ORDER BY seq"):
                if seq != last + 1:
                    raise BackupUntrue("The feed has a gap; take an earlier snapshot.", after=last)
                last = seq
                record = read_record(body)
                if record_key(record) != key:
                    raise BackupUntrue("A record does not belong to its key.", seq=seq)
                named = [("objects", sha256) for sha256 in objects_of(record)]
                named += [("private", sha256) for sha256 in private_of(record)]
                for home, sha256 in named:
                    if sha256 not in seen:
                        _look(homes.get(home), sha256, seq)
                        seen.add(sha256)
    except sqlite3.Error as error:
        raise BackupUntrue("The store in the backup cannot be read.", cause=type(error).__name__) from error
    if last != about.last:
        raise BackupUntrue("The store ends at another record than the backup tells.", last=last, told=about.last)
    return last, len(seen)


def objects_of(record: Record) -> Iterator[str]:
    """The digests of the objects that a record names."""
    match record:
        case ReportAccepted() | ReportConflict():
            if record.events_sha256 is not None:
                yield record.events_sha256
        case DocumentReceived():
            yield record.original
        case DocumentCopied():
            yield record.pdf
            for page in record.pages:
                yield page.sha256
        case _:
            return


def private_of(record: Record) -> Iterator[str]:
    """The digests of what a record of a case names in the private store: contents and documents."""
    if isinstance(record, CaseFiled | CaseAct):
        if record.content is not None:
            yield record.content
        yield from (one.original for one in record.documents)


def _look(home: FileObjectStore | None, sha256: str, seq: int) -> None:
    try:
        if home is None:
            raise NotFound("The folder of these objects did not come back.")
        home.get(Digest(sha256))
    except ShailooError as error:
        raise BackupUntrue(
            "An object that a record names is missing or is something else.", seq=seq, sha256=sha256, cause=error.code
        ) from error
