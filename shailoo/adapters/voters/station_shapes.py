"""Boundaries of stations: read from GeoJSON, kept in whole 0.00001 degrees, asked which points they hold.

In whole numbers every corner is exact, so that the answer for a point on a line between two stations does not depend
on rounding: the point is in both, and the lower number has it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

from shailoo.adapters.voters.register_tables import BOUNDARIES
from shailoo.register_faults import RegisterFaults

E5: Final = 100_000
_CHUNK: Final = 200_000
"""Points asked at once."""
_GLOBE: Final = (-180 * E5, -90 * E5, 180 * E5, 90 * E5)


@dataclass(frozen=True, slots=True)
class StationShapes:
    """Stations by number, and their areas in 0.00001 degrees (x longitude, y latitude)."""

    stations: tuple[str, ...]
    areas: npt.NDArray[Any]

    def holding(self, latitudes: npt.NDArray[Any], longitudes: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
        """For each point (0.00001 degrees) the index of its lowest station, or -1. A border belongs to both sides."""
        nobody = len(self.stations)
        lowest = np.full(len(latitudes), nobody, dtype=np.int64)
        tree = shapely.STRtree(self.areas)
        for start in range(0, len(latitudes), _CHUNK):
            points = shapely.points(longitudes[start : start + _CHUNK], latitudes[start : start + _CHUNK])
            asked, areas = tree.query(points, predicate="intersects")
            np.minimum.at(lowest, asked + start, areas)
        lowest[lowest == nobody] = -1
        return lowest

    def geojson(self) -> bytes:
        """The FeatureCollection, stations in order, coordinates in degrees with at most five decimals."""
        features = [
            {"type": "Feature", "properties": {"station": station}, "geometry": shape}
            for station, shape in self.geometries().items()
        ]
        return json.dumps({"type": "FeatureCollection", "features": features}, separators=(",", ":")).encode()

    def geometries(self) -> dict[str, dict[str, object]]:
        """Station -> GeoJSON geometry."""
        degrees = shapely.transform(self.areas, lambda corners: corners / E5)
        return {
            station: json.loads(text) for station, text in zip(self.stations, shapely.to_geojson(degrees), strict=True)
        }


def read_shapes(data: bytes, known: frozenset[str] | None, faults: RegisterFaults) -> StationShapes:
    """Read boundaries.geojson; features with faults are noted and left out. `known` are the stations, if one can tell.

    The row of a fault is the feature's place in the file, from 1.
    """
    found: dict[str, Any] = {}
    for row, feature in enumerate(_features(data, faults), 1):
        station = _station(feature)
        problem = _name_problem(station, known, found)
        if problem is not None:
            faults.add(BOUNDARIES, problem[0], problem[1], row=row, column="station", value=station)
            continue
        area, broken = _area(feature.get("geometry"))
        if broken is not None:
            faults.add(
                BOUNDARIES, broken, "Mend the lines and export again.", row=row, column="geometry", value=station
            )
            continue
        found[str(station)] = area
    return shapes_of(found)


def shapes_of(areas: Mapping[str, Any]) -> StationShapes:
    """Shapes by station, put in the order of numbers."""
    order = sorted(areas)
    kept = np.empty(len(order), dtype=object)
    kept[:] = [areas[station] for station in order]
    return StationShapes(tuple(order), kept)


def _features(data: bytes, faults: RegisterFaults) -> Sequence[Mapping[str, Any]]:
    try:
        features = json.loads(data)["features"]
        good = isinstance(features, list) and all(isinstance(feature, dict) for feature in features)
    except (ValueError, KeyError, TypeError, RecursionError):
        good = False
    if not good:
        faults.add(BOUNDARIES, "this is not a GeoJSON FeatureCollection", "Export it again, in UTF-8.")
        return []
    checked: list[Mapping[str, Any]] = features
    return checked


def _station(feature: Mapping[str, Any]) -> str | None:
    properties = feature.get("properties")
    station = properties.get("station") if isinstance(properties, dict) else None
    return station if isinstance(station, str) else None


def _name_problem(
    station: str | None, known: frozenset[str] | None, found: Mapping[str, object]
) -> tuple[str, str] | None:
    if station is None:
        return "the feature names no station", "Give properties.station: the number as text, four digits."
    if known is not None and station not in known:
        return "the station is not in centres.csv", "Use a number of centres.csv, or add it there."
    if station in found:
        return "the station has boundaries already", "Give one feature for each station; join parts as MultiPolygon."
    return None


def _area(geometry: object) -> tuple[Any, str | None]:
    """The area in whole numbers, or why there is none."""
    if not isinstance(geometry, dict) or geometry.get("type") not in {"Polygon", "MultiPolygon"}:
        return None, "the boundaries are neither Polygon nor MultiPolygon"
    try:
        read = shapely.force_2d(shapely.from_geojson(json.dumps(geometry)))
        area = shapely.transform(read, lambda corners: np.rint(corners * E5))
    except (shapely.errors.GEOSException, ValueError, TypeError, RecursionError):
        return None, "the coordinates cannot be read"
    if shapely.is_empty(area) or not np.isfinite(shapely.get_coordinates(area)).all():
        return None, "the boundaries are empty"
    west, south, east, north = shapely.bounds(area)
    if west < _GLOBE[0] or south < _GLOBE[1] or east > _GLOBE[2] or north > _GLOBE[3]:
        return None, "the boundaries leave the globe"
    if not shapely.is_valid(area):
        reason = str(shapely.is_valid_reason(area)).split("[", maxsplit=1)[0].strip().lower()
        return None, f"the boundaries are not sound: {reason}"
    return area, None
