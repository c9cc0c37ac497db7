"""Small cells: where a contest has so few ballots in a box that its votes could betray how somebody voted.

A remote station prints the ballot of each voter's own district, so its box may hold three ballots of a district; a
consulate may see four voters in a day. If the three votes were published, and all were for one candidate, three named
people would have lost the secrecy of their vote. Hence the public text of such a box gives only the *number* of
ballots, and the votes travel sealed.

What an attacker would do, and why the rules below are as narrow as they are:

* **Differencing in space.** If sealed votes entered the total of a region or a rayon, the attacker would subtract the
  published stations from it and be left with the cell. So sealed cells enter no total of any part of the country:
  only one row of their own, "merged small cells", beside the stations of the whole contest.
* **Differencing in time.** If the row were published with the cells that happen to have arrived, the next version
  minus this one would be the cell that came in between. So the row is opened once, when every box that may hold such
  a cell has reported (or was replaced by an act), and never again: a late correction of one cell would be readable as
  a difference.
* **A row of one.** If all cells together stay under the bound, the row itself is a small cell and stays sealed for
  good. The ballots are then known by number only; `shailoo.rules.seats.decide` asks whether they could have changed
  anything.

A limit that no merging removes: if every ballot of the row names the same option, the row tells it. The bound makes
that unlikely, not impossible.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from shailoo.model.base import Frozen
from shailoo.rules.errors import CellsNotReleasable

Count = Annotated[int, Field(ge=0)]


class SealedCell(Frozen):
    """The votes of one contest in one box that are never published by themselves. `votes`: ballot number, votes."""

    contest: str
    box: str
    ballots: Count
    invalid: Count
    votes: tuple[tuple[int, Count], ...]


class ReleaseState(StrEnum):
    """Whether the sealed cells of a contest may be opened into their one row."""

    NOTHING = "nothing"
    """Every box has reported and none holds a small cell of this contest."""
    WAITING = "waiting"
    """A box that may hold such a cell has not reported yet."""
    BELOW_BOUND = "below-bound"
    """All cells together are still too few; they stay sealed for good."""
    RELEASED_BEFORE = "released-before"
    """The row was opened once; it is never computed again."""
    READY = "ready"
    """The row may be opened now."""


class Release(Frozen):
    """The answer for one contest: ballots in sealed cells so far, and the boxes that are waited for, in byte order."""

    state: ReleaseState
    ballots: Count
    waiting_for: tuple[str, ...] = ()


class MergedCells(Frozen):
    """The one row, for the whole contest, that sealed cells become. `boxes` is how many cells stand in it."""

    contest: str
    boxes: Count
    ballots: Count
    invalid: Count
    valid: Count
    votes: tuple[tuple[int, Count], ...]


def is_small(ballots: int, bound: int) -> bool:
    """Say whether the votes of a contest in a box must be sealed: at least one ballot, fewer than the bound.

    No ballots are not a small cell: their number already says everything, and nobody voted whose secret could be kept.
    """
    return 0 < ballots < bound


def releasable(
    cells: Sequence[SealedCell],
    bound: int,
    expected_cells: Collection[str],
    received_cells: Collection[str],
    *,
    released_before: bool = False,
) -> Release:
    """Say whether the sealed cells of one contest may be opened into one row for the whole contest.

    `expected_cells` are the boxes that may hold ballots of the contest and that no act has replaced; `received_cells`
    are the boxes whose final report is in, whether or not they turned out to hold a small cell; `released_before` is
    true once a row was ever published. See the module's text for what each condition prevents.
    """
    ballots = sum(cell.ballots for cell in cells)
    if released_before:
        return Release(state=ReleaseState.RELEASED_BEFORE, ballots=ballots)
    waiting_for = tuple(sorted(set(expected_cells) - set(received_cells)))
    if waiting_for:
        return Release(state=ReleaseState.WAITING, ballots=ballots, waiting_for=waiting_for)
    if ballots == 0:
        return Release(state=ReleaseState.NOTHING, ballots=0)
    if ballots < bound:
        return Release(state=ReleaseState.BELOW_BOUND, ballots=ballots)
    return Release(state=ReleaseState.READY, ballots=ballots)


def merge(
    cells: Sequence[SealedCell],
    bound: int,
    expected_cells: Collection[str],
    received_cells: Collection[str],
) -> MergedCells:
    """Open the sealed cells of one contest into their row. The only function that adds sealed votes.

    Raises CellsNotReleasable unless `releasable` answers READY, when cells are of different contests, or when a box
    stands twice.
    """
    release = releasable(cells, bound, expected_cells, received_cells)
    if release.state is not ReleaseState.READY:
        sentence = (
            "These small cells stay sealed. Wait for the boxes that have not reported; below the bound they stay so."
        )
        raise CellsNotReleasable(sentence, state=release.state.value, ballots=release.ballots)
    contests = {cell.contest for cell in cells}
    if len(contests) > 1 or len({cell.box for cell in cells}) < len(cells):
        sentence = "Small cells are merged within one contest, and each box enters once."
        raise CellsNotReleasable(sentence, state="mixed", ballots=release.ballots)
    votes: dict[int, int] = {}
    for cell in cells:
        for no, count in cell.votes:
            votes[no] = votes.get(no, 0) + count
    invalid = sum(cell.invalid for cell in cells)
    return MergedCells(
        contest=cells[0].contest,
        boxes=len(cells),
        ballots=release.ballots,
        invalid=invalid,
        valid=release.ballots - invalid,
        votes=tuple(sorted(votes.items())),
    )
