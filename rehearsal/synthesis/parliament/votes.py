"""The three layers of the party-list count: boxes, manual, final.

Only the final layer's votes of six lists are published, with its ballots; the boxes' ballots; and that the manual
count turned 3,926 invalid ballots into votes. The other lists, "against all" and invalid ballots follow the published
shares at 2,247 boxes. The generator starts from the final layer, adds twenty stations to reach the manual one, and
goes back 3,926 ballots to the boxes.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rehearsal.played import INVALID, ManualDifference
from rehearsal.synthesis.kit import read_source
from rehearsal.synthesis.parliament import SEED
from rehearsal.synthesis.parliament.stations import PlannedStation
from rehearsal.synthesis.rounding import fit, split

FINAL_TOOK_PART = 1_281_622
FOUND_VALID = 3_926
EXCLUDED = 20
_INVALID_SHARE = 10.87
"""100 minus the 22 published shares at 2,247 boxes: an inference, not a published figure."""


class ListCount(NamedTuple):
    """The party-list count of a station: invalid ballots, and votes in ballot order (21 lists, against all)."""

    invalid: int
    votes: tuple[int, ...]


class Layers(NamedTuple):
    """What the boxes counted, what the manual count found otherwise, which stations the final figures leave out."""

    boxes: dict[str, ListCount]
    manual: tuple[ManualDifference, ...]
    excluded: tuple[str, ...]


def layers(planned: Sequence[PlannedStation], ballots: Mapping[str, int]) -> Layers:
    """Generate the party-list votes of every station."""
    excluded = _excluded(planned, ballots)
    counted = [plan for plan in planned if plan.station.no not in excluded]
    left_out = [plan for plan in planned if plan.station.no in excluded]
    final = _final_columns()
    outside = split(sum(ballots[plan.station.no] for plan in left_out), [float(column) for column in final])
    manual = _table(counted, ballots, final) | _table(left_out, ballots, outside)
    moved = _moved(planned, manual)
    boxes: dict[str, ListCount] = {}
    for plan in planned:
        no = plan.station.no
        row = manual[no]
        votes = tuple(row[option] - moved.get((no, option), 0) for option in range(1, len(row)))
        boxes[no] = ListCount(ballots[no] - sum(votes), votes)
    return Layers(boxes, _differences(moved), excluded)


def _final_columns() -> list[int]:
    """Invalid ballots, then votes in ballot order, in the final layer."""
    rows = read_source("results_2021_pr.csv")
    known = {int(row["ballot_no"]): int(row["final_votes"]) for row in rows if row["final_votes"]}
    shares = {int(row["ballot_no"]): float(row["abb_pct_at_2247_of_2494"]) for row in rows if not row["final_votes"]}
    rest = split(FINAL_TOOK_PART - sum(known.values()), [_INVALID_SHARE, *shares.values()])
    found = known | dict(zip([INVALID, *shares], rest, strict=True))
    return [found[option] for option in range(len(rows) + 1)]


def _table(
    planned: Sequence[PlannedStation], ballots: Mapping[str, int], columns: Sequence[int]
) -> dict[str, list[int]]:
    """Spread columns over stations: lists are stronger in some regions and rayons, and every station differs."""
    weights = []
    for plan in planned:
        station = plan.station
        chance = random.Random(f"{SEED}/votes/{station.no}")
        row = []
        for option, column in enumerate(columns):
            pull = _pull(f"{station.region}/{option}", 0.42) + _pull(f"{station.tec}/{option}", 0.30)
            noise = math.exp(pull + (chance.random() - 0.5) * 0.9) if option else 0.8 + chance.random() * 0.4
            row.append(column * noise)
        weights.append(row)
    rows = [ballots[plan.station.no] for plan in planned]
    fitted = fit(weights, rows, columns)
    return {plan.station.no: row for plan, row in zip(planned, fitted, strict=True)}


def _pull(what: str, strength: float) -> float:
    return (random.Random(f"{SEED}/pull/{what}").random() - 0.5) * 2 * strength


def _excluded(planned: Sequence[PlannedStation], ballots: Mapping[str, int]) -> tuple[str, ...]:
    """Choose twenty stations whose ballots are exactly the difference of the two published totals.

    Our sources do not say which stations were really annulled: the choice is made up and says so.
    """
    wanted = sum(ballots.values()) - FINAL_TOOK_PART
    draw = random.Random(f"{SEED}/excluded")
    pool = [
        plan.station.no
        for plan in planned
        if plan.station.district is not None and plan.ballots is None and 350 <= ballots[plan.station.no] <= 900  # noqa: PLR2004 - around the mean of 616
    ]
    by_ballots: dict[int, list[str]] = {}
    for no in pool:
        by_ballots.setdefault(ballots[no], []).append(no)
    while True:
        chosen = draw.sample(pool, EXCLUDED - 1)
        last = by_ballots.get(wanted - sum(ballots[no] for no in chosen), [])
        for no in last:
            if no not in chosen:
                return tuple(sorted([*chosen, no]))


def _moved(planned: Sequence[PlannedStation], manual: Mapping[str, Sequence[int]]) -> dict[tuple[str, int], int]:
    """Choose 3,926 votes for lists that the boxes had taken for invalid ballots: by station and list."""
    draw = random.Random(f"{SEED}/manual")
    places = [plan.station.no for plan in planned if plan.ballots is None]
    chosen = draw.choices(places, weights=[sum(manual[no]) for no in places], k=FOUND_VALID)
    lists = range(1, len(manual[places[0]]) - 1)
    moved: dict[tuple[str, int], int] = {}
    for no in chosen:
        left = [manual[no][option] - moved.get((no, option), 0) for option in lists]
        option = draw.choices(lists, weights=left)[0]
        moved[no, option] = moved.get((no, option), 0) + 1
    return moved


def _differences(moved: Mapping[tuple[str, int], int]) -> tuple[ManualDifference, ...]:
    found = [ManualDifference(no, "pr", option, votes) for (no, option), votes in moved.items()]
    fewer: dict[str, int] = {}
    for (no, _), votes in moved.items():
        fewer[no] = fewer.get(no, 0) - votes
    found += [ManualDifference(no, "pr", INVALID, difference) for no, difference in fewer.items()]
    return tuple(sorted(found))
