"""The address register as GeoJSON (RFC 7946): centres, boundaries, what the map of stations loads piece by piece.

Coordinates are written from whole hundred-thousandths of a degree, so no float leaves its noise in a file; outer rings
run counter-clockwise and holes clockwise. A rayon's boundaries are split into files of at most `MOST` bytes and never
thinned out: a tap on the map is answered from them, and a line that moves would move people.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from builder.render.maps import degrees
from shailoo.ids import StationNo
from shailoo.model.base import LANGUAGES
from shailoo.model.voter_list import Area, Centre, Settlement
from shailoo.ports import AddressRegister

FOLDER = "data/map"
"""Below `/tizme/`."""
MOST = 200_000
"""Bytes of a file with boundaries, unless a single station's are longer."""
_CLOSED = 4
"""A ring has at least so many points, the first one twice."""

_ELSEWHERE = "_"
"""Stations of no rayon; no code of a rayon looks so."""

Point = tuple[int, int]
"""Longitude and latitude in units of 0.00001 degree."""
Boundaries = Mapping[StationNo, Mapping[str, object]]
Ring = list[Point]
Polygon = list[Ring]
"""The outer ring, then holes."""


def polygons(geometry: Mapping[str, object]) -> list[Polygon]:
    """Read a Polygon or MultiPolygon: rounded, closed, oriented as RFC 7946 says. Rings without an area are left out.

    The register admits no other kind; another one has no polygons.
    """
    match geometry:
        case {"type": "Polygon", "coordinates": list() as rings}:
            read = [_polygon(rings)]
        case {"type": "MultiPolygon", "coordinates": list() as parts}:
            read = [_polygon(rings) for rings in parts]
        case _:
            read = []
    return [polygon for polygon in read if polygon]


def _polygon(rings: Iterable[Sequence[Sequence[float]]]) -> Polygon:
    made: Polygon = []
    for place, raw in enumerate(rings):
        ring: Ring = []
        for position in raw:
            point = (round(position[0] * 100_000), round(position[1] * 100_000))
            if not ring or ring[-1] != point:
                ring.append(point)
        if ring and ring[0] != ring[-1]:
            ring.append(ring[0])
        area = _doubled_area(ring)
        if len(ring) >= _CLOSED and area:
            made.append(ring if (area > 0) == (place == 0) else ring[::-1])
        elif place == 0:
            return []  # a hole in nothing
    return made


def _doubled_area(ring: Ring) -> int:
    """Twice the area within a closed ring, positive when it runs counter-clockwise."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))


def geometry_text(parts: Sequence[Polygon]) -> str:
    """Write polygons as a GeoJSON geometry."""
    if len(parts) == 1:
        return f'{{"type":"Polygon","coordinates":{_rings(parts[0])}}}'
    return f'{{"type":"MultiPolygon","coordinates":[{",".join(map(_rings, parts))}]}}'


def _rings(polygon: Polygon) -> str:
    return f"[{','.join('[' + ','.join(f'[{degrees(x)},{degrees(y)}]' for x, y in ring) + ']' for ring in polygon)}]"


def point_text(longitude_e5: int, latitude_e5: int) -> str:
    """Write a GeoJSON point."""
    return f'{{"type":"Point","coordinates":[{degrees(longitude_e5)},{degrees(latitude_e5)}]}}'


def feature(properties: Mapping[str, object], geometry: str) -> str:
    """Write a feature on one line."""
    told = json.dumps(properties, ensure_ascii=False, separators=(",", ":"))
    return f'{{"type":"Feature","properties":{told},"geometry":{geometry}}}'


def collection(features: Iterable[str]) -> bytes:
    """Write a FeatureCollection, a feature a line."""
    lines = ",\n".join(features)
    return f'{{"type":"FeatureCollection","features":[\n{lines}\n]}}\n'.encode()


def named(name: tuple[str, str, str]) -> dict[str, str]:
    """A name under the codes of its languages."""
    return dict(zip(LANGUAGES, name, strict=True))


@dataclass(frozen=True, slots=True)
class Piece:
    """One file with boundaries, and the box (west, south, east, north; 0.00001 degree) in which they all lie."""

    path: str
    body: bytes
    box: tuple[int, int, int, int]


def pieces(rayon: str, centres: Sequence[Centre], boundaries: Boundaries) -> Iterator[Piece]:
    """Write the boundaries of a rayon's stations into as few files as `MOST` allows, in the order given."""
    lines: list[str] = []
    points: list[Point] = []
    size = count = 0

    def piece() -> Piece:
        xs, ys = [x for x, _ in points], [y for _, y in points]
        name = f"{rayon}.{count}" if count > 1 else rayon
        return Piece(f"{FOLDER}/boundaries/{name}.geojson", collection(lines), (min(xs), min(ys), max(xs), max(ys)))

    for centre in centres:
        parts = polygons(boundaries.get(centre.station, {}))
        if not parts:
            continue
        line = feature({"station": centre.station, "part": "boundary"}, geometry_text(parts))
        if lines and size + len(line.encode()) > MOST - 100:
            count += 1
            yield piece()
            lines, points, size = [], [], 0
        lines.append(line)
        points += [point for polygon in parts for point in polygon[0]]
        size += len(line.encode()) + 2
    if lines:
        count += 1
        yield piece()


def files(register: AddressRegister, outline: Mapping[str, object] | None = None) -> Iterator[tuple[str, bytes]]:
    """Everything that the map loads and people download: (path below `/tizme/`, bytes).

    `outline` is a FeatureCollection of regions with `properties.id`; without it the map shows no borders of regions.
    """
    centres, boundaries = register.centres(), register.boundaries()
    by_rayon: dict[str, list[Centre]] = defaultdict(list)
    for centre in centres:
        by_rayon[centre.rayon].append(centre)
    yield f"{FOLDER}/stations.geojson", collection(_whole(centres, boundaries))
    yield f"{FOLDER}/centres.geojson", collection(_centre(centre) for centre in centres)
    for place, language in enumerate(LANGUAGES):
        yield f"{FOLDER}/centres-{language}.geojson", collection(_centre(one, place) for one in centres)
    yield f"{FOLDER}/places.geojson", collection(map(_place, register.settlements()))
    rayons = []
    areas = list(register.rayons())
    known = {area.id for area in areas}
    by_rayon[_ELSEWHERE] = [one for one in centres if one.rayon not in known]
    for area in (*areas, Area(_ELSEWHERE, "", ("", "", ""))):
        made = list(pieces(area.id, by_rayon[area.id], boundaries))
        for piece in made:
            yield piece.path, piece.body
        if made or area.id in known:
            rayons.append(_rayon(area, made))
    if outline is not None:
        yield f"{FOLDER}/regions.geojson", _outline(outline, register.regions())
    index = {
        "register": register.number,
        "regions": f"/tizme/{FOLDER}/regions.geojson" if outline is not None else None,
        "commissions": {area.id: named(area.name) for area in register.commissions()},
        "rayons": rayons,
    }
    yield f"{FOLDER}/index.json", json.dumps(index, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _rayon(area: Area, made: Sequence[Piece]) -> dict[str, object]:
    """Where a rayon's boundaries are. Boxes are whole numbers: they are compared, not shown."""
    found = [{"href": f"/tizme/{piece.path}", "box": piece.box} for piece in made]
    return {"id": area.id, "region": area.region, "name": named(area.name), "files": found}


def _whole(centres: Sequence[Centre], boundaries: Boundaries) -> Iterator[str]:
    for centre in centres:
        yield _centre(centre)
        parts = polygons(boundaries.get(centre.station, {}))
        if parts:
            yield feature({"station": centre.station, "part": "boundary"}, geometry_text(parts))


def _centre(centre: Centre, place: int | None = None) -> str:
    """A station's centre: its names in all languages, or in the one at `place`."""

    def said(name: tuple[str, str, str]) -> object:
        return named(name) if place is None else name[place]

    properties = {
        "station": centre.station,
        "part": "centre",
        "kind": centre.kind,
        "region": centre.region,
        "rayon": centre.rayon or None,
        "commission": centre.tec,
        "name": said(centre.name),
        "building": said(centre.building),
        "address": said(centre.address),
        "opens": centre.opens,
        "closes": centre.closes,
        "zone": centre.zone,
        "step_free": centre.step_free,
    }
    return feature(properties, point_text(centre.longitude_e5, centre.latitude_e5))


def _place(one: Settlement) -> str:
    properties = {"id": one.id, "kind": one.kind, "rayon": one.rayon, "name": named(one.name)}
    return feature(properties, point_text(one.longitude_e5, one.latitude_e5))


def _outline(outline: Mapping[str, object], regions: Sequence[Area]) -> bytes:
    """The shapes of the register's own regions, under the register's names."""
    names = {area.id: area.name for area in regions}
    lines = []
    match outline:
        case {"features": list() as features}:
            for one in features:
                known, parts = str(one["properties"]["id"]), polygons(one["geometry"])
                if known in names and parts:
                    lines.append(feature({"id": known, "name": named(names[known])}, geometry_text(parts)))
        case _:
            pass  # a collection without features: no borders
    return collection(lines)
