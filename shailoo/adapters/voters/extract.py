"""From the bytes of an extract to a table of sound rows and a table of faults.

    take    the source is copied into the work folder and hashed; of CSV every byte must be UTF-8
    read    into the table `extract`: the columns of `shailoo.model.voter_tables.EXTRACT` as text and `row`, its number
    check   into `faults` (row, column, value, problem, remedy); `sound` is the view of rows without fault

A file that is broken as a whole is `BadExtract` and changes nothing. A faulty row is left out and told.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from shailoo.adapters.voters.row_checks import cell_sql, faults_sql, sound_sql
from shailoo.adapters.voters.work_db import parquet, text
from shailoo.errors import Refused
from shailoo.ids import Digest
from shailoo.model.voter_tables import EXTRACT
from shailoo.ports import VoterSource
from shailoo.rules.voter_rows import REMEDIES, RowProblem

COLUMNS = tuple(column.name for column in EXTRACT)
_COLUMN = re.compile(r"[a-z][a-z_]{0,39}")
_LINE = re.compile(r"CSV Error on Line: ([0-9]+)")
_PARQUET_FAULTS = (
    duckdb.ConversionException, duckdb.InternalException, duckdb.IOException, duckdb.SerializationException,
)  # fmt: skip
_OUR_DISK = ("No space left", "Could not write", "temp_directory")
"""In the words of the database: the trouble is with the work folder, not with the file that is read."""
_FOUND = re.compile(r"Expected Number of Columns: ([0-9]+) Found: ([0-9]+)")


class BadExtract(Refused):
    """The file as a whole cannot be read as what it should be. Facts: file, line or column where known."""

    code = "bad-extract"


@dataclass(frozen=True, slots=True)
class Taken:
    """A copy of the source in the work folder."""

    path: Path
    name: str
    suffix: str
    sha256: Digest
    size: int


def take(source: VoterSource, folder: Path) -> Taken:
    """Copy and hash a source. Raises BadExtract for CSV that is not UTF-8."""
    path = folder / f"source.{source.suffix}"
    hashed, size = hashlib.sha256(), 0
    utf8 = _Utf8Lines(source.name) if source.suffix == "csv" else None
    with path.open("wb") as file:
        for piece in source.chunks():
            hashed.update(piece)
            file.write(piece)
            size += len(piece)
            if utf8 is not None:
                utf8.feed(piece)
    if utf8 is not None:
        utf8.end()
    if not size:
        raise BadExtract("The file is empty. Ask for it again.", file=source.name)
    return Taken(path, source.name, source.suffix, Digest(hashed.hexdigest()), size)


def read(db: duckdb.DuckDBPyConnection, taken: Taken, columns: Sequence[str], table: str) -> int:
    """Read a CSV or Parquet file into a table of text with the columns and `row`; returns the number of rows.

    In CSV the header is row 1, in Parquet the first row is. Raises BadExtract.
    """
    source = _csv(taken, columns) if taken.suffix == "csv" else _parquet(db, taken, columns)
    first = 2 if taken.suffix == "csv" else 1
    cells = ", ".join(f"{cell_sql(column)} AS {column}" for column in columns)
    try:
        db.execute(f"CREATE TABLE {table}_cells AS SELECT {cells} FROM {source}")  # noqa: S608  our own columns
    except duckdb.Error as error:
        of_file = isinstance(error, duckdb.InvalidInputException) or (
            taken.suffix == "parquet" and (type(error) is duckdb.Error or isinstance(error, _PARQUET_FAULTS))
        )
        if not of_file or any(word in str(error) for word in _OUR_DISK):
            raise
        raise _broken(taken.name, str(error) if taken.suffix == "csv" else "") from error
    db.execute(f"CREATE VIEW {table} AS SELECT rowid + {first} AS row, * FROM {table}_cells")  # noqa: S608  as above
    found = db.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608  as above
    return int(found[0]) if found else 0


def check(db: duckdb.DuckDBPyConnection, as_of: date) -> None:
    """Fill `faults` and define `sound` over the table `extract`."""
    db.execute("CREATE TABLE faults (row BIGINT, col VARCHAR, value VARCHAR, problem VARCHAR, remedy VARCHAR)")
    # Every row is judged once; only the few that are not sound are asked for each fault by itself.
    db.execute(f"CREATE TABLE unsound AS SELECT * FROM extract WHERE NOT ({sound_sql(as_of)})")  # noqa: S608  our rule
    for column, problem, remedy, condition in faults_sql(as_of):
        _tell(db, column, problem, remedy, f"SELECT row, {column} FROM unsound WHERE {condition}")  # noqa: S608  as above
    _twice(db)
    db.execute("CREATE TABLE refused_rows AS SELECT DISTINCT row FROM faults")
    db.execute("CREATE VIEW sound AS SELECT * FROM extract WHERE row NOT IN (SELECT row FROM refused_rows)")


def problems(db: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How many faults there are of each problem."""
    query = "SELECT problem, count(*) FROM faults GROUP BY problem ORDER BY problem"
    return {str(problem): int(count) for problem, count in db.execute(query).fetchall()}


def write_faults(db: duckdb.DuckDBPyConnection, path: Path) -> None:
    """One line for each fault, in the order of rows. The file is private: a value may be somebody's PIN."""
    # A cell that begins like a formula must not become one in an office's spreadsheet.
    value = "CASE WHEN regexp_matches(value, '^[=+@\\t\\r-]') THEN '''' || value ELSE value END"
    db.execute(
        f'COPY (SELECT row, col AS "column", {value} AS value, problem, remedy FROM faults ORDER BY row, col, problem) '  # noqa: S608  our own columns
        f"TO {text(str(path))} (FORMAT csv, HEADER true)"
    )


def _twice(db: duckdb.DuckDBPyConnection) -> None:
    """A person and a PIN stand once among the rows that are sound by themselves.

    Of rows of one person that say the same, the first counts. Where they differ, or two people have one PIN, none
    does: nobody here can know which is true, and two votes for one person would be worse.
    """
    alone = "extract WHERE row NOT IN (SELECT row FROM unsound)"
    cells = ", ".join(COLUMNS)
    persons = f"SELECT person FROM {alone} GROUP BY person HAVING count(*) > 1"  # noqa: S608  our tables
    db.execute(f"CREATE TABLE persons_twice AS {persons}")
    db.execute(
        f"CREATE TABLE same_person AS SELECT row, person, concat_ws(chr(1), {cells}) AS said FROM {alone} "  # noqa: S608  our tables
        "AND person IN (SELECT person FROM persons_twice)"
    )
    _tell(
        db,
        "person",
        RowProblem.PERSON_TWICE,
        REMEDIES[RowProblem.PERSON_TWICE],
        "SELECT row, person FROM same_person JOIN (SELECT person, min(row) AS first, count(DISTINCT said) AS versions "
        "FROM same_person GROUP BY person) USING (person) WHERE versions > 1 OR row <> first",
    )
    counted = f"(SELECT row FROM faults WHERE problem = {text(RowProblem.PERSON_TWICE.value)})"  # noqa: S608  our own value
    once = f"{alone} AND row NOT IN {counted}"
    pins = f"SELECT pin FROM {once} GROUP BY pin HAVING count(*) > 1"  # noqa: S608  our tables
    db.execute(f"CREATE TABLE pins_twice AS {pins}")
    _tell(
        db,
        "pin",
        RowProblem.PIN_TWICE,
        REMEDIES[RowProblem.PIN_TWICE],
        f"SELECT row, pin FROM {once} AND pin IN (SELECT pin FROM pins_twice)",  # noqa: S608  our tables
    )


def _tell(db: duckdb.DuckDBPyConnection, column: str, problem: RowProblem, remedy: str, rows: str) -> None:
    db.execute(
        f"INSERT INTO faults SELECT row, {text(column)}, value, {text(problem.value)}, {text(remedy)} "  # noqa: S608  our rule
        f"FROM ({rows}) AS found(row, value)"
    )


def _csv(taken: Taken, columns: Sequence[str]) -> str:
    with taken.path.open(encoding="utf-8-sig", newline="") as file:
        try:
            header = next(csv.reader(file, strict=True), [])
        except csv.Error as error:
            raise BadExtract("The header cannot be read as CSV. Ask for the file again.", file=taken.name) from error
    _same_columns(taken.name, [name.strip() for name in header], columns)
    types = ", ".join(f"{text(name.strip())}: 'VARCHAR'" for name in header)
    return (
        f"read_csv({text(str(taken.path))}, auto_detect = false, header = true, delim = ',', quote = '\"', "
        f"escape = '\"', strict_mode = true, null_padding = false, columns = {{{types}}})"
    )


def _parquet(db: duckdb.DuckDBPyConnection, taken: Taken, columns: Sequence[str]) -> str:
    source = parquet(taken.path)
    try:
        found = db.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()  # noqa: S608  our own path
    except duckdb.Error as error:
        raise _broken(taken.name, "") from error
    _same_columns(taken.name, [str(row[0]) for row in found], columns)
    for name, kind, *_ in found:
        if kind != "VARCHAR":
            raise BadExtract(
                "Every column of the Parquet file must be text. Have it exported so.", file=taken.name, column=str(name)
            )
    return source


def _same_columns(file: str, found: Sequence[str], columns: Sequence[str]) -> None:
    for name in columns:
        if name not in found:
            raise BadExtract("A column is missing. docs/voter-data.md has them all.", file=file, line=1, column=name)
    if len(found) != len(columns):
        # Where a line end is lost, a person's cells stand in the header: only what looks like a column's name is told.
        strange = next((name for name in found if name not in columns and _COLUMN.fullmatch(name)), None)
        raise BadExtract("There is a column too many, or one twice. Leave it out.", file=file, line=1, column=strange)


def _broken(file: str, words: str) -> BadExtract:
    """What is wrong, without the words of the database: they quote the row."""
    found, line = _FOUND.search(words), _LINE.search(words)
    where = int(line[1]) if line else None
    if found:
        return BadExtract(
            f"A line has {found[2]} cells instead of {found[1]}: cut off, or badly quoted. Ask for the file again.",
            file=file,
            line=where,
        )
    if "quote" in words:
        return BadExtract("A line opens a quote that does not end as it should. Mend it.", file=file, line=where)
    return BadExtract("The file is damaged or was cut off. Ask for it again.", file=file, line=where)


class _Utf8Lines:
    """Sees that what passes by is UTF-8, and on which line it is not."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._line = 1
        self._decoder = codecs.getincrementaldecoder("utf-8")()

    def feed(self, piece: bytes) -> None:
        try:
            self._decoder.decode(piece)
        except UnicodeDecodeError as error:
            line = self._line + error.object[: error.start].count(b"\n")
            raise BadExtract("This is not UTF-8. Save the file as UTF-8.", file=self._file, line=line) from error
        if b"\x00" in piece:
            line = self._line + piece[: piece.index(b"\x00")].count(b"\n")
            raise BadExtract("The file holds a zero byte: it is damaged. Ask for it again.", file=self._file, line=line)
        self._line += piece.count(b"\n")

    def end(self) -> None:
        try:
            self._decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            raise BadExtract(
                "The file ends in the middle of a letter: it was cut off. Ask for it again.",
                file=self._file,
                line=self._line,
            ) from error
