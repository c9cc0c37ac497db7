"""From people, places and decisions to a version that counts: the steps that every kind of version shares."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal

import duckdb

from shailoo.adapters.voters import carried, versions
from shailoo.adapters.voters.changes import cells_of, changes_of, compare, touched_of
from shailoo.adapters.voters.commitments import write_tree
from shailoo.adapters.voters.counts import CELLS, CHANGES, TOUCHED, write_rows
from shailoo.adapters.voters.extract import write_faults
from shailoo.adapters.voters.shelf import Shelf, Step
from shailoo.adapters.voters.work_db import one_int, parquet
from shailoo.errors import Refused
from shailoo.ids import Digest, StationNo
from shailoo.model.voter_list import ListStage, VoterListMade
from shailoo.records.voter_commitment import KEY_BYTES
from shailoo.rules.shown_list import shown_root

Progress = Callable[[str, int], None]
"""Called with the name of a step and how much of the whole is done, in thousandths."""

MOST_LOST = 5
"""Hundredths of the voters whom one import may take away without being told so by hand."""


class TooManyLost(Refused):
    """The version would lose so many voters that the extract is rather broken than true."""

    code = "too-many-lost"


@dataclass(frozen=True, slots=True)
class Making:
    """The facts of a version that is being made."""

    number: int
    before: VoterListMade | None
    stage: ListStage
    election: str | None
    as_of: date
    because: Literal["import", "assignment", "boundaries", "applications", "identification"]
    extract: str
    register: int
    refused: int
    synthetic: bool
    now: datetime
    last_election: date | None
    problems: Mapping[str, int]
    allow_drop: bool


def finish(
    db: duckdb.DuckDBPyConnection,
    shelf: Shelf,
    making: Making,
    *,
    progress: Progress = lambda _step, _permille: None,
    step: Step = lambda _: None,
) -> VoterListMade:
    """Write every file of a version from `people`, `places`, `decisions`, `faults` (and `ended`), and make it count."""
    before = None if making.before is None else shelf.place(making.before)
    with shelf.making() as folder:
        step("write")
        progress("sorting", 400)
        versions.write_voters(db, folder, making.number, before)
        manifest = versions.Manifest(
            making.number,
            0 if making.before is None else making.before.number,
            making.as_of,
            making.last_election,
            making.problems,
        )
        _write_ended(db, folder)
        carried.keep(db, folder, before)
        write_faults(db, folder / versions.REFUSED)
        progress("comparing", 600)
        step("compare")
        _compare(db, folder, manifest, before, allow_drop=making.allow_drop)
        progress("counting", 700)
        step("count")
        stations = versions.write_stations(db, folder)
        progress("sealing", 800)
        step("seal")
        root = write_tree(db, folder / versions.VOTERS, making.number, secrets.token_bytes(KEY_BYTES), folder)
        versions.write_manifest(folder, manifest)
        progress("keeping", 950)
        return shelf.commit(folder, _record(making, stations, root))


def _write_ended(db: duckdb.DuckDBPyConnection, folder: Path) -> None:
    db.execute("CREATE TABLE IF NOT EXISTS ended (person VARCHAR, reason VARCHAR)")
    versions.write_ended(db, folder, "SELECT person, reason FROM ended")
    for table in ("ended", "places", "decisions"):
        db.execute(f"DROP TABLE {table}")
    kind = db.execute("SELECT table_type FROM information_schema.tables WHERE table_name = 'people'").fetchone()
    db.execute("DROP VIEW people" if kind and kind[0] == "VIEW" else "DROP TABLE people")


def _compare(
    db: duckdb.DuckDBPyConnection, folder: Path, manifest: versions.Manifest, before: Path | None, *, allow_drop: bool
) -> None:
    """Write the counts of the version and of what changed. Raises TooManyLost."""
    old = None if before is None else versions.side(before, versions.read_manifest(before))
    new = versions.side(folder, manifest)
    compare(db, old, new)
    if old is not None and not allow_drop:
        lost = one_int(db, "SELECT count(*) FROM pairs WHERE new IS NULL")
        were = one_int(db, f"SELECT count(*) FROM {parquet(old.voters)}")  # noqa: S608  our own path
        if lost * 100 > were * MOST_LOST:
            raise TooManyLost(
                f"{lost} of {were} voters would no longer be on the list, more than {MOST_LOST} in a hundred. If the "
                "extract is right, import it again and say so (allow drop).",
                lost=lost,
                were=were,
            )
    write_rows(folder / CHANGES, changes_of(db, old, [folder / versions.ENDED]))
    write_rows(folder / TOUCHED, touched_of(db))
    write_rows(folder / CELLS, cells_of(db, new))
    db.execute("DROP TABLE pairs")


def _record(making: Making, stations: Mapping[str, versions.StationFacts], root: Digest) -> VoterListMade:
    listed = {StationNo(station): facts for station, facts in stations.items() if station}
    queue = stations.get("")
    return VoterListMade(
        number=making.number,
        stage=making.stage,
        election=making.election,
        as_of=making.as_of,
        made=making.now,
        because=making.because,
        extract=making.extract,
        register_number=making.register,
        voters=sum(facts.voters for facts in listed.values()),
        queued=0 if queue is None else queue.voters,
        stations=len(listed),
        refused=making.refused,
        folder=f"{making.number:06}-{root[:12]}",
        salted_root=root,
        shown_root=shown_root({station: facts.shown for station, facts in listed.items()}),
        synthetic=making.synthetic,
    )
