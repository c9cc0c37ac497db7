"""The register as GeoJSON: what RFC 7946 asks, nothing of a float's noise, and every boundary where it was."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point as ShapelyPoint
from shapely.geometry import shape

from builder.voters import map_data, station_map
from shailoo.model.base import LANGUAGES
from tests.voters.place_scene import HOSTILE, Places, square, tizme

REGISTER = Places()
FILES = dict(map_data.files(REGISTER))
OUTLINE = {
    "type": "FeatureCollection",
    "features": [
        {"properties": {"id": "city"}, "geometry": {"type": "Polygon", "coordinates": [square(0)]}},
        {"properties": {"id": "elsewhere"}, "geometry": {"type": "Polygon", "coordinates": [square(1)]}},
    ],
}
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def rings(geometry: Mapping[str, Any]) -> Iterator[tuple[bool, list[list[float]]]]:
    """(whether it is an outer ring, its points)."""
    parts = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    for polygon in parts:
        for place, ring in enumerate(polygon):
            yield place == 0, ring


def area(ring: list[list[float]]) -> float:
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))


def features(body: bytes) -> list[dict[str, Any]]:
    read = json.loads(body)
    assert read["type"] == "FeatureCollection"
    found = read["features"]
    assert isinstance(found, list)
    return found


def test_every_file_is_geojson_as_the_standard_wants_it() -> None:
    checked = 0
    for path, body in map_data.files(REGISTER, OUTLINE):
        if not path.endswith(".geojson"):
            continue
        for one in features(body):
            assert set(one) == {"type", "properties", "geometry"}
            assert one["type"] == "Feature"
            if one["geometry"]["type"] == "Point":
                longitude, latitude = one["geometry"]["coordinates"]
                assert -180 <= longitude <= 180
                assert -90 <= latitude <= 90
                continue
            for outer, ring in rings(one["geometry"]):
                assert len(ring) >= 4
                assert ring[0] == ring[-1]
                assert (area(ring) > 0) == outer
                checked += 1
    assert checked > 20


def test_no_coordinate_has_more_than_five_decimals() -> None:
    for path, body in FILES.items():
        for digits in re.findall(r'"coordinates":(\[.*?\])\}\}', body.decode()):
            for number in NUMBER.findall(digits):
                assert len(number.partition(".")[2]) <= 5, path


def test_boundaries_stay_where_they_were() -> None:
    by_station = {
        one["properties"]["station"]: shape(one["geometry"])
        for path, body in FILES.items()
        if "/boundaries/" in path
        for one in features(body)
    }
    assert by_station.keys() == REGISTER.boundaries().keys()
    for station, geometry in REGISTER.boundaries().items():
        assert by_station[station].symmetric_difference(shape(geometry)).area < 1e-9


def test_the_whole_download_holds_every_centre_and_every_boundary() -> None:
    found = [
        (one["properties"]["part"], one["properties"]["station"])
        for one in features(FILES["data/map/stations.geojson"])
    ]
    assert {no for part, no in found if part == "centre"} == {centre.station for centre in REGISTER.centres()}
    assert {no for part, no in found if part == "boundary"} == REGISTER.boundaries().keys()
    assert len(found) == len(set(found))


@pytest.mark.parametrize("language", LANGUAGES)
def test_centres_of_a_language_say_its_names(language: str) -> None:
    at = ("ky", "ru", "en").index(language)
    told = {
        one["properties"]["station"]: one["properties"]
        for one in features(FILES[f"data/map/centres-{language}.geojson"])
    }
    for centre in REGISTER.centres():
        assert told[centre.station]["name"] == centre.name[at]
        assert told[centre.station]["building"] == centre.building[at]
        assert told[centre.station]["address"] == centre.address[at]


def test_the_index_names_every_file_and_the_box_that_holds_it() -> None:
    index = json.loads(FILES["data/map/index.json"])
    named = {file["href"] for rayon in index["rayons"] for file in rayon["files"]}
    assert named == {f"/tizme/{path}" for path in FILES if "/boundaries/" in path}
    assert {rayon["id"] for rayon in index["rayons"]} == {area.id for area in REGISTER.rayons()}
    for rayon in index["rayons"]:
        for file in rayon["files"]:
            west, south, east, north = file["box"]
            for one in features(FILES[file["href"].removeprefix("/tizme/")]):
                for _, ring in rings(one["geometry"]):
                    assert all(west <= round(x * 1e5) <= east and south <= round(y * 1e5) <= north for x, y in ring)
    assert index["regions"] is None


def test_the_outline_is_given_only_for_regions_of_the_register() -> None:
    files = dict(map_data.files(REGISTER, OUTLINE))
    assert json.loads(files["data/map/index.json"])["regions"] == "/tizme/data/map/regions.geojson"
    assert [one["properties"]["id"] for one in features(files["data/map/regions.geojson"])] == ["city"]


def test_a_rayon_with_many_boundaries_is_cut_into_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(map_data, "MOST", 600)
    files = {path: body for path, body in map_data.files(REGISTER) if "/boundaries/city" in path}
    assert len(files) > 2
    assert list(files)[:2] == ["data/map/boundaries/city.geojson", "data/map/boundaries/city.2.geojson"]
    assert all(len(body) <= 600 for body in files.values())
    found = [one["properties"]["station"] for body in files.values() for one in features(body)]
    assert found == ["1001", "1002", "1003", "1004", "1005", "1006"]


def test_a_name_stays_a_name() -> None:
    told = [one["properties"]["name"]["en"] for one in features(FILES["data/map/places.geojson"])]
    assert HOSTILE in told


def test_a_ring_without_an_area_is_no_polygon() -> None:
    line = [[74.0, 42.0], [74.1, 42.1], [74.0, 42.0]]
    assert map_data.polygons({"type": "Polygon", "coordinates": [line]}) == []
    assert map_data.polygons({"type": "MultiPolygon", "coordinates": [[line], [square(0)]]}) != []
    assert map_data.polygons({"type": "Point", "coordinates": [74.0, 42.0]}) == []


def test_the_same_register_gives_the_same_files() -> None:
    assert dict(map_data.files(Places())) == FILES
    again = dict(station_map.files(tizme(Places())))
    assert FILES.items() <= again.items()
    assert len(again) == len(FILES) + 2, "the map's script and sheet"


@given(
    st.integers(-18_000_000, 17_000_000),
    st.integers(-8_900_000, 8_000_000),
    st.integers(1, 900_000),
    st.integers(1, 900_000),
    st.booleans(),
)
def test_any_rectangle_is_written_exactly_and_turned_the_right_way(
    west: int, south: int, width: int, height: int, clockwise: bool
) -> None:
    corners = [(west, south), (west + width, south), (west + width, south + height), (west, south + height)]
    ring = [*corners, corners[0]]
    given_ring = [[x / 100_000, y / 100_000] for x, y in (ring[::-1] if clockwise else ring)]
    [[read]] = map_data.polygons({"type": "Polygon", "coordinates": [given_ring]})
    assert set(read) == set(corners)
    assert map_data._doubled_area(read) == 2 * width * height
    written = json.loads(map_data.geometry_text([[read]]))
    assert [[round(x * 100_000), round(y * 100_000)] for x, y in written["coordinates"][0]] == [list(p) for p in read]
    inside = ShapelyPoint((2 * west + width) / 200_000, (2 * south + height) / 200_000)
    assert shape(written).covers(inside)
