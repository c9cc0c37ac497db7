"""What is worth a look in a register is found, and nothing of it stops anybody from voting."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from shailoo.adapters.voters import findings
from shailoo.adapters.voters.findings import find, square_metres
from shailoo.adapters.voters.register import RegisterFolder
from shailoo.adapters.voters.station_shapes import read_shapes
from shailoo.model.register_findings import House, RegisterFindings
from shailoo.register_faults import RegisterFaults
from tests.voters.register_scene import version
from tests.voters.registers import BOXES, RULES, Row, Tables, addresses, boundaries, box, person, tables, write_register


def found_in(
    place: Path, rows: Tables | None = None, shapes: dict[str, Any] | None = None, people: list[Row] | None = None
) -> RegisterFindings:
    folder = RegisterFolder(place / "register")
    folder.load(write_register(place / "source", rows or tables(), shapes or boundaries()))
    made = version(place / "list", folder.path(1), people or [person(number) for number in range(40)])
    (place / "work").mkdir()
    return find(folder.path(1), 1, made, place / "work")


def test_a_sound_register_has_few_remarks(tmp_path: Path) -> None:
    found = found_in(tmp_path)
    assert (found.overlaps, found.crowded, found.idle_rules, found.full_houses) == ((), (), (), ())
    assert found.without_boundaries == ()
    assert all(gap.holes == 0 for gap in found.gaps)


def outside(row: Row) -> bool:
    if not row["latitude_e5"]:
        return True
    latitude, longitude = int(row["latitude_e5"]), int(row["longitude_e5"])
    return not any(
        south <= latitude <= north and west <= longitude <= east for south, west, north, east in BOXES.values()
    )


def test_houses_that_nothing_speaks_of_are_told(tmp_path: Path) -> None:
    found = found_in(tmp_path)
    ruled = {street for _, street, *_ in RULES}
    expected = {
        (row["settlement"], row["street"], row["house"])
        for row in addresses()
        if row["street"] not in ruled and outside(row)
    }
    assert {(house.settlement, house.street, house.house) for house in found.unreached} == expected
    assert found.unreached_count == len(found.unreached) == len(expected) > 0
    placed = [row for row in addresses() if row["latitude_e5"] and row["settlement"] in {"bel", "chet"}]
    assert {gap.rayon: gap.addresses for gap in found.gaps}["bel-rayon"] == len([row for row in placed if outside(row)])


def test_ground_of_two_stations_is_measured(tmp_path: Path) -> None:
    shapes = boundaries()
    shapes["1006"] = box(41_49900, 73_49900, 41_50200, 73_50400)
    (overlap,) = found_in(tmp_path, shapes=shapes).overlaps
    assert (overlap.rayon, overlap.station, overlap.other) == ("bel-rayon", "1006", "1007")
    # 0.003 by 0.001 degrees at 41.5 degrees north: about 334 by 83.4 metres
    assert overlap.area_m2 == pytest.approx(334 * 83.4, rel=0.01)


def test_a_hole_between_stations_is_a_gap_unless_another_rayon_fills_it(tmp_path: Path) -> None:
    ring = box(41_49000, 73_49000, 41_51000, 73_51000)
    hole = box(41_49900, 73_49900, 41_50100, 73_50100)
    assert isinstance(ring["coordinates"], list)
    assert isinstance(hole["coordinates"], list)
    shapes: dict[str, Any] = {"1006": {"type": "Polygon", "coordinates": [*ring["coordinates"], *hole["coordinates"]]}}
    gap = next(gap for gap in found_in(tmp_path / "a", shapes=shapes).gaps if gap.rayon == "bel-rayon")
    assert gap.holes == 1
    assert gap.area_m2 == pytest.approx(222.6 * 166.7, rel=0.01)
    filled = {**shapes, "1001": hole}
    gap = next(gap for gap in found_in(tmp_path / "b", shapes=filled).gaps if gap.rayon == "bel-rayon")
    assert gap.holes == 0


def test_a_station_without_boundaries_is_told_and_one_abroad_is_not(tmp_path: Path) -> None:
    shapes = boundaries()
    del shapes["1003"]
    assert found_in(tmp_path, shapes=shapes).without_boundaries == ("1003",)


def test_a_rule_for_no_house_is_told(tmp_path: Path) -> None:
    rows = tables()
    rows["rules"].append({"station": "1007", "street": "bel-tash", "first": "13", "last": "99", "parity": "odd"})
    (idle,) = found_in(tmp_path, rows=rows).idle_rules
    assert (idle.row, idle.station, idle.street, idle.first) == (9, "1007", "bel-tash", 13)


def test_a_crowded_station_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(findings, "MOST_VOTERS", 2)
    people = [person(number, settlement="ak-bulak", street="", house="1", country="") for number in range(3)]
    (crowded,) = found_in(tmp_path, people=people).crowded
    assert (crowded.station, crowded.voters) == ("1005", 3)


def test_more_than_ten_voters_at_a_small_house_are_an_internal_note(tmp_path: Path) -> None:
    def living(first: int, count: int, street: str, house: str) -> list[Row]:
        return [
            person(number, settlement="sary", street=street, house=house, country="")
            for number in range(first, first + count)
        ]

    people = [
        *living(100, 6, "улица Абая", "3"),
        *living(200, 5, "Абай көчөсү", "03"),  # the same house in other words
        *living(300, 10, "улица Абая", "4"),
        *living(400, 99, "проспект Манаса", "3"),  # flats
    ]
    found = found_in(tmp_path, people=people)
    assert found.full_houses == (House(settlement="sary", street="sary-abai", house="3", people=11),)
    assert found.full_house_count == 1


def test_an_area_is_measured_in_square_metres() -> None:
    shapes = read_shapes(
        b'{"features":[{"properties":{"station":"1"},"geometry":{"type":"Polygon",'
        b'"coordinates":[[[0,0],[0.01,0],[0.01,0.01],[0,0.01],[0,0]]]}}]}',
        None,
        RegisterFaults(),
    )
    assert square_metres(shapes.areas[0]) == pytest.approx(1_113.2**2, rel=0.001)
