"""Hare quotient and largest remainder, in integers, with ties named instead of broken.

Article 64(3) of the constitutional law of 02.07.2011 No. 68: the votes of the qualifying lists divided by the seats
are the first electoral quotient; each list receives the whole part of its votes divided by it; seats left over go one
each to the largest fractional parts. What happens when fractional parts are equal was not found in any source.
"""

from __future__ import annotations

from collections.abc import Mapping

from shailoo.model.base import Frozen


class Allocation(Frozen):
    """Seats by largest remainder.

    `quotient` is (sum of votes, seats), not reduced. `integer_part` and `remainder` are by list in the order given; a
    remainder is a numerator over the sum of votes. `by_remainder` are lists that surely receive one more; `contested`
    seats lie between `tied`.
    """

    quotient: tuple[int, int]
    integer_part: tuple[tuple[int, int], ...]
    remainder: tuple[tuple[int, int], ...]
    by_remainder: frozenset[int]
    tied: tuple[int, ...]
    contested: int


def allocate(votes: Mapping[int, int], seats: int) -> Allocation:
    """Divide `seats` among lists by their `votes` (list number -> votes). The sum of votes must be above zero.

    votes / (total / seats) = votes * seats / total, so whole part and remainder are one integer division: nothing is
    rounded.
    """
    total = sum(votes.values())
    parts = {no: divmod(count * seats, total) for no, count in votes.items()}
    left = seats - sum(whole for whole, _ in parts.values())
    ranked = sorted(parts, key=lambda no: -parts[no][1])
    bar = parts[ranked[left - 1]][1] if left else total
    above = [no for no in ranked if parts[no][1] > bar]
    level = [no for no in ranked if parts[no][1] == bar]
    contested = left - len(above)
    if contested == len(level):
        above, level, contested = above + level, [], 0
    return Allocation(
        quotient=(total, seats),
        integer_part=tuple((no, whole) for no, (whole, _) in parts.items()),
        remainder=tuple((no, rest) for no, (_, rest) in parts.items()),
        by_remainder=frozenset(above),
        tied=tuple(sorted(level)),
        contested=contested,
    )
