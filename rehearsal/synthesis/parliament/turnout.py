"""How many took part: published in all, and by region at 18:00; spread here over stations and hours."""

from __future__ import annotations

import random
from itertools import pairwise

from rehearsal.played import TURNOUT_HOURS
from rehearsal.synthesis.parliament import SEED
from rehearsal.synthesis.parliament.stations import PlannedStation
from rehearsal.synthesis.rounding import split, split_within

TOOK_PART = 1_293_947
"""Ballots in the boxes of all 2,494 stations (shailoo.gov.kg/kg/news/6012)."""
AT_18 = {
    "bishkek": 119_677,
    "osh-city": 48_865,
    "jalal-abad": 201_617,
    "issyk-kul": 84_730,
    "naryn": 66_155,
    "osh-oblast": 227_348,
    "talas": 51_495,
    "chuy": 154_827,
    "batken": 88_840,
    "abroad": 6_609,
}
"""Voters who had taken part by 18:00 (oshtv.kg); 1,050,163 in all."""
_CURVE = {10: 0.11, 11: 0.22, 12: 0.34, 13: 0.46, 14: 0.57, 15: 0.68, 16: 0.79, 17: 0.90}
"""Shares of the 18:00 figure at earlier hours: an assumption."""


def ballots(planned: list[PlannedStation]) -> dict[str, int]:
    """Return ballots by station: each region's share is that of 18:00, stations differ by chance."""
    totals = dict(zip(AT_18, split(TOOK_PART, [float(voters) for voters in AT_18.values()]), strict=True))
    draw = random.Random(f"{SEED}/turnout")
    found: dict[str, int] = {}
    for region, total in totals.items():
        here = [plan for plan in planned if plan.station.region == region]
        open_ones = [plan.station for plan in here if plan.ballots is None]
        found |= {plan.station.no: plan.ballots for plan in here if plan.ballots is not None}
        rest = total - sum(plan.ballots for plan in here if plan.ballots is not None)
        weights = [station.voters * (0.7 + draw.random() * 0.6) for station in open_ones]
        most = [station.voters * 9 // 10 for station in open_ones]
        parts = split_within(rest, weights, most, [24] * len(weights))
        found |= {station.no: part for station, part in zip(open_ones, parts, strict=True)}
    return {plan.station.no: found[plan.station.no] for plan in planned}


def hourly(planned: list[PlannedStation], at_close: dict[str, int]) -> dict[tuple[str, int], int]:
    """Return voters who had taken part by station and full local hour; 18:00 adds up to each region's figure."""
    draw = random.Random(f"{SEED}/hours")
    table: dict[tuple[str, int], int] = {}
    for region, total in AT_18.items():
        here = [plan.station.no for plan in planned if plan.station.region == region]
        weights = [at_close[no] * (0.94 + draw.random() * 0.12) for no in here]
        at_18 = split_within(total, weights, [at_close[no] for no in here], [0] * len(here))
        for no, voters in zip(here, at_18, strict=True):
            haste = 0.92 + draw.random() * 0.12
            for hour in TURNOUT_HOURS:
                if hour in _CURVE:
                    table[no, hour] = int(voters * _CURVE[hour] * haste)
            table[no, 18] = voters
            table[no, 19] = voters + (at_close[no] - voters) * 6 // 10
            table[no, 20] = at_close[no]
            hours = [table[no, hour] for hour in TURNOUT_HOURS]
            if any(later < earlier for earlier, later in pairwise(hours)):
                message = f"turnout of station {no} falls: {hours}"
                raise ValueError(message)
    return table


def identified(planned: list[PlannedStation], at_close: dict[str, int]) -> dict[str, int]:
    """Return voters let through by the identification equipment: at least the ballots, at most the list."""
    draw = random.Random(f"{SEED}/identified")
    return {
        plan.station.no: min(plan.station.voters, at_close[plan.station.no] + int(draw.random() ** 4 * 12))
        for plan in planned
    }
