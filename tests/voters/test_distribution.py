"""Everybody votes at exactly one station or waits in the queue, as a slow and simple reading of the rules says."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shailoo.adapters.voters.distribution import distribute
from shailoo.adapters.voters.register import RegisterFolder
from shailoo.model.voter_list import HouseRun, QueueReason, Way
from shailoo.rules.house_ranges import HouseRange, shared_house
from shailoo.rules.residence import house_key, house_number, residence_key, street_key
from tests.voters.registers import BOXES, STREETS, Tables, addresses, boundaries, box, tables, write_register

Box = tuple[int, int, int, int]


class Home(NamedTuple):
    settlement: str = ""
    street: str = ""
    house: str = ""
    country: str = ""


def answers(register: Path, homes: list[Home]) -> tuple[dict[Home, tuple[str | None, str]], dict[str, int]]:
    """Ask `distribute`; each home must come back exactly once."""
    with duckdb.connect() as db:
        db.execute(
            "CREATE TABLE homes (residence VARCHAR, settlement VARCHAR, street VARCHAR, house VARCHAR, country VARCHAR)"
        )
        unique = {residence_key(*home): home for home in homes}
        if unique:
            db.executemany("INSERT INTO homes VALUES (?, ?, ?, ?, ?)", [[key, *home] for key, home in unique.items()])
        counts = distribute(db, register, "homes", "placed")
        rows = db.execute("SELECT residence, station, way FROM placed").fetchall()
        left = db.execute("SELECT table_name FROM duckdb_tables()").fetchall()
    assert Counter(row[0] for row in rows) == Counter(list(unique))
    assert sorted(left) == [("homes",), ("placed",)]
    return {unique[key]: (station, way) for key, station, way in rows}, counts


def reference(rows: Tables, boxes: dict[str, Box], home: Home) -> tuple[str | None, str]:
    """The rules once more, read by a clerk."""
    if home.country:
        served = [row["station"] for row in rows["consulates"] if row["country"] == home.country]
        return (served[0], "consulate") if served else (None, "no-consulate")
    if home.settlement not in {row["id"] for row in rows["settlements"]}:
        return None, "no-settlement"
    ruled = _ruled(rows, _street(rows, home), house_number(home.house))
    return (ruled, "street") if ruled else _beyond(rows, boxes, home)


def _ruled(rows: Tables, street: str | None, number: int) -> str | None:
    for rule in rows["rules"]:
        side = rule["parity"] == "all" or number % 2 == (rule["parity"] == "odd")
        if street and rule["street"] == street and side and int(rule["first"]) <= number <= int(rule["last"]):
            return rule["station"]
    return None


def _beyond(rows: Tables, boxes: dict[str, Box], home: Home) -> tuple[str | None, str]:
    point = _registered(rows, home)
    inside = _inside(boxes, point) if point else None
    if inside:
        return inside, "polygon"
    serving = _serving(rows, boxes)[home.settlement]
    if point and serving:
        return min(serving, key=lambda station: (_square(rows, home.settlement, station, point), station)), "nearest"
    return (min(serving), "nearest") if len(serving) == 1 else (None, "no-station")


def _registered(rows: Tables, home: Home) -> tuple[int, int] | None:
    for row in rows["addresses"]:
        same = (row["settlement"], row["street"]) == (home.settlement, _street(rows, home))
        if same and house_key(row["house"]) == house_key(home.house):
            return _point(row)
    return None


def _street(rows: Tables, home: Home) -> str | None:
    key = street_key(home.street)
    if not key:
        return ""
    for row in rows["streets"]:
        if row["settlement"] == home.settlement and key in {street_key(row["name_ky"]), street_key(row["name_ru"])}:
            return row["id"]
    return None


def _point(row: dict[str, str]) -> tuple[int, int] | None:
    return (int(row["latitude_e5"]), int(row["longitude_e5"])) if row["latitude_e5"] else None


def _inside(boxes: dict[str, Box], point: tuple[int, int]) -> str | None:
    held = [
        station
        for station, (south, west, north, east) in sorted(boxes.items())
        if south <= point[0] <= north and west <= point[1] <= east
    ]
    return held[0] if held else None


def _square(rows: Tables, settlement: str, station: str, point: tuple[int, int]) -> int:
    (middle,) = (int(row["latitude_e5"]) for row in rows["settlements"] if row["id"] == settlement)
    (door,) = (row for row in rows["centres"] if row["station"] == station)
    width = round(1000 * math.cos(math.radians(middle / 100_000)))
    north = (point[0] - int(door["latitude_e5"])) * 1000
    east = (point[1] - int(door["longitude_e5"])) * width
    return north**2 + east**2


def _serving(rows: Tables, boxes: dict[str, Box]) -> dict[str, set[str]]:
    serving: dict[str, set[str]] = {row["id"]: set() for row in rows["settlements"]}
    where = {row["id"]: row["settlement"] for row in rows["streets"]}
    for rule in rows["rules"]:
        serving[where[rule["street"]]].add(rule["station"])
    for row in (*rows["addresses"], *({**place, "settlement": place["id"]} for place in rows["settlements"])):
        point = _point(row)
        inside = _inside(boxes, point) if point else None
        if inside:
            serving[row["settlement"]].add(inside)
    by_right = {place: set(held) for place, held in serving.items()}
    for centre in rows["centres"]:
        if centre["kind"] == "domestic" and not any(centre["station"] in held for held in by_right.values()):
            door = (int(centre["latitude_e5"]), int(centre["longitude_e5"]))
            width = round(1000 * math.cos(math.radians(door[0] / 100_000)))
            near = [row for row in rows["settlements"] if row["rayon"] == centre["rayon"]]
            nearest = min(
                near or rows["settlements"],
                key=lambda row: (
                    ((int(row["latitude_e5"]) - door[0]) * 1000) ** 2
                    + ((int(row["longitude_e5"]) - door[1]) * width) ** 2,
                    row["id"],
                ),
            )
            serving[nearest["id"]].add(centre["station"])
    return serving


def looked_up(runs: list[HouseRun], names: tuple[str, str], house: str) -> list[str]:
    """What a reader of a page finds for a house."""
    number = house_number(house)
    return [
        run.station
        for run in runs
        if run.street[:2] == names
        and (house in run.houses if run.houses else HouseRange(run.first, run.last, run.parity, "").holds(number))
        and (number > 0 or run.first == 0)
    ]


HOMES = st.builds(
    Home,
    st.sampled_from(("sary", "kok-jar", "ak-bulak", "bel", "chet", "atlantis", "")),
    st.sampled_from(("", "жок", *(name for street in STREETS.values() for name in street[1:3]))),
    st.sampled_from(("", "б/н", "5", "8", "8а", "8A", "12", "13", "40", "98", "99", "100", "05")),
    st.sampled_from(("", "", "", "", "RU", "KZ", "TR")),
)
REGISTERED = [
    Home(row["settlement"], STREETS[row["street"]][1] if row["street"] else "", row["house"]) for row in addresses()
]
_STATIONS = sorted(BOXES)
_RULE = st.builds(
    lambda street, first, length, parity, station: (street, HouseRange(first, first + length, parity, station)),
    st.sampled_from(sorted(STREETS)),
    st.integers(0, 14),
    st.integers(0, 40),
    st.sampled_from(("all", "odd", "even")),
    st.sampled_from(_STATIONS),
)


@st.composite
def registers(draw: st.DrawFn) -> tuple[Tables, dict[str, Box]]:
    """The small register with other rules, other doors and other boundaries, and some coordinates forgotten."""
    rows = tables()
    kept: list[tuple[str, HouseRange]] = []
    for street, one in draw(st.lists(_RULE, max_size=12)):
        if all(s != street or o.station == one.station or shared_house(one, o) is None for s, o in kept):
            kept.append((street, one))
    rows["rules"] = [
        {"station": r.station, "street": s, "first": str(r.first), "last": str(r.last), "parity": r.parity}
        for s, r in kept
    ]
    boxes = {}
    for station in draw(st.sets(st.sampled_from(_STATIONS))):
        south, west, north, east = BOXES[draw(st.sampled_from(_STATIONS))]
        move = draw(st.sampled_from((0, 0, 50, 100, 200)))
        boxes[station] = (south + move, west + move, north + move, east)
    places = rows["settlements"]
    for centre in rows["centres"]:
        at = draw(st.sampled_from(places))
        centre["latitude_e5"] = str(int(at["latitude_e5"]) + draw(st.integers(-9, 9)) * 100)
        centre["longitude_e5"] = str(int(at["longitude_e5"]) + draw(st.integers(-9, 9)) * 100)
        if centre["kind"] == "domestic":
            centre["rayon"], centre["region"] = at["rayon"], at["region"]
            if draw(st.booleans()):
                centre["rayon"], centre["region"] = "empty-rayon", "ala-oblast"
    rows["rayons"].append({**rows["rayons"][0], "id": "empty-rayon", "region": "ala-oblast"})
    forgotten = draw(st.sets(st.integers(0, len(rows["addresses"]) - 1), max_size=40))
    for index in forgotten:
        rows["addresses"][index] |= {"latitude_e5": "", "longitude_e5": ""}
    gone = draw(st.sets(st.integers(0, len(rows["addresses"]) - 1), max_size=60))
    rows["addresses"] = [row for index, row in enumerate(rows["addresses"]) if index not in gone]
    return rows, boxes


@settings(deadline=None, max_examples=12)
@given(registers(), st.lists(HOMES, max_size=60))
def test_distribution_is_what_a_clerk_would_answer(made: tuple[Tables, dict[str, Box]], some: list[Home]) -> None:
    rows, boxes = made
    homes = [*some, *REGISTERED]
    with TemporaryDirectory() as place:
        source = write_register(Path(place) / "source", rows, {s: box(*corners) for s, corners in boxes.items()})
        folder = RegisterFolder(Path(place) / "register")
        folder.load(source)
        given_answers, counts = answers(folder.path(1), homes)
        version = folder.open(1)
        runs = {area.id: list(version.runs(area.id)) for area in version.settlements()}
    assert given_answers == {home: reference(rows, boxes, home) for home in given_answers}
    assert Counter(way for _, way in given_answers.values()) == counts
    for station, way in given_answers.values():
        assert (station is None) == (way in set(QueueReason))
        assert way in set(Way) | set(QueueReason)
    for row in rows["addresses"]:
        names = STREETS[row["street"]][1:3] if row["street"] else ("", "")
        home = Home(row["settlement"], names[0], row["house"])
        expected = given_answers[home][0]
        assert looked_up(runs[row["settlement"]], names, row["house"]) == ([] if expected is None else [expected])


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("register")
    folder = RegisterFolder(place / "register")
    folder.load(write_register(place / "source", tables(), boundaries()))
    return folder.path(1)


@pytest.mark.parametrize(
    ("home", "station", "way"),
    [
        (Home("sary", "Ленин көчөсү", "17"), "1001", Way.STREET),
        (Home("sary", "ул. Ленина", "18"), "1002", Way.STREET),
        (Home("sary", "Ленин көчөсү", "17а"), "1001", Way.STREET),
        (Home("sary", "Абай чолок көчөсү", "3"), "1003", Way.POLYGON),
        (Home("ak-bulak", "", "3"), "1005", Way.POLYGON),
        (Home("ak-bulak", "", "333"), "1005", Way.NEAREST),
        (Home("bel", "Талаа көчөсү", "7"), "1006", Way.POLYGON),
        (Home("bel", "Алыс көчөсү", "1"), "1006", Way.NEAREST),
        (Home("bel", "Алыс көчөсү", "12"), "1007", Way.NEAREST),
        (Home("bel", "Таш көчөсү", "5"), None, QueueReason.NO_STATION),
        (Home("chet", "Биринчи көчө", "1"), None, QueueReason.NO_STATION),
        (Home("atlantis", "Биринчи көчө", "1"), None, QueueReason.NO_SETTLEMENT),
        (Home(country="RU"), "9001", Way.CONSULATE),
        (Home(country="TR"), None, QueueReason.NO_CONSULATE),
    ],
)
def test_each_rule_finds_its_station(home: Home, station: str | None, way: str, small: Path) -> None:
    assert answers(small, [home])[0] == {home: (station, way)}


def test_a_house_on_a_line_between_two_stations_has_the_lower_number(small: Path) -> None:
    line = BOXES["1006"][3]
    assert line == BOXES["1007"][1]
    on_it = Home("bel", "Талаа көчөсү", "7")
    assert [row["longitude_e5"] for row in addresses() if (row["street"], row["house"]) == ("bel-talaa", "7")] == [
        str(line)
    ]
    assert answers(small, [on_it])[0][on_it] == ("1006", Way.POLYGON)


ANY = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(homes=st.lists(st.builds(Home, ANY, ANY, ANY, ANY) | st.builds(Home, st.just("sary"), ANY, ANY), max_size=20))
def test_whatever_stands_in_an_extract_has_one_outcome(small: Path, homes: list[Home]) -> None:
    found, counts = answers(small, homes)
    assert sum(counts.values()) == len(found)
    assert found == {home: reference(tables(), BOXES, home) for home in found}


def test_nobody_to_distribute_is_nobody_distributed(small: Path) -> None:
    assert answers(small, []) == ({}, {})
