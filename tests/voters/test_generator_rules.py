"""The made-up register places the made-up people: asked here by a second, slow reading of the rules."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from shapely.geometry import Point, shape
from shapely.strtree import STRtree

from tests.voters.test_generator import Made, make


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make(tmp_path_factory.mktemp("rules"), count=25_000, districts=("d01", "d26", "d28", "d33"))


def key(street: str) -> str:
    return re.sub(r"^(улица|ул\.) | (көчөсү|көч\.)$", "", street).casefold()


class Reader:
    """Finds the station of a residence: street rules, boundaries, the only station that serves a settlement."""

    def __init__(self, made: Made) -> None:
        tables = made.tables
        self.streets = {
            (row["settlement"], key(row[name])): row["id"]
            for row in tables["streets"]
            for name in ("name_ky", "name_ru")
        }
        self.rules = defaultdict(list)
        self.serves = defaultdict(set)
        of_street = {row["id"]: row["settlement"] for row in tables["streets"]}
        for row in tables["rules"]:
            self.rules[row["street"]].append((int(row["first"]), int(row["last"]), row["parity"], row["station"]))
            self.serves[of_street[row["street"]]].add(row["station"])
        self.points = {
            (row["settlement"], row["street"], row["house"]): (row["longitude_e5"], row["latitude_e5"])
            for row in tables["addresses"]
        }
        found = json.loads((made.register / "boundaries.geojson").read_text("utf-8"))["features"]
        self.cells = [shape(feature["geometry"]) for feature in found]
        self.names = [feature["properties"]["station"] for feature in found]
        self.tree = STRtree(self.cells)
        for row in tables["settlements"]:
            if not self.serves[row["id"]]:
                self.serves[row["id"]] |= set(self.around(row["longitude_e5"], row["latitude_e5"]))

    def around(self, x: str, y: str) -> list[str]:
        """The stations within whose boundaries a point lies."""
        point = Point(int(x) / 1e5, int(y) / 1e5)
        return [self.names[k] for k in self.tree.query(point) if self.cells[k].contains(point)]

    def ask(self, settlement: str, street: str, house: str) -> tuple[str, str]:
        """Station ("": nobody knows) and the way it was found."""
        code = self.streets.get((settlement, key(street)), "") if street else ""
        number = int(re.split("[^0-9]", house)[0])
        ruled = [
            station
            for first, last, parity, station in self.rules.get(code, [])
            if first <= number <= last and (parity == "all" or (parity == "odd") == (number % 2 == 1))
        ]
        assert len(ruled) <= 1
        if ruled:
            return ruled[0], "street"
        x, y = self.points.get((settlement, code, house), ("", ""))
        if x:
            inside = self.around(x, y)
            if inside:
                return inside[0], "polygon"
        serving = self.serves[settlement]
        return (min(serving), "nearest") if len(serving) == 1 else ("", "queue")


def test_the_rules_put_people_where_they_were_meant_to_vote(made: Made) -> None:
    reader = Reader(made)
    ways: Counter[str] = Counter()
    astray = 0
    for row in made.voters:
        station, way = reader.ask(row["settlement"], row["street"], row["house"])
        ways[way] += 1
        astray += station != made.truth[row["person"]]
    total = len(made.voters)
    assert astray == 0
    assert 0.85 < ways["street"] / total < 0.95
    assert 0.05 < ways["polygon"] / total < 0.15
    assert 0.001 < ways["nearest"] / total < 0.02
    assert 0 < ways["queue"] / total < 0.002


def test_streets_are_shared_between_stations_by_sides_and_by_ranges(made: Made) -> None:
    shared = defaultdict(list)
    for row in made.tables["rules"]:
        shared[row["street"]].append(row)
    two = [rows for rows in shared.values() if len({row["station"] for row in rows}) > 1]
    assert any({row["parity"] for row in rows} == {"odd", "even"} for rows in two)
    assert any({row["parity"] for row in rows} == {"all"} for rows in two)


def test_there_are_crowded_houses_flats_letters_and_villages_without_streets(made: Made) -> None:
    homes = Counter(
        (row["settlement"], key(row["street"]), row["house"])
        for row in made.voters
        if row["settlement"] and not row["flat"]
    )
    assert 0 < sum(people > 10 for people in homes.values()) < len(homes) * 0.002
    assert {row["dwelling"] for row in made.tables["addresses"]} == {"house", "flats"}
    assert any(row["flat"] for row in made.voters)
    assert any(re.search("[а-я]", row["house"]) for row in made.voters)
    assert any("/" in row["house"] for row in made.voters)
    assert {bool(row["street"]) for row in made.tables["addresses"]} == {True, False}


def test_coordinates_are_whole_or_missing_together(made: Made, tmp_path: Path) -> None:
    assert {bool(row["latitude_e5"]) for row in made.tables["addresses"]} == {True, False}
    assert all(bool(row["latitude_e5"]) == bool(row["longitude_e5"]) for row in made.tables["addresses"])
