"""Where the 2,435 stations in the country stand: spread over real localities of 54 territorial commissions."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple

from rehearsal.synthesis.kit import features, name, read_source
from rehearsal.synthesis.parliament import SEED
from rehearsal.synthesis.rounding import split
from shailoo.model.base import Name

DOMESTIC = 2_435
TEC_ORDER = {
    "bishkek": (1,),
    "osh-city": (2,),
    "jalal-abad": (16, 12, 11, 15, 14, 17, 9, 10, 20, 19, 13, 18),
    "issyk-kul": (22, 27, 26, 21, 24, 23, 25),
    "naryn": (31, 30, 32, 33, 29, 28),
    "osh-oblast": (38, 35, 37, 39, 36, 34, 40),
    "talas": (42, 41, 43, 44, 45),
    "chuy": (50, 47, 49, 51, 46, 54, 52, 53, 48),
    "batken": (7, 8, 3, 4, 5, 6),
}
"""Territorial commissions (number in tec.csv) of each region, walked from one end to the other."""
RAYON = {
    1: "bishkek", 2: "osh-city", 3: "batken-rayon", 4: "batken-rayon", 5: "kadamjay", 6: "kyzyl-kiya",
    7: "leylek", 8: "sulukta", 9: "aksy", 10: "ala-buka", 11: "bazar-korgon", 12: "jalal-abad-city",
    13: "toktogul", 14: "mailuu-suu", 15: "nooken", 16: "suzak", 17: "tash-kumyr", 18: "toguz-toro",
    19: "toktogul", 20: "chatkal", 21: "ak-suu", 22: "balykchy", 23: "jeti-oguz", 24: "karakol", 25: "ton",
    26: "tup", 27: "issyk-kul-rayon", 28: "ak-talaa", 29: "at-bashy", 30: "jumgal", 31: "kochkor",
    32: "naryn-rayon", 33: "naryn-city", 34: "alay", 35: "aravan", 36: "kara-kulja", 37: "kara-suu",
    38: "nookat", 39: "uzgen", 40: "chon-alay", 41: "bakay-ata", 42: "kara-buura", 43: "manas",
    44: "talas-rayon", 45: "talas-city", 46: "alamudun", 47: "jayyl", 48: "kemin", 49: "moskva", 50: "panfilov",
    51: "sokuluk", 52: "tokmok", 53: "chuy-rayon", 54: "ysyk-ata",
}  # fmt: skip
"""The shape in which a commission's stations lie; Batken city and Kara-Kol have none and use the rayon around."""
CITY_TECS = {2: 76, 4: 9, 6: 16, 8: 8, 12: 38, 13: 9, 14: 9, 17: 12, 22: 18, 24: 30, 33: 18, 45: 14, 52: 24}
"""Weights of commissions of cities, where localities do not say how many stations there are."""
STATIONS_2020 = {"bishkek": 233, "osh-city": 76}
FIRST_NUMBER = {
    "bishkek": 1001, "jalal-abad": 2001, "issyk-kul": 3001, "naryn": 4001, "osh-oblast": 5001, "osh-city": 5283,
    "talas": 6001, "chuy": 7001, "batken": 8001,
}  # fmt: skip


class Place(NamedTuple):
    """A station's place before it has voters."""

    no: str
    region: str
    tec: int
    rayon: str
    name: Name
    latitude_e5: int
    longitude_e5: int


class _Locality(NamedTuple):
    ky: str
    ru: str
    en: str
    latitude: float
    longitude: float
    weight: float


def domestic() -> list[Place]:
    """Return the 2,435 places in the order of regions, commissions and numbers."""
    places = []
    for region, stations in stations_by_region().items():
        numbers = _numbers(region, stations)
        tecs = TEC_ORDER[region]
        shares = split(stations, [CITY_TECS.get(tec, len(_localities(tec))) for tec in tecs])
        for tec, share in zip(tecs, shares, strict=True):
            places += [Place(next(numbers), region, tec, RAYON[tec], *where) for where in _spread(tec, share)]
    return places


def stations_by_region() -> dict[str, int]:
    """Split the stations by region: Bishkek and Osh as in 2020, the others in proportion to 2011 (regions.csv)."""
    pecs = {row["region_id"]: int(row["pec_2011"]) for row in read_source("regions.csv")}
    others = [region for region in TEC_ORDER if region not in STATIONS_2020]
    shares = split(DOMESTIC - sum(STATIONS_2020.values()), [float(pecs[region]) for region in others])
    found = STATIONS_2020 | dict(zip(others, shares, strict=True))
    return {region: found[region] for region in TEC_ORDER}


def _numbers(region: str, stations: int) -> Iterator[str]:
    """Numbers as they are seen in each region; Osh oblast shares the 5 with Osh city and leaves its numbers out."""
    taken = range(0)
    if region == "osh-oblast":
        taken = range(FIRST_NUMBER["osh-city"], FIRST_NUMBER["osh-city"] + STATIONS_2020["osh-city"])
    number = FIRST_NUMBER[region]
    while stations:
        if number not in taken:
            yield f"{number:04d}"
            stations -= 1
        number += 1


@cache
def _localities(tec: int) -> tuple[_Locality, ...]:
    """Places of a commission inside its shape, ordered from west to east; a city's commission has the city itself."""
    rayon = RAYON[tec]
    cities = [_city(row) for row in read_source("kg_cities.csv") if row["adm2_id"] == rayon]
    if tec == 13:  # noqa: PLR2004 - Kara-Kol, which no source has as a point of its own: the town on the Naryn river
        return (_Locality("Кара-Көл", "Кара-Куль", "Kara-Kol", 41.6286, 72.6714, 1.0),)
    if tec == 14:  # noqa: PLR2004 - Mailuu-Suu, whose points bear the names of its quarters
        return (_Locality("Майлуу-Суу", "Майлуу-Суу", "Mailuu-Suu", 41.2705, 72.4462, 1.0),)
    if tec in CITY_TECS or tec == 1:
        return tuple(sorted(cities, key=lambda city: -city.weight)[:1])
    here = [_locality(row) for row in read_source("kg_localities.csv") if row["adm2_id"] == rayon]
    small = {city.en for city in cities}
    places = [
        place
        for place in here
        if place.en not in small and not place.ky.isascii() and inside(rayon, place.latitude, place.longitude)
    ]
    return tuple(sorted([*places, *cities], key=lambda place: (place.longitude, place.latitude, place.en)))


def _spread(tec: int, stations: int) -> Iterator[tuple[Name, int, int]]:
    """Put stations on localities by weight; further ones in the same place are numbered and moved a little."""
    localities = _localities(tec)
    total = sum(place.weight for place in localities)
    ends: list[float] = []
    for place in localities:
        ends.append((ends[-1] if ends else 0.0) + place.weight / total)
    at = 0
    counts: dict[int, int] = {}
    sequence = []
    for step in range(stations):
        while ends[at] < (step + 0.5) / stations and at < len(ends) - 1:
            at += 1
        counts[at] = counts.get(at, 0) + 1
        sequence.append((at, counts[at]))
    draw = random.Random(f"{SEED}/places/{tec}")
    for at, turn in sequence:
        place = localities[at]
        suffix = f", {turn}" if counts[at] > 1 else ""
        latitude, longitude = _near(draw, RAYON[tec], place, turn)
        yield name(place.ky + suffix, place.ru + suffix, place.en + suffix), latitude, longitude


def _near(draw: random.Random, rayon: str, place: _Locality, turn: int) -> tuple[int, int]:
    reach = 0.0045 * (turn - 1) ** 0.5
    if not inside(rayon, place.latitude, place.longitude):
        reach += 0.02  # a town on the border that the simplified shape leaves just outside
    for _ in range(40):
        latitude = place.latitude + (draw.random() * 2 - 1) * reach
        longitude = place.longitude + (draw.random() * 2 - 1) * reach * 1.3
        if inside(rayon, latitude, longitude):
            return round(latitude * 100_000), round(longitude * 100_000)
    return round(place.latitude * 100_000), round(place.longitude * 100_000)


def _city(row: dict[str, str]) -> _Locality:
    weight = 1 + int(row["population_old"]) / 2_500
    return _named(row["name_ky"], row["name_ru"], row["name_en"], row, weight)


def _locality(row: dict[str, str]) -> _Locality:
    return _named(row["name_ky"], row["name_ru"], row["name"], row, 1.0)


def _named(ky: str, ru: str, en: str, row: dict[str, str], weight: float) -> _Locality:
    """Where a name is missing or in the wrong alphabet, the other Cyrillic one stands in, and last the Latin one."""
    cyrillic = [text for text in (ky, ru) if any("А" <= letter <= "ө" for letter in text)]
    ky_name = ky if ky in cyrillic else cyrillic[0] if cyrillic else en
    ru_name = ru if ru in cyrillic else cyrillic[0] if cyrillic else en
    return _Locality(ky_name, ru_name, en, float(row["lat"]), float(row["lon"]), weight)


@cache
def _rings(rayon: str) -> tuple[tuple[tuple[float, float], ...], ...]:
    found: list[Any] = []
    for feature in features("kg_adm2.geojson"):
        if feature["properties"]["id"] == rayon:
            geometry = feature["geometry"]
            polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
            found += [tuple((x, y) for x, y in ring) for polygon in polygons for ring in polygon]
    return tuple(found)


def inside(rayon: str, latitude: float, longitude: float) -> bool:
    """Say whether a point lies in a rayon's shape: even-odd rule over all its rings."""
    odd = False
    for ring in _rings(rayon):
        for (x1, y1), (x2, y2) in pairwise(ring):
            if (y1 > latitude) != (y2 > latitude) and longitude < (x2 - x1) * (latitude - y1) / (y2 - y1) + x1:
                odd = not odd
    return odd
