"""What is different between two versions: one join of both, and the counts that are taken from it.

`pairs` has a row for everybody who is in one version only, or who changed station or cell: the station before and
after (`""`: the queue; NULL: not in that version), a number for the cell, the residence and the way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

import duckdb

from shailoo.adapters.voters.row_checks import birth_number
from shailoo.adapters.voters.work_db import parquet
from shailoo.model.voter_list import AGE_BANDS, ChangeReason, StationChange, TouchedCell, VoterCell, Way
from shailoo.rules.voter_rows import ADULT, as_number

_SEX = 1000
"""A cell as a number: 1000 for men, twice the index of the age group, 1 for a first election."""


@dataclass(frozen=True, slots=True)
class Side:
    """A version as the comparison sees it."""

    voters: Path
    as_of: date
    last_election: date | None
    """Day of the last national election before: whoever was not 18 then votes for the first time."""


def cell_sql(side: Side) -> str:
    """The number of a voter's cell."""
    born = birth_number("birth")
    age = f"({as_number(side.as_of)} - {born}) // 10000"
    band = " + ".join(f"({age} >= {years})::INTEGER" for years in AGE_BANDS[1:])
    first = (
        "0"
        if side.last_election is None
        else f"(({as_number(side.last_election)} - {born}) // 10000 < {ADULT})::INTEGER"
    )
    return f"((sex = 'm')::INTEGER * {_SEX} + 2 * ({band}) + {first})"


def compare(db: duckdb.DuckDBPyConnection, before: Side | None, after: Side) -> None:
    """Make the table `pairs`."""
    db.execute("DROP TABLE IF EXISTS pairs")
    db.execute(
        "CREATE TABLE pairs AS SELECT coalesce(a.person, b.person) AS person, coalesce(a.birth, b.birth) AS birth, "  # noqa: S608  our own columns
        "b.station AS old, b.cell AS old_cell, a.station AS new, a.cell AS new_cell, "
        f"b.residence <> a.residence OR '{Way.APPLICATION.value}' IN (a.way, b.way) AS moved "
        f"FROM ({_side(before)}) AS b FULL JOIN ({_side(after)}) AS a ON a.person = b.person "
        "WHERE a.person IS NULL OR b.person IS NULL OR a.station <> b.station OR a.cell <> b.cell"
    )


def changes_of(db: duckdb.DuckDBPyConnection, before: Side | None, ended: Sequence[Path]) -> list[StationChange]:
    """Count `pairs` by station and reason; `ended` are tables (person, reason), the newest last."""
    young = "FALSE" if before is None else f"({as_number(before.as_of)} - {birth_number('birth')}) // 10000 < {ADULT}"
    told = " UNION ALL ".join(
        f"SELECT person, reason, {order} AS nth FROM {parquet(path)}"  # noqa: S608  our own path
        for order, path in enumerate(ended)
    )
    told = told or "SELECT '' AS person, '' AS reason, 0 AS nth WHERE FALSE"
    rows = db.execute(
        f"WITH ended AS (SELECT person, arg_max(reason, nth) AS reason FROM ({told}) GROUP BY person) "  # noqa: S608  our own columns
        "SELECT station, reason, count(*) FROM ("
        f"SELECT new AS station, CASE WHEN old IS NOT NULL THEN if(moved, '{ChangeReason.MOVED_IN}', "
        f"'{ChangeReason.BOUNDARIES_IN}') WHEN {young} THEN '{ChangeReason.CAME_OF_AGE}' "
        f"ELSE '{ChangeReason.REGISTERED}' END AS reason "
        "FROM pairs WHERE new IS NOT NULL AND old IS DISTINCT FROM new "
        f"UNION ALL SELECT old, CASE WHEN new IS NOT NULL THEN if(moved, '{ChangeReason.MOVED_OUT}', "
        f"'{ChangeReason.BOUNDARIES_OUT}') ELSE coalesce(ended.reason, '{ChangeReason.ABSENT}') END "
        "FROM pairs LEFT JOIN ended USING (person) WHERE old IS NOT NULL AND old IS DISTINCT FROM new"
        ") GROUP BY station, reason ORDER BY station, reason"
    ).fetchall()
    return [StationChange(station, ChangeReason(reason), people) for station, reason, people in rows]


def touched_of(db: duckdb.DuckDBPyConnection) -> list[TouchedCell]:
    """Count `pairs` by cell; the queue has none."""
    rows = db.execute(
        "SELECT station, cell, sum(entered)::BIGINT, sum(gone)::BIGINT FROM ("
        "SELECT new AS station, new_cell AS cell, 1 AS entered, 0 AS gone FROM pairs WHERE new <> '' "
        "UNION ALL SELECT old, old_cell, 0, 1 FROM pairs WHERE old <> ''"
        ") GROUP BY station, cell ORDER BY station, cell"
    ).fetchall()
    return [TouchedCell(station, *_cell(cell), entered, gone) for station, cell, entered, gone in rows]


def cells_of(db: duckdb.DuckDBPyConnection, side: Side) -> list[VoterCell]:
    """Count the voters of a version by cell."""
    rows = db.execute(
        f"SELECT station, {cell_sql(side)} AS cell, count(*) FROM {parquet(side.voters)} "  # noqa: S608  our own columns
        "WHERE station IS NOT NULL GROUP BY station, cell ORDER BY station, cell"
    ).fetchall()
    return [VoterCell(station, *_cell(cell), voters) for station, cell, voters in rows]


def _cell(cell: int) -> tuple[Literal["f", "m"], int, bool]:
    return "m" if cell >= _SEX else "f", cell % _SEX // 2, bool(cell % 2)


def _side(side: Side | None) -> str:
    # Residences are long, and only asked whether they are the same: 64 bits of a hash do, and keep the join small.
    columns = "person, birth, coalesce(station, '') AS station, hash(residence) AS residence, way"
    if side is None:
        return (
            "SELECT '' AS person, NULL::DATE AS birth, '' AS station, 0::UBIGINT AS residence, '' AS way, "
            "0 AS cell WHERE FALSE"
        )
    return f"SELECT {columns}, {cell_sql(side)} AS cell FROM {parquet(side.voters)}"  # noqa: S608  our own columns
