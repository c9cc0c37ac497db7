from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations_with_replacement

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shailoo.model.election import Sex
from shailoo.rules.errors import TotalsIncomplete
from shailoo.rules.partial import Coverage, Waiting, judge
from shailoo.rules.party_lists import Passing
from shailoo.rules.results import Reason, SeatResult, Status
from shailoo.rules.seats import decide
from shailoo.rules.totals import ContestTotals
from tests.rules.make import district, lists, question

FINAL = {1: 222_005, 2: 174_470, 3: 141_009, 4: 106_955, 5: 90_223, 6: 79_025, 7: 60_000}
ALL_IN = Coverage(stations=10, stations_in=10, outstanding_voters=0)


def outcome(result: SeatResult) -> object:
    return (result.status, result.seats, result.second_round, result.adopted, result.vacant)


def with_more(totals: ContestTotals, extra: Mapping[int, int], *, sealed: int, coming: int) -> ContestTotals:
    """The same contest once `extra` ballots named an option; what remains of sealed and coming ones was invalid."""
    options = tuple(
        option.model_copy(update={"votes": option.votes + extra.get(option.no, 0)}) for option in totals.options
    )
    update = {"options": options, "unplaced": totals.unplaced - sealed, "participants": totals.participants + coming}
    return totals.model_copy(update=update)


def every_opening(totals: ContestTotals, ballots: int) -> list[dict[int, int]]:
    """Every way in which that many ballots may name the options, 0 being an invalid ballot."""
    numbers = [0, *(option.no for option in totals.options)]
    return [{no: named.count(no) for no in numbers if no} for named in combinations_with_replacement(numbers, ballots)]


def test_nothing_is_decided_while_a_station_is_out() -> None:
    coverage = Coverage(stations=2494, stations_in=2493, outstanding_voters=900)
    judgement = judge("kg-jk-2021", lists(FINAL, 1_281_622), coverage)
    assert judgement.if_counted_now.status is Status.DECIDED
    assert not judgement.decided
    assert judgement.waiting == (Waiting.STATIONS, Waiting.VOTERS)


def test_a_held_report_keeps_a_contest_undecided() -> None:
    coverage = Coverage(stations=10, stations_in=9, held=1, outstanding_voters=500)
    judgement = judge("kg-smd", district({1: 900, 2: 100}), coverage)
    assert (judgement.decided, judgement.settled) == (False, True)
    assert judgement.waiting == (Waiting.HELD, Waiting.VOTERS)


def test_everything_in_is_decided() -> None:
    judgement = judge("kg-jk-2021", lists(FINAL, 1_281_622), ALL_IN)
    assert (judgement.decided, judgement.waiting) == (True, ())
    assert dict(judgement.if_counted_now.seats) == {1: 15, 2: 12, 3: 9, 4: 7, 5: 6, 6: 5}


def test_a_failed_contest_is_decided_too_and_a_tie_never_is() -> None:
    assert judge("kg-smd", district({1: 5}, against=6), ALL_IN).decided
    assert not judge("kg-smd", district({1: 5, 2: 5}), ALL_IN).decided


def test_the_seventh_list_of_2021_was_open_until_the_end() -> None:
    """I12: at 61 % of the protocols El Umutu stood at exactly 5.00 %; it was neither in nor out."""
    totals = lists({1: 170, 18: 50, 20: 7}, 1000)
    half = judge("kg-jk-2021", totals, Coverage(stations=100, stations_in=61, outstanding_voters=900))
    assert {prospect.no: prospect.passing for prospect in half.prospects} == {
        1: Passing.OPEN if 170 * 100 < 5 * 1900 else Passing.IN,
        18: Passing.OPEN,
        20: Passing.OPEN,
    }
    late = judge("kg-jk-2021", totals, Coverage(stations=100, stations_in=99, outstanding_voters=30))
    assert [prospect.passing for prospect in late.prospects] == [Passing.IN, Passing.OPEN, Passing.OUT]


def test_a_region_may_still_exclude_or_save_a_list() -> None:
    regions = {"osh": (1000, {1: 500, 2: 500}, 0), "naryn": (1000, {1: 900, 2: 4}, 0)}
    totals = lists({1: 1400, 2: 504}, 2000, regions=regions)
    coverage = Coverage(stations=9, stations_in=8, outstanding_voters=50, outstanding_by_region=(("naryn", 50),))
    assert [each.passing for each in judge("kg-jk-2021", totals, coverage).prospects] == [Passing.IN, Passing.OPEN]
    elsewhere = Coverage(stations=9, stations_in=8, outstanding_voters=50, outstanding_by_region=(("osh", 50),))
    assert [each.passing for each in judge("kg-jk-2021", totals, elsewhere).prospects] == [Passing.IN, Passing.OUT]


def test_coverage_that_exceeds_itself_is_refused() -> None:
    with pytest.raises(TotalsIncomplete):
        Coverage(stations=5, stations_in=5, held=1, outstanding_voters=0)
    with pytest.raises(TotalsIncomplete):
        Coverage(stations=5, stations_in=4, outstanding_voters=3, outstanding_by_region=(("osh", 4),))


def test_sealed_ballots_that_cannot_matter_do_not_hold_a_result_up() -> None:
    assert decide("kg-smd", district({1: 100, 2: 90}, unplaced=9)).seats == ((1, 1),)
    close = decide("kg-smd", district({1: 100, 2: 90}, unplaced=10))
    assert (close.status, close.reason, close.open_seats) == (Status.UNDETERMINED, Reason.SMALL_CELLS, 1)
    assert decide("kg-jk-2021", lists(FINAL, 1_281_622, unplaced=5)).status is Status.DECIDED


SEXES = st.lists(st.sampled_from(["f", "m"]), min_size=5, max_size=5)
COUNTS = st.lists(st.integers(0, 12), min_size=1, max_size=4)
CANDIDATE_RULES = st.sampled_from(
    ["kg-smd", "kg-jk-2025", "kg-ayil-kenesh", "kg-ayil-kenesh-2022", "kg-president-2021"]
)


@given(
    counts=COUNTS,
    sexes=SEXES,
    rule=CANDIDATE_RULES,
    against=st.integers(0, 12),
    sealed=st.integers(1, 3),
    coming=st.integers(0, 2),
    turn=st.integers(1, 2),
)
def test_what_is_settled_for_candidates_no_ballot_can_change(
    *, counts: list[int], sexes: list[Sex], rule: str, against: int, sealed: int, coming: int, turn: int
) -> None:
    votes = dict(enumerate(counts, 1))
    seats = 3 if rule in {"kg-jk-2025", "kg-ayil-kenesh", "kg-ayil-kenesh-2022"} else 1
    totals = district(votes, seats=seats, sexes=dict(enumerate(sexes, 1)), against=against, unplaced=sealed, turn=turn)
    _nothing_changes(rule, totals, sealed, coming)


@given(
    counts=st.lists(st.integers(0, 60), min_size=1, max_size=4),
    against=st.integers(0, 30),
    sealed=st.integers(1, 2),
    coming=st.integers(0, 2),
    seats=st.integers(1, 9),
    rule=st.sampled_from(["kg-jk-2021", "kg-kenesh-2021"]),
)
def test_what_is_settled_for_lists_no_ballot_can_change(
    *, counts: list[int], against: int, sealed: int, coming: int, seats: int, rule: str
) -> None:
    came = sum(counts) + against + sealed
    totals = lists(dict(enumerate(counts, 1)), came, seats=seats, against=against, unplaced=sealed)
    _nothing_changes(rule, totals, sealed, coming)


@given(st.integers(0, 20), st.integers(0, 20), st.integers(20, 80), st.integers(1, 3), st.integers(0, 3))
def test_what_is_settled_for_a_question_no_ballot_can_change(
    favour: int, other: int, voters: int, sealed: int, coming: int
) -> None:
    totals = question(favour, other, voters=voters, unplaced=sealed)
    _nothing_changes("kg-referendum-2016", totals, sealed, coming)


def _nothing_changes(rule: str, totals: ContestTotals, sealed: int, coming: int) -> None:
    coverage = Coverage(stations=2, stations_in=1, outstanding_voters=coming)
    judgement = judge(rule, totals, coverage)
    assume(judgement.settled)
    expected = outcome(judgement.if_counted_now)
    for arriving in range(coming + 1):
        for extra in every_opening(totals, sealed + arriving):
            opened = with_more(totals, extra, sealed=sealed, coming=arriving)
            assert outcome(decide(rule, opened)) == expected


def test_a_landslide_is_settled_long_before_the_end() -> None:
    coverage = Coverage(stations=100, stations_in=60, outstanding_voters=100)
    assert judge("kg-smd", district({1: 300, 2: 50}), coverage).settled
    assert judge("kg-president-2021", district({1: 300, 2: 50}), coverage).settled
    assert judge("kg-referendum-2016", question(300, 50, voters=500), coverage).settled
    assert not judge("advisory", question(300, 50, voters=500), coverage).settled
