"""VoterEntries over an index of the newest published version, which `entries_index` makes.

    entries/000017/people.parquet   everybody of version 17, sorted by PIN
    entries/000017/moves.parquet    who came, left or changed station with a version up to 17, sorted by PIN
    entries/000017/names.json       identifier of a town or village -> its names

As much personal data as the version itself, with the same rights. A question reads one group of rows of each file.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import duckdb

from shailoo.adapters.voters.commitments import prove
from shailoo.adapters.voters.shelf import Shelf
from shailoo.adapters.voters.work_db import kept, parquet
from shailoo.errors import StorageFailed
from shailoo.ids import StationNo
from shailoo.model.voter_list import Movement, VoterEntry, VoterListMade
from shailoo.ports import RecordStore
from shailoo.records.voter_commitment import Committed, VoterProof

PEOPLE: Final = "people.parquet"
MOVES: Final = "moves.parquet"
NAMES: Final = "names.json"
_VERSION = re.compile(r"[0-9]{6}")
_COLUMNS: Final = (
    "person", "surname", "name", "patronymic", "birth", "settlement", "street", "house", "flat", "country",
    "disability", "station", "way", "since",
)  # fmt: skip


class IndexedEntries:
    """VoterEntries of one installation. Safe to share between threads; notices a newer index by itself."""

    def __init__(self, folder: Path, lists: Path, store: RecordStore) -> None:
        self._folder = folder
        self._shelf = Shelf(lists, store)
        self._db = duckdb.connect(":memory:", config={"memory_limit": "300MB", "threads": 1})
        self._db.execute("SET parquet_metadata_cache = true")
        self._lock = threading.Lock()
        self._names: tuple[Path, Mapping[str, tuple[str, str, str]]] | None = None

    def entry(self, pin: str) -> VoterEntry | None:
        """See VoterEntries."""
        index = self._newest()
        columns = ", ".join(_COLUMNS)
        rows = self._ask(f"SELECT {columns} FROM {parquet(index / PEOPLE)} WHERE pin = ?", [_number(pin)])  # noqa: S608 -- our own columns
        if len(rows) != 1:
            return None
        told: dict[str, Any] = dict(zip(_COLUMNS, rows[0], strict=True))
        settlement = told.pop("settlement")
        station = told.pop("station")
        names = self._names_of(index).get(settlement, (settlement,) * 3)
        place = None if station is None else StationNo(station)
        return VoterEntry(list=int(index.name), settlement=names, station=place, **told)

    def movements(self, pin: str, person: str | None) -> Sequence[Movement]:
        """See VoterEntries."""
        index = self._newest()
        rows = self._ask(
            f"SELECT number, before, after FROM {parquet(index / MOVES)} WHERE pin = ? OR person = ? ORDER BY number",  # noqa: S608 -- our own columns
            [_number(pin), person or ""],
        )
        return merged(Movement(*row) for row in rows)

    def made(self, number: int) -> VoterListMade:
        """See VoterEntries."""
        return self._shelf.version(number)

    def proof(self, entry: VoterEntry) -> VoterProof:
        """See VoterEntries."""
        folder = self._shelf.place(self._shelf.version(entry.list))
        told = Committed(
            entry.list, entry.person, entry.surname, entry.name, entry.patronymic, entry.birth, entry.station or ""
        )
        with kept("read the proof of an entry"):
            return prove(folder, told)

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    def _ask(self, query: str, values: list[object]) -> list[tuple[Any, ...]]:
        with kept("read the voter list"):
            cursor = self._db.cursor()  # a connection of its own: questions do not wait for each other
            try:
                return cursor.execute(query, values).fetchall()
            finally:
                cursor.close()

    def _newest(self) -> Path:
        """The newest index, looked for at every question: no restart after an update."""
        found = indexes(self._folder)
        if not found:
            raise StorageFailed("There is no index of entries yet; publish the voter list first.")
        return found[-1]

    def _names_of(self, index: Path) -> Mapping[str, tuple[str, str, str]]:
        with self._lock, kept("read the names of places"):
            if self._names is None or self._names[0] != index:
                told: dict[str, list[str]] = json.loads((index / NAMES).read_bytes())
                self._names = (index, {place: (ky, ru, en) for place, (ky, ru, en) in told.items()})
            return self._names[1]


def indexes(folder: Path) -> Sequence[Path]:
    """The indexes of a folder, the newest last."""
    if not folder.is_dir():
        return ()
    return sorted(path for path in folder.iterdir() if _VERSION.fullmatch(path.name))


def merged(moves: Iterable[Movement]) -> Sequence[Movement]:
    """Movements by version: of who got another number in the list with a version, two of them are one.

    That happens to a person whom an application put on the list once the population register names them.
    """
    found: dict[int, Movement] = {}
    for one in moves:
        other = found.get(one.list)
        if other is not None:
            left, came = (one, other) if one.after is None else (other, one)
            one = Movement(one.list, left.before, came.after)  # noqa: PLW2901 -- the two of them together
        found[one.list] = one
    return [one for _, one in sorted(found.items()) if one.before != one.after]


def _number(pin: str) -> int:
    return int(pin) if pin.isascii() and pin.isdecimal() and len(pin) <= 14 else -1  # noqa: PLR2004 -- of a PIN
