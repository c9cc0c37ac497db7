"""Write an election as a package: the exact inverse of `shailoo.package.load_package`, geometry aside."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from pydantic import BaseModel

from shailoo.model.base import LANGUAGES
from shailoo.model.election import Election
from shailoo.package_header import HEADER, PROTOCOL, PackageHeader
from shailoo.package_tables import (
    BOXES,
    CANDIDATES,
    COMMISSIONS,
    CONTESTS,
    DISTRICTS,
    ELECTORATE,
    OPTIONS,
    REGIONS,
    STATIONS,
    Table,
)


def write_package(election: Election) -> dict[str, bytes]:
    """Return the files of a package by name, without those under `geo/`: `load_package(write_package(e)) == e`."""
    header = {name: getattr(election, name) for name in PackageHeader.model_fields}
    options = [(contest, option) for contest in election.contests for option in contest.options]
    people = [(contest, option, person) for contest, option in options for person in option.candidates]
    files = {
        HEADER: write_json(PackageHeader(**header).model_dump(mode="json")),
        PROTOCOL: write_json([protocol.model_dump(mode="json") for protocol in election.protocols]),
        **_table(REGIONS, election.regions),
        **_table(COMMISSIONS, election.commissions),
        **_table(DISTRICTS, election.districts),
        **_table(CONTESTS, election.contests),
        **_rows(OPTIONS, ({"contest": contest.id} | dict(option) for contest, option in options)),
        **_rows(
            CANDIDATES,
            ({"contest": contest.id, "option": option.no} | dict(person) for contest, option, person in people),
        ),
        **_table(STATIONS, election.stations),
        **_table(BOXES, election.boxes),
    }
    electorate = [
        {"station": station, "contest": contest, "voters": voters}
        for station, contests in election.electorate.items()
        for contest, voters in contests.items()
    ]
    return files | (_rows(ELECTORATE, electorate) if electorate else {})


def write_csv(header: Iterable[str], rows: Iterable[Iterable[object]]) -> bytes:
    """Write a CSV file as the package's tables are written: UTF-8, LF, cells quoted only where they must be."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue().encode()


def write_json(value: object) -> bytes:
    """Write a JSON file for people: two spaces, letters as they are."""
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def _table(table: Table[Any], rows: Iterable[BaseModel]) -> dict[str, bytes]:
    return _rows(table, (dict(row) for row in rows))


def _rows(table: Table[Any], rows: Iterable[Mapping[str, Any]]) -> dict[str, bytes]:
    return {table.file: write_csv(table.columns, ([_cell(row, column) for column in table.columns] for row in rows))}


def _cell(row: Mapping[str, Any], column: str) -> object:
    prefix, _, language = column.rpartition("_")
    value = row[column] if column in row else row[prefix]
    if prefix in {"name", "party"} and language in LANGUAGES:
        return "" if value is None else value.text(language)
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case StrEnum():
            return value.value
        case _:
            return value
