"""Where people of the made-up population live: stations of an election package, and the towns and villages around them.

Names, points and shapes come from the package and from `rehearsal/synthesis/sources`; which village votes at which
station is made up: the nearest one of its rayon.
"""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from rehearsal.voters.words import cyrillic, is_cyrillic, latin

SOURCES = Path(__file__).parent.parent / "synthesis" / "sources"
Names = tuple[str, str, str]
Row = dict[str, str]
Floats = npt.NDArray[np.float64]

FLATTEN = 0.75
"""Longitudes are multiplied by this before distances are measured: about the cosine of Kyrgyzstan's latitudes."""
_APART_E5 = 250
"""Stations nearer than this (about 250 m) are moved apart, so that each has boundaries with room for its houses."""
_ROOM = 0.0015
"""A village with less room than this (degrees) around its middle within its station's boundaries is left out."""
_TURN = re.compile(r"^(.*), ([0-9]+)$")


@dataclass(slots=True)
class Settlement:
    """A town or village. `stations` are those whose buildings stand there, in the order of their numbers."""

    id: str
    region: str
    rayon: str
    kind: str
    latitude_e5: int
    longitude_e5: int
    name: Names
    stations: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Part:
    """The part of a settlement that votes at one station: houses stand around a point, `reach_e5` at most away."""

    settlement: Settlement
    station: str
    latitude_e5: int
    longitude_e5: int
    reach_e5: int


@dataclass(slots=True)
class Places:
    """A package's stations with everything around them."""

    stations: list[Row]
    """Rows of stations.csv, by number, with points moved apart."""
    regions: list[Row]
    commissions: list[Row]
    rayons: dict[str, tuple[str, Names]]
    """Rayon -> region, name."""
    settlements: list[Settlement]
    parts: dict[str, list[Part]]
    """Station -> the settlement of its building, then the villages without a station that vote there."""
    boundaries: dict[str, BaseGeometry]
    transliterated: int
    """Settlements whose Cyrillic name no source has."""


def read_places(package: Path) -> Places:
    """Read an election package. Raises FileNotFoundError, KeyError or ValueError if it is none."""
    stations = sorted(_table(package / "stations.csv"), key=lambda row: row["no"])
    outlines, rayons = _outlines(package)
    places = Places(
        stations, _table(package / "regions.csv"), _table(package / "commissions.csv"), rayons, [], {}, {}, 0
    )
    towns = _table(SOURCES / "kg_cities.csv")
    big = {row["name_en"] for row in towns}
    localities = [_locality(row, "city") for row in towns]
    localities += [
        _locality(row, "village")
        for row in _table(SOURCES / "kg_localities.csv")
        if row["adm2_id"] and row["name"] not in big
    ]
    codes: set[str] = set()
    for rayon in dict.fromkeys(row["rayon"] for row in stations if row["rayon"]):
        here = [row for row in stations if row["rayon"] == rayon]
        _apart(here)
        outline = outlines.get(rayon) or _around(here)
        cells = _cells(here, outline)
        places.boundaries |= dict(zip((row["no"] for row in here), cells, strict=True))
        around = [row for row in localities if row["adm2_id"] == rayon]
        _settle(places, here, around, outline=outline, codes=codes)
    return places


def _table(path: Path) -> list[Row]:
    with path.open(encoding="utf-8-sig", newline="") as text:
        return list(csv.DictReader(text))


def _outlines(package: Path) -> tuple[dict[str, BaseGeometry], dict[str, tuple[str, Names]]]:
    """Shapes by rayon, flattened; cities that are regions of their own have only a region's shape."""
    shapes: dict[str, BaseGeometry] = {}
    rayons: dict[str, tuple[str, Names]] = {}
    for file in ("regions", "rayons"):
        path = package / "geo" / f"{file}.geojson"
        found: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["features"] if path.exists() else []
        for feature in found:
            about = feature["properties"]
            shapes[about["id"]] = _flat(shape(feature["geometry"]))
            rayons[about["id"]] = (
                about.get("region", about["id"]),
                (about["name_ky"], about["name_ru"], about["name_en"]),
            )
    return shapes, rayons


def _flat(geometry: BaseGeometry) -> BaseGeometry:
    flat: BaseGeometry = shapely.transform(geometry, lambda points: points * (FLATTEN, 1.0))
    return flat


def flat_point(row: Row) -> tuple[float, float]:
    """Return where a row's point lies when distances are measured, in degrees of latitude."""
    return int(row["longitude_e5"]) * FLATTEN / 1e5, int(row["latitude_e5"]) / 1e5


def _around(stations: Sequence[Row]) -> BaseGeometry:
    around: BaseGeometry = shapely.MultiPoint([flat_point(row) for row in stations]).convex_hull.buffer(0.05)
    return around


def _apart(stations: Sequence[Row]) -> None:
    """Move stations that stand in one place a little, each further one to another side."""
    taken: list[tuple[int, int]] = []
    for row in stations:
        latitude, longitude = int(row["latitude_e5"]), int(row["longitude_e5"])
        turn = 0
        while any(abs(latitude - lat) + abs(longitude - lon) < _APART_E5 for lat, lon in taken):
            turn += 1
            step = _APART_E5 * (1 + turn // 8)
            latitude = int(row["latitude_e5"]) + round(step * math.sin(turn * math.pi / 4))
            longitude = int(row["longitude_e5"]) + round(step * 1.3 * math.cos(turn * math.pi / 4))
        taken.append((latitude, longitude))
        row["latitude_e5"], row["longitude_e5"] = str(latitude), str(longitude)


def _cells(stations: Sequence[Row], outline: BaseGeometry) -> list[BaseGeometry]:
    """Everything in a rayon belongs to its nearest station: cells that tile the rayon, in degrees with 5 decimals."""
    points = shapely.MultiPoint([flat_point(row) for row in stations])
    if len(stations) == 1:
        whole = [outline]
    else:
        cells = shapely.voronoi_polygons(points, extend_to=outline, ordered=True)
        whole = [cell.intersection(outline) for cell in cells.geoms]
    return [_rounded(cell) for cell in whole]


def _rounded(cell: BaseGeometry) -> BaseGeometry:
    plain = shapely.transform(cell, lambda points: np.round(points / (FLATTEN, 1.0), 5))
    if not plain.is_valid:
        plain = shapely.transform(plain.buffer(0), lambda points: np.round(points, 5))
    kept = [part for part in shapely.get_parts(plain) if part.geom_type == "Polygon" and part.area > 0]
    return kept[0] if len(kept) == 1 else shapely.MultiPolygon(kept)


def _locality(row: Row, kind: str) -> Row:
    """One shape for rows of both sources, with a name in three languages. `made` is `yes` if it was transliterated."""
    en = row.get("name_en") or row.get("name") or ""
    known = [name for name in (row["name_ky"], row["name_ru"]) if is_cyrillic(name)]
    ky = row["name_ky"] if row["name_ky"] in known else known[0] if known else cyrillic(en)
    ru = row["name_ru"] if row["name_ru"] in known else known[0] if known else cyrillic(en)
    return {
        "kind": kind,
        "adm2_id": row["adm2_id"],
        "name_ky": ky,
        "name_ru": ru,
        "name_en": en,
        "made": "" if known else "yes",
        "latitude_e5": str(round(float(row["lat"]) * 1e5)),
        "longitude_e5": str(round(float(row["lon"]) * 1e5)),
    }


def _settle(places: Places, here: list[Row], localities: list[Row], *, outline: BaseGeometry, codes: set[str]) -> None:
    """Give every station the settlement of its building, and the villages that are nearest to it."""
    points = np.array([flat_point(row) for row in here])
    used: set[int] = set()
    latest: dict[str, Settlement] = {}
    for row, point in zip(here, points, strict=True):
        base = _TURN.match(row["name_en"])
        name = base[1] if base else row["name_en"]
        if name not in latest or base is None or base[2] == "1":
            latest[name] = _home(places, row, localities, used=used, codes=codes)
        latest[name].stations.append(row["no"])
        reach = _reach(point, points, outline)
        places.parts[row["no"]] = [
            Part(latest[name], row["no"], int(row["latitude_e5"]), int(row["longitude_e5"]), reach)
        ]
    for at, row in enumerate(localities):
        point = np.array(flat_point(row))
        reach = _reach(point, points, outline)
        if at in used or row["kind"] == "city" or reach < _ROOM * 1e5:
            continue
        village = _settlement(places, here[0], row, codes)
        nearest = here[int(((points - point) ** 2).sum(axis=1).argmin())]["no"]
        places.parts[nearest].append(Part(village, nearest, village.latitude_e5, village.longitude_e5, reach))


def _home(places: Places, station: Row, localities: list[Row], *, used: set[int], codes: set[str]) -> Settlement:
    """Make a settlement of the nearest locality with the station's name, or of the station itself."""
    x, y = flat_point(station)
    names = [_TURN.sub(r"\1", station[f"name_{language}"]) for language in ("ky", "ru", "en")]
    same = [
        (abs(flat_point(row)[0] - x) + abs(flat_point(row)[1] - y), at)
        for at, row in enumerate(localities)
        if at not in used and row["name_en"] == names[2]
    ]
    if same and min(same)[0] < 0.05:  # noqa: PLR2004 - degrees, about five kilometres: another village of that name
        at = min(same)[1]
        used.add(at)
        return _settlement(places, station, localities[at], codes)
    own = dict(zip(("name_ky", "name_ru", "name_en"), names, strict=True))
    return _settlement(places, station, {**station, **own, "kind": "village", "made": ""}, codes)


def _settlement(places: Places, station: Row, row: Row, codes: set[str]) -> Settlement:
    region, rayon = station["region"], station["rayon"]
    plain = re.sub(r"[^a-z0-9]+", "-", latin(row["name_en"]).lower()).strip("-")[:34] or "village"
    code, turn = plain, 1
    while code in codes:
        turn += 1
        code = f"{plain}-{turn}"
    codes.add(code)
    places.transliterated += row["made"] == "yes"
    name = (row["name_ky"], row["name_ru"], row["name_en"])
    made = Settlement(code, region, rayon, row["kind"], int(row["latitude_e5"]), int(row["longitude_e5"]), name)
    places.settlements.append(made)
    return made


def _reach(point: Floats, stations: Floats, outline: BaseGeometry) -> int:
    """How far one may go from a point and still be within the boundaries of its nearest station; 0.00001 degrees."""
    squares = ((stations - point) ** 2).sum(axis=1)
    nearest = int(squares.argmin())
    others = np.delete(np.arange(len(stations)), nearest)
    sides = np.sqrt(((stations[others] - stations[nearest]) ** 2).sum(axis=1))
    room = ((squares[others] - squares[nearest]) / (2 * sides)).min() if len(others) else 1.0
    spot = shapely.Point(point)
    edge = outline.boundary.distance(spot) if outline.contains(spot) else 0.0
    return int(min(float(room), edge) * 1e5)
