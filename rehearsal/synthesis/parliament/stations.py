"""The 2,494 stations: places, districts, and voters that add up to every published figure."""

from __future__ import annotations

import random
from itertools import groupby
from typing import NamedTuple

from rehearsal.synthesis.kit import name, read_source
from rehearsal.synthesis.parliament import SEED, districts
from rehearsal.synthesis.parliament.abroad import CITIES
from rehearsal.synthesis.parliament.places import Place, domestic
from rehearsal.synthesis.rounding import split, split_within
from shailoo.model.election import Station, StationKind

VOTERS_DOMESTIC = 3_619_292
VOTERS_ABROAD = 84_128
MOST_VOTERS = 2_500
"""The law's bound for a station in the country. Stations abroad serve whole regions and may have more."""
SMALL = {28: ((38, 7), (44, 8)), 33: ((41, 6), (52, 9))}
"""Two hospital-like stations each in districts 28 and 33: voters and ballots. Their cells are sealed."""
SMALL_ABROAD = ((61, 5), (83, 8), (70, 9))


class PlannedStation(NamedTuple):
    """A station; `ballots` is set where the number of ballots is fixed beforehand because it is small."""

    station: Station
    ballots: int | None


def plan_stations() -> list[PlannedStation]:
    """Return the stations in the order of regions and numbers, abroad last."""
    planned: list[PlannedStation] = []
    cells = districts.voters_by_cell(voters_by_region())
    for region, group in groupby(domestic(), key=lambda place: place.region):
        order = districts.ORDER[region]
        places = list(group)
        shares = split(len(places), [float(cells[region, no]) for no in order])
        for no, share in zip(order, shares, strict=True):
            planned += _cell(places[:share], no, cells[region, no])
            places = places[share:]
    return planned + _abroad()


def voters_by_region() -> dict[str, int]:
    """Voters by region: sums of published districts where a region has nothing else, shares of 2020 for the others."""
    known = {
        region: sum(districts.PUBLISHED_VOTERS[no] for no in districts.ORDER[region])
        for region in ("bishkek", "batken")
    }
    shares = {row["region_id"]: row["voter_share_2020_pct"] for row in read_source("regions.csv")}
    others = [region for region in districts.ORDER if region not in known]
    split_others = split(VOTERS_DOMESTIC - sum(known.values()), [float(shares[region]) for region in others])
    return known | dict(zip(others, split_others, strict=True))


def _cell(places: list[Place], district: int, voters: int) -> list[PlannedStation]:
    """Give voters to the stations of one district in one region."""
    small = SMALL.get(district, ())
    draw = random.Random(f"{SEED}/voters/{places[0].region}/{district}")
    crowded = voters / len(places) > MOST_VOTERS * 0.6
    weights = [0.75 + draw.random() * 0.5 if crowded else 0.4 + draw.random() * 1.2 for _ in places[len(small) :]]
    rest = voters - sum(count for count, _ in small)
    shares = split_within(rest, weights, [MOST_VOTERS - 20] * len(weights), [120] * len(weights))
    given: list[tuple[int, int | None]] = [*small, *((share, None) for share in shares)]
    return [
        PlannedStation(_station(place, district, count), ballots)
        for place, (count, ballots) in zip(places, given, strict=True)
    ]


def _station(place: Place, district: int, voters: int) -> Station:
    return Station(
        no=place.no,
        kind=StationKind.DOMESTIC,
        region=place.region,
        rayon=place.rayon,
        tec=f"tec-{place.tec:02d}",
        district=f"d{district:02d}",
        zone="Asia/Bishkek",
        name=place.name,
        latitude_e5=place.latitude_e5,
        longitude_e5=place.longitude_e5,
        voters=voters,
    )


def _abroad() -> list[PlannedStation]:
    draw = random.Random(f"{SEED}/abroad")
    large = [city for city in CITIES if city.weight]
    weights = [
        city.weight / city.stations * (0.8 + draw.random() * 0.4) for city in large for _ in range(city.stations)
    ]
    shares = iter(split(VOTERS_ABROAD - sum(count for count, _ in SMALL_ABROAD), weights))
    small = iter(SMALL_ABROAD)
    planned: list[PlannedStation] = []
    for city in CITIES:
        for turn in range(1, city.stations + 1):
            suffix = f", {turn}" if city.stations > 1 else ""
            voters, ballots = (next(shares), None) if city.weight else next(small)
            station = Station(
                no=f"{9001 + len(planned)}",
                kind=StationKind.ABROAD,
                region="abroad",
                rayon=None,
                tec="tec-mfa",
                district=None,
                zone=city.zone,
                name=name(city.ky + suffix, city.ru + suffix, city.en + suffix),
                latitude_e5=city.latitude_e5 + 900 * (turn - 1),
                longitude_e5=city.longitude_e5 + 1_400 * (turn - 1),
                voters=voters,
            )
            planned.append(PlannedStation(station, ballots))
    return planned
