"""Those who took part: rows of station and PIN from identification reports, seen against the final list."""

from __future__ import annotations

import duckdb

from shailoo.adapters.voters.versions import PERSON
from shailoo.adapters.voters.work_db import text
from shailoo.model.voter_tables import EXTRACT
from shailoo.rules.voter_rows import REMEDIES, RowProblem

COLUMNS = ("station", "pin")
_PIN = next(column for column in EXTRACT if column.name == "pin")
_PATTERNS = {"station": ("[0-9]{1,6}", "Give the number of a polling station."), "pin": (_PIN.pattern, _PIN.remedy)}


def check(db: duckdb.DuckDBPyConnection, final: str) -> None:
    """Fill `faults`, and make `people`, `places` and `decisions` of those of the final list who are in `present`."""
    db.execute("CREATE TABLE faults (row BIGINT, col VARCHAR, value VARCHAR, problem VARCHAR, remedy VARCHAR)")
    for column, (pattern, remedy) in _PATTERNS.items():
        _tell(
            db,
            column,
            RowProblem.FORM,
            remedy,
            f"SELECT row, {column} FROM present WHERE NOT regexp_full_match({column}, {text(pattern)})",  # noqa: S608  our own columns
        )
    sound = "present WHERE row NOT IN (SELECT row FROM faults)"
    stranger = RowProblem.NOT_ON_LIST
    listed = f"(SELECT (station, pin) FROM {final} WHERE station IS NOT NULL)"  # noqa: S608  as above
    absent = f"SELECT row, pin FROM {sound} AND (station, pin) NOT IN {listed}"  # noqa: S608  as above
    _tell(db, "pin", stranger, REMEDIES[stranger], absent)
    again = f"SELECT row, pin FROM {sound} AND row NOT IN (SELECT min(row) FROM {sound} GROUP BY pin)"  # noqa: S608  as above
    _tell(db, "pin", RowProblem.TWICE, REMEDIES[RowProblem.TWICE], again)
    db.execute("CREATE TABLE refused_rows AS SELECT DISTINCT row FROM faults")
    here = f"FROM {final} WHERE station IS NOT NULL AND pin IN (SELECT pin FROM {sound})"  # noqa: S608  as above
    db.execute(f"CREATE TABLE people AS SELECT {', '.join(PERSON)} {here}")
    db.execute(f"CREATE TABLE decisions AS SELECT person, station, way {here}")
    db.execute(
        "CREATE TABLE places AS SELECT residence, min(settlement) AS settlement, min(street) AS street, "
        "min(house) AS house, min(country) AS country, NULL::VARCHAR AS station, '' AS way FROM people "
        "GROUP BY residence"
    )


def _tell(db: duckdb.DuckDBPyConnection, column: str, problem: RowProblem, remedy: str, rows: str) -> None:
    db.execute(
        f"INSERT INTO faults SELECT row, {text(column)}, value, {text(problem.value)}, {text(remedy)} "  # noqa: S608  our own values
        f"FROM ({rows}) AS found(row, value)"
    )
