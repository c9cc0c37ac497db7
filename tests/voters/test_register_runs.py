"""Houses and where they vote, told in runs: nothing is lost and nothing is made up."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shailoo.rules.house_ranges import HouseRange, Parity, overlaps, shared_house
from shailoo.rules.house_runs import Run, runs_of_street

PARITY: st.SearchStrategy[Parity] = st.sampled_from(("all", "odd", "even"))
STATION = st.sampled_from(("1001", "1002", "1003"))
RANGE = st.builds(
    lambda first, length, parity, station: HouseRange(first, first + length, parity, station),
    st.integers(0, 30), st.integers(0, 12), PARITY, STATION,
)  # fmt: skip
HOUSES = st.dictionaries(
    st.builds(lambda number, letter: f"{number or ''}{letter}", st.integers(0, 30), st.sampled_from(("", "а", "б"))),
    STATION | st.none(),
    max_size=30,
)


def number_of(house: str) -> int:
    return int(house.rstrip("аб") or 0)


def agreeing(ranges: list[HouseRange]) -> list[HouseRange]:
    kept: list[HouseRange] = []
    for one in ranges:
        if all(other.station == one.station or shared_house(one, other) is None for other in kept):
            kept.append(one)
    return kept


def looked_up(runs: list[Run], house: str) -> list[str]:
    number = number_of(house)
    return [
        run.station
        for run in runs
        if (house in run.houses if run.houses else HouseRange(*run[:4]).holds(number))
    ]  # fmt: skip


@given(st.lists(RANGE, max_size=6), HOUSES)
def test_every_house_is_found_in_the_run_of_its_station_and_the_queue_in_none(
    ranges: list[HouseRange], houses: dict[str, str | None]
) -> None:
    rules = agreeing(ranges)
    registered: dict[int, dict[str | None, list[str]]] = {}
    expected: dict[str, str | None] = {}
    for house, station in houses.items():
        ruled = next((rule.station for rule in rules if rule.holds(number_of(house))), None)
        expected[house] = ruled or station
        registered.setdefault(number_of(house), {}).setdefault(expected[house], []).append(house)
    runs = runs_of_street(rules, registered)
    for house, expectation in expected.items():
        assert looked_up(runs, house) == ([] if expectation is None else [expectation])
    for number in range(50):
        ruled = next((rule.station for rule in rules if rule.holds(number)), None)
        if ruled is not None:
            assert {run.station for run in runs if HouseRange(*run[:4]).holds(number)} == {ruled}


@given(RANGE, RANGE)
def test_two_ranges_share_a_house_when_there_is_one(one: HouseRange, other: HouseRange) -> None:
    shared = [number for number in range(60) if one.holds(number) and other.holds(number)]
    assert shared_house(one, other) == (shared[0] if shared else None)


@given(st.lists(RANGE, max_size=8))
def test_overlaps_are_the_pairs_of_two_stations_that_share_a_house(ranges: list[HouseRange]) -> None:
    pairs = [
        (later, earlier, shared)
        for later, one in enumerate(ranges)
        for earlier, other in enumerate(ranges[:later])
        if one.station != other.station and (shared := shared_house(one, other)) is not None
    ]
    assert list(overlaps(ranges)) == pairs


def test_two_sides_of_a_street_become_one_line() -> None:
    rules = [HouseRange(1, 99, "odd", "1001"), HouseRange(2, 98, "even", "1001")]
    assert runs_of_street(rules, {}) == [Run(1, 99, "all", "1001")]


def test_a_house_in_the_queue_parts_its_neighbours() -> None:
    houses: dict[int, dict[str | None, list[str]]] = {n: {"1001": [str(n)]} for n in (1, 3, 7)}
    houses[5] = {None: ["5"]}
    assert runs_of_street([], houses) == [Run(1, 3, "odd", "1001"), Run(7, 7, "odd", "1001")]


def test_houses_of_one_number_at_two_stations_are_named() -> None:
    houses: dict[int, dict[str | None, list[str]]] = {8: {"1001": ["8"], "1002": ["8а"]}}
    assert runs_of_street([], houses) == [Run(8, 8, "all", "1001", ("8",)), Run(8, 8, "all", "1002", ("8а",))]
