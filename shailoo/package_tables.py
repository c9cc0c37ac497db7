"""The tables of an election package: which columns a CSV file has, and how a cell becomes a value.

Tables are strict: UTF-8 without byte order mark, lines ending in LF, exactly the documented header, no empty rows,
integers spelled in one way. What our own writer never writes is refused with the row, the column and what to do.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from shailoo.model.base import LANGUAGES, Frozen, Name
from shailoo.model.election import (
    Box,
    BoxRole,
    Commission,
    ContestKind,
    District,
    Electorate,
    ListCandidate,
    Option,
    OptionKind,
    Region,
    Slug,
    Station,
    StationKind,
)
from shailoo.package_faults import FaultList

_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,8}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")

Row = TypeVar("Row", bound=BaseModel)
Reader = Callable[[str], Any]


class _BadCell(Exception):
    """A cell that cannot be read: the problem and the remedy."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy


def _text(cell: str) -> str:
    if not cell:
        raise _BadCell("the cell is empty", "Fill it in.")
    if cell != " ".join(cell.split()) or _CONTROL.search(cell):
        raise _BadCell("the text has spaces at its ends, doubled spaces or control characters", "Retype it plainly.")
    return cell


def _integer(cell: str) -> int:
    if not _INTEGER.fullmatch(cell):
        raise _BadCell("this is not a whole number", "Write digits only, without spaces, commas or leading zeros.")
    return int(cell)


def _flag(cell: str) -> bool:
    if cell not in {"yes", "no"}:
        raise _BadCell("this is neither yes nor no", "Write yes or no.")
    return cell == "yes"


def _word(*words: str) -> Reader:
    def read(cell: str) -> str:
        if cell not in words:
            raise _BadCell("this word is not known here", f"Write one of: {', '.join(words)}.")
        return cell

    return read


def _of(kinds: type[StrEnum]) -> Reader:
    known = {kind.value: kind for kind in kinds}

    def read(cell: str) -> StrEnum:
        if cell not in known:
            raise _BadCell("this word is not known here", f"Write one of: {', '.join(known)}.")
        return known[cell]

    return read


def _or_none(reader: Reader) -> Reader:
    return lambda cell: reader(cell) if cell else None


def _names(prefix: str, reader: Reader = _text) -> dict[str, Reader]:
    return {f"{prefix}_{language}": reader for language in LANGUAGES}


class OptionRow(Option):
    """A row of options.csv: an option with the contest it belongs to."""

    contest: Slug


class CandidateRow(ListCandidate):
    """A row of candidates.csv: a person with the list they stand on."""

    contest: Slug
    option: int


class ContestRow(Frozen):
    """A row of contests.csv; the options follow in their own file."""

    id: Slug
    kind: ContestKind
    name: Name
    electorate: Electorate
    district: Slug | None
    seats: Annotated[int, Field(ge=0, le=200)]
    marks: Annotated[int, Field(ge=1, le=50)]
    rule: str
    list_rule: str | None
    round: Annotated[int, Field(ge=1, le=2)]


class ElectorateRow(Frozen):
    """A row of electorate.csv: how many voters of a station may vote in one contest."""

    station: str
    contest: Slug
    voters: Annotated[int, Field(ge=0, le=100_000)]


@dataclass(frozen=True)
class Table(Generic[Row]):
    """A CSV file of the package: its name, the model of a row, its columns in order."""

    file: str
    model: type[Row]
    columns: Mapping[str, Reader]


REGIONS = Table(
    "regions.csv",
    Region,
    {"id": _text, "kind": _word("oblast", "city", "abroad"), "iso": _or_none(_text), **_names("name")},
)
COMMISSIONS = Table(
    "commissions.csv",
    Commission,
    {"id": _text, "kind": _word("cec", "tec", "dec"), "region": _or_none(_text), **_names("name")},
)
DISTRICTS = Table(
    "districts.csv",
    District,
    {
        "id": _text,
        "no": _integer,
        "region": _or_none(_text),
        "commission": _or_none(_text),
        "synthetic": _flag,
        **_names("name"),
    },
)
CONTESTS = Table(
    "contests.csv",
    ContestRow,
    {
        "id": _text,
        "kind": _of(ContestKind),
        "electorate": _of(Electorate),
        "district": _or_none(_text),
        "seats": _integer,
        "marks": _integer,
        "rule": _text,
        "list_rule": _or_none(_text),
        "round": _integer,
        **_names("name"),
    },
)
OPTIONS = Table(
    "options.csv",
    OptionRow,
    {
        "contest": _text,
        "no": _integer,
        "kind": _of(OptionKind),
        "sex": _or_none(_word("f", "m")),
        "colour": _or_none(_text),
        "synthetic": _flag,
        **_names("name"),
        **_names("party", _or_none(_text)),
    },
)
CANDIDATES = Table(
    "candidates.csv",
    CandidateRow,
    {
        "contest": _text,
        "option": _integer,
        "no": _integer,
        "sex": _or_none(_word("f", "m")),
        "synthetic": _flag,
        **_names("name"),
    },
)
STATIONS = Table(
    "stations.csv",
    Station,
    {
        "no": _text,
        "kind": _of(StationKind),
        "region": _text,
        "rayon": _or_none(_text),
        "tec": _text,
        "district": _or_none(_text),
        "zone": _text,
        "latitude_e5": _or_none(_integer),
        "longitude_e5": _or_none(_integer),
        "voters": _integer,
        **_names("name"),
    },
)
BOXES = Table("boxes.csv", Box, {"id": _text, "station": _or_none(_text), "role": _of(BoxRole), "vkey": _text})
ELECTORATE = Table("electorate.csv", ElectorateRow, {"station": _text, "contest": _text, "voters": _integer})
TABLES: tuple[Table[Any], ...] = (
    REGIONS,
    COMMISSIONS,
    DISTRICTS,
    CONTESTS,
    OPTIONS,
    CANDIDATES,
    STATIONS,
    BOXES,
    ELECTORATE,
)


@dataclass(frozen=True, slots=True)
class Placed(Generic[Row]):
    """A row's value with the row it stands in, for messages about other things than its cells."""

    row: int
    value: Row


def read_table(table: Table[Row], data: bytes, faults: FaultList) -> list[Placed[Row]]:
    """Read a table; rows with faults are noted and left out."""
    rows = _cells(table, data, faults)
    adapter = TypeAdapter(table.model)
    columns = tuple(table.columns.items())
    placed: list[Placed[Row]] = []
    for number, cells in rows:
        values: dict[str, Any] = {}
        good = True
        for (column, reader), cell in zip(columns, cells, strict=True):
            try:
                values[column] = reader(cell)
            except _BadCell as bad:
                faults.add(table.file, bad.problem, bad.remedy, row=number, column=column, value=cell)
                good = False
        if good and _gather_names(table.file, number, values, faults):
            try:
                placed.append(Placed(number, adapter.validate_python(values)))
            except ValidationError as error:
                _explain(table.file, number, values, error, faults)
    return placed


def _cells(table: Table[Row], data: bytes, faults: FaultList) -> list[tuple[int, list[str]]]:
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        faults.add(
            table.file, "the file is not UTF-8", "Save it as 'CSV UTF-8'.", row=data[: error.start].count(b"\n") + 1
        )
        return []
    if text.startswith("\ufeff") or "\r" in text or not text.endswith("\n"):
        remedy = "Save it as UTF-8 without byte order mark, with line ends LF and one at the end of the file."
        faults.add(table.file, "the file has a byte order mark, CR line ends or no end of the last line", remedy)
        return []
    lines: list[list[str]] = []
    try:
        lines.extend(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        remedy = "Quote a cell that holds a comma or a quotation mark, and double the quotation marks inside."
        faults.add(table.file, f"the file is not CSV from here on: {error}", remedy, row=len(lines) + 1)
        return []
    header = list(table.columns)
    if not lines or lines[0] != header:
        remedy = f"Write exactly: {','.join(header)}"
        faults.add(table.file, "the header is another one", remedy, row=1, value=",".join(lines[0] if lines else []))
        return []
    rows = []
    for number, cells in enumerate(lines[1:], 2):
        if len(cells) != len(header):
            remedy = f"Give the row {len(header)} cells, as the header has; quote cells that hold a comma."
            faults.add(table.file, f"the row has {len(cells)} cells", remedy, row=number, value=",".join(cells))
        else:
            rows.append((number, cells))
    return rows


def _gather_names(file: str, row: int, values: dict[str, Any], faults: FaultList) -> bool:
    """Turn `name_ky`, `name_ru`, `name_en` into one name; a party is named in all languages or in none."""
    for prefix in ("name", "party"):
        if f"{prefix}_ky" not in values:
            continue
        texts = {language: values.pop(f"{prefix}_{language}") for language in LANGUAGES}
        missing = [language for language, text in texts.items() if text is None]
        if len(missing) == len(texts):
            values[prefix] = None
        elif missing:
            column = f"{prefix}_{missing[0]}"
            faults.add(file, "the name is missing in a language", "Give all three or none.", row=row, column=column)
            return False
        else:
            values[prefix] = texts
    return True


def _explain(file: str, row: int, values: Mapping[str, Any], error: ValidationError, faults: FaultList) -> None:
    for detail in error.errors(include_url=False, include_context=False):
        column = "_".join(str(part) for part in detail["loc"])
        value = detail["input"] if isinstance(detail["input"], str | int) else values.get(column)
        problem = f"the value does not fit: {detail['msg'][:1].lower()}{detail['msg'][1:]}"
        faults.add(file, problem, "See docs/election-package.md for this column.", row=row, column=column, value=value)


class PackageTables:
    """The rows of every table of a package, with their places. An absent optional table has no rows."""

    def __init__(self, files: Mapping[str, bytes], faults: FaultList) -> None:
        def read(table: Table[Row]) -> list[Placed[Row]]:
            return read_table(table, files[table.file], faults) if table.file in files else []

        self.regions = read(REGIONS)
        self.commissions = read(COMMISSIONS)
        self.districts = read(DISTRICTS)
        self.contests = read(CONTESTS)
        self.options = read(OPTIONS)
        self.candidates = read(CANDIDATES)
        self.stations = read(STATIONS)
        self.boxes = read(BOXES)
        self.electorate = read(ELECTORATE)
