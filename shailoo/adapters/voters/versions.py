"""The files of one version of the list, made in a folder that nobody reads yet.

voters.parquet      everybody, by station (the queue last), in the order of the Kyrgyz alphabet
residences.parquet  every place of residence and the station that it has, so that the next version keeps it
decisions.parquet   decisions on applications: person, station, way; they go before the place of residence
carried.parquet     which application changed what (`carried`)
ended.parquet       who is no longer a voter, and why, from the extract; never shown with a name
stations.json       station -> voters, digest of what is public, checksum of its people; "" is the queue
cells.parquet, changes.parquet, touched.parquet   counts, the latter two against the version before
leaves.bin, nodes.bin, salt.key                   commitments
refused.csv, manifest.json
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb

from shailoo.adapters.voters.changes import Side
from shailoo.adapters.voters.work_db import parquet, text
from shailoo.ids import Digest, StationNo
from shailoo.model.voter_list import PersonName, QueueReason
from shailoo.records.canonical import canonical_json
from shailoo.rules import disclosure
from shailoo.rules.kyrgyz_order import kyrgyz_sql

VOTERS = "voters.parquet"
RESIDENCES = "residences.parquet"
DECISIONS = "decisions.parquet"
ENDED = "ended.parquet"
STATIONS = "stations.json"
MANIFEST = "manifest.json"
REFUSED = "refused.csv"

PERSON = (
    "person", "pin", "surname", "name", "patronymic", "birth", "sex", "settlement", "street", "house", "flat",
    "country", "disability", "residence",
)  # fmt: skip
"""What a version knows of a person, before their station."""
_AS_PARQUET = "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)"
_IN_GROUPS = "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 20480)"
"""Small groups of rows: whoever reads one station reads little else."""
_BATCH = 50_000


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a version tells of itself beside its record."""

    number: int
    previous: int
    """The version that it continues; 0 for the first."""
    as_of: date
    last_election: date | None
    problems: Mapping[str, int]
    """Faults of the extract by problem."""


@dataclass(frozen=True, slots=True)
class StationFacts:
    """One station's line of stations.json."""

    voters: int
    shown: Digest
    people: str
    """Equal in two versions when the station's people are the same by number and name."""


def place(db: duckdb.DuckDBPyConnection, before: Path | None) -> None:
    """Make `places` of everybody's residence in `people`: with the station of the version before, where it had one."""
    db.execute(
        "CREATE TABLE homes AS SELECT residence, min(settlement) AS settlement, min(street) AS street, "
        "min(house) AS house, min(country) AS country FROM people GROUP BY residence"
    )
    known = "SELECT '' AS residence, NULL AS station, '' AS way WHERE FALSE"
    if before is not None:
        known = f"SELECT residence, station, way FROM {parquet(before / RESIDENCES)}"  # noqa: S608  our own path
    waiting = QueueReason.NOT_DISTRIBUTED.value
    db.execute(
        "CREATE TABLE places AS SELECT homes.*, known.station::VARCHAR AS station, "  # noqa: S608  our own columns
        f"coalesce(known.way, {text(waiting)}) AS way "
        f"FROM homes LEFT JOIN ({known}) AS known USING (residence)"
    )
    db.execute("DROP TABLE homes")


def replace_places(db: duckdb.DuckDBPyConnection, placed: str) -> None:
    """Take the answers of a distribution: table `placed` (residence, station, way) over some of `places`."""
    db.execute(
        "CREATE TABLE replaced AS SELECT p.residence, p.settlement, p.street, p.house, p.country, "  # noqa: S608  our own columns
        "if(n.residence IS NULL, p.station, n.station) AS station, if(n.residence IS NULL, p.way, n.way) AS way "
        f"FROM places AS p LEFT JOIN {placed} AS n USING (residence)"
    )
    db.execute("DROP TABLE places")
    db.execute("ALTER TABLE replaced RENAME TO places")


def write_voters(db: duckdb.DuckDBPyConnection, folder: Path, number: int, before: Path | None) -> None:
    """Write voters, residences and decisions, from `people`, `places` and `decisions`, sorted as they are shown."""
    since = "SELECT '' AS person, NULL::VARCHAR AS station, 0 AS since WHERE FALSE"
    if before is not None:
        since = f"SELECT person, station, since FROM {parquet(before / VOTERS)}"  # noqa: S608  our own path
    # A key takes long to make, and names repeat: each is ranked once, and people are sorted by three small numbers.
    names = " UNION ".join(f"SELECT {column} AS name FROM people" for column in ("surname", "name", "patronymic"))  # noqa: S608  our own columns
    db.execute(
        f"CREATE TABLE name_order AS SELECT name, rank() OVER (ORDER BY {kyrgyz_sql('name')})::INTEGER AS place "  # noqa: S608  our own columns
        f"FROM ({names})"
    )
    columns = ", ".join(f"p.{column}" for column in PERSON)
    db.execute(
        f"COPY (SELECT {columns}, coalesce(d.station, h.station) AS station, coalesce(d.way, h.way) AS way, "  # noqa: S608  our own columns
        "if(b.person IS NOT NULL AND b.station IS NOT DISTINCT FROM coalesce(d.station, h.station), b.since, "
        f"{number})::INTEGER AS since "
        "FROM people AS p JOIN places AS h USING (residence) LEFT JOIN decisions AS d ON d.person = p.person "
        f"LEFT JOIN ({since}) AS b ON b.person = p.person "
        "JOIN name_order AS k1 ON k1.name = p.surname JOIN name_order AS k2 ON k2.name = p.name "
        "JOIN name_order AS k3 ON k3.name = p.patronymic "
        "ORDER BY station NULLS LAST, k1.place, k2.place, k3.place, p.person) "
        f"TO {text(str(folder / VOTERS))} {_IN_GROUPS}"
    )
    db.execute("DROP TABLE name_order")
    db.execute(f"COPY places TO {text(str(folder / RESIDENCES))} {_AS_PARQUET}")
    db.execute(f"COPY decisions TO {text(str(folder / DECISIONS))} {_AS_PARQUET}")


def write_ended(db: duckdb.DuckDBPyConnection, folder: Path, query: str) -> None:
    """Write (person, reason) of those who are no longer voters."""
    db.execute(f"COPY ({query}) TO {text(str(folder / ENDED))} {_AS_PARQUET}")


def write_stations(db: duckdb.DuckDBPyConnection, folder: Path) -> dict[str, StationFacts]:
    """Count, digest and checksum each station of the version; the order of lines in the file is that of the list."""
    source = f"read_parquet({text(str(folder / VOTERS))}, file_row_number = true)"
    # `shown_bytes` of each station, put together and digested where the rows are: 4.3 million of them in two seconds.
    surname, name, patronymic = name_columns(disclosure.LEAST)
    line = f"{surname} || chr(9) || {name} || chr(9) || {patronymic} || chr(10)"
    found = db.execute(
        "SELECT coalesce(station, ''), count(*), "  # noqa: S608  our own columns
        f"sha256(concat(station, chr(10), string_agg({line}, '' ORDER BY file_row_number))), "
        "sum(hash(person, surname, name, patronymic))::VARCHAR "
        f"FROM {source} WHERE station IS NOT NULL GROUP BY station "
        f"UNION ALL SELECT '', count(*), '', '' FROM {source} WHERE station IS NULL HAVING count(*) > 0 ORDER BY 1"
    ).fetchall()
    facts = {station: StationFacts(int(n), Digest(digest), people) for station, n, digest, people in found}
    lines = {station: [one.voters, one.shown, one.people] for station, one in facts.items()}
    (folder / STATIONS).write_bytes(canonical_json(lines))
    return facts


def name_columns(rule: disclosure.DisclosureRule) -> tuple[str, str, str]:
    """Surname, name and patronymic as SQL, with what the rule does not show left out."""
    patronymic = "patronymic" if disclosure.PersonField.PATRONYMIC in rule.fields else "''"
    return "surname", "name", patronymic


def shown(db: duckdb.DuckDBPyConnection, query: str) -> Iterator[tuple[StationNo, list[PersonName]]]:
    """Lists of names, station by station, of a query that returns them in order."""
    found = db.execute(query)

    def rows() -> Iterator[tuple[str, str, str, str]]:
        while batch := found.fetchmany(_BATCH):
            yield from batch

    for station, people in groupby(rows(), key=lambda row: row[0]):
        yield StationNo(station), [PersonName(*row[1:]) for row in people]


def read_stations(folder: Path) -> dict[str, StationFacts]:
    """Read stations.json of a version."""
    lines: dict[str, list[Any]] = json.loads((folder / STATIONS).read_bytes())
    return {
        station: StationFacts(int(n), Digest(digest), str(people)) for station, (n, digest, people) in lines.items()
    }


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write manifest.json."""
    (folder / MANIFEST).write_bytes(
        canonical_json(
            {
                "as_of": manifest.as_of.isoformat(),
                "last_election": manifest.last_election and manifest.last_election.isoformat(),
                "number": manifest.number,
                "previous": manifest.previous,
                "problems": dict(manifest.problems),
            }
        )
    )


def read_manifest(folder: Path) -> Manifest:
    """Read manifest.json of a version."""
    found = json.loads((folder / MANIFEST).read_bytes())
    last = found["last_election"]
    return Manifest(
        found["number"],
        found["previous"],
        date.fromisoformat(found["as_of"]),
        None if last is None else date.fromisoformat(last),
        found["problems"],
    )


def side(folder: Path, manifest: Manifest) -> Side:
    """A version as a comparison sees it."""
    return Side(folder / VOTERS, manifest.as_of, manifest.last_election)
