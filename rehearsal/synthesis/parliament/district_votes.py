"""Candidates and votes of the 36 districts: nobody real stands here, only the two published failures are kept."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rehearsal.synthesis.parliament import SEED
from rehearsal.synthesis.parliament.districts import FAILED
from rehearsal.synthesis.parliament.stations import PlannedStation
from rehearsal.synthesis.rounding import split

_MOST_CANDIDATES = 18
"""District 3 had 18 candidates, the most in the country; the numbers elsewhere are made up."""


class DistrictCount(NamedTuple):
    """A station's count in its district: invalid ballots, and votes in ballot order with "against all" last."""

    invalid: int
    votes: tuple[int, ...]


def sexes(district: int) -> str:
    """Return the candidates of a district as sexes in ballot order, `mfm…`."""
    draw = random.Random(f"{SEED}/candidates/{district}")
    number = _MOST_CANDIDATES if district == 3 else 4 + int(draw.random() * 8)  # noqa: PLR2004 - see _MOST_CANDIDATES
    return "".join("f" if draw.random() < 0.25 else "m" for _ in range(number))  # noqa: PLR2004 - an assumed share


def count(planned: Sequence[PlannedStation], ballots: Mapping[str, int]) -> dict[str, DistrictCount]:
    """Return the district count of every station in the country, with as many ballots as the lists have there."""
    found: dict[str, DistrictCount] = {}
    shares: dict[str, list[float]] = {}
    for plan in planned:
        district = plan.station.district
        if district is None:
            continue
        if district not in shares:
            shares[district] = _shares(int(district.removeprefix("d")))
        chance = random.Random(f"{SEED}/district/{plan.station.no}")
        weights = [share * (0.6 + chance.random() * 0.8) for share in shares[district]]
        invalid, *votes = split(ballots[plan.station.no], weights)
        found[plan.station.no] = DistrictCount(invalid, tuple(votes))
    return found


def _shares(district: int) -> list[float]:
    """Shares of a district: invalid, candidates, against all. Somebody leads clearly, or nobody beats "against all"."""
    draw = random.Random(f"{SEED}/shares/{district}")
    number = len(sexes(district))
    leader = int(draw.random() * number)
    first = 0.24 + draw.random() * 0.18
    failed = district in FAILED
    against = first if failed else 0.02 + draw.random() * 0.05
    second = first * (0.70 + draw.random() * 0.15)
    others = [0.3 + draw.random() for _ in range(number)]
    left = max(0.93 - first - second - (0.0 if failed else against), 0.12)
    scale = left / sum(other for place, other in enumerate(others) if place != leader)
    candidates = [min(other * scale, second) for other in others]
    candidates[leader] = second if failed else first
    if not failed:
        candidates[(leader + 1) % number] = second
    return [0.07, *candidates, against]
