"""The tables of an address register, read into a database as they stand, with the row of each.

Text is cut of spaces, and its letters are made whole (NFC).

A table that cannot be read, or not all of it, is told of and left empty, so that the other tables are still judged and
one reading shows every fault. Rows are numbered as a spreadsheet shows them: the header is row 1.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import duckdb

from shailoo.adapters.voters.row_checks import whole_letters_sql
from shailoo.adapters.voters.work_db import text
from shailoo.model.voter_tables import REGISTER_FILES, Column
from shailoo.package_faults import MOST_FAULTS
from shailoo.register_faults import RegisterFaults

GUIDE = "docs/address-register.md"
PARQUET_TOO = frozenset({"addresses"})
HEADER = "register.json"
BOUNDARIES = "boundaries.geojson"

_REJECTED = {
    "TOO MANY COLUMNS": ("the row has too many cells", "Quote a cell that holds a comma."),
    "MISSING COLUMNS": ("the row has too few cells", "Give the row as many cells as the header has."),
    "INVALID ENCODING": ("the row is not UTF-8", "Save the file as 'CSV UTF-8'."),
    "UNQUOTED VALUE": ("a quotation mark stands alone", "Double quotation marks inside a quoted cell."),
}


def register_files() -> tuple[str, ...]:
    """Names of the files that a register may hold."""
    also = (f"{name}.parquet" for name in sorted(PARQUET_TOO))
    return (HEADER, BOUNDARIES, *(f"{name}.csv" for name in REGISTER_FILES), *also)


def read_tables(db: duckdb.DuckDBPyConnection, source: Path, faults: RegisterFaults) -> frozenset[str]:
    """Make a table of text for each file of REGISTER_FILES, with a column `row`; returns the names of those read.

    A cell with a fault is told of, and what stands there is in the database all the same.
    """
    read = set()
    for name, columns in REGISTER_FILES.items():
        file = _file(source, name, faults)
        if file is None or not _read(db, file, name, columns, faults):
            _create(db, name, columns)
        else:
            read.add(name)
            _judge_cells(db, file.name, name, columns, faults)
    return frozenset(read)


def _file(source: Path, name: str, faults: RegisterFaults) -> Path | None:
    kinds = ("csv", "parquet") if name in PARQUET_TOO else ("csv",)
    found = [file for kind in kinds if (file := source / f"{name}.{kind}").is_file()]
    if not found:
        faults.add(f"{name}.csv", "the file is missing", f"Add it; see {GUIDE}.")
    elif len(found) > 1:
        faults.add(f"{name}.csv", f"{name}.parquet lies beside it", "Leave one of the two.")
    return found[0] if len(found) == 1 else None


def _create(db: duckdb.DuckDBPyConnection, name: str, columns: tuple[Column, ...]) -> None:
    cells = ", ".join(f'"{column.name}" VARCHAR' for column in columns)
    db.execute(f'CREATE OR REPLACE TABLE "{name}" ("row" INTEGER, {cells})')


def _read(
    db: duckdb.DuckDBPyConnection, file: Path, name: str, columns: tuple[Column, ...], faults: RegisterFaults
) -> bool:
    trimmed = {column.name: f"""trim(coalesce("{column.name}", ''), ' ')""" for column in columns}
    cells = ", ".join(f'{whole_letters_sql(cell)} AS "{name}"' for name, cell in trimmed.items())
    rows = _parquet(db, file, columns, faults) if file.suffix == ".parquet" else _csv(file, columns, faults)
    if rows is None:
        return False
    try:
        db.execute(f'CREATE TABLE "{name}" AS SELECT (row_number() OVER () + 1)::INTEGER AS "row", {cells} FROM {rows}')  # noqa: S608 -- our own names; the file's name is quoted
    except (duckdb.InvalidInputException, duckdb.ConversionException):
        faults.add(file.name, "the file cannot be read as a table", f"Export it again; see {GUIDE}.")
        return False
    return file.suffix == ".parquet" or not _rejects(db, file, faults)


def _csv(file: Path, columns: tuple[Column, ...], faults: RegisterFaults) -> str | None:
    names = [column.name for column in columns]
    with file.open("rb") as opened:
        first = opened.readline(10_000)
    try:
        header = next(csv.reader([first.decode("utf-8-sig").rstrip("\r\n")], strict=True), [])
    except (UnicodeDecodeError, csv.Error):
        header = []
    if [cell.strip(" ") for cell in header] != names:
        faults.add(file.name, "the header is another one", f"Write exactly: {','.join(names)}", row=1)
        return None
    types = ", ".join(f"{text(column)}: 'VARCHAR'" for column in names)
    return (
        f"read_csv({text(str(file))}, columns = {{{types}}}, header = true, auto_detect = false, delim = ',', "
        """quote = '"', escape = '"', nullstr = '', null_padding = false, strict_mode = true, parallel = false, """
        f"store_rejects = true, rejects_limit = {MOST_FAULTS})"
    )


def _parquet(
    db: duckdb.DuckDBPyConnection, file: Path, columns: tuple[Column, ...], faults: RegisterFaults
) -> str | None:
    table = f"read_parquet({text(str(file))})"
    try:
        found = [(str(name), str(kind)) for name, kind, *_ in db.execute(f"DESCRIBE FROM {table}").fetchall()]
    except (duckdb.InvalidInputException, duckdb.IOException):
        found = []
    if sorted(found) != sorted((column.name, "VARCHAR") for column in columns):
        names = ", ".join(column.name for column in columns)
        faults.add(file.name, "these are not the columns, or not text", f"Write exactly these as text: {names}.")
        return None
    return table


def _rejects(db: duckdb.DuckDBPyConnection, file: Path, faults: RegisterFaults) -> bool:
    """Tell which rows the CSV reader could not read."""
    rejected = db.execute("SELECT line, error_type::VARCHAR FROM reject_errors ORDER BY line").fetchall()
    db.execute("DROP TABLE IF EXISTS reject_errors")
    db.execute("DROP TABLE IF EXISTS reject_scans")
    for line, kind in rejected:
        problem, remedy = _REJECTED.get(kind, ("the row is not CSV", f"Export the file again; see {GUIDE}."))
        faults.add(file.name, problem, remedy, row=line)
    return bool(rejected)


def _judge_cells(
    db: duckdb.DuckDBPyConnection, file: str, name: str, columns: tuple[Column, ...], faults: RegisterFaults
) -> None:
    for column in columns:
        for problem, condition in _conditions(column):
            query = f'SELECT "row", "{column.name}" FROM "{name}" WHERE {condition}'  # noqa: S608 -- our own names and patterns
            tell(db, query, faults, file=file, column=column.name, problem=problem, remedy=column.remedy)


def _conditions(column: Column) -> Iterator[tuple[str, str]]:
    cell = f'"{column.name}"'
    if column.presence == "needed":
        yield "the cell is empty", f"{cell} = ''"
    yield "the value has another form", f"{cell} <> '' AND NOT regexp_full_match({cell}, {text(column.pattern)})"


def tell(
    db: duckdb.DuckDBPyConnection,
    query: str,
    faults: RegisterFaults,
    *,
    file: str,
    column: str | None,
    problem: str,
    remedy: str,
) -> None:
    """Note a fault for each line (row, value) of a query, in the order of rows."""
    found = db.execute(
        f"SELECT place, cell, count(*) OVER () FROM ({query}) AS found(place, cell) ORDER BY place LIMIT {MOST_FAULTS}"  # noqa: S608 -- a query of ours
    ).fetchall()
    for at, value, _ in found:
        faults.add(file, problem, remedy, row=at, column=column, value=value)
    if found:
        faults.more(found[0][2] - len(found))
