"""VoterLists over DIR/voters: what those who publish are given. No PIN, no birth, no number of a person comes out.

A connection lives for one call: a publisher forks, and a database that was open before a fork is lost after it.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb

from shailoo.adapters.voters import versions
from shailoo.adapters.voters.changes import Side, changes_of, compare, touched_of
from shailoo.adapters.voters.commitments import prove
from shailoo.adapters.voters.counts import read_cells, read_changes, read_touched
from shailoo.adapters.voters.folder import NoSuchPerson, Registers
from shailoo.adapters.voters.shelf import Shelf
from shailoo.adapters.voters.work_db import kept, open_db, parquet, text
from shailoo.ids import Digest, RegionId, StationNo
from shailoo.model.voter_list import PersonName, StationChange, TouchedCell, VoterCell, VoterListMade
from shailoo.ports import RecordStore
from shailoo.records.voter_commitment import Committed, VoterProof
from shailoo.rules import disclosure

_STATIONS_AT_ONCE = 64


class VoterListReader:
    """VoterLists of one installation."""

    def __init__(self, folder: Path, store: RecordStore, *, registers: Registers) -> None:
        self._shelf = Shelf(folder, store)
        self._registers = registers

    def made(self) -> Sequence[VoterListMade]:
        """Every version that counts; see VoterLists."""
        return self._shelf.made()

    def people(self, number: int, stations: Sequence[StationNo]) -> Iterator[tuple[StationNo, list[PersonName]]]:
        """People of stations, as asked; a station without voters has an empty list. See VoterLists."""
        file = text(str(self._folder(number) / versions.VOTERS))
        names = ", ".join(versions.name_columns(disclosure.LEAST))
        with self._db() as db:
            for start in range(0, len(stations), _STATIONS_AT_ONCE):
                asked = stations[start : start + _STATIONS_AT_ONCE]
                which = ", ".join(text(station) for station in asked)
                # The bounds let whole groups of rows be passed over. A long IN becomes a join, which keeps no order.
                query = (
                    f"SELECT station, {names} FROM read_parquet({file}, file_row_number = true) "  # noqa: S608 -- our own path
                    f"WHERE station IN ({which}) AND station BETWEEN {text(min(asked))} AND {text(max(asked))} "
                    "ORDER BY file_row_number"
                )
                found = dict(versions.shown(db, query))
                for station in asked:
                    yield station, found.pop(station, [])

    def totals(self, number: int) -> Mapping[str, int]:
        """Voters by station; see VoterLists."""
        return {station: facts.voters for station, facts in versions.read_stations(self._folder(number)).items()}

    def changed(self, before: int, after: int) -> frozenset[StationNo]:
        """Stations whose people are not the same; see VoterLists."""
        new = versions.read_stations(self._folder(after))
        old = versions.read_stations(self._folder(before)) if before else {}
        return frozenset(
            StationNo(station) for station in {*old, *new} if station and old.get(station) != new.get(station)
        )

    def cells(self, number: int) -> Sequence[VoterCell]:
        """Cells of a version; see VoterLists."""
        return read_cells(self._folder(number))

    def touched(self, before: int, after: int) -> Sequence[TouchedCell]:
        """What happened to cells between two versions; `before` 0: before there was a list. See VoterLists."""
        folder = self._folder(after)
        if versions.read_manifest(folder).previous == before:
            return read_touched(folder)
        with self._compared(before, after) as db:
            return touched_of(db)

    def changes(self, before: int, after: int) -> Sequence[StationChange]:
        """Why people came and left between two versions, everybody once; `before` 0 likewise. See VoterLists."""
        folder = self._folder(after)
        if versions.read_manifest(folder).previous == before:
            return read_changes(folder)
        between = [self._folder(one.number) / versions.ENDED for one in self.made() if before < one.number <= after]
        with self._compared(before, after) as db:
            return changes_of(db, self._side(before), between)

    def disabled(self, number: int) -> Mapping[RegionId, int]:
        """Voters with a disability by region of their station; nothing without an address register. See VoterLists."""
        record = self._shelf.version(number)
        if not record.register_number:
            return {}
        voters = parquet(self._shelf.place(record) / versions.VOTERS)
        centres = parquet(self._registers.path(record.register_number) / "centres.parquet")
        with self._db() as db:
            found = db.execute(
                f"SELECT c.region, count(*) FROM {voters} AS v JOIN {centres} AS c USING (station) "  # noqa: S608  our own paths
                "WHERE v.disability GROUP BY c.region ORDER BY c.region"
            ).fetchall()
        return {RegionId(region): int(people) for region, people in found}

    def digests(self, number: int) -> Mapping[StationNo, Digest]:
        """Leaves of `shown_root`; see VoterLists."""
        stations = versions.read_stations(self._folder(number))
        return {StationNo(station): facts.shown for station, facts in stations.items() if station}

    def proof(self, number: int, person: str) -> VoterProof:
        """What shows one person that they are in a version: for that person's eyes only. Raises NoSuchPerson."""
        folder = self._folder(number)
        with self._db() as db:
            row = db.execute(
                "SELECT surname, name, patronymic, birth, coalesce(station, '') "  # noqa: S608  our own path
                f"FROM {parquet(folder / versions.VOTERS)} WHERE person = ?",
                [person],
            ).fetchone()
        if row is None:
            raise NoSuchPerson("This version of the list does not have the person.", list=number)
        surname, name, patronymic, birth, station = row
        return prove(folder, Committed(number, person, surname, name, patronymic, _day(birth), station))

    def _folder(self, number: int) -> Path:
        return self._shelf.place(self._shelf.version(number))

    def _side(self, number: int) -> Side | None:
        folder = self._folder(number) if number else None
        return None if folder is None else versions.side(folder, versions.read_manifest(folder))

    @contextmanager
    def _db(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with kept("read the voter list"):
            spill = Path(tempfile.mkdtemp(prefix="voter-list-"))
            try:
                db = open_db(spill)
                try:
                    yield db
                finally:
                    db.close()
            finally:
                shutil.rmtree(spill, ignore_errors=True)

    @contextmanager
    def _compared(self, before: int, after: int) -> Iterator[duckdb.DuckDBPyConnection]:
        new = self._side(after)
        with self._db() as db:
            if new is not None:
                compare(db, self._side(before), new)
            yield db


def _day(value: object) -> date:
    if not isinstance(value, date):
        message = "a birth is a date"
        raise TypeError(message)
    return value
