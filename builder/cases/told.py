"""Which counts of cases may be told, so that nobody can tell a person from them.

Of kinds without a public register only counts are public. A precinct is never told. Regions, and commissions in them,
are told alone once they have at least K cases while all others beside them together have at least K too; the others
are one row. Whoever is told alone stays so: a row that went back into the others would open them. Both numbers only
grow, so no row is ever smaller than K. Statuses are told of the country, in rows of at least K; of a place, how many
are decided. That two moments can be compared is true and harmless by this: one of at least K cases moved, and nobody
knows which.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

K: Final = 10
"""As for the numbers of voters (`shailoo.rules.voter_cells`): a row holds at least so many, or is no row."""


def admitted(filed: Mapping[str, int], alone: Iterable[str]) -> tuple[str, ...]:
    """Who of the children of one parent may be told alone from now on, beside those who are (`alone`).

    A child without a name, of cases that belong nowhere, is among the others for ever.
    """
    told = set(alone)
    rest = sum(count for child, count in filed.items() if child not in told)
    new: list[str] = []
    for child in sorted(filed.keys() - told - {""}, key=lambda one: (-filed[one], one)):
        if filed[child] >= K and rest - filed[child] >= K:
            rest -= filed[child]
            new.append(child)
    return tuple(new)


def rows_of(counts: Sequence[int]) -> tuple[int | None, ...]:
    """Of counts that sum to a total which is told, those that may stand beside each other; None where they may not.

    Zeros may. Of the others each is at least K, and so are those that are not told, together.
    """
    told = [count if count == 0 or count >= K else None for count in counts]
    hidden = sum(count for count, shown in zip(counts, told, strict=True) if shown is None)
    order = sorted((at for at, shown in enumerate(told) if shown), key=lambda at: (counts[at], at))
    while hidden > 0 and (hidden < K or sum(one is None for one in told) == 1) and order:
        at = order.pop(0)
        hidden += counts[at]
        told[at] = None
    return tuple(told)


def decided_of(pairs: Sequence[tuple[int, int]]) -> tuple[int | None, ...]:
    """How many are decided in each of the rows (filed, decided) of one level, whose sum is told or was told.

    Told only where every row has at least K or none that are decided, and as many or none that are not.
    """
    if all(_spread(filed, decided) for filed, decided in pairs):
        return tuple(decided for _, decided in pairs)
    return (None,) * len(pairs)


def _spread(filed: int, decided: int) -> bool:
    return (decided == 0 or decided >= K) and (filed == decided or filed - decided >= K)
