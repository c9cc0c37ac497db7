"""Preference votes of a rehearsal box: derived, not stored, since a file of them would be large and mostly zeros."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from functools import cache

from shailoo.model.election import Election, OptionKind

_MARKED_PERCENT = 62
"""Of those who vote for a list, so many also mark a candidate (an assumption; the rest is valid without a mark)."""


def preferences_of_box(
    election: Election, box: str, votes: Mapping[str, Sequence[int]]
) -> dict[str, dict[int, dict[int, int]]]:
    """Return votes by contest, list number and candidate number, zeros left out; lists without any are left out.

    `votes` are the box's votes per contest in ballot order. For each list the sum is at most its votes. The same box
    and votes give the same answer on every machine; the first numbers of a list draw most marks.
    """
    found: dict[str, dict[int, dict[int, int]]] = {}
    for contest in election.contests:
        if contest.id not in votes or contest.list_rule is None:
            continue
        of_contest: dict[int, dict[int, int]] = {}
        for option, given in zip(contest.options, votes[contest.id], strict=True):
            if option.kind is OptionKind.LIST and option.candidates and given:
                draw = random.Random(f"{election.id}/{box}/{contest.id}/{option.no}")
                marks = sum(draw.random() * 100 < _MARKED_PERCENT for _ in range(given))
                numbers = [person.no for person in option.candidates]
                marked: dict[int, int] = {}
                for no in draw.choices(numbers, cum_weights=_pull(len(numbers), option.no), k=marks):
                    marked[no] = marked.get(no, 0) + 1
                if marked:
                    of_contest[option.no] = dict(sorted(marked.items()))
        if of_contest:
            found[contest.id] = of_contest
    return found


@cache
def _pull(candidates: int, salt: int) -> tuple[int, ...]:
    """Cumulative weights: falling with the number on the list, with a few local favourites further down."""
    total, sums = 0, []
    for place in range(candidates):
        total += 1_000 // (place + 2) + (180 if (place * 7 + salt * 3) % 11 == 0 else 0)
        sums.append(total)
    return tuple(sums)
