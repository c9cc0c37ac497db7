"""Integers that add up: shares to whole numbers, and tables whose rows and columns both have given sums."""

from __future__ import annotations

from collections.abc import Sequence


def split(total: int, weights: Sequence[float]) -> list[int]:
    """Split a total by weights, largest remainder; ties go to the earlier place. The result adds up to the total."""
    whole = sum(weights)
    exact = [total * weight / whole for weight in weights]
    parts = [int(part) for part in exact]
    by_remainder = sorted(range(len(parts)), key=lambda place: (parts[place] - exact[place], place))
    for place in by_remainder[: total - sum(parts)]:
        parts[place] += 1
    return parts


def split_within(total: int, weights: Sequence[float], most: Sequence[int], least: Sequence[int]) -> list[int]:
    """Split a total by weights so that each part stays between its bounds. The bounds must leave room for the total."""
    fixed: dict[int, int] = {}
    while True:
        free = [place for place in range(len(weights)) if place not in fixed]
        left = total - sum(fixed.values())
        parts = split(left, [weights[place] for place in free])
        over = sum(max(part - most[place], 0) for place, part in zip(free, parts, strict=True))
        under = sum(max(least[place] - part, 0) for place, part in zip(free, parts, strict=True))
        if not over and not under:
            whole = dict(zip(free, parts, strict=True)) | fixed
            return [whole[place] for place in range(len(weights))]
        for place, part in zip(free, parts, strict=True):
            if over >= under and part > most[place]:
                fixed[place] = most[place]
            elif over < under and part < least[place]:
                fixed[place] = least[place]


def fit(
    weights: Sequence[Sequence[float]], rows: Sequence[int], columns: Sequence[int], rounds: int = 12
) -> list[list[int]]:
    """Return whole numbers near the weights whose rows and columns have exactly the given sums.

    Iterative proportional fitting, then largest remainder by row, then single votes moved within rows until the
    columns are right. The sums of `rows` and `columns` must be equal.
    """
    table = [list(row) for row in weights]
    for _ in range(rounds):
        sums = [sum(column) for column in zip(*table, strict=True)]
        scale = [wanted / found for wanted, found in zip(columns, sums, strict=True)]
        for place, row in enumerate(table):
            scaled = [weight * factor for weight, factor in zip(row, scale, strict=True)]
            factor = rows[place] / sum(scaled)
            table[place] = [weight * factor for weight in scaled]
    whole = [split(total, row) for total, row in zip(rows, table, strict=True)]
    _repair(whole, columns)
    return whole


def _repair(table: list[list[int]], columns: Sequence[int]) -> None:
    surplus = [sum(column) - wanted for column, wanted in zip(zip(*table, strict=True), columns, strict=True)]
    place = 0
    step = 7 if len(table) % 7 else 1  # far rows in turn, so that no region carries all the repair; reaches every row
    while any(surplus):
        row = table[place % len(table)]
        place += step
        for giver in [column for column, extra in enumerate(surplus) if extra > 0]:
            taker = min(range(len(surplus)), key=lambda column: surplus[column])
            if row[giver] > 0 and surplus[giver] > 0 > surplus[taker]:
                row[giver] -= 1
                row[taker] += 1
                surplus[giver] -= 1
                surplus[taker] += 1
                break
