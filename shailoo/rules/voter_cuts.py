"""Cuts through the steps of a parent: what two dates and a parent tell together. See `shailoo.rules.voter_cells`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Final

NEED: Final = 15
"""People whom any cut through the steps of a parent must leave on the smaller sides of its stations."""
MOST_STEPS: Final = 10
"""Steps that are parted in every possible way (2^9 cuts); more are refused unless busy ones can be tied together."""

Counts = Mapping[str, tuple[int, int]]
"""Station -> people new to the list and people lost, in one step."""


def holds(steps: Sequence[Counts]) -> bool:
    """Say whether, however the steps are parted in two, the smaller sides of all stations add up to NEED people.

    Two steps between which there are NEED such people can never be parted cheaply, so they are tied together first; the
    few that remain are tried in every way. Steps without people are left out by the caller.
    """
    clusters = _tied(list(steps))
    if len(clusters) <= 1:
        return True
    if len(clusters) > MOST_STEPS:
        return False
    first, rest = clusters[0], clusters[1:]
    return all(
        smaller_sides(
            joined([first, *(rest[n] for n in side)]), joined([rest[n] for n in range(len(rest)) if n not in side])
        )
        >= NEED
        for size in range(len(rest))
        for side in combinations(range(len(rest)), size)
    )


def _tied(clusters: list[Counts]) -> list[Counts]:
    for one, two in combinations(clusters, 2):
        if smaller_sides(one, two) >= NEED:
            return _tied([*(c for c in clusters if c is not one and c is not two), joined([one, two])])
    return clusters


def smaller_sides(one: Counts, two: Counts) -> int:
    """Add up, station by station, the people on the side that has fewer."""
    return sum(min(max(counts), max(two[station])) for station, counts in one.items() if station in two)


def joined(clusters: Sequence[Counts]) -> dict[str, tuple[int, int]]:
    """Add up steps, station by station."""
    total: dict[str, tuple[int, int]] = {}
    for cluster in clusters:
        for station, (new, lost) in cluster.items():
            was = total.get(station, (0, 0))
            total[station] = (was[0] + new, was[1] + lost)
    return total
