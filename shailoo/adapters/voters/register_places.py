"""What is found out about a register's addresses once, when it is loaded: distributing voters is then only looking up.

Tables that are made, beside those of the register (numbers as numbers):

    street_keys   settlement, key, street           by what a street is found, in Kyrgyz or Russian
    serves        settlement, station               which stations serve a town or village
    addresses     … key, number, station, way       where a house votes if no street rule speaks of it

A station serves a town or village when a street rule of it names a street there, or when its boundaries hold a
registered address or the middle of the place. A station in the country that so serves no place at all serves the one
whose middle is nearest to its door: in its rayon, or of all middles where the rayon has none. So a village on the edge
of a city is not served by the city's schools only because they are near.
"""

from __future__ import annotations

from typing import Any, Final

import duckdb
import numpy as np
import numpy.typing as npt

from shailoo.adapters.voters.residence_sql import house_key_sql, house_number_sql, street_key_sql
from shailoo.adapters.voters.station_shapes import StationShapes
from shailoo.model.voter_tables import REGISTER_FILES

NUMBERS: Final = frozenset({"latitude_e5", "longitude_e5", "first", "last"})
_FARTHEST: Final = 1_000_000
"""Ten degrees, in 0.00001 degrees: farther than that is all alike, and squares stay below 2^63."""
_CELLS: Final = 2_000_000
"""Distances held at once."""

Ints = npt.NDArray[np.int64]


def settle_places(db: duckdb.DuckDBPyConnection, shapes: StationShapes) -> None:
    """Turn the checked text tables of `read_tables` into the tables above."""
    for name, columns in REGISTER_FILES.items():
        cells = ", ".join(
            f"try_cast({column.name} AS INTEGER) AS {column.name}" if column.name in NUMBERS else f'"{column.name}"'
            for column in columns
        )
        db.execute(f'CREATE OR REPLACE TABLE "{name}" AS SELECT "row", {cells} FROM "{name}" ORDER BY "row"')  # noqa: S608 -- our own names
    names = " UNION ".join(
        f"SELECT settlement, {street_key_sql(column)} AS key, id AS street FROM streets"  # noqa: S608 -- our own names
        for column in ("name_ky", "name_ru")
    )
    db.execute(f"CREATE TABLE street_keys AS {names} ORDER BY ALL")
    _find_areas(db, shapes)
    _find_served(db, shapes)
    _find_nearest(db)
    # Sorted by place, so that a reader of one town reads little of the file.
    db.execute(
        "CREATE OR REPLACE TABLE addresses AS "  # noqa: S608 -- our own names
        f"SELECT a.*, {house_key_sql('a.house')} AS key, {house_number_sql('a.house')} AS number, "
        "coalesce(i.station, n.station) AS station, "
        "CASE WHEN i.station IS NOT NULL THEN 'polygon' WHEN n.station IS NOT NULL THEN 'nearest' END AS way "
        'FROM addresses a LEFT JOIN inside i USING ("row") LEFT JOIN nearest n USING ("row") '
        'ORDER BY a.settlement, a.street, number, a."row"'
    )
    db.execute("DROP TABLE inside")
    db.execute("DROP TABLE nearest")


def _find_areas(db: duckdb.DuckDBPyConnection, shapes: StationShapes) -> None:
    """Make `inside` (row, station): the registered addresses within boundaries."""
    found = db.execute(
        'SELECT "row", latitude_e5, longitude_e5 FROM addresses WHERE latitude_e5 IS NOT NULL'
    ).fetchnumpy()
    index = shapes.holding(found["latitude_e5"], found["longitude_e5"])
    _table(db, "inside", found["row"][index >= 0], index[index >= 0], shapes.stations)


def _table(
    db: duckdb.DuckDBPyConnection, name: str, rows: npt.NDArray[Any], index: Ints, stations: tuple[str, ...]
) -> None:
    """Make a table (row, station) from rows and indices into `stations`."""
    db.execute(f'CREATE TABLE "{name}" ("row" INTEGER, station VARCHAR)')
    if len(rows):
        named = np.array(stations, dtype=object)[index]
        db.register("given", {"place": np.asarray(rows, dtype=np.int64), "station": named})
        db.execute(f'INSERT INTO "{name}" SELECT place, station FROM given')  # noqa: S608 -- our own names
        db.unregister("given")


def _find_served(db: duckdb.DuckDBPyConnection, shapes: StationShapes) -> None:
    """Make `serves` (settlement, station)."""
    db.execute(
        "CREATE TABLE serves AS SELECT s.settlement, r.station FROM rules r JOIN streets s ON s.id = r.street "
        'UNION SELECT a.settlement, i.station FROM addresses a JOIN inside i USING ("row")'
    )
    middles = db.execute("SELECT id, rayon, latitude_e5, longitude_e5 FROM settlements ORDER BY id").fetchall()
    if middles:
        latitudes, longitudes = (np.array([middle[at] for middle in middles], dtype=np.int64) for at in (2, 3))
        index = shapes.holding(latitudes, longitudes)
        _add(db, {(middles[at][0], shapes.stations[index[at]]) for at in np.flatnonzero(index >= 0)})
        rayons = np.array([middle[1] for middle in middles], dtype=object)
        nearest: set[tuple[str, str]] = set()
        for station, rayon, latitude, longitude in db.execute(
            "SELECT station, rayon, latitude_e5, longitude_e5 FROM centres "
            "WHERE kind = 'domestic' AND station NOT IN (SELECT station FROM serves)"
        ).fetchall():
            squares = _squares(latitudes, longitudes, latitude, longitude, latitude)
            if (rayons == rayon).any():
                squares[rayons != rayon] = np.iinfo(np.int64).max
            nearest.add((middles[int(np.argmin(squares))][0], station))
        _add(db, nearest)
    db.execute("CREATE OR REPLACE TABLE serves AS SELECT DISTINCT settlement, station FROM serves ORDER BY ALL")


def _add(db: duckdb.DuckDBPyConnection, pairs: set[tuple[str, str]]) -> None:
    """Add to `serves`."""
    if pairs:
        db.executemany("INSERT INTO serves VALUES (?, ?)", [list(pair) for pair in sorted(pairs)])


def _find_nearest(db: duckdb.DuckDBPyConnection) -> None:
    """Make `nearest` (row, station): addresses outside all boundaries and the nearest station that serves their place.

    Of stations at one distance it is the lowest number.
    """
    centres = {
        station: (latitude, longitude)
        for station, latitude, longitude in db.execute(
            "SELECT station, latitude_e5, longitude_e5 FROM centres"
        ).fetchall()
    }
    serving: dict[str, list[str]] = {}
    for settlement, station in db.execute("SELECT settlement, station FROM serves ORDER BY ALL").fetchall():
        serving.setdefault(settlement, []).append(station)
    middles = dict(db.execute("SELECT id, latitude_e5 FROM settlements").fetchall())
    order = {settlement: number for number, settlement in enumerate(sorted(serving))}
    places = list(order)
    if not places:
        _table(db, "nearest", np.empty(0), np.empty(0, dtype=np.int64), ())
        return
    db.execute("CREATE TABLE place_numbers (settlement VARCHAR, place INTEGER)")
    db.executemany("INSERT INTO place_numbers VALUES (?, ?)", [[name, number] for name, number in order.items()])
    found = db.execute(
        'SELECT a."row", p.place, a.latitude_e5, a.longitude_e5 FROM addresses a '
        'JOIN place_numbers p USING (settlement) LEFT JOIN inside i USING ("row") '
        "WHERE i.station IS NULL AND a.latitude_e5 IS NOT NULL ORDER BY p.place"
    ).fetchnumpy()
    db.execute("DROP TABLE place_numbers")
    stations = tuple(sorted(centres))
    numbers = {station: number for number, station in enumerate(stations)}
    best = np.empty(len(found["row"]), dtype=np.int64)
    starts = np.searchsorted(found["place"], np.arange(len(places) + 1))
    for number, place in enumerate(places):
        candidates = serving[place]
        doors = np.array([centres[station] for station in candidates], dtype=np.int64)
        index = np.array([numbers[station] for station in candidates], dtype=np.int64)
        step = max(1, _CELLS // len(candidates))
        for start in range(int(starts[number]), int(starts[number + 1]), step):
            part = slice(start, min(start + step, int(starts[number + 1])))
            squares = _squares(
                found["latitude_e5"][part].astype(np.int64)[:, None],
                found["longitude_e5"][part].astype(np.int64)[:, None],
                doors[:, 0],
                doors[:, 1],
                middles[place],
            )
            best[part] = index[np.argmin(squares, axis=1)]
    _table(db, "nearest", found["row"], best, stations)


def _squares(latitudes: Ints, longitudes: Ints, latitude: Ints | int, longitude: Ints | int, at: int) -> Ints:
    """Squares of distances in thousandths of 0.00001 degrees of latitude; `at` is the latitude where one measures.

    Whole numbers: a tie is a tie on every machine.
    """
    width = round(1000 * float(np.cos(np.radians(at / 100_000))))
    north = np.clip(latitudes - latitude, -_FARTHEST, _FARTHEST) * 1000
    east = np.clip(longitudes - longitude, -_FARTHEST, _FARTHEST) * width
    squares: Ints = north * north + east * east
    return squares
