"""Makes the index of `entries` for a version of the list: whole under another name, then renamed.

Movements of earlier versions are taken over from the index before; only what is new since is compared, version by
version. A stop at any point leaves the old index.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import duckdb

from shailoo.adapters.sharing import folder_mode, share_path
from shailoo.adapters.voters.entries import MOVES, NAMES, PEOPLE, indexes
from shailoo.adapters.voters.work_db import kept, open_db, parquet, text
from shailoo.model.voter_list import Settlement

_IN_GROUPS = "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 40960)"
"""Whoever asks for one person reads one group; with smaller ones looking for it takes longer than reading it."""
_PREFIX = ".making-"
_MEMORY = "600MB"
"""Beside whatever else makes pages of the list at the same time."""


def index_entries(folder: Path, versions: Sequence[tuple[int, Path]], settlements: Iterable[Settlement]) -> int:
    """Index the last of `versions`: numbers of the list's versions and their `voters.parquet`, in order.

    Returns its people. Older indexes are removed afterwards; a question that reads one goes on with it. Raises
    StorageFailed; then nothing has changed.
    """
    number = versions[-1][0]
    place = folder / f"{number:06}"
    with kept("index the entries of the voter list"):
        folder.mkdir(mode=folder_mode(folder.parent), parents=True, exist_ok=True)
        for left in folder.glob(f"{_PREFIX}*"):
            shutil.rmtree(left, ignore_errors=True)
        making = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=folder))
        try:
            db = open_db(making, memory=_MEMORY)
            try:
                people = _people(db, versions[-1][1], making)
                _moves(db, dict(versions), indexes(folder), making)
            finally:
                db.close()
            names = {one.id: one.name for one in settlements}
            (making / NAMES).write_text(json.dumps(names, ensure_ascii=False, sort_keys=True), encoding="utf-8")
            shutil.rmtree(making / "spill", ignore_errors=True)
            _keep(making, place)
        finally:
            shutil.rmtree(making, ignore_errors=True)
        for old in indexes(folder):
            if old != place:
                shutil.rmtree(old, ignore_errors=True)
    return people


def _people(db: duckdb.DuckDBPyConnection, voters: Path, making: Path) -> int:
    copied = db.execute(
        f"COPY (SELECT pin::BIGINT AS pin, * EXCLUDE (pin, sex, residence) FROM {parquet(voters)} ORDER BY pin) "  # noqa: S608 -- our own path
        f"TO {text(str(making / PEOPLE))} {_IN_GROUPS}"
    ).fetchone()
    return 0 if copied is None else int(copied[0])


def _moves(db: duckdb.DuckDBPyConnection, versions: Mapping[int, Path], known: Sequence[Path], making: Path) -> None:
    db.execute("CREATE TABLE moves (pin BIGINT, person VARCHAR, number INTEGER, before VARCHAR, after VARCHAR)")
    since = next((one for one in reversed(known) if int(one.name) in versions), None)
    if since is not None:
        db.execute(f"INSERT INTO moves FROM {parquet(since / MOVES)}")
    upto = 0 if since is None else int(since.name)
    for before, after in pairwise(versions):
        if after > upto:
            db.execute(
                "INSERT INTO moves SELECT coalesce(a.pin, b.pin), person, ?, b.station, a.station FROM "  # noqa: S608 -- our own columns
                f"({_stations(versions[before])}) AS b FULL JOIN ({_stations(versions[after])}) AS a USING (person) "
                "WHERE b.station IS DISTINCT FROM a.station",
                [after],
            )
    db.execute(f"COPY (FROM moves ORDER BY pin, number) TO {text(str(making / MOVES))} {_IN_GROUPS}")


def _stations(voters: Path) -> str:
    return f"SELECT pin::BIGINT AS pin, person, coalesce(station, '') AS station FROM {parquet(voters)}"  # noqa: S608 -- our own path


def _keep(making: Path, place: Path) -> None:
    """The files first, then the folder's name: what has its name is whole."""
    for file in (*making.iterdir(), making):
        file.chmod(0o700 if file.is_dir() else 0o600)
        share_path(file, making.parent)
        _sync(file)
    shutil.rmtree(place, ignore_errors=True)
    making.rename(place)
    _sync(place.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
