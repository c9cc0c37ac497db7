"""The draw of stations for a hand recount: everybody gets the same, every station is equally likely."""

from __future__ import annotations

import json
import subprocess
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.draw import BadDraw, draw, draw_text, read_throws
from shailoo.records.canonical import digest
from shailoo.records.draw_manifest import BadManifest, manifest_of, read_manifest
from tests.auditor.publishing import Published
from tests.journey.nights import shailoo

THROWS = "1 4 6 2 3 5 5 1 2 6 4 3 1 1 6 2 5 4 3 6"
STATIONS = tuple(str(1000 + at) for at in range(40))
throws = st.text("123456", min_size=20, max_size=40)


@given(throws, st.integers(1, len(STATIONS)))
def test_no_station_is_drawn_twice_and_more_stations_only_add_to_fewer(seed: str, count: int) -> None:
    drawn = [one.station for one in draw(STATIONS, "0" * 64, seed, count)]
    assert len(set(drawn)) == count
    assert set(drawn) <= set(STATIONS)
    assert drawn == [one.station for one in draw(STATIONS, "0" * 64, seed, len(STATIONS))][:count]


@given(throws)
def test_spaces_and_commas_between_throws_do_not_matter(seed: str) -> None:
    assert read_throws(",\n".join(seed)) == read_throws(seed) == " ".join(seed)


def test_a_draw_can_be_repeated_with_sha256sum() -> None:
    first, *_ = draw(STATIONS, "ab" * 32, THROWS, 3)
    said = draw_text("ab" * 32, THROWS, first.counter).encode()
    told = subprocess.run(["sha256sum"], input=said, capture_output=True, check=True).stdout.decode()
    assert STATIONS[int(told.split()[0], 16) % len(STATIONS)] == first.station


def test_every_station_is_drawn_about_equally_often() -> None:
    """Chi squared of 4,000 draws of one among 40: 39 degrees of freedom, 99.99 % below 83."""
    times = Counter(draw(STATIONS, digest(str(at).encode()), THROWS, 1)[0].station for at in range(4000))
    assert sum((times[one] - 100) ** 2 / 100 for one in STATIONS) < 83


def test_too_few_throws_a_seven_and_more_stations_than_there_are_are_refused() -> None:
    for seed, count in ((THROWS[:37], 1), (THROWS.replace("6", "7"), 1), (THROWS, 41), (THROWS, 0)):
        with pytest.raises(BadDraw):
            draw(STATIONS, "0" * 64, seed, count)


def test_the_published_list_follows_from_the_package_and_the_command_draws_from_it(quiet: Published) -> None:
    file = quiet.path("data/small/draw-manifest.json")
    package = digest(quiet.path("data/small/package.zip").read_bytes())
    manifest = read_manifest(file.read_bytes())
    assert manifest == manifest_of(quiet.scene.election, package)
    told = shailoo("draw", "--manifest", str(file), "--seed", THROWS, "--count", "3", "--json")
    assert told.returncode == 0, told.stderr
    expected = draw(manifest.stations, digest(file.read_bytes()), THROWS, 3)
    assert json.loads(told.stdout)["drawn"] == [one.model_dump() for one in expected]


def test_a_list_in_which_a_station_stands_twice_is_refused() -> None:
    with pytest.raises(BadManifest):
        read_manifest(
            b'{"election":"small","package":"' + b"0" * 64 + b'","stations":["1","1"],"type":"draw-manifest-1"}'
        )


def test_another_list_than_the_one_of_the_package_is_found(spoilt: Published) -> None:
    spoilt.edit("data/small/draw-manifest.json", '"1001","1002"', '"1002","1001"')
    report = spoilt.verify()
    assert report.broken is not None
    assert report.broken.file == "data/small/draw-manifest.json"
