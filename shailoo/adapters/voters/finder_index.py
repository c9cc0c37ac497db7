"""Makes the index of "find my station" from a version of the list; what it looks like, says the reader beside it.

It is written whole under another name and then renamed: a reader sees the old version or the new one, and a stop at any
point leaves the old. Where the index of an older version is there, and that version too, a copy of it is changed by the
few people in whom the two differ: a day's changes take seconds instead of the twenty of a whole country.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

import duckdb

from shailoo.adapters.places import place_text
from shailoo.adapters.sharing import share_path
from shailoo.adapters.voters.finder import finder_secret, versions
from shailoo.errors import StorageFailed
from shailoo.model.voter_list import Area, Centre
from shailoo.rules.finder import KEY_BYTES, finder_keys
from shailoo.usecases.find_station import Place

_TABLES: Final = """
    CREATE TABLE person (key BLOB PRIMARY KEY, station TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE place (station TEXT PRIMARY KEY, facts TEXT NOT NULL) WITHOUT ROWID;
"""
_LISTED: Final = "SELECT pin, surname, station FROM read_parquet(?) WHERE station IS NOT NULL"
_AT_ONCE: Final = 100_000


def build_index(
    folder: Path,
    number: int,
    voters: Path,
    centres: Iterable[Centre],
    commissions: Iterable[Area],
    *,
    older: Mapping[int, Path] | None = None,
) -> int:
    """Make `<number>.db` from a version's `voters.parquet` and the stations of its register; returns its people.

    `older`: version -> its `voters.parquet`, of versions whose index may be here. Older indexes are removed afterwards;
    a reader that has one open keeps it until its next question. Raises StorageFailed when nothing was changed: two
    people have one PIN, a station is unknown, or the disk is full.
    """
    secret = finder_secret(folder)
    names = {area.id: area.name for area in commissions}
    places = {centre.station: (centre, names.get(centre.tec, (centre.tec,) * 3)) for centre in centres}
    fresh, place = folder / f"{number:06}.db.new", folder / f"{number:06}.db"
    try:
        fresh.unlink(missing_ok=True)
        fresh.touch(mode=0o600)
        known = _known(folder, older or {})
        if known is not None:
            shutil.copyfile(known[0], fresh)
        with contextlib.closing(sqlite3.connect(fresh)) as db:
            db.execute("PRAGMA journal_mode = OFF")
            db.execute("PRAGMA synchronous = OFF")
            if known is None:
                _fill(db, secret, voters)
            else:
                _change(db, secret, known[1], voters)
            facts = ((no, place_text(Place(one, tec))) for no, (one, tec) in places.items())
            db.executemany("INSERT INTO place VALUES (?, ?)", facts)
            if db.execute("SELECT 1 FROM person WHERE station NOT IN (SELECT station FROM place)").fetchone():
                raise StorageFailed("The list names a station that its address register does not have.", number=number)
            people = int(db.execute("SELECT count(*) FROM person").fetchone()[0])
            db.commit()
        share_path(fresh)
        _sync(fresh)
        fresh.replace(place)
        _sync(folder)
    except (sqlite3.Error, duckdb.Error, OSError) as error:
        # Never the cause's own words: they could hold a value of the row.
        cause = type(error).__name__
        raise StorageFailed("The index could not be made; the former one stays.", number=number, cause=cause) from error
    finally:
        fresh.unlink(missing_ok=True)
    for old in versions(folder):
        if old != place:
            old.unlink(missing_ok=True)
    return people


def _known(folder: Path, older: Mapping[int, Path]) -> tuple[Path, Path] | None:
    """The newest index whose version is still there, and that version's people."""
    for index in sorted(versions(folder), reverse=True):
        voters = older.get(int(index.stem))
        if voters is not None and voters.is_file():
            return index, voters
    return None


def _fill(db: sqlite3.Connection, secret: bytes, voters: Path) -> None:
    db.executescript(_TABLES)
    rows = sorted(finder_keys(secret, _people(_LISTED, voters)))  # in the order of the tree, which then only grows
    db.executemany("INSERT INTO person VALUES (?, ?)", (_pair(row) for row in rows))


def _change(db: sqlite3.Connection, secret: bytes, before: Path, voters: Path) -> None:
    gone = finder_keys(secret, _people(f"{_LISTED} EXCEPT {_LISTED}", before, voters))
    db.executemany("DELETE FROM person WHERE key = ?", ((_pair(row)[0],) for row in gone))
    fresh = finder_keys(secret, _people(f"{_LISTED} EXCEPT {_LISTED}", voters, before))
    db.executemany("INSERT INTO person VALUES (?, ?)", (_pair(row) for row in fresh))
    db.execute("DELETE FROM place")


def _pair(row: bytes) -> tuple[bytes, str]:
    return row[:KEY_BYTES], row[KEY_BYTES:].decode()


def _people(query: str, *voters: Path) -> Iterator[tuple[str, str, str]]:
    """PIN, surname and station of people, a piece at a time."""
    with duckdb.connect(config={"memory_limit": "1200MB", "threads": 2}) as db:
        db.execute("SET enable_progress_bar = false")  # it would go to standard output, among what --json says
        rows = db.execute(query, [os.fspath(path) for path in voters])
        while part := rows.fetchmany(_AT_ONCE):
            yield from part


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
