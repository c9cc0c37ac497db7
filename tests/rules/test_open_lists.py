from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shailoo.model.election import Sex
from shailoo.rules.errors import UnknownRule
from shailoo.rules.open_lists import ListElection, PreferenceVotes, elect_from_list
from shailoo.rules.results import Reason, Status
from tests.rules import oracle


def elect(rule: str, seats: int, people: list[tuple[int, Sex | None]]) -> ListElection:
    """People in list order: (votes, sex)."""
    candidates = [PreferenceVotes(no=no, votes=votes, sex=sex) for no, (votes, sex) in enumerate(people, 1)]
    return elect_from_list(rule, seats, candidates)


TEN: list[tuple[int, Sex | None]] = [
    (100, "m"), (90, "m"), (80, "m"), (70, "m"), (60, "f"), (50, "m"), (40, "f"), (30, "m"), (20, "f"), (10, "f"),
]  # fmt: skip


def test_the_two_published_readings_elect_different_people() -> None:
    """Five seats. Two go to women first, then the three best of all; or three of all, then the two best women left."""
    mixed: list[tuple[int, Sex | None]] = [(100, "f"), (90, "m"), (80, "m"), (70, "m"), (60, "f"), (50, "f")]
    first = elect("women-30-first", 5, mixed)
    last = elect("top-70-then-women", 5, mixed)
    assert first.elected == (1, 2, 3, 4, 5)
    assert last.elected == (1, 2, 3, 5, 6)
    assert (first.women, last.women) == (2, 2)


def test_where_no_woman_is_among_the_best_the_readings_agree() -> None:
    assert elect("women-30-first", 5, TEN).elected == (1, 2, 3, 5, 7)
    assert elect("top-70-then-women", 5, TEN).elected == (1, 2, 3, 5, 7)


def test_women_without_votes_follow_the_list_in_the_reading_that_says_so() -> None:
    people: list[tuple[int, Sex | None]] = [(9, "m"), (8, "m"), (7, "m"), (0, "f"), (0, "f"), (0, "f")]
    first = elect("women-30-first", 4, people)
    assert (first.status, first.elected) == (Status.DECIDED, (1, 2, 4, 5))
    last = elect("top-70-then-women", 4, people)
    assert (last.status, last.elected, last.tied, last.open_seats) == (Status.UNDETERMINED, (1, 2), (4, 5, 6), 2)


def test_equal_votes_at_the_edge_are_named() -> None:
    result = elect("women-30-first", 3, [(9, "m"), (5, "f"), (7, "m"), (7, "m"), (1, "f")])
    assert (result.elected, result.tied, result.open_seats, result.reason) == ((1, 2), (3, 4), 1, Reason.TIE)


def test_a_tie_within_the_part_of_women_may_be_mended_by_the_rest() -> None:
    result = elect("women-30-first", 4, [(9, "m"), (5, "f"), (5, "f"), (5, "f"), (1, "m")])
    assert (result.status, result.elected) == (Status.DECIDED, (1, 2, 3, 4))


def test_a_list_that_ran_out_of_people_leaves_seats_vacant() -> None:
    result = elect("women-30-first", 4, [(9, "f"), (5, "f"), (3, "m")])
    assert (result.elected, result.vacant, result.reason) == ((1, 2, 3), 1, Reason.TOO_FEW_CANDIDATES)


def test_a_list_without_women_leaves_their_part_open() -> None:
    result = elect("women-30-first", 4, [(9, "m"), (5, "m"), (3, "m"), (1, "m")])
    assert (result.elected, result.open_seats, result.reason) == ((1, 2), 2, Reason.TOO_FEW_WOMEN)


def test_a_person_whose_sex_is_not_recorded_may_change_everything() -> None:
    result = elect("women-30-first", 3, [(9, "m"), (8, "m"), (7, None), (6, "f")])
    assert (result.status, result.reason, result.elected) == (Status.UNDETERMINED, Reason.SEX_UNKNOWN, (1, 2))
    assert result.tied == (3, 4)


def test_no_seats_elect_nobody() -> None:
    result = elect("women-30-first", 0, TEN)
    assert (result.status, result.elected, result.open_seats, result.vacant) == (Status.DECIDED, (), 0, 0)


def test_a_reading_has_a_name() -> None:
    with pytest.raises(UnknownRule):
        elect("kg-jk-2021", 3, TEN)


PEOPLE = st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["f", "m", None])), min_size=0, max_size=5)


@given(PEOPLE, st.integers(0, 5), st.sampled_from(["women-30-first", "top-70-then-women"]))
def test_open_lists_agree_with_every_way_to_break_ties(
    people: list[tuple[int, Sex | None]], seats: int, rule: str
) -> None:
    result = elect(rule, seats, people)
    women = -(-seats * 3 // 10)
    parts = [(women, "women"), (seats - women, "all")]
    first = rule == "women-30-first"
    numbered = [(no, votes, sex) for no, (votes, sex) in enumerate(people, 1)]
    ways = oracle.elected(numbered, parts if first else parts[::-1], None, zero_women_by_list=first)
    certain = frozenset.intersection(*ways)
    assert set(result.elected) == certain
    assert set(result.tied) == frozenset.union(*ways) - certain
    assert len(result.elected) + result.open_seats + result.vacant == seats
    assert (result.status is Status.DECIDED) == (result.open_seats == 0)
