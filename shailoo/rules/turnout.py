"""Turnout through the day, 10:00 … 20:00, as precincts enter it from the screen of the box."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import pairwise

from shailoo.rules.arithmetic import Breach


def check_series(
    series: Iterable[tuple[int, int]],
    voters: int,
    identified: int | None = None,
    *,
    causes: Collection[int] = (),
) -> tuple[Breach, ...]:
    """Check the turnout figures of one station, or of a sum of stations, in the order in which they stand.

    `series` are pairs of hour (0 … 23, local) and people who voted by then; `voters` is the number on the list;
    `identified`, where it is known, is how many people the identification equipment let in. A figure below the one
    before it is a breach unless its hour is in `causes`: hours for which a correction with its reason is recorded.
    Returns all breaches; empty when all is well.
    """
    figures = tuple(series)
    breaches: list[Breach] = []
    for hour, voted in figures:
        if voted < 0:
            breaches.append(Breach(rule="not-negative", line=_at(hour), expected=0, found=voted, relation=">="))
        if voted > voters:
            line = _at(hour)
            breaches.append(
                Breach(rule="turnout-within-voters", line=line, expected=voters, found=voted, relation="<=")
            )
        if identified is not None and voted > identified:
            line = _at(hour)
            breaches.append(
                Breach(rule="turnout-within-identified", line=line, expected=identified, found=voted, relation="<=")
            )
    for (earlier, before), (later, after) in pairwise(figures):
        if later <= earlier:
            breaches.append(
                Breach(rule="turnout-hours", line=_at(later), expected=earlier + 1, found=later, relation=">=")
            )
        if after < before and later not in causes:
            breaches.append(Breach(rule="nothing-falls", line=_at(later), expected=before, found=after, relation=">="))
    return tuple(breaches)


def check_final(last_voted: int, ballots: int, *, cause: bool = False) -> Breach | None:
    """Compare the last figure of the day with the final report: a box never holds fewer ballots than its screen showed.

    `cause` says that a recorded act explains the difference (a box replaced during the day).
    """
    if ballots >= last_voted or cause:
        return None
    return Breach(rule="nothing-falls", line="ballots", expected=last_voted, found=ballots, relation=">=")


def _at(hour: int) -> str:
    return f"turnout {hour:02d}:00"
