"""Which houses of a street vote where, in as few lines as the facts allow.

The facts are the rules of stations, which speak of every number, and the registered houses that no rule speaks of.
Neighbours that vote at one station become one run; a house in the queue, or one that votes elsewhere, ends it. So a
run also speaks of numbers between two registered houses that the register does not have, and of none beyond them.

Where houses of one number (17, 17а) do not all vote at one station, the run names the houses one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from shailoo.rules.house_ranges import HouseRange, Parity, side_holds

Outcomes = Mapping[str | None, Sequence[str]]
"""Station, or None for the queue, -> the houses of one number that go there."""


class Run(NamedTuple):
    """Numbers `first` to `last` of a side vote at `station`; only the houses named, if any are."""

    first: int
    last: int
    parity: Parity
    station: str
    houses: tuple[str, ...] = ()


class _Stretch(NamedTuple):
    """Numbers of one side with one outcome; station None is a gap that no run may cross."""

    first: int
    last: int
    station: str | None


def runs_of_street(rules: Sequence[HouseRange], registered: Mapping[int, Outcomes]) -> list[Run]:
    """Runs of a street in the order of their numbers. `rules` do not overlap between stations.

    `registered` are the houses by number, 0 for those without one; those that a rule holds may be missing.
    """
    left = {number: outcomes for number, outcomes in registered.items() if not any(r.holds(number) for r in rules)}
    sides: dict[Parity, list[_Stretch]] = {side: _side(side, rules, left) for side in ("odd", "even")}
    named = [run for number in left for run in _named(number, left[number])]
    return sorted([*_zero(rules, left), *_both_sides(sides["odd"], sides["even"]), *named])


def _zero(rules: Sequence[HouseRange], left: Mapping[int, Outcomes]) -> Iterator[Run]:
    stations = [rule.station for rule in rules if rule.holds(0)] or list(_only(left.get(0, {})))
    if stations:
        yield Run(0, 0, "all", stations[0])


def _only(outcomes: Outcomes) -> Iterable[str]:
    """The station to which all houses of a number go, if it is so."""
    return [station for station in outcomes if station is not None] if len(outcomes) == 1 else []


def _named(number: int, outcomes: Outcomes) -> Iterator[Run]:
    if len(outcomes) > 1:
        for station, houses in outcomes.items():
            if station is not None:
                yield Run(number, number, "all", station, tuple(sorted(houses)))


def _side(side: Parity, rules: Sequence[HouseRange], left: Mapping[int, Outcomes]) -> list[_Stretch]:
    """One side of the street from its first house on; neighbours with one outcome are one stretch."""
    step = 1 if side == "odd" else 0
    stretches = [
        _Stretch(number, number, next(iter(_only(outcomes)), None))
        for number, outcomes in left.items()
        if number and side_holds(side, number)
    ]
    for rule in rules:
        if rule.parity in ("all", side):
            low, high = max(rule.first, 2 - step), rule.last
            low, high = low + (low % 2 != step), high - (high % 2 != step)
            if low <= high:
                stretches.append(_Stretch(low, high, rule.station))
    joined: list[_Stretch] = []
    for stretch in sorted(stretches, key=lambda one: (one.first, one.last)):
        if joined and joined[-1].station == stretch.station:
            joined[-1] = joined[-1]._replace(last=max(joined[-1].last, stretch.last))
        else:
            joined.append(stretch)
    return joined


def _both_sides(odd: list[_Stretch], even: list[_Stretch]) -> Iterator[Run]:
    """Runs of both sides; an odd and an even one become one where nothing else stands between their ends."""
    taken: set[int] = set()
    for index, one in enumerate(odd):
        if one.station is None:
            continue
        run = Run(one.first, one.last, "odd", one.station)
        for other_index, other in enumerate(even):
            low, high = min(one.first, other.first), max(one.last, other.last)
            if (
                other.station == one.station
                and other_index not in taken
                and max(one.first, other.first) <= min(one.last, other.last) + 1
                and _alone(odd, index, low, high)
                and _alone(even, other_index, low, high)
            ):
                taken.add(other_index)
                run = Run(low, high, "all", one.station)
                break
        yield run
    for index, one in enumerate(even):
        if one.station is not None and index not in taken:
            yield Run(one.first, one.last, "even", one.station)


def _alone(side: list[_Stretch], index: int, low: int, high: int) -> bool:
    """Whether no other stretch of the side begins or ends between two numbers."""
    before = index == 0 or side[index - 1].last < low
    return before and (index + 1 == len(side) or side[index + 1].first > high)
