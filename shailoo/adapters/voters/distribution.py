"""Which station a place of residence votes at: everybody comes to exactly one, or to the queue with a reason.

The rules in the order in which they are asked:

1. consular registration in a country: the station that serves the country;
2. a station's rule for the street: the house's number is in its range, on its side of the street. The house need not
   be in the register; a street is found by its Kyrgyz or Russian name in its town or village;
3. the registered house lies within a station's boundaries (on a line between two: the lower number);
4. the nearest station that serves the town or village (see `register_places`); a house without coordinates has one
   only where a single station serves the place;
5. the queue.

3 and 4 are answered for every registered house when a register is loaded, so here is nothing but looking up.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import duckdb

from shailoo.adapters.voters.residence_sql import house_key_sql, house_number_sql, street_key_sql
from shailoo.adapters.voters.work_db import parquet

HOLDS: Final = (
    "f.number BETWEEN r.\"first\" AND r.\"last\" AND (r.parity = 'all' OR (r.parity = 'odd') = (f.number % 2 = 1))"
)
"""Whether the range of a rule `r` holds the house of `f`; in Python, `HouseRange.holds`."""


def distribute(db: duckdb.DuckDBPyConnection, register: Path, residences: str, placed: str) -> dict[str, int]:
    """Distribute residences by one version of the address register (its folder).

    `residences` is a table or view (residence, settlement, street, house, country; NULL counts as empty; `residence`
    once). Makes the table `placed` (residence, station or NULL, way), replacing an earlier one. Returns residences by
    way. The answer depends on nothing but the register and the residence.
    """
    of = {name: parquet(register / f"{name}.parquet") for name in ("settlements", "addresses", "serves", "consulates")}
    try:
        locate(db, register, residences, "distribution_found")
        match_rules(db, register, "distribution_found", "distribution_ruled")
        db.execute(_placed_sql(placed, of))
        counts = db.execute(f'SELECT way, count(*) FROM "{placed}" GROUP BY way ORDER BY way').fetchall()  # noqa: S608  our own names
    finally:
        for name in ("found", "ruled"):
            db.execute(f"DROP TABLE IF EXISTS distribution_{name}")
    return {str(way): int(count) for way, count in counts}


def locate(db: duckdb.DuckDBPyConnection, register: Path, residences: str, found: str) -> None:
    """Make the temporary table `found` (residence, settlement, house_key, number, country, street).

    `street` is the register's code, "" where none was given, NULL where the register does not know it.
    """
    db.execute(
        f"CREATE OR REPLACE TEMP TABLE {found} AS WITH asked AS (SELECT residence, "  # noqa: S608  our own names
        f"lower(trim(coalesce(settlement, ''))) AS settlement, {street_key_sql('street')} AS street_key, "
        f"{house_key_sql('house')} AS house_key, {house_number_sql('house')} AS number, "
        f"coalesce(country, '') AS country FROM {residences}) "
        "SELECT a.* EXCLUDE street_key, CASE WHEN a.street_key = '' THEN '' ELSE k.street END AS street "
        f"FROM asked a LEFT JOIN {parquet(register / 'street_keys.parquet')} k "
        "ON k.settlement = a.settlement AND k.key = a.street_key"
    )


def match_rules(db: duckdb.DuckDBPyConnection, register: Path, found: str, ruled: str) -> None:
    """Make the temporary table `ruled` (residence, station) of those of `found` that a street rule speaks of."""
    db.execute(
        f"CREATE OR REPLACE TEMP TABLE {ruled} AS SELECT f.residence, min(r.station) AS station "  # noqa: S608  our own names
        f"FROM {found} f JOIN {parquet(register / 'rules.parquet')} r ON r.street = f.street AND {HOLDS} "
        "GROUP BY f.residence"
    )


def _placed_sql(placed: str, of: dict[str, str]) -> str:
    return (
        f'CREATE OR REPLACE TABLE "{placed}" AS '  # noqa: S608 -- our own names
        f"WITH alone AS (SELECT settlement, min(station) AS station FROM {of['serves']} "
        "GROUP BY settlement HAVING count(*) = 1) "
        "SELECT f.residence, "
        "CASE WHEN f.country <> '' THEN c.station WHEN s.id IS NULL THEN NULL "
        "ELSE coalesce(r.station, a.station, o.station) END AS station, "
        "CASE WHEN f.country <> '' AND c.station IS NOT NULL THEN 'consulate' "
        "WHEN f.country <> '' THEN 'no-consulate' "
        "WHEN s.id IS NULL THEN 'no-settlement' "
        "WHEN r.station IS NOT NULL THEN 'street' "
        "WHEN a.station IS NOT NULL THEN a.way "
        "WHEN o.station IS NOT NULL THEN 'nearest' "
        "ELSE 'no-station' END AS way "
        "FROM distribution_found f "
        f"LEFT JOIN {of['consulates']} c ON c.country = f.country "
        f"LEFT JOIN {of['settlements']} s ON s.id = f.settlement "
        "LEFT JOIN distribution_ruled r ON r.residence = f.residence "
        f"LEFT JOIN {of['addresses']} a "
        "ON a.settlement = f.settlement AND a.street = f.street AND a.key = f.house_key "
        "LEFT JOIN alone o ON o.settlement = f.settlement"
    )
