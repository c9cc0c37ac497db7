from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shailoo.rules.turnout import check_final, check_series


def test_a_day_that_only_rises_is_well() -> None:
    assert check_series([(10, 50), (12, 120), (14, 120), (20, 400)], voters=400, identified=400) == ()


def test_a_figure_that_falls_is_a_breach_unless_its_correction_is_recorded() -> None:
    series = [(10, 50), (12, 520), (14, 150)]
    (breach,) = check_series(series, voters=900)
    assert (breach.rule, breach.line, breach.expected, breach.found) == ("nothing-falls", "turnout 14:00", 520, 150)
    assert check_series(series, voters=900, causes={14}) == ()


def test_more_people_than_voters_or_than_were_identified_is_a_breach() -> None:
    """On 11.04.2021 observers saw more ballots than signatures at stations 1157 and 5300."""
    rules = [breach.rule for breach in check_series([(20, 901)], voters=900, identified=880)]
    assert rules == ["turnout-within-voters", "turnout-within-identified"]


def test_hours_follow_one_another_and_nobody_votes_less_than_not_at_all() -> None:
    rules = [breach.rule for breach in check_series([(12, 5), (12, 6), (10, -1)], voters=10)]
    assert rules == ["not-negative", "turnout-hours", "turnout-hours", "nothing-falls"]


def test_the_final_report_holds_at_least_what_the_screen_showed() -> None:
    assert check_final(400, 400) is None
    assert check_final(400, 399, cause=True) is None
    breach = check_final(400, 399)
    assert breach is not None
    assert (breach.rule, breach.expected, breach.found) == ("nothing-falls", 400, 399)


@given(st.lists(st.integers(-3, 30), max_size=11), st.integers(0, 30))
def test_no_breach_means_sorted_and_within_the_list(figures: list[int], voters: int) -> None:
    well = figures == sorted(figures) and all(0 <= figure <= voters for figure in figures)
    assert (check_series(list(enumerate(figures, 8)), voters) == ()) == well
