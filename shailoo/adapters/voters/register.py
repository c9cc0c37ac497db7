"""Versions of the address register on disk: a folder for each, numbered from 1, made whole or not at all.

The order that survives a power cut:

    temporary folder   stop here: a stray folder `.new-…`, removed by the next load
    fsync its files    stop here: as above
    rename             stop here: the version may or may not be there, but never half of it
    fsync the root     stop here: the version is there; the caller was not told and may load it again

Loads wait for each other, so numbers have no gaps. The files are for this program's user alone (0700, 0600).
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import duckdb
from pydantic import ConfigDict, ValidationError

from shailoo.adapters.sharing import folder_mode, share_path
from shailoo.adapters.voters.register_checks import check_tables
from shailoo.adapters.voters.register_places import settle_places
from shailoo.adapters.voters.register_read import StoredRegister
from shailoo.adapters.voters.register_runs import make_runs
from shailoo.adapters.voters.register_tables import BOUNDARIES, GUIDE, HEADER, read_tables, register_files
from shailoo.adapters.voters.station_shapes import StationShapes, read_shapes
from shailoo.adapters.voters.work_db import kept, text, work_db
from shailoo.errors import NotFound
from shailoo.ids import Digest, StationNo
from shailoo.model.base import Frozen
from shailoo.model.refs import Sha256
from shailoo.model.voter_tables import REGISTER_FILES
from shailoo.records.canonical import canonical_json
from shailoo.register_faults import RegisterFaults

_NUMBER: Final = re.compile(r"[0-9]{6}")
_STRAY: Final = ".new-"
_SOURCE: Final = "source"
_ORDER: Final = {
    "addresses": 'settlement, street, number, "row"',
    "runs": "settlement, street_order, street, first, last, station",
    "serves": "settlement, station",
    "street_keys": "settlement, key",
}
"""Tables that are sorted; the others keep the order of their rows."""
TABLES: Final = (*REGISTER_FILES, "street_keys", "serves", "runs")


class RegisterHeader(Frozen):
    """What `register.json` of a source says; other fields are for its makers."""

    model_config = ConfigDict(extra="ignore")

    as_of: date
    """The day whose state the register gives."""
    synthetic: bool
    """Whether the addresses are made up."""


class RegisterNote(Frozen):
    """`register.json` of a version: what it was made from."""

    as_of: date
    synthetic: bool
    digest: Sha256
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A version that is there: its number, the digest of its source, rows of each table by name."""

    number: int
    digest: Digest
    counts: Mapping[str, int]


class RegisterFolder:
    """Versions of the address register below `root`. Safe to share between processes."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def latest(self) -> int | None:
        """Number of the newest version; None when there is none."""
        with kept("look for the address register"):
            return max(self._numbers(), default=None)

    def path(self, number: int) -> Path:
        """The folder of a version, whether or not it is there."""
        return self._root / f"{number:06}"

    def open(self, number: int) -> StoredRegister:
        """A version for reading. Raises NotFound."""
        if not self.path(number).is_dir():
            raise NotFound("There is no such version of the address register.", number=number)
        return StoredRegister(self.path(number), number)

    def stations(self, number: int) -> frozenset[StationNo]:
        """Numbers of the polling stations of a version; none of 0. Raises NotFound."""
        return frozenset(centre.station for centre in self.open(number).centres()) if number else frozenset()

    def loaded(self, number: int) -> Loaded:
        """What a version was made from. Raises NotFound."""
        note = self.note(number)
        return Loaded(number, Digest(note.digest), dict(note.counts))

    def note(self, number: int) -> RegisterNote:
        """What a version was made from, with its day. Raises NotFound."""
        try:
            return RegisterNote.model_validate_json((self.path(number) / HEADER).read_bytes())
        except FileNotFoundError as error:
            raise NotFound("There is no such version of the address register.", number=number) from error

    def load(self, source: Path) -> Loaded:
        """Read, check and keep the register in the folder `source`.

        The same bytes as those of the newest version return its number. Raises RegisterInvalid with every fault, and
        StorageFailed; then nothing has changed.
        """
        with kept("load the address register"), self._alone():
            work = Path(tempfile.mkdtemp(prefix=_STRAY, dir=self._root))
            try:
                return self._load(source, work)
            finally:
                shutil.rmtree(work, ignore_errors=True)

    def _load(self, source: Path, work: Path) -> Loaded:
        digest = _copy(source, work / _SOURCE)
        newest = max(self._numbers(), default=0)
        if newest and self.note(newest).digest == digest:
            return self.loaded(newest)
        version = work / "version"
        version.mkdir(mode=0o700)
        with work_db(work) as db:
            header, shapes = _read(db, work / _SOURCE)
            settle_places(db, shapes)
            for name in TABLES[:-1]:
                _keep(db, name, version)
            make_runs(db, version)
            _keep(db, "runs", version)
            counts = {name: _count(db, name) for name in TABLES}
        counts["boundaries"] = len(shapes.stations)
        note = RegisterNote(as_of=header.as_of, synthetic=header.synthetic, digest=digest, counts=counts)
        (version / BOUNDARIES).write_bytes(shapes.geojson())
        (version / HEADER).write_bytes(canonical_json(note.model_dump(mode="json")))
        for file in version.iterdir():
            file.chmod(0o600)
            share_path(file, self._root)
            _sync(file)
        share_path(version, self._root)
        _sync(version)
        number = newest + 1
        _appear(version, self.path(number))
        _sync(self._root)
        return Loaded(number, digest, counts)

    def _numbers(self) -> list[int]:
        if not self._root.is_dir():
            return []
        return [int(place.name) for place in self._root.iterdir() if _NUMBER.fullmatch(place.name) and place.is_dir()]

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Wait until nobody else loads, and clear away what a killed load left."""
        self._root.mkdir(mode=folder_mode(self._root.parent), parents=True, exist_ok=True)
        handle = os.open(self._root / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            for stray in self._root.glob(f"{_STRAY}*"):
                shutil.rmtree(stray, ignore_errors=True)
            yield
        finally:
            os.close(handle)


def _appear(version: Path, place: Path) -> None:
    """The one step after which the version counts."""
    version.rename(place)


def _copy(source: Path, target: Path) -> Digest:
    """Copy the register's files; returns the digest of their names and bytes.

    What is read is the copy, so that nobody changes it between hashing and reading.
    """
    target.mkdir(mode=0o700)
    whole = hashlib.sha256()
    for name in sorted(register_files()):
        if (source / name).is_file():
            with (source / name).open("rb") as read, (target / name).open("wb") as written:
                shutil.copyfileobj(read, written, 1 << 20)
            with (target / name).open("rb") as copied:
                whole.update(f"{hashlib.file_digest(copied, 'sha256').hexdigest()}  {name}\n".encode())
    return Digest(whole.hexdigest())


def _read(db: duckdb.DuckDBPyConnection, source: Path) -> tuple[RegisterHeader, StationShapes]:
    """Read and check a register into tables of text. Raises RegisterInvalid."""
    faults = RegisterFaults()
    header = _header(source / HEADER, faults)
    read = read_tables(db, source, faults)
    check_tables(db, read, faults)
    known = None
    if "centres" in read:
        known = frozenset(str(row[0]) for row in db.execute("SELECT station FROM centres").fetchall())
    shapes = None
    if (source / BOUNDARIES).is_file():
        shapes = read_shapes((source / BOUNDARIES).read_bytes(), known, faults)
    else:
        faults.add(BOUNDARIES, "the file is missing", f"Add it; see {GUIDE}.")
    faults.raise_if_any()
    assert header is not None and shapes is not None  # noqa: S101, PT018 -- a missing one is a fault, raised above
    return header, shapes


def _header(file: Path, faults: RegisterFaults) -> RegisterHeader | None:
    if not file.is_file():
        faults.add(HEADER, "the file is missing", f"Add it; see {GUIDE}.")
        return None
    try:
        return RegisterHeader.model_validate_json(file.read_bytes())
    except ValidationError as error:
        for detail in error.errors(include_url=False, include_context=False, include_input=False):
            field = ".".join(str(part) for part in detail["loc"])
            faults.add(HEADER, "the value does not fit", f"See {GUIDE} for this field.", column=field or None)
    return None


def _keep(db: duckdb.DuckDBPyConnection, name: str, folder: Path) -> None:
    order = f" ORDER BY {_ORDER[name]}" if name in _ORDER else ' ORDER BY "row"'
    place = text(str(folder / f"{name}.parquet"))
    db.execute(f'COPY (SELECT * FROM "{name}"{order}) TO {place} (FORMAT parquet, COMPRESSION zstd)')  # noqa: S608 -- our own names


def _count(db: duckdb.DuckDBPyConnection, name: str) -> int:
    row = db.execute(f'SELECT count(*) FROM "{name}"').fetchone()  # noqa: S608 -- our own names
    return int(row[0]) if row else 0


def _sync(place: Path) -> None:
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
