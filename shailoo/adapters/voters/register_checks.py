"""What the tables of an address register must say of each other: every code leads somewhere, nothing is said twice."""

from __future__ import annotations

from typing import Final, NamedTuple
from zoneinfo import available_timezones

import duckdb

from shailoo.adapters.voters.register_tables import tell
from shailoo.adapters.voters.residence_sql import house_key_sql, street_key_sql
from shailoo.register_faults import RegisterFaults
from shailoo.rules.house_ranges import HouseRange, overlaps


class _Check(NamedTuple):
    """A query that finds (row, value) of what is wrong, and what to say of it."""

    table: str
    column: str | None
    problem: str
    remedy: str
    query: str
    needs: tuple[str, ...] = ()
    """Other tables that must have been read."""


_REFERENCES: Final = (
    ("rayons", "region", "regions", "id"),
    ("commissions", "region", "regions", "id"),
    ("centres", "region", "regions", "id"),
    ("centres", "rayon", "rayons", "id"),
    ("centres", "tec", "commissions", "id"),
    ("settlements", "region", "regions", "id"),
    ("settlements", "rayon", "rayons", "id"),
    ("streets", "settlement", "settlements", "id"),
    ("addresses", "settlement", "settlements", "id"),
    ("addresses", "street", "streets", "id"),
    ("rules", "station", "centres", "station"),
    ("rules", "street", "streets", "id"),
    ("consulates", "station", "centres", "station"),
)
_ONCE: Final = (
    ("regions", "id"),
    ("rayons", "id"),
    ("commissions", "id"),
    ("centres", "station"),
    ("settlements", "id"),
    ("streets", "id"),
    ("consulates", "country"),
)
_PLACED: Final = ("centres", "settlements", "addresses")
"""Tables with coordinates."""


def check_tables(db: duckdb.DuckDBPyConnection, read: frozenset[str], faults: RegisterFaults) -> None:
    """Note every fault between the tables. Those that could not be `read` are not asked, nor held against others."""
    files = {name: f"{name}.csv" for name in read}
    for check in (*_references(), *_once(), *_coordinates(), *_agreements()):
        if {check.table, *check.needs} <= read:
            tell(
                db, check.query, faults, file=files[check.table], column=check.column,
                problem=check.problem, remedy=check.remedy,
            )  # fmt: skip
    if {"rules", "streets"} <= read:
        _check_ranges(db, faults)


def _references() -> list[_Check]:
    return [
        _Check(
            table,
            column,
            f"this is not in {target}.csv",
            f"Use a code of {target}.csv, or add it there.",
            f'SELECT "row", "{column}" FROM "{table}" WHERE "{column}" <> \'\' '  # noqa: S608 -- our own names
            f'AND "{column}" NOT IN (SELECT "{key}" FROM "{target}")',
            (target,),
        )
        for table, column, target, key in _REFERENCES
    ]


def _again(table: str, column: str, key: str) -> str:
    """Every row but the first with the same key."""
    return (
        f'SELECT "row", "{column}" FROM (SELECT "row", "{column}", row_number() OVER (PARTITION BY {key} '  # noqa: S608 -- our own names
        f'ORDER BY "row") AS time FROM "{table}") WHERE time > 1'
    )


def _once() -> list[_Check]:
    again = "this stands in an earlier row too"
    codes = [
        _Check(table, key, again, "Leave one row.", _again(table, key, f'"{key}"'))
        for table, key in _ONCE
    ]  # fmt: skip
    house = _again("addresses", "house", f"settlement, street, {house_key_sql('house')}")
    # Two names of one street may be alike; a name that two streets of a town share leads nowhere.
    names = " UNION ".join(
        f"SELECT id, settlement, {street_key_sql(column)} AS key FROM streets"  # noqa: S608 -- our own names
        for column in ("name_ky", "name_ru")
    )
    streets = (
        f'SELECT DISTINCT "row", name_ky FROM streets JOIN ({names}) AS mine USING (id, settlement) WHERE EXISTS '  # noqa: S608 -- our own names
        f"(SELECT 1 FROM ({names}) AS other JOIN streets AS earlier USING (id) WHERE other.key = mine.key "
        'AND other.settlement = mine.settlement AND earlier."row" < streets."row")'
    )
    return [
        *codes,
        _Check("addresses", "house", again, "Leave one row for each house.", house),
        _Check(
            "streets",
            "name_ky",
            "an earlier street of the settlement is called the same",
            "Write both names so that they differ in more than the word for street.",
            streets,
        ),
    ]


def _coordinates() -> list[_Check]:
    beyond = [
        _Check(
            table,
            column,
            "there is no such place on the globe",
            "Give 0.00001 degrees: 42.87 degrees are 4287000.",
            f'SELECT "row", {column} FROM "{table}" WHERE abs(try_cast({column} AS BIGINT)) > {most}',  # noqa: S608 -- our own names
        )
        for table in _PLACED
        for column, most in (("latitude_e5", 9_000_000), ("longitude_e5", 18_000_000))
    ]
    half = (
        'SELECT "row", concat(latitude_e5, longitude_e5) FROM addresses '
        "WHERE (latitude_e5 = '') <> (longitude_e5 = '')"
    )
    return [
        *beyond,
        _Check("addresses", "latitude_e5", "one of two coordinates is missing", "Give both or none.", half),
    ]


def _agreements() -> list[_Check]:
    zones = ", ".join(f"'{zone}'" for zone in sorted(available_timezones()))
    return [
        _Check(
            "addresses", "street", "the street is in another settlement", "Give a street of this settlement.",
            'SELECT a."row", a.street FROM addresses a JOIN streets s ON s.id = a.street '
            "WHERE s.settlement <> a.settlement",
            ("streets",),
        ),
        _Check(
            "settlements", "rayon", "the rayon is in another region", "Correct the region or the rayon.",
            'SELECT t."row", t.rayon FROM settlements t JOIN rayons r ON r.id = t.rayon WHERE r.region <> t.region',
            ("rayons",),
        ),
        _Check(
            "centres", "rayon", "the rayon is in another region", "Correct the region or the rayon.",
            'SELECT t."row", t.rayon FROM centres t JOIN rayons r ON r.id = t.rayon WHERE r.region <> t.region',
            ("rayons",),
        ),
        _Check(
            "centres", "rayon", "a station in the country has a rayon", "Give the code of a rayon in rayons.csv.",
            "SELECT \"row\", rayon FROM centres WHERE kind = 'domestic' AND rayon = ''",
        ),
        _Check(
            "centres", "zone", "there is no such time zone", "Give a zone such as Asia/Bishkek.",
            f'SELECT "row", zone FROM centres WHERE zone NOT IN ({zones})',  # noqa: S608 -- names of zones
        ),
        _Check(
            "centres", "opens", "these are not hours of one day", "Open before closing, between 00:00 and 23:59.",
            "SELECT \"row\", opens || '-' || closes FROM centres WHERE opens >= closes OR closes > '23:59'",
        ),
        _Check(
            "rules", "last", "the range ends before it begins", "Exchange the two numbers.",
            'SELECT "row", last FROM rules WHERE try_cast(first AS BIGINT) > try_cast(last AS BIGINT)',
        ),
        _Check(
            "rules", "station", "a rule speaks of a station that is not in the country", "Give a domestic station.",
            'SELECT r."row", r.station FROM rules r JOIN centres c USING (station) WHERE c.kind <> \'domestic\'',
            ("centres",),
        ),
        _Check(
            "consulates", "station", "the station is not abroad", "Give a station of the kind abroad.",
            'SELECT r."row", r.station FROM consulates r JOIN centres c USING (station) WHERE c.kind <> \'abroad\'',
            ("centres",),
        ),
    ]  # fmt: skip


def _check_ranges(db: duckdb.DuckDBPyConnection, faults: RegisterFaults) -> None:
    """Note rules that give one house to two stations."""
    streets: dict[str, list[tuple[int, HouseRange]]] = {}
    for row, street, first, last, parity, station in db.execute(
        'SELECT "row", street, first::INTEGER, last::INTEGER, parity, station FROM rules '
        "WHERE try_cast(first AS INTEGER) IS NOT NULL AND try_cast(last AS INTEGER) IS NOT NULL "
        "AND parity IN ('all', 'odd', 'even') ORDER BY \"row\""
    ).fetchall():
        streets.setdefault(street, []).append((row, HouseRange(first, last, parity, station)))
    found = [
        (rules[later][0], rules[earlier][0], house)
        for rules in streets.values()
        for later, earlier, house in overlaps([rule for _, rule in rules])
    ]
    for row, other, house in sorted(found):
        faults.add(
            "rules.csv",
            f"house {house} of the street is already given to another station in row {other}",
            "Let ranges of one street not overlap.",
            row=row,
            column="first",
            value=house,
        )
