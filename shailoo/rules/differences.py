"""How far a count by hand is from the count of the boxes, and from where on that is worth a look.

A difference is no fault of anybody: a ballot that a box rejects may be valid to a person, who sees what the voter
meant. So the rule only measures, and the bound from which a station is listed apart is data that stands on the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from shailoo.model.base import Frozen


class Bound(Frozen):
    """A station is over the bound when its difference is more than `votes` *and* more than its part of the ballots."""

    votes: Annotated[int, Field(ge=0)]
    thousandths: Annotated[int, Field(ge=0, le=1000)]
    """Of the ballots counted by hand at the station."""


class Class(Frozen):
    """Differences from `least` to `most` votes, both included; `most` is None where there is no end."""

    least: Annotated[int, Field(ge=0)]
    most: Annotated[int, Field(ge=0)] | None


BOUND = Bound(votes=5, thousandths=10)
"""Five votes or one per cent of the ballots, whichever is more. Our proposal: no law or regulation names a bound."""
CLASSES: tuple[Class, ...] = (
    *(Class(least=votes, most=votes) for votes in range(6)),
    Class(least=6, most=10),
    Class(least=11, most=20),
    Class(least=21, most=50),
    Class(least=51, most=None),
)
"""The classes in which stations are counted by the size of their difference; the first are those that agree."""


def size_of(boxes: Sequence[int], hand: Sequence[int]) -> int:
    """Return the size of a difference: by how many votes the options differ, more and fewer alike, added up.

    Both are votes in ballot order. A ballot that only the hand found valid counts one, a vote that stands beside
    another option counts two.
    """
    return sum(abs(by_hand - by_box) for by_box, by_hand in zip(boxes, hand, strict=True))


def over(bound: Bound, size: int, ballots: int) -> bool:
    """Say whether a difference of this size is over the bound at a station with so many ballots."""
    return size > bound.votes and size * 1000 > bound.thousandths * ballots


def class_of(size: int) -> int:
    """Return the place of a difference's class in `CLASSES`."""
    return next(at for at, one in enumerate(CLASSES) if one.most is None or size <= one.most)
