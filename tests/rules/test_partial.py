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


def is_settled(rule: str, totals: ContestTotals, coming: int) -> bool:
    return judge(rule, totals, Coverage(stations=2, stations_in=1, outstanding_voters=coming)).settled


def test_one_ballot_too_few_is_settled_and_one_more_is_not() -> None:
    assert is_settled("kg-smd", district({1: 20, 2: 9}), 10)
    assert not is_settled("kg-smd", district({1: 20, 2: 9}), 11)
    assert is_settled("kg-smd", district({1: 20, 2: 0}, against=9), 11)
    assert not is_settled("kg-smd", district({1: 20, 2: 0}, against=9), 12)
    assert is_settled("kg-smd", district({1: 9}, against=20), 10)
    assert not is_settled("kg-smd", district({1: 9}, against=20), 11)


def test_who_goes_to_the_second_round_is_settled_by_two_gaps() -> None:
    def goes(votes: dict[int, int], invalid: int, coming: int) -> bool:
        came = sum(votes.values()) + invalid
        totals = district(votes, participants=came)
        assert decide("kg-president-2021", totals).status is Status.SECOND_ROUND
        return is_settled("kg-president-2021", totals, coming)

    assert goes({1: 40, 2: 30, 3: 19}, 11, 10)
    assert not goes({1: 40, 2: 30, 3: 20}, 10, 10)
    assert goes({1: 40, 2: 30}, 20, 10)
    assert not goes({1: 40, 2: 30}, 20, 11)


def test_a_majority_is_settled_when_nobody_else_can_come_near() -> None:
    assert is_settled("kg-president-2021", district({1: 60, 2: 40}), 19)
    assert not is_settled("kg-president-2021", district({1: 60, 2: 40}), 20)
    assert not is_settled("kg-president-2021", district({1: 60, 2: 20}, participants=100), 20)
    assert is_settled("kg-president-2021", district({1: 60, 2: 20}, participants=100, turn=2), 39)
    assert not is_settled("kg-president-2021", district({1: 60, 2: 20}, participants=100, turn=2), 40)


def test_a_question_is_settled_by_turnout_and_majority_together() -> None:
    assert is_settled("kg-referendum-2016", question(60, 40, voters=300), 19)
    assert not is_settled("kg-referendum-2016", question(60, 40, voters=300), 20)
    assert is_settled("kg-referendum-2016", question(40, 60, voters=300), 20)
    assert not is_settled("kg-referendum-2016", question(40, 60, voters=300), 21)
    assert is_settled("kg-referendum-2016", question(60, 9, voters=300), 20)
    assert not is_settled("kg-referendum-2016", question(60, 9, voters=300), 21)
    assert not is_settled("kg-referendum-2016", question(80, 10, voters=300), 5)


def test_the_third_seat_is_settled_against_those_who_could_take_it() -> None:
    sexes: dict[int, Sex] = {1: "m", 2: "m", 3: "m", 4: "f", 5: "f"}
    totals = district({1: 90, 2: 80, 3: 60, 4: 50, 5: 31}, seats=3, sexes=sexes)
    assert is_settled("kg-jk-2025", totals, 18)
    assert not is_settled("kg-jk-2025", totals, 19)
    partly_known: dict[int, Sex] = {1: "m", 2: "f", 3: "m"}
    assert not is_settled("kg-jk-2025", district({1: 90, 2: 80, 3: 60, 4: 1}, seats=3, sexes=partly_known), 1)


def test_a_reserved_seat_is_settled_against_women_only() -> None:
    sexes: dict[int, Sex] = {1: "m", 2: "m", 3: "m", 4: "f", 5: "f"}
    totals = district({1: 90, 2: 80, 3: 60, 4: 20, 5: 9}, seats=3, sexes=sexes)
    assert decide("kg-ayil-kenesh-2022", totals).seats == ((1, 1), (2, 1), (4, 1))
    assert is_settled("kg-ayil-kenesh-2022", totals, 10)
    assert not is_settled("kg-ayil-kenesh-2022", totals, 11)


def test_seats_of_lists_are_settled_while_no_remainder_can_pass_another() -> None:
    assert is_settled("kg-kenesh-2021", lists({1: 4_500, 2: 3_300, 3: 2_200}, 10_000, seats=10), 10)
    assert not is_settled("kg-kenesh-2021", lists({1: 4_500, 2: 3_300, 3: 2_200}, 10_000, seats=10), 500)
    # One ballot for list 2 makes the remainders 0.4945 and 0.4985, or equal; with one vote less, 0.4945 and 0.4885.
    assert not is_settled("kg-kenesh-2021", lists({1: 550, 2: 149, 3: 301}, 1000, seats=10), 1)
    assert not is_settled("kg-kenesh-2021", lists({1: 550, 2: 149, 3: 300}, 999, seats=10), 1)
    assert is_settled("kg-kenesh-2021", lists({1: 550, 2: 148, 3: 302}, 1000, seats=10), 1)
    # List 2 stands a hair above three whole quotients: fewer than three is possible, so nothing is proved.
    assert not is_settled("kg-kenesh-2021", lists({1: 4_999, 2: 3_001, 3: 2_000}, 10_000, seats=10), 20)


def test_regions_count_in_what_is_settled() -> None:
    regions = {
        "osh": (1000, {1: 400, 2: 600}, 0),
        "naryn": (1000, {1: 900, 2: 100}, 0),
        "talas": (1000, {1: 5, 2: 900}, 0),
    }
    totals = lists({1: 1305, 2: 1600}, 3000, regions=regions, seats=10)
    near = Coverage(stations=9, stations_in=8, outstanding_voters=1, outstanding_by_region=(("talas", 1),))
    assert not judge("kg-jk-2021", totals, near).settled
    far = Coverage(stations=9, stations_in=8, outstanding_voters=1, outstanding_by_region=(("osh", 1),))
    assert [each.passing for each in judge("kg-jk-2021", totals, far).prospects] == [Passing.IN, Passing.IN]


def test_a_list_is_out_only_if_all_outstanding_ballots_together_cannot_lift_it() -> None:
    def prospect(votes: int, coming: int) -> Passing:
        coverage = Coverage(stations=2, stations_in=1, outstanding_voters=coming)
        return judge("kg-kenesh-2021", lists({1: 800, 2: votes}, 1000), coverage).prospects[1].passing

    # 64 + 6 of 1,006 are 6.96 %, 64 + 7 of 1,007 are 7.05 %.
    assert [prospect(64, 6), prospect(64, 7)] == [Passing.OUT, Passing.OPEN]
    # 71 of 1,014 are 7.002 %, of 1,015 6.995 %.
    assert [prospect(71, 14), prospect(71, 15)] == [Passing.IN, Passing.OPEN]
