"""What is worth a look in an address register and in how voters are spread by it; see `register_findings`."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np
import shapely

from shailoo.adapters.voters.distribution import HOLDS, locate
from shailoo.adapters.voters.register_tables import BOUNDARIES
from shailoo.adapters.voters.station_shapes import E5, StationShapes, read_shapes
from shailoo.adapters.voters.work_db import kept, parquet, work_db
from shailoo.model.register_findings import (
    MOST_AT_A_HOUSE,
    MOST_TOLD,
    MOST_VOTERS,
    CrowdedStation,
    Gap,
    House,
    IdleRule,
    Overlap,
    RegisterFindings,
)
from shailoo.register_faults import RegisterFaults

_DEGREE_M: Final = 111_320
"""Metres of a degree of latitude, and of longitude at the equator; within 1 in 100 at these latitudes."""
_LEAST_M2: Final = 100
"""Smaller gaps and overlaps come from coordinates of five decimals and say nothing."""


def find(register: Path, number: int, version: Path, work: Path) -> RegisterFindings:
    """Look through one version of the register (its folder and number) with one version of the list (its folder).

    `version` holds voters.parquet and residences.parquet; `work` is an existing folder to spill into. Raises
    StorageFailed.
    """
    with kept("look through the address register"), work_db(work) as db:
        faults = RegisterFaults()
        shapes = read_shapes((register / BOUNDARIES).read_bytes(), None, faults)
        faults.raise_if_any()
        for table in ("addresses", "centres", "rules", "settlements"):
            db.execute(f"CREATE VIEW {table} AS FROM {parquet(register / f'{table}.parquet')}")
        rayons = dict(db.execute("SELECT station, rayon FROM centres").fetchall())
        domestic = [row[0] for row in db.execute("SELECT station FROM centres WHERE kind = 'domestic'").fetchall()]
        full_count, full = _full_houses(db, register, version)
        unreached_count, unreached = _unreached(db)
        return RegisterFindings(
            register_number=number,
            gaps=_gaps(db, shapes, rayons),
            overlaps=overlaps_of(shapes, rayons),
            crowded=_crowded(db, version),
            idle_rules=_idle_rules(db),
            without_boundaries=tuple(sorted(set(domestic) - set(shapes.stations))),
            full_house_count=full_count,
            full_houses=full,
            unreached_count=unreached_count,
            unreached=unreached,
        )


def square_metres(area: Any) -> int:  # noqa: ANN401  shapely has no types
    """Size of an area in 0.00001 degrees."""
    if shapely.is_empty(area):
        return 0
    middle = shapely.get_y(shapely.centroid(area)) / E5
    return round(float(shapely.area(area)) * (_DEGREE_M / E5) ** 2 * float(np.cos(np.radians(middle))))


def overlaps_of(shapes: StationShapes, rayons: dict[str, str]) -> tuple[Overlap, ...]:
    """Pairs of stations whose areas share ground."""
    one, other = shapely.STRtree(shapes.areas).query(shapes.areas, predicate="intersects")
    pairs = sorted((int(low), int(high)) for low, high in zip(one, other, strict=True) if low < high)
    found = []
    for low, high in pairs:
        size = square_metres(shapely.intersection(shapes.areas[low], shapes.areas[high]))
        if size >= _LEAST_M2:
            station, beside = shapes.stations[low], shapes.stations[high]
            found.append(Overlap(rayon=rayons.get(station, ""), station=station, other=beside, area_m2=size))
    return tuple(found)


def holes_of(shapes: StationShapes, rayons: dict[str, str]) -> dict[str, list[int]]:
    """Rayon -> sizes of the holes between its stations that no station of another rayon fills."""
    members: dict[str, list[int]] = {}
    for index, station in enumerate(shapes.stations):
        members.setdefault(rayons.get(station, ""), []).append(index)
    tree = shapely.STRtree(shapes.areas)
    found: dict[str, list[int]] = {}
    for rayon, indices in sorted(members.items()):
        for part in shapely.get_parts(shapely.union_all(shapes.areas[indices])):
            for ring in shapely.get_rings(part)[1:]:
                hole = shapely.polygons(ring)
                inside = tree.query(hole, predicate="intersects")
                size = square_metres(shapely.difference(hole, shapely.union_all(shapes.areas[inside])))
                if size >= _LEAST_M2:
                    found.setdefault(rayon, []).append(size)
    return found


def _gaps(db: duckdb.DuckDBPyConnection, shapes: StationShapes, rayons: dict[str, str]) -> tuple[Gap, ...]:
    outside: dict[str, int] = dict(
        db.execute(
            "SELECT s.rayon, count(*) FROM addresses a JOIN settlements s ON s.id = a.settlement "
            "WHERE a.latitude_e5 IS NOT NULL AND a.way IS DISTINCT FROM 'polygon' GROUP BY s.rayon"
        ).fetchall()
    )
    holes = holes_of(shapes, rayons)
    return tuple(
        Gap(
            rayon=rayon,
            holes=len(holes.get(rayon, [])),
            area_m2=sum(holes.get(rayon, [])),
            addresses=outside.get(rayon, 0),
        )
        for rayon in sorted(outside.keys() | holes.keys())
    )


def _crowded(db: duckdb.DuckDBPyConnection, version: Path) -> tuple[CrowdedStation, ...]:
    rows = db.execute(
        f"SELECT station, count(*) FROM {parquet(version / 'voters.parquet')} WHERE station IS NOT NULL "  # noqa: S608  our own names
        f"GROUP BY station HAVING count(*) > {MOST_VOTERS} ORDER BY station"
    ).fetchall()
    return tuple(CrowdedStation(station=station, voters=voters) for station, voters in rows)


def _idle_rules(db: duckdb.DuckDBPyConnection) -> tuple[IdleRule, ...]:
    rows = db.execute(
        'SELECT r."row", r.station, r.street, r."first", r."last", r.parity FROM rules r '  # noqa: S608  our own names
        f'WHERE NOT EXISTS (SELECT 1 FROM addresses f WHERE f.street = r.street AND {HOLDS}) ORDER BY r."row"'
    ).fetchall()
    return tuple(
        IdleRule(row=row, station=station, street=street, first=first, last=last, parity=parity)
        for row, station, street, first, last, parity in rows
    )


def _full_houses(db: duckdb.DuckDBPyConnection, register: Path, version: Path) -> tuple[int, tuple[House, ...]]:
    db.execute(f"CREATE VIEW lived_in AS FROM {parquet(version / 'residences.parquet')}")
    locate(db, register, "lived_in", "located")
    # Two spellings of one house are one house: people are counted by the register's house.
    return _houses(
        db,
        "SELECT a.settlement, a.street, a.house, count(*) AS people "  # noqa: S608  our own names
        f"FROM {parquet(version / 'voters.parquet')} v JOIN located l USING (residence) "
        "JOIN addresses a ON a.settlement = l.settlement AND a.street = l.street AND a.key = l.house_key "
        "WHERE a.dwelling = 'house' AND l.country = '' "
        f"GROUP BY a.settlement, a.street, a.house, a.number HAVING count(*) > {MOST_AT_A_HOUSE} "
        "ORDER BY a.settlement, a.street, a.number, a.house",
    )


def _unreached(db: duckdb.DuckDBPyConnection) -> tuple[int, tuple[House, ...]]:
    return _houses(
        db,
        "SELECT f.settlement, f.street, f.house, 0 AS people FROM addresses f "  # noqa: S608  our own names
        f"WHERE f.way IS DISTINCT FROM 'polygon' AND NOT EXISTS "
        f"(SELECT 1 FROM rules r WHERE r.street = f.street AND {HOLDS}) "
        "ORDER BY f.settlement, f.street, f.number, f.house",
    )


def _houses(db: duckdb.DuckDBPyConnection, query: str) -> tuple[int, tuple[House, ...]]:
    rows = db.execute(f"SELECT *, count(*) OVER () FROM ({query}) LIMIT {MOST_TOLD}").fetchall()  # noqa: S608  a query of ours
    houses = tuple(
        House(settlement=settlement, street=street, house=house, people=people)
        for settlement, street, house, people, _ in rows
    )
    return (rows[0][4] if rows else 0), houses
