"""What granted applications have changed in a version of the list, so that the next version starts from it.

carried.parquet   number of the case, person, what (a column, `station`, or `added`), value

Every version is made from the wishes of all cases in force, not from what changed since: a case that is no longer in
force leaves nothing behind but what the register itself has taken over meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb

from shailoo.adapters.voters.residence_sql import house_key_sql, street_key_sql
from shailoo.adapters.voters.versions import PERSON
from shailoo.adapters.voters.work_db import parquet, text
from shailoo.ids import StationNo
from shailoo.model.voter_list import Way
from shailoo.rules.list_effects import Wish, sex_of

CARRIED: Final = "carried.parquet"
_AS_PARQUET = "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)"
ADDED: Final = "added"
"""Whom no extract names; their number in the list is `case-<number of the case>` until one does."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A case in force that the list cannot follow: `no-such-person`, `no-such-station` or `not-enough-known`."""

    number: int
    problem: str


def begin(db: duckdb.DuckDBPyConnection, before: Path | None) -> None:
    """Make the table `carried` as the version before left it; empty where there is none."""
    db.execute("CREATE TABLE carried (number INTEGER, person VARCHAR, what VARCHAR, value VARCHAR)")
    if before is not None and (before / CARRIED).exists():
        db.execute(f"INSERT INTO carried FROM {parquet(before / CARRIED)}")


def keep(db: duckdb.DuckDBPyConnection, folder: Path, before: Path | None) -> None:
    """Write `carried` into a version; where the work has no such table, the version before's."""
    if not db.execute("SELECT 1 FROM information_schema.tables WHERE table_name = 'carried'").fetchone():
        begin(db, before)
    db.execute(f"COPY (FROM carried ORDER BY ALL) TO {text(str(folder / CARRIED))} {_AS_PARQUET}")
    db.execute("DROP TABLE carried")


def carry(db: duckdb.DuckDBPyConnection, wishes: Sequence[Wish], stations: frozenset[StationNo]) -> tuple[Fault, ...]:
    """Change the tables `people`, `decisions` and `carried` to what all cases in force want. Returns what cannot be.

    `people` must be a table. Nothing of an earlier wish stays that is not wished for now; a corrected name falls back
    to the extract's with the next import, since only the extract knows it.
    """
    _take_back(db)
    pins = [wish.pin for wish in wishes]
    people = _people(db, pins)
    faults: list[Fault] = []
    for wish in wishes:
        if wish.station is not None and wish.station not in stations:
            faults.append(Fault(wish.number, "no-such-station"))
            continue
        person = people.get(wish.pin)
        if person is None and not wish.added:
            faults.append(Fault(wish.number, "no-such-person"))
            continue
        if person is None:
            person = people[wish.pin] = _add(db, wish)
        if wish.station is not None:
            db.execute("DELETE FROM decisions WHERE person = ?", [person])
            db.execute("INSERT INTO decisions VALUES (?, ?, ?)", [person, wish.station, Way.APPLICATION.value])
            _note(db, wish, person, "station", wish.station)
        for column, value in wish.data.items():
            _correct(db, person, column, value)
            _note(db, wish, person, column, value)
    return tuple(faults)


def carried_now(db: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    """What `carried` holds, sorted: to see whether anything is different from the version before."""
    return db.execute("FROM carried ORDER BY ALL").fetchall()


def _take_back(db: duckdb.DuckDBPyConnection) -> None:
    """Undo what earlier wishes did, so that those of now start from the extract and from decisions by hand."""
    db.execute(
        "DELETE FROM decisions WHERE (person, station) IN (SELECT person, value FROM carried WHERE what = 'station')"
    )
    db.execute("DELETE FROM people WHERE person IN (SELECT person FROM carried WHERE what = 'added')")
    db.execute("DELETE FROM decisions WHERE person IN (SELECT person FROM carried WHERE what = 'added')")
    db.execute("DELETE FROM carried")


def _people(db: duckdb.DuckDBPyConnection, pins: Iterable[str]) -> dict[str, str]:
    db.execute("CREATE OR REPLACE TEMP TABLE wished (pin VARCHAR)")
    rows = [[pin] for pin in sorted(set(pins))]
    if rows:
        db.executemany("INSERT INTO wished VALUES (?)", rows)
    found = db.execute("SELECT p.pin, p.person FROM people AS p JOIN wished USING (pin)").fetchall()
    return {str(pin): str(person) for pin, person in found}


def _add(db: duckdb.DuckDBPyConnection, wish: Wish) -> str:
    person = f"case-{wish.number}"
    told: Mapping[str, str] = {
        "country": "", **wish.added, "person": person, "pin": wish.pin, "sex": sex_of(wish.pin),
    }  # fmt: skip
    columns = ", ".join(name for name in PERSON if name not in {"birth", "disability", "residence"})
    given = [told.get(name, "") for name in PERSON if name not in {"birth", "disability", "residence"}]
    marks = ", ".join("?" for _ in given)
    db.execute(
        f"INSERT INTO people ({columns}, birth, disability, residence) "  # noqa: S608  our own columns
        f"SELECT {marks}, ?::DATE, FALSE, concat(s.settlement, '|', {street_key_sql('s.street')}, '|', "
        f"{house_key_sql('s.house')}, '|', '') FROM (SELECT ? AS settlement, ? AS street, ? AS house) AS s",
        [*given, told["birth"], told.get("settlement", ""), told.get("street", ""), told.get("house", "")],
    )
    _note(db, wish, person, ADDED, wish.pin)
    return person


def _correct(db: duckdb.DuckDBPyConnection, person: str, column: str, value: str) -> None:
    match column:
        case "disability":
            db.execute("UPDATE people SET disability = TRUE WHERE person = ?", [person])
        case "birth":
            db.execute("UPDATE people SET birth = ?::DATE WHERE person = ?", [value, person])
        case "surname" | "name" | "patronymic":
            db.execute(f"UPDATE people SET {column} = ? WHERE person = ?", [value, person])  # noqa: S608  one of three
        case _:
            message = f"an application does not correct {column}"
            raise ValueError(message)


def _note(db: duckdb.DuckDBPyConnection, wish: Wish, person: str, what: str, value: str) -> None:
    db.execute("INSERT INTO carried VALUES (?, ?, ?, ?)", [wish.number, person, what, value])
