"""Slow and obvious versions of the rules, made another way: every way to break a tie is played out, in fractions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import combinations, permutations, product


def hare(votes: Mapping[int, int], seats: int) -> list[dict[int, int]]:
    """Every division of the seats by largest remainder that some way of breaking ties gives."""
    quota = Fraction(sum(votes.values()), seats)
    exact = {no: count / quota for no, count in votes.items()}
    whole = {no: int(share) for no, share in exact.items()}
    left = seats - sum(whole.values())
    divisions = []
    for lucky in combinations(votes, left):
        rest = [exact[no] - whole[no] for no in lucky]
        others = [exact[no] - whole[no] for no in votes if no not in lucky]
        if not rest or not others or min(rest) >= max(others):
            divisions.append({no: whole[no] + (no in lucky) for no in votes})
    return divisions


Person = tuple[int, int, str | None]
"""Number, votes, sex."""


def elected(
    people: Sequence[Person], phases: Sequence[tuple[int, str]], cap: int | None, *, zero_women_by_list: bool = False
) -> set[frozenset[int]]:
    """Every set of people that may be elected: for every order of the equal, and for every sex of those without one."""
    unknown = [no for no, _, sex in people if sex is None]
    found = set()
    for guess in product("fm", repeat=len(unknown)):
        sexes = {no: sex for no, _, sex in people} | dict(zip(unknown, guess, strict=True))
        for order in permutations(people):
            ranked = sorted(order, key=lambda person: -person[1])
            found.add(_play(ranked, sexes, phases, cap, zero_women_by_list=zero_women_by_list))
    return found


def _play(
    ranked: Sequence[Person],
    sexes: Mapping[int, str | None],
    phases: Sequence[tuple[int, str]],
    cap: int | None,
    *,
    zero_women_by_list: bool,
) -> frozenset[int]:
    seated: list[int] = []
    for seats, who in phases:
        line = [person for person in ranked if who == "all" or sexes[person[0]] == "f"]
        if who == "women" and zero_women_by_list:
            line.sort(key=lambda person: (-person[1], person[0] if person[1] == 0 else 0))
        free = seats
        for no, _, _ in line:
            of_same = sum(1 for other in seated if sexes[other] == sexes[no])
            if free and no not in seated and (cap is None or of_same < cap):
                seated.append(no)
                free -= 1
    return frozenset(seated)
