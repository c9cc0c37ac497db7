"""DIR/voters: what makes versions of the voter list. Each is made whole or not at all (see `shelf`).

import_extract   everybody whom the population register's extract names; known residences keep their station
assign           everybody by one version of the address register
decide           decisions by hand, which later versions respect
carry            what granted applications change, all of them each time
take_part        those of an election's final list who were identified at the precinct
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal, Protocol

import duckdb

from shailoo.adapters.voters import carried, extract, presence
from shailoo.adapters.voters.making import Making, Progress, TooManyLost, finish
from shailoo.adapters.voters.residence_sql import house_key_sql, street_key_sql
from shailoo.adapters.voters.shelf import NoSuchVersion, Shelf, Step, newest
from shailoo.adapters.voters.versions import DECISIONS, PERSON, VOTERS, place, read_manifest, replace_places
from shailoo.adapters.voters.work_db import kept, one_int, parquet, text, work_db
from shailoo.errors import NotFound, Refused
from shailoo.ids import StationNo
from shailoo.model.voter_list import ListStage, QueueReason, VoterListMade, Way
from shailoo.ports import Clock, RecordStore, VoterSource
from shailoo.rules.list_effects import Wish
from shailoo.rules.voter_rows import VOTER

__all__ = ["Decision", "Distribute", "Imported", "Registers", "TooManyLost", "VoterFolder"]

Distribute = Callable[[duckdb.DuckDBPyConnection, Path, str, str], Mapping[str, int]]
"""`distribute(db, register, residences, placed)`; see `shailoo.adapters.voters.distribution`."""


_STATION = re.compile("[0-9]{1,6}")


class Registers(Protocol):
    """Versions of the address register."""

    def latest(self) -> int | None:
        """Number of the newest version; None when there is none."""
        ...

    def path(self, number: int) -> Path:
        """The folder of a version."""
        ...

    def stations(self, number: int) -> frozenset[StationNo]:
        """The polling stations of a version; none of 0, which is no version."""
        ...


class StaleExtract(Refused):
    """The extract is older than the list that it would replace."""

    code = "stale-extract"


class NobodyLeft(Refused):
    """Not one row of the extract is a voter that may be listed."""

    code = "nobody-left"


class NoSuchPerson(NotFound):
    """The list has nobody with this number of the population register."""

    code = "no-such-person"


class NoSuchStation(NotFound):
    """The address register by which voters are distributed has no polling station with this number."""

    code = "no-such-station"


@dataclass(frozen=True, slots=True)
class Decision:
    """On an application: the person votes at this station. None takes an earlier decision back."""

    person: str
    station: StationNo | None


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of an extract, or of an identification report."""

    record: VoterListMade
    rows: int
    refused: int
    problems: Mapping[str, int]
    """Faults by problem; a row may have several. All of them stand in the version's refused.csv."""


class VoterFolder:
    """The voter list of one installation."""

    def __init__(
        self,
        folder: Path,
        store: RecordStore,
        clock: Clock,
        *,
        registers: Registers,
        distribute: Distribute,
        step: Step = lambda _: None,
    ) -> None:
        self._shelf = Shelf(folder, store, step=step)
        self._clock = clock
        self._registers = registers
        self._distribute = distribute
        self._step = step

    def import_extract(
        self,
        source: VoterSource,
        *,
        stage: ListStage,
        election: str | None,
        as_of: date,
        synthetic: bool,
        last_election: date | None = None,
        assign: bool = True,
        allow_drop: bool = False,
        wishes: Sequence[Wish] = (),
        progress: Progress = lambda _step, _permille: None,
    ) -> Imported:
        """Make a version of an extract made for the day `as_of`.

        A residence that the version before knows keeps its station; the others are distributed by the same version of
        the address register (the newest, if there was none), or queue when there is none or `assign` is off. `wishes`
        are those of all granted applications (see `carry`). Raises
        BadExtract, StaleExtract, NobodyLeft, TooManyLost (unless `allow_drop`), ImportBusy, Conflict, StorageFailed;
        then nothing has changed.
        """
        with self._work() as (work, before, number):
            if before is not None and as_of < before.as_of:
                raise StaleExtract("This extract is older than the list. Import one made later.", list=before.number)
            progress("reading", 0)
            with kept("copy the extract"):
                self._step("take")
                taken = extract.take(source, work)
            with work_db(work) as db:
                rows = extract.read(db, taken, extract.COLUMNS, "extract")
                progress("checking", 150)
                self._step("check")
                extract.check(db, as_of)
                refused = one_int(db, "SELECT count(*) FROM refused_rows")
                progress("placing", 300)
                _people_of_extract(db, taken.name)
                register = self._by_what(before, assign=assign)
                folder = None if before is None else self._shelf.place(before)
                _decisions(db, folder)
                carried.begin(db, folder)
                carried.carry(db, wishes, self._registers.stations(register))
                place(db, folder)
                self._place_unknown(db, register)
                making = Making(
                    number, before, stage, election, as_of, "import", taken.sha256, register, refused, synthetic,
                    self._clock.now(), last_election, extract.problems(db), allow_drop=allow_drop,
                )  # fmt: skip
                record = finish(db, self._shelf, making, progress=progress, step=self._step)
        progress("done", 1000)
        return Imported(record, rows, refused, making.problems)

    def assign(
        self,
        register_number: int,
        *,
        because: Literal["assignment", "boundaries"] = "assignment",
        progress: Progress = lambda _step, _permille: None,
    ) -> VoterListMade:
        """Distribute everybody by one version of the address register. Decisions on applications stand."""
        with self._work() as (work, before, number):
            if before is None:
                raise NoSuchVersion("There is no voter list yet: import one first.")
            with work_db(work) as db:
                self._people_of(db, before)
                place(db, None)
                progress("placing", 100)
                self._step("place")
                self._place_unknown(db, register_number)
                return self._continue(db, before, number, because, register_number, progress=progress)

    def decide(
        self, decisions: Sequence[Decision], *, progress: Progress = lambda _step, _permille: None
    ) -> VoterListMade:
        """Make a version in which decisions on applications are carried out; later versions respect them.

        Raises NoSuchPerson, NoSuchStation (none is carried out then).
        """
        with self._work() as (work, before, number):
            if before is None:
                raise NoSuchVersion("There is no voter list yet: import one first.")
            self._check_stations(decisions, before.register_number)
            with work_db(work) as db:
                self._people_of(db, before)
                place(db, self._shelf.place(before))
                _decisions(db, self._shelf.place(before))
                for one in decisions:
                    if not db.execute("SELECT 1 FROM people WHERE person = ?", [one.person]).fetchone():
                        raise NoSuchPerson("The list has nobody with the number of this application.")
                    db.execute("DELETE FROM decisions WHERE person = ?", [one.person])
                    if one.station is not None:
                        db.execute(
                            "INSERT INTO decisions VALUES (?, ?, ?)", [one.person, one.station, Way.APPLICATION.value]
                        )
                return self._continue(db, before, number, "applications", before.register_number, progress=progress)

    def carry(
        self, wishes: Sequence[Wish], *, progress: Progress = lambda _step, _permille: None
    ) -> tuple[VoterListMade | None, tuple[carried.Fault, ...]]:
        """Make a version that follows all granted applications; None when nothing is different from the last one.

        A wish that the list cannot follow is a fault beside the others', which are carried out all the same.
        """
        with self._work() as (work, before, number):
            if before is None:
                raise NoSuchVersion("There is no voter list yet: import one first.")
            folder = self._shelf.place(before)
            with work_db(work) as db:
                self._people_of(db, before)
                db.execute("CREATE TABLE everybody AS FROM people")
                db.execute("DROP VIEW people")
                db.execute("ALTER TABLE everybody RENAME TO people")
                _decisions(db, folder)
                carried.begin(db, folder)
                was = carried.carried_now(db)
                faults = carried.carry(db, wishes, self._registers.stations(before.register_number))
                if carried.carried_now(db) == was:
                    return None, faults
                place(db, folder)
                self._place_unknown(db, before.register_number)
                made = self._continue(db, before, number, "applications", before.register_number, progress=progress)
                return made, faults

    def _check_stations(self, decisions: Sequence[Decision], register: int) -> None:
        known = self._registers.stations(register)
        for one in decisions:
            if one.station is not None and one.station not in known:
                fits = _STATION.fullmatch(one.station) is not None  # what is no number could be anything, a name too
                raise NoSuchStation(
                    "The address register in force has no polling station of this number. Decide on one that it has.",
                    station=one.station if fits else None,
                    register=register,
                )

    def move(self, person: str, station: StationNo | None) -> VoterListMade:
        """One decision as a version of its own; see `decide`."""
        return self.decide([Decision(person, station)])

    def take_part(self, source: VoterSource, *, election: str, as_of: date) -> Imported:
        """Make the list of those who took part, from identification reports: columns station and pin.

        Neither time nor order of the report is kept: the list is alphabetical, as every other (secrecy of the vote).
        A row for somebody who is not on the final list of that station is refused.
        """
        with self._work() as (work, _, number):
            final = newest(self._shelf.made(), stage=ListStage.FINAL, election=election)
            folder = self._shelf.place(final)
            with kept("copy the report"):
                taken = extract.take(source, work)
            with work_db(work) as db:
                rows = extract.read(db, taken, presence.COLUMNS, "present")
                presence.check(db, parquet(folder / VOTERS))
                refused = one_int(db, "SELECT count(*) FROM refused_rows")
                if rows == refused:
                    raise NobodyLeft("Not one row of the report is on the final list.", file=taken.name)
                making = Making(
                    number, final, ListStage.TOOK_PART, election, as_of, "identification", taken.sha256,
                    final.register_number, refused, final.synthetic, self._clock.now(),
                    read_manifest(folder).last_election, extract.problems(db), allow_drop=True,
                )  # fmt: skip
                record = finish(db, self._shelf, making, step=self._step)
        return Imported(record, rows, refused, making.problems)

    @contextmanager
    def _work(self) -> Iterator[tuple[Path, VoterListMade | None, int]]:
        """A work folder, the version that the next one continues, and the next one's number."""
        with self._shelf.working() as work:
            made = self._shelf.made()
            before = newest(made) if made else None
            yield work, before, (made[-1].number if made else 0) + 1

    def _by_what(self, before: VoterListMade | None, *, assign: bool) -> int:
        """The version of the address register that an import goes by: a new one counts only once it is assigned."""
        if before is not None and before.register_number:
            return before.register_number
        return (self._registers.latest() or 0) if assign else 0

    def _place_unknown(self, db: duckdb.DuckDBPyConnection, register: int) -> None:
        waiting = text(QueueReason.NOT_DISTRIBUTED.value)
        db.execute(
            "CREATE VIEW residences AS SELECT residence, settlement, street, house, country FROM places "  # noqa: S608  our own value
            f"WHERE way = {waiting}"
        )
        if register and one_int(db, "SELECT count(*) FROM residences"):
            db.execute("CREATE TABLE to_place AS FROM residences")
            db.execute("DROP VIEW residences")
            db.execute("ALTER TABLE to_place RENAME TO residences")
            self._distribute(db, self._registers.path(register), "residences", "placed")
            replace_places(db, "placed")

    def _people_of(self, db: duckdb.DuckDBPyConnection, version: VoterListMade) -> None:
        source = parquet(self._shelf.place(version) / VOTERS)
        db.execute(f"CREATE VIEW people AS SELECT {', '.join(PERSON)} FROM {source}")  # noqa: S608  our own columns

    def _continue(
        self,
        db: duckdb.DuckDBPyConnection,
        before: VoterListMade,
        number: int,
        because: Literal["assignment", "boundaries", "applications"],
        register: int,
        *,
        progress: Progress,
    ) -> VoterListMade:
        """A version of the same people on the same day."""
        folder = self._shelf.place(before)
        if because != "applications":
            _decisions(db, folder)
        db.execute("CREATE TABLE faults (row BIGINT, col VARCHAR, value VARCHAR, problem VARCHAR, remedy VARCHAR)")
        making = Making(
            number, before, before.stage, before.election, before.as_of, because, before.extract, register,
            before.refused, before.synthetic, self._clock.now(), read_manifest(folder).last_election, {},
            allow_drop=True,
        )  # fmt: skip
        return finish(db, self._shelf, making, progress=progress, step=self._step)


def _people_of_extract(db: duckdb.DuckDBPyConnection, file: str) -> None:
    # Each spelling is made a key once. Settlement and country are codes, so they are their own keys, and what a house
    # may be written with needs no further care: this is `residence_key` of a row that is sound.
    for column, key in (("street", street_key_sql("street")), ("house", house_key_sql("house"))):
        db.execute(
            f"CREATE TABLE {column}_spellings AS SELECT {column}, {key} AS key "  # noqa: S608  our own columns
            f"FROM (SELECT DISTINCT {column} FROM sound)"
        )
    columns = ", ".join(column for column in PERSON if column not in {"birth", "disability", "residence"})
    db.execute(
        f"CREATE TABLE people AS SELECT {columns}, birth_date::DATE AS birth, disability = 'yes' AS disability, "  # noqa: S608  our own columns
        "concat(settlement, '|', s.key, '|', h.key, '|', country) AS residence "
        "FROM sound JOIN street_spellings AS s USING (street) JOIN house_spellings AS h USING (house) "
        f"WHERE status = {text(VOTER)}"
    )
    db.execute(f"CREATE TABLE ended AS SELECT person, status AS reason FROM sound WHERE status <> {text(VOTER)}")  # noqa: S608  our own value
    for view in ("sound", "extract"):
        db.execute(f"DROP VIEW {view}")
    for table in ("unsound", "extract_cells", "street_spellings", "house_spellings"):
        db.execute(f"DROP TABLE {table}")
    if not one_int(db, "SELECT count(*) FROM people"):
        raise NobodyLeft(
            "Not one row of the extract is a voter who may be listed. Look at columns and days.", file=file
        )


def _decisions(db: duckdb.DuckDBPyConnection, before: Path | None) -> None:
    db.execute("CREATE TABLE decisions (person VARCHAR, station VARCHAR, way VARCHAR)")
    if before is not None:
        db.execute(f"INSERT INTO decisions SELECT person, station, way FROM {parquet(before / DECISIONS)}")  # noqa: S608  our own path
