from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shailoo.rules.errors import TotalsIncomplete
from shailoo.rules.largest_remainder import allocate
from shailoo.rules.results import Reason, Status
from shailoo.rules.seats import decide
from tests.rules import oracle
from tests.rules.make import lists

VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "vectors" / "seat_allocation_vectors.json").read_text(encoding="utf-8")
)["cases"]
OFFICIAL = VECTORS[0]
FINAL = {1: 222_005, 2: 174_470, 3: 141_009, 4: 106_955, 5: 90_223, 6: 79_025}


def numbered(case: dict[str, Any]) -> dict[str, int]:
    return {name: no for no, name in enumerate(case["votes"], 1)}


def test_the_official_result_of_2021_comes_out() -> None:
    numbers = numbered(OFFICIAL)
    votes = {numbers[name]: count for name, count in OFFICIAL["votes"].items()}
    result = decide("kg-jk-2021", lists(votes, OFFICIAL["participants"]))
    assert result.status is Status.DECIDED
    assert dict(result.seats) == {numbers[name]: seats for name, seats in OFFICIAL["expected_seats"].items()}
    assert result.quotient == (813_687, 54)
    assert round(813_687 / 54, 6) == OFFICIAL["expected_quota"]
    steps = {step.no: step for step in result.steps}
    for name, no in numbers.items():
        assert steps[no].integer_part == OFFICIAL["expected_integer_seats"][name]
        remainder = steps[no].remainder
        assert remainder is not None
        assert round(remainder / 813_687, 6) == OFFICIAL["expected_remainders"][name]


@pytest.mark.parametrize(
    "case", [case for case in VECTORS if "expected_qualified" in case], ids=lambda case: case["name"]
)
def test_thresholds_of_the_vectors(case: dict[str, Any]) -> None:
    numbers = numbered(case)
    votes = {numbers[name]: count for name, count in case["votes"].items()}
    # The vectors give the share of the weakest region; a region of 100,000 people has that share in whole ballots.
    weakest = {numbers[name]: round(share * 1000) for name, share in case["region_pct_min"].items()}
    result = decide("kg-jk-2021", lists(votes, case["participants"], regions={"talas": (100_000, weakest, 0)}))
    passing = [step.no for step in result.steps if step.excluded is None]
    assert passing == [numbers[name] for name in case["expected_qualified"]]


def test_a_list_below_half_a_percent_in_one_region_is_excluded_and_the_region_is_named() -> None:
    regions = {"osh": (1000, {1: 400, 2: 300, 3: 200}, 0), "naryn": (1000, {1: 500, 2: 5, 3: 4}, 0)}
    result = decide("kg-jk-2021", lists({1: 900, 2: 305, 3: 204}, 2000, regions=regions))
    assert [(step.no, step.excluded, step.regions) for step in result.steps] == [
        (1, None, ()),
        (2, None, ()),
        (3, Reason.BELOW_REGION, ("naryn",)),
    ]


def test_a_list_below_both_thresholds_is_excluded_by_the_national_one() -> None:
    regions = {"osh": (1000, {1: 900, 2: 4}, 0)}
    result = decide("kg-jk-2021", lists({1: 900, 2: 4}, 1000, regions=regions))
    assert [(step.excluded, step.regions) for step in result.steps] == [(None, ()), (Reason.BELOW_NATIONAL, ())]


def test_the_cap_leaves_the_surplus_undetermined() -> None:
    case = next(case for case in VECTORS if case["name"] == "SYNTHETIC cap 27")
    result = decide("kg-jk-2021", lists({1: 700_000, 2: 100_000}, case["participants"]))
    assert (result.status, result.reason) == (Status.UNDETERMINED, Reason.SURPLUS)
    assert (result.seats, result.open_seats, result.tied) == (((1, 27),), 27, (2,))
    uncapped = {step.no: (step.integer_part or 0) + step.by_remainder for step in result.steps}
    assert uncapped == {1: case["uncapped"]["A"], 2: case["uncapped"]["B"]}


def test_half_of_the_seats_is_not_above_the_cap() -> None:
    result = decide("kg-jk-2021", lists({1: 500, 2: 500}, 1000))
    assert (result.status, result.seats) == (Status.DECIDED, ((1, 27), (2, 27)))


def test_one_list_alone_cannot_hold_all_seats() -> None:
    result = decide("kg-jk-2021", lists({1: 500, 2: 10}, 1000))
    assert (result.status, result.reason, result.seats) == (Status.UNDETERMINED, Reason.SURPLUS, ((1, 27),))


def test_against_all_ahead_of_the_best_list_fails_the_election() -> None:
    case = next(case for case in VECTORS if case["name"] == "SYNTHETIC against all wins")
    votes = dict(enumerate(case["votes"].values(), 1))
    result = decide("kg-jk-2021", lists(votes, case["participants"], against=case["against_all"]))
    assert (result.status, result.reason, result.vacant) == (Status.FAILED, Reason.AGAINST_ALL, 54)


def test_against_all_level_with_the_best_list_does_not() -> None:
    result = decide("kg-jk-2021", lists({1: 300, 2: 290}, 1000, against=300))
    assert result.status is Status.DECIDED


def test_equal_remainders_name_the_lists_and_the_seat() -> None:
    # 54 seats: 29 go to list 1, whose votes divide without rest; lists 2 and 3 have 12.5 each.
    result = decide("kg-jk-2021", lists({1: 25, 2: 12, 3: 12, 4: 5}, 54))
    assert result.status is Status.DECIDED
    tied = decide("kg-jk-2021", lists({1: 50, 2: 25, 3: 25, 4: 8}, 108))
    assert (tied.status, tied.reason) == (Status.UNDETERMINED, Reason.TIE_AT_REMAINDER)
    assert (tied.tied, tied.open_seats) == ((2, 3), 1)
    assert dict(tied.seats) == {1: 25, 2: 12, 3: 12, 4: 4}


def test_nobody_above_the_threshold_is_undetermined() -> None:
    result = decide("kg-jk-2021", lists(dict.fromkeys(range(1, 22), 40), 1000))
    assert (result.status, result.reason, result.open_seats) == (Status.UNDETERMINED, Reason.NO_LIST, 54)


def test_without_votes_there_is_nothing_to_decide() -> None:
    for participants in (0, 10):
        result = decide("kg-jk-2021", lists({1: 0, 2: 0}, participants))
        assert (result.status, result.reason, result.seats) == (Status.NONE, Reason.NO_VOTES, ())


def test_a_town_kenesh_has_seven_percent_and_no_cap() -> None:
    result = decide("kg-kenesh-2021", lists({1: 700, 2: 70, 3: 69}, 1000, seats=31))
    assert result.status is Status.DECIDED
    assert [(step.no, step.excluded) for step in result.steps][2] == (3, Reason.BELOW_NATIONAL)
    assert dict(result.seats) == {1: 28, 2: 3}


def test_a_town_kenesh_with_one_qualifying_list_waits_for_the_law() -> None:
    result = decide("kg-kenesh-2021", lists({1: 700, 2: 69}, 1000, seats=31))
    assert (result.status, result.reason) == (Status.UNDETERMINED, Reason.ONE_LIST)


def test_a_region_that_the_totals_lack_is_not_taken_for_zero() -> None:
    totals = lists(FINAL, 1_281_622).model_copy(update={"quota_regions": ("batken",)})
    with pytest.raises(TotalsIncomplete):
        decide("kg-jk-2021", totals)


def test_sealed_ballots_of_a_region_can_leave_a_list_open() -> None:
    def with_sealed(sealed: int, votes: int) -> Status:
        regions = {"abroad-like": (1000, {1: 300, 2: 300, 3: votes}, sealed)}
        return decide("kg-jk-2021", lists({1: 300, 2: 300, 3: 100}, 1000, regions=regions)).status

    assert with_sealed(0, 4) is Status.DECIDED
    assert with_sealed(1, 4) is Status.UNDETERMINED
    assert with_sealed(1, 5) is Status.DECIDED
    assert with_sealed(1, 3) is Status.DECIDED


@pytest.mark.parametrize("against", [None, 5])
def test_totals_that_contradict_themselves_are_refused(against: int | None) -> None:
    with pytest.raises(TotalsIncomplete):
        lists({1: 11}, 10, against=against)


VOTES = st.lists(st.integers(0, 40), min_size=1, max_size=7)


@given(VOTES, st.integers(1, 12))
def test_largest_remainder_agrees_with_every_way_to_break_ties(counts: list[int], seats: int) -> None:
    votes = {no: count for no, count in enumerate(counts, 1) if count}
    if not votes:
        return
    found = allocate(votes, seats)
    ways = oracle.hare(votes, seats)
    certain = {no: whole + (no in found.by_remainder) for no, whole in found.integer_part}
    assert certain == {no: min(way[no] for way in ways) for no in votes}
    assert sum(certain.values()) + found.contested == seats
    assert (found.contested == 0) == (len(ways) == 1)
    if found.contested:
        assert set(found.tied) == {no for no in votes if len({way[no] for way in ways}) > 1}


@given(VOTES, st.integers(0, 60), st.integers(0, 20), st.integers(1, 12))
def test_seats_are_neither_lost_nor_invented(counts: list[int], against: int, invalid: int, seats: int) -> None:
    participants = sum(counts) + against + invalid
    totals = lists(dict(enumerate(counts, 1)), participants, seats=seats, against=against)
    for rule in ("kg-jk-2021", "kg-kenesh-2021"):
        result = decide(rule, totals)
        given_out = sum(count for _, count in result.seats)
        if result.status is not Status.NONE:
            assert given_out + result.open_seats + result.vacant == seats
        if result.status is Status.DECIDED:
            assert result.open_seats == result.vacant == 0
        if rule == "kg-jk-2021" and result.status is Status.DECIDED and seats > 1:
            assert max(count for _, count in result.seats) <= seats // 2


@given(VOTES, st.randoms(use_true_random=False))
def test_ballot_numbers_decide_nothing(counts: list[int], random: Random) -> None:
    numbers = list(range(1, len(counts) + 1))
    random.shuffle(numbers)
    plain = decide("kg-kenesh-2021", lists(dict(enumerate(counts, 1)), sum(counts), seats=9))
    renamed = decide("kg-kenesh-2021", lists(dict(zip(numbers, counts, strict=True)), sum(counts), seats=9))
    translated = {numbers[no - 1]: seats for no, seats in plain.seats}
    assert (plain.status, plain.open_seats) == (renamed.status, renamed.open_seats)
    assert translated == dict(renamed.seats)
    assert {numbers[no - 1] for no in plain.tied} == set(renamed.tied)
