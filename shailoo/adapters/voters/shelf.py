"""Where versions of the list lie, and the order of writing that survives a power cut.

    lock                 one at a time; whoever comes second is told so (ImportBusy)
    sweep                what an earlier stop left behind is removed
    make the files       stop here: a folder `.making-…` without record, swept at the next start
    fsync them, rename   stop here: a folder with its name but without record, swept likewise
    append the record    from here on the version counts: `voter-list/<number>` is created once

Two processes that do not see each other's lock (two machines) both come as far as the record; the store lets one in,
and the other's folder is removed.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from shailoo.adapters.sharing import folder_mode, share_path
from shailoo.adapters.voters.commitments import LEAVES
from shailoo.adapters.voters.work_db import kept
from shailoo.errors import Conflict, NotFound
from shailoo.model.record import read_record, record_bytes, record_key
from shailoo.model.voter_list import ListStage, VoterListMade
from shailoo.ports import RecordStore

Step = Callable[[str], None]
"""Called before each step with its name: tests stop there."""

_PREFIX = "voter-list/"
_PAGE = 1000


class ImportBusy(Conflict):
    """Another version of the list is being made."""

    code = "import-busy"


class NoSuchVersion(NotFound):
    """There is no version of the list with this number, or none yet of the kind that is needed."""

    code = "no-such-version"


class Shelf:
    """The folder of versions, and the records that make them count."""

    def __init__(self, folder: Path, store: RecordStore, *, step: Step = lambda _: None) -> None:
        self.folder = folder
        self._store = store
        self._step = step
        self._lists = folder / "lists"

    def made(self) -> list[VoterListMade]:
        """Every version that counts, in order of numbers."""
        found: list[VoterListMade] = []
        cursor: str | None = None
        while True:
            page = self._store.page(_PREFIX, cursor=cursor, limit=_PAGE)
            for entry in page.entries:
                record = read_record(entry.body)
                if isinstance(record, VoterListMade):
                    found.append(record)
            cursor = page.cursor
            if cursor is None:
                return found

    def version(self, number: int) -> VoterListMade:
        """The record of a version. Raises NoSuchVersion."""
        entry = self._store.get(f"{_PREFIX}{number:06}")
        record = None if entry is None else read_record(entry.body)
        if not isinstance(record, VoterListMade):
            raise NoSuchVersion("There is no version of the voter list with this number.", number=number)
        return record

    def place(self, record: VoterListMade) -> Path:
        """Where the files of a version lie."""
        return self._lists / record.folder

    @contextmanager
    def working(self) -> Iterator[Path]:
        """A folder for work, for one at a time; it is gone afterwards. Raises ImportBusy."""
        with kept("make room for the voter list"):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lists.mkdir(mode=folder_mode(self.folder), exist_ok=True)
            (self.folder / "work").mkdir(mode=0o700, exist_ok=True)
            handle = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise ImportBusy("Another version of the voter list is being made. Wait until it is done.") from error
            self._sweep()
            with kept("make room for the voter list"):
                work = Path(tempfile.mkdtemp(dir=self.folder / "work"))
            try:
                yield work
            finally:
                shutil.rmtree(work, ignore_errors=True)
        finally:
            os.close(handle)

    @contextmanager
    def making(self) -> Iterator[Path]:
        """A folder for the files of a version that is being made; gone afterwards unless `commit` took it."""
        with kept("make room for the voter list"):
            folder = Path(tempfile.mkdtemp(prefix=".making-", dir=self._lists))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def commit(self, making: Path, record: VoterListMade) -> VoterListMade:
        """Make a version count, or raise and change nothing: Conflict when another took its number."""
        place = self.place(record)
        with kept("keep the voter list"):
            self._step("sync")
            for file in making.iterdir():
                file.chmod(0o600)
                if file.name == LEAVES:  # hashes, from which people are shown their own proof
                    share_path(file, self._lists)
                _sync(file, os.O_RDONLY)
            share_path(making, self._lists)
            _sync(making, os.O_RDONLY | os.O_DIRECTORY)
            self._step("rename")
            making.rename(place)
            _sync(self._lists, os.O_RDONLY | os.O_DIRECTORY)
        self._step("record")
        try:
            self._store.append(record_key(record), record_bytes(record))
        except Conflict as error:
            shutil.rmtree(place, ignore_errors=True)
            raise Conflict(
                "Another version of the voter list took this number first. Nothing has changed; start again.",
                number=record.number,
            ) from error
        self._step("recorded")
        return record

    def _sweep(self) -> None:
        counting = {record.folder for record in self.made()}
        for stray in [*self._lists.iterdir(), *(self.folder / "work").iterdir()]:
            if stray.name not in counting:
                shutil.rmtree(stray, ignore_errors=True)


def newest(made: list[VoterListMade], *, stage: ListStage | None = None, election: str | None = None) -> VoterListMade:
    """The newest version that another continues (never that of those who took part), or of a stage and election.

    Raises NoSuchVersion.
    """
    for record in reversed(made):
        if stage is None and record.stage is not ListStage.TOOK_PART:
            return record
        if stage is not None and record.stage is stage and record.election == election:
            return record
    what = "There is no voter list yet: import one first." if stage is None else "This election has no such list yet."
    raise NoSuchVersion(what, stage=stage and stage.value, election=election)


def _sync(path: Path, flags: int) -> None:
    handle = os.open(path, flags)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
