"""Who would vote elsewhere by another version of the address register: told before anything is changed.

The counts are for those who decide and go into the record of the act; the list of people is for them alone, in a file
that only this program's user can read.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from shailoo.adapters.voters.distribution import distribute
from shailoo.adapters.voters.work_db import kept, one_int, parquet, text, work_db
from shailoo.ids import Digest
from shailoo.model.register_act import Moved
from shailoo.model.voter_list import Way


@dataclass(frozen=True, slots=True)
class MovePlan:
    """What a version of the register would change for the people of one version of the list."""

    register_number: int
    moved: tuple[Moved, ...]
    """People by station that they leave and come to, "" for the queue; sorted."""
    people: int
    """On the list or in the queue, moving or not."""
    stranded: int
    """People whom a decision on their application put to a station that the register no longer has: they stay there
    until somebody decides again."""
    digest: Digest
    """Of the list of people."""

    @property
    def moving(self) -> int:
        """How many people would move."""
        return sum(move.people for move in self.moved)


def plan(version: Path, register: Path, number: int, out: Path) -> MovePlan:
    """Compare a version of the list (its folder) with what a version of the register (folder and number) would say.

    Writes `out`: CSV of person, from, to, sorted by person, "" for the queue; whole or not at all, readable by this
    user only. A decision on somebody's application stands, whatever the register says. Raises StorageFailed.
    """
    with kept("find out who would move"), _room(out.parent) as work, work_db(work) as db:
        db.execute(f"CREATE VIEW planned_residences AS FROM {parquet(version / 'residences.parquet')}")
        distribute(db, register, "planned_residences", "planned")
        _compare(db, version)
        db.execute(f"CREATE VIEW known AS FROM {parquet(register / 'centres.parquet')}")
        moved = tuple(
            Moved(source=source, target=target, people=people)
            for source, target, people in db.execute(
                "SELECT source, target, count(*) FROM compared WHERE source <> target GROUP BY ALL ORDER BY ALL"
            ).fetchall()
        )
        made = work / "moves.csv"
        db.execute(
            'CREATE VIEW list AS SELECT person, source AS "from", target AS "to" FROM compared '
            "WHERE source <> target ORDER BY person"
        )
        db.execute(f"COPY list TO {text(str(made))} (FORMAT csv, HEADER true)")
        made.chmod(0o600)
        with made.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            os.fsync(file.fileno())
        found = MovePlan(
            register_number=number,
            moved=moved,
            people=one_int(db, "SELECT count(*) FROM compared"),
            stranded=one_int(
                db, "SELECT count(*) FROM compared WHERE decided AND target NOT IN (SELECT station FROM known)"
            ),
            digest=Digest(digest),
        )
        made.replace(out)
    return found


@contextmanager
def _room(folder: Path) -> Iterator[Path]:
    """A folder for work beside the list of people, on the same disk."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".plan-", dir=folder) as place:
        yield Path(place)


def _compare(db: duckdb.DuckDBPyConnection, version: Path) -> None:
    decided = f"v.way = {text(Way.APPLICATION.value)}"
    db.execute(
        f"CREATE TABLE compared AS SELECT v.person, coalesce(v.station, '') AS source, {decided} AS decided, "  # noqa: S608  our own names
        f"CASE WHEN {decided} THEN coalesce(v.station, '') ELSE coalesce(p.station, '') END AS target "
        f"FROM {parquet(version / 'voters.parquet')} v LEFT JOIN planned p USING (residence)"
    )
