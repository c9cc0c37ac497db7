from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shailoo.rules.arithmetic import (
    SENTENCES,
    Breach,
    Tally,
    check_contest,
    check_preferences,
    check_total,
    check_views,
)
from shailoo.rules.falls import check_no_fall


def rules_of(breaches: tuple[Breach, ...]) -> list[str]:
    return [breach.rule for breach in breaches]


def test_a_report_that_adds_up_has_no_breach() -> None:
    tally = Tally(ballots=500, invalid=40, valid=460, votes=((1, 300), (2, 150), (3, 10)))
    assert check_contest(tally) == ()


def test_the_screen_of_2021_is_caught_when_valid_ballots_are_added_to_their_own_votes() -> None:
    """I1 and I2: one figure was added twice, so shares summed to more than 150 %."""
    votes = ((1, 300), (2, 150), (3, 10))
    doubled = tuple((no, count * 2) for no, count in votes)
    breaches = check_contest(Tally(ballots=500, invalid=40, valid=460, votes=doubled))
    assert breaches == (Breach(rule="votes-partition", line="valid", expected=920, found=460, relation="="),)


def test_shares_of_the_2021_lists_need_not_add_up_to_a_hundred() -> None:
    """I1: the true shares summed to 89.13 %, as their base counts invalid ballots too; ballots must add up."""
    assert check_contest(Tally(ballots=10_000, invalid=1_087, valid=8_913, votes=((1, 8_696), (99, 217)))) == ()


def test_ballots_that_are_neither_valid_nor_invalid_are_a_breach() -> None:
    breaches = check_contest(Tally(ballots=101, invalid=1, valid=99, votes=((1, 99),)))
    assert breaches == (Breach(rule="ballots-partition", line="ballots", expected=100, found=101, relation="="),)


def test_two_compensating_errors_are_two_breaches() -> None:
    assert rules_of(check_contest(Tally(ballots=10, invalid=-1, valid=11, votes=((1, 12), (2, -1))))) == [
        "not-negative",
        "not-negative",
    ]


def test_an_option_that_stands_twice_is_a_breach_even_if_the_sum_is_right() -> None:
    breaches = check_contest(Tally(ballots=10, invalid=0, valid=10, votes=((1, 5), (1, 5))))
    assert rules_of(breaches) == ["option-once"]


def test_with_several_marks_only_bounds_hold() -> None:
    def with_three(*votes: tuple[int, int]) -> list[str]:
        return rules_of(check_contest(Tally(ballots=10, invalid=0, valid=10, votes=votes, marks=3)))

    assert with_three((1, 10), (2, 10), (3, 10)) == []
    assert with_three((1, 4), (2, 1)) == []
    assert with_three((1, 11), (2, 1)) == ["option-within-valid"]
    assert with_three((1, 10), (2, 10), (3, 10), (4, 1)) == ["votes-within-marks"]
    too_many = Tally(ballots=10, invalid=0, valid=10, votes=tuple((no, 10) for no in range(4)), marks=3)
    assert check_contest(too_many) == (
        Breach(rule="votes-within-marks", line="votes", expected=30, found=40, relation="<="),
    )


def test_a_list_may_have_fewer_preference_votes_than_votes_and_never_more() -> None:
    assert check_preferences(4, 100, [(1, 60), (2, 30)]) == ()
    assert check_preferences(4, 100, [(1, 60), (2, 40), (3, 0)]) == ()
    assert check_preferences(4, 100, [(1, 61), (2, 40)]) == (
        Breach(rule="preferences-within-list", line="list 4", expected=100, found=101, relation="<="),
    )
    assert rules_of(check_preferences(4, 100, [(1, -1)])) == ["not-negative"]


def test_5816_boxes_were_bought_in_three_lots() -> None:
    """I17, the one published sum of the collection that adds up."""
    assert check_total("boxes", 5816, (916, 2900, 2000)) is None


@pytest.mark.parametrize(
    ("total", "parts"),
    [
        pytest.param(3_702_646, (2_970_167, 732_489), id="I6 ballots printed"),
        pytest.param(124_702, (46_753, 64_135), id="I8 men and women of a district"),
        pytest.param(11_264, (237, 389, 8_365, 2_247), id="I9 applications by status"),
    ],
)
def test_published_sums_that_did_not_add_up_are_caught(total: int, parts: tuple[int, ...]) -> None:
    breach = check_total("total", total, parts)
    assert breach is not None
    assert (breach.expected, breach.found) == (sum(parts), total)


def test_one_figure_shown_differently_in_two_views_is_a_breach() -> None:
    """I3 and I11: the left table differed from the right one; 2,494 stations were also quoted as 2,495."""
    assert check_views("stations", {"list": 2494, "overview": 2494}) == ()
    (breach,) = check_views("stations", {"list": 2494, "overview": 2495})
    assert (breach.expected, breach.found, breach.line) == (2494, 2495, "stations: overview")
    assert check_views("stations", {}) == ()


def test_a_total_that_falls_or_vanishes_without_a_cause_is_a_breach() -> None:
    before, after = {"pr 1": 100, "pr 2": 50, "pr 3": 5}, {"pr 1": 99, "pr 2": 51}
    assert [breach.line for breach in check_no_fall(before, after, ())] == ["pr 1", "pr 3"]
    assert check_no_fall(before, after, {"pr 1", "pr 3"}) == ()


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=30), st.integers(0, 10**5), st.integers(-(10**5), 10**5))
def test_any_one_changed_figure_is_noticed(votes: list[int], invalid: int, change: int) -> None:
    valid = sum(votes)
    pairs = tuple(enumerate(votes, 1))
    good = Tally(ballots=valid + invalid, invalid=invalid, valid=valid, votes=pairs)
    assert check_contest(good) == ()
    if change:
        assert check_contest(good.model_copy(update={"ballots": good.ballots + change}))
        assert check_contest(good.model_copy(update={"invalid": good.invalid + change}))
        assert check_contest(good.model_copy(update={"valid": good.valid + change}))
        assert check_contest(good.model_copy(update={"votes": ((1, votes[0] + change), *pairs[1:])}))


def test_every_rule_that_is_named_has_a_sentence() -> None:
    bad = Tally(ballots=-5, invalid=3, valid=2, votes=((1, 9), (1, 3)), marks=2)
    assert set(rules_of(check_contest(bad))) <= set(SENTENCES)
