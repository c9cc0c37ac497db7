"""Ranges of houses on one street: which houses they hold, and whether two of them share one.

0 stands for houses without a number and counts as even, so that a range from 0 holds them and one from 1 does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

Parity = Literal["all", "odd", "even"]


class HouseRange(NamedTuple):
    """Numbers `first` to `last`, both included, on one side of the street or on both, and the station they vote at."""

    first: int
    last: int
    parity: Parity
    station: str

    def holds(self, number: int) -> bool:
        """Whether a house with this number is in the range."""
        return self.first <= number <= self.last and side_holds(self.parity, number)


def side_holds(parity: Parity, number: int) -> bool:
    """Whether a house stands on that side."""
    match parity:
        case "all":
            return True
        case "odd":
            return number % 2 == 1
        case "even":
            return number % 2 == 0


def shared_house(one: HouseRange, other: HouseRange) -> int | None:
    """The lowest number that both ranges hold, if there is one."""
    low, high = max(one.first, other.first), min(one.last, other.last)
    for number in (low, low + 1):
        if number <= high and one.holds(number) and other.holds(number):
            return number
    return None


def overlaps(ranges: Sequence[HouseRange]) -> Iterator[tuple[int, int, int]]:
    """Pairs of ranges of one street that give one house to two stations: their indices and such a house.

    Of a pair the later index comes first; pairs are in the order of the indices.
    """
    found: list[tuple[int, int, int]] = []
    order = sorted(range(len(ranges)), key=lambda index: ranges[index].first)
    open_ones: list[int] = []
    for index in order:
        now = ranges[index]
        open_ones = [other for other in open_ones if ranges[other].last >= now.first]
        for other in open_ones:
            if ranges[other].station != now.station:
                house = shared_house(now, ranges[other])
                if house is not None:
                    found.append((max(index, other), min(index, other), house))
        open_ones.append(index)
    yield from sorted(found)
