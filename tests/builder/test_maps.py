"""The interactive map: served by us alone, the same bytes every time, its figures in a file beside it."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from pathlib import Path

from builder import samples
from builder.render import maps
from builder.render.pages import Pages

ROOT = Path(__file__).resolve().parents[2]
GEO = ROOT / "elections" / "jk-2021-11-28" / "geo"
VENDOR = ROOT / "builder" / "theme" / "vendor"


def geometry(name: str) -> dict[str, object]:
    value = json.loads((GEO / name).read_text("utf-8"))
    assert isinstance(value, dict)
    return value


def test_two_drawings_are_the_same_bytes() -> None:
    assert maps.drawing() == maps.drawing()
    assert maps.map_files.__wrapped__() == maps.map_files()


def test_the_map_asks_no_other_host_for_anything() -> None:
    for path, body in maps.map_files().files.items():
        text = body.decode()
        if path.endswith(".css"):
            assert "url(" not in text
        else:
            assert not re.search(r"(?:fetch|import|src\s*=)\s*\(?[\"']https?:", text)
    assert "tileLayer(" not in maps.drawing()
    assert '"attributionControl": false' in maps.drawing()  # Leaflet's own link to its makers is not shown


def test_files_are_named_by_their_content() -> None:
    for path, body in maps.map_files().files.items():
        assert hashlib.sha256(body).hexdigest()[:12] in path
        assert f"/results/{path}" in maps.head()


def test_the_script_takes_the_element_that_the_page_has() -> None:
    page = Pages("ky").map(samples.map_page())
    assert f'id="{maps.NAME}"' in page
    assert f'"{maps.NAME}"' in maps.drawing()
    assert "data-live-keep" in page


def test_vendored_files_are_those_whose_provenance_is_written_down() -> None:
    table = (VENDOR / "PROVENANCE.md").read_text("utf-8")
    for path in [*VENDOR.glob("*/*.js"), *VENDOR.glob("*/*.css")]:
        assert f"`{path.relative_to(VENDOR).as_posix()}`" in table
        assert hashlib.sha256(path.read_bytes()).hexdigest() in table
        assert list(path.parent.glob("*LICEN*"))


def test_areas_carry_counts_and_never_shares() -> None:
    view = samples.map_page()
    files = dict(maps.data_files(view, geometry("regions.geojson"), geometry("rayons.geojson")))
    areas = json.loads(files["data/sample/map/areas.geojson"])
    assert areas["synthetic"] is True
    assert {feature["properties"]["level"] for feature in areas["features"]} == {"region", "rayon"}
    known = next(f["properties"] for f in areas["features"] if f["properties"]["id"] == "batken")
    assert known["participants"] == samples.AREAS[0].participants
    assert known["votes"] == dict(samples.AREAS[0].votes)
    for feature in areas["features"]:
        assert all(isinstance(count, int) for count in feature["properties"]["votes"].values())


def test_stations_are_written_without_floats() -> None:
    body = maps.stations_geojson([("1004", 7_459_000, 4_287_005), ("9001", -7_397_000, 500_000)])
    points = [feature["geometry"]["coordinates"] for feature in json.loads(body)["features"]]
    assert points == [[74.59, 42.87005], [-73.97, 5]]


def test_the_whole_map_is_light() -> None:
    regions, rayons = geometry("regions.geojson"), geometry("rayons.geojson")
    weight = sum(len(gzip.compress(body)) for _, body in maps.data_files(samples.map_page(), regions, rayons))
    assert weight + len(gzip.compress(Pages("ru").map(samples.map_page()).encode())) < 300_000
