from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shailoo.rules.errors import CellsNotReleasable
from shailoo.rules.small_cells import ReleaseState, SealedCell, is_small, merge, releasable

BOXES = frozenset({"ABB-001", "ABB-002", "ABB-003"})


def cell(box: str, *votes: int, invalid: int = 0, contest: str = "smd-1") -> SealedCell:
    pairs = tuple(enumerate(votes, 1))
    return SealedCell(contest=contest, box=box, ballots=sum(votes) + invalid, invalid=invalid, votes=pairs)


def test_a_cell_is_small_below_the_bound_and_an_empty_one_hides_nothing() -> None:
    assert [is_small(ballots, 10) for ballots in (0, 1, 9, 10, 11)] == [False, True, True, False, False]


def test_cells_wait_for_every_box_that_may_hold_one() -> None:
    cells = [cell("ABB-001", 5, 2), cell("ABB-002", 4, 4)]
    release = releasable(cells, 10, BOXES, {"ABB-001", "ABB-002"})
    assert (release.state, release.waiting_for, release.ballots) == (ReleaseState.WAITING, ("ABB-003",), 15)
    with pytest.raises(CellsNotReleasable):
        merge(cells, 10, BOXES, {"ABB-001", "ABB-002"})


def test_cells_that_stay_below_the_bound_together_stay_sealed() -> None:
    cells = [cell("ABB-001", 5, 2), cell("ABB-002", 1, 1)]
    assert releasable(cells, 10, BOXES, BOXES).state is ReleaseState.BELOW_BOUND
    with pytest.raises(CellsNotReleasable):
        merge(cells, 10, BOXES, BOXES)


def test_a_row_is_opened_once_and_never_computed_again() -> None:
    """A late correction of one cell would be readable as the difference between two rows."""
    cells = [cell("ABB-001", 5, 2), cell("ABB-002", 4, 4)]
    assert releasable(cells, 10, BOXES, BOXES, released_before=True).state is ReleaseState.RELEASED_BEFORE


def test_without_small_cells_there_is_nothing_to_open() -> None:
    assert releasable([], 10, BOXES, BOXES).state is ReleaseState.NOTHING
    assert releasable([], 10, BOXES, {"ABB-001"}).state is ReleaseState.WAITING


def test_the_one_row_is_the_sum_of_its_cells() -> None:
    row = merge([cell("ABB-001", 5, 2, invalid=1), cell("ABB-002", 4, 4)], 10, BOXES, BOXES)
    assert (row.boxes, row.ballots, row.invalid, row.valid) == (2, 16, 1, 15)
    assert row.votes == ((1, 9), (2, 6))


@pytest.mark.parametrize(
    "second", [cell("ABB-001", 4, 4), cell("ABB-002", 4, 4, contest="smd-2")], ids=["same box", "other contest"]
)
def test_a_box_enters_once_and_contests_do_not_mix(second: SealedCell) -> None:
    with pytest.raises(CellsNotReleasable):
        merge([cell("ABB-001", 5, 2), second], 10, BOXES, BOXES)


@given(
    st.lists(st.integers(1, 9), max_size=6), st.integers(2, 12), st.sets(st.integers(0, 7)), st.sets(st.integers(0, 7))
)
def test_votes_come_out_only_under_every_condition(
    ballots: list[int], bound: int, expected: set[int], received: set[int]
) -> None:
    cells = [cell(f"ABB-{no}", count) for no, count in enumerate(ballots)]
    boxes, arrived = {f"ABB-{no}" for no in expected}, {f"ABB-{no}" for no in received}
    ready = releasable(cells, bound, boxes, arrived).state is ReleaseState.READY
    assert ready == (expected <= received and sum(ballots) >= bound)
