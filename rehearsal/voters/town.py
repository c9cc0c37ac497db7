"""Everybody's home: how many voters each station gets, and the streets, houses and households that hold them."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from rehearsal.synthesis.rounding import split, split_within
from rehearsal.voters.errors import CannotBeMadeUp
from rehearsal.voters.houses import ABROAD, Batch, Builder, Ints, Street
from rehearsal.voters.people import Flags
from rehearsal.voters.places import Part, Places, Row

_AROUND = 0.4
"""Voters of a station who live in the villages around it, if there are any."""
_FEW = 8
"""A station with fewer voters for each place has them all in its own."""
_STREETLESS = 0.08
"""Villages whose houses have numbers and no streets."""
_BOUNDLESS = 0.03
"""Stations of villages whose boundaries nobody has drawn."""
_UNREGISTERED = 0.0003
"""Households in a settlement that the address register does not know."""
_CROWD = 20
"""Only stations with so many voters lose some to the queue."""


class Homes(NamedTuple):
    """Households; see the fields of Town."""

    address: Ints
    size: Ints
    flat: Ints
    station: Ints
    lost: Flags
    """In a town with several stations, at an address without coordinates and without a rule."""


@dataclass(frozen=True, slots=True)
class Town:
    """The whole country. Arrays by address, then by household in the order of stations."""

    parts: list[Part]
    streets: list[Street]
    stations: list[Row]
    consulates: dict[str, str]
    """Country -> station."""
    bounded: list[str]
    """Stations that have boundaries."""
    place: Ints
    street: Ints
    number: Ints
    suffix: Ints
    flats: Flags
    latitude: Ints
    longitude: Ints
    address: Ints
    """By household, as what follows; ABROAD without one."""
    size: Ints
    flat: Ints
    station: Ints
    """Place in `stations`."""
    queued: Flags
    """No rule can find the station."""
    unregistered: Flags
    """The settlement is unknown."""


def countries() -> dict[str, str]:
    """Return zone -> country of the zones in which stations abroad stand."""
    with (Path(__file__).parent / "zones.csv").open(encoding="utf-8", newline="") as text:
        return {row["zone"]: row["country"] for row in csv.DictReader(text)}


def consulates(stations: Sequence[Row]) -> dict[str, str]:
    """Return country -> the first station there: the only one, because a consulate names one. Raises CannotBeMadeUp."""
    known = countries()
    found: dict[str, str] = {}
    for row in stations:
        if row["kind"] == "abroad":
            if row["zone"] not in known:
                raise CannotBeMadeUp(f"Station {row['no']}: zones.csv names no country for {row['zone']}. Add one.")
            found.setdefault(known[row["zone"]], row["no"])
    return found


def quotas(stations: Sequence[Row], count: int) -> list[int]:
    """Split voters over stations in proportion to the package's; each gets one at least, if there are enough.

    Voters of several stations in one country abroad all go to the first. Remote stations have no list of their own.
    """
    named = consulates(stations)
    known = countries()
    weights = [int(row["voters"]) if row["kind"] == "domestic" else 0 for row in stations]
    at = {row["no"]: k for k, row in enumerate(stations)}
    for row in stations:
        if row["kind"] == "abroad":
            weights[at[named[known[row["zone"]]]]] += int(row["voters"])
    some = [k for k, weight in enumerate(weights) if weight]
    held = [weights[k] for k in some]
    parts = (
        split_within(count, held, [count] * len(some), [1] * len(some)) if count >= len(some) else split(count, held)
    )
    found = [0] * len(stations)
    for k, part in zip(some, parts, strict=True):
        found[k] = part
    return found


def build(places: Places, stations: list[Row], count: int, chance: np.random.Generator) -> Town:
    """Build homes for so many voters of these stations."""
    builder = Builder(chance)
    chosen = {row["no"] for row in stations}
    named = consulates(stations)
    parts: list[Part] = []
    batches: list[Batch] = []
    homes: list[Homes] = []
    bounded: list[str] = []
    addresses = 0
    for at, (row, voters) in enumerate(zip(stations, quotas(stations, count), strict=True)):
        if row["kind"] != "domestic":
            nothing = np.zeros(voters, np.int32)
            homes.append(Homes(nothing + ABROAD, nothing + 1, nothing, nothing + at, np.zeros(voters, bool)))
            continue
        here = places.parts[row["no"]]
        home = here[0].settlement
        alone = home.kind == "village" and len(home.stations) == 1
        has_bounds = not (alone and chance.random() < _BOUNDLESS)
        if has_bounds:
            bounded.append(row["no"])
        for part, people in zip(here, _shares(voters, len(here)), strict=True):
            parts.append(part)
            if not people:
                continue
            streetless = part.settlement is not home and has_bounds and bool(chance.random() < _STREETLESS)
            further = [no for no in part.settlement.stations if no > row["no"] and no in chosen]
            batch = builder.build(len(parts) - 1, part, people, last=not further, streetless=streetless)
            batches.append(batch)
            crowd = people >= _CROWD
            lost = batch.lost[batch.address] & crowd
            station = np.full(len(batch.size), at, np.int32)
            homes.append(Homes(batch.address + np.int32(addresses), batch.size, batch.flat, station, lost))
            if not crowd:
                # Too few people to lose any: these addresses get their coordinates after all.
                batch.latitude[batch.lost] = part.latitude_e5
                batch.longitude[batch.lost] = part.longitude_e5
            addresses += len(batch.street)
    every = Homes(*(np.concatenate(column) for column in zip(*homes, strict=True)))
    unregistered = _unregistered(every, chance)
    return Town(
        parts=parts,
        streets=builder.streets,
        stations=stations,
        consulates=named,
        bounded=bounded,
        place=_by_address([np.full(len(batch.street), batch.place, np.int32) for batch in batches]),
        street=_by_address([batch.street for batch in batches]),
        number=_by_address([batch.number for batch in batches]),
        suffix=_by_address([batch.suffix for batch in batches]),
        flats=_by_address([batch.flats for batch in batches]).astype(bool),
        latitude=_by_address([batch.latitude for batch in batches]),
        longitude=_by_address([batch.longitude for batch in batches]),
        address=every.address,
        size=every.size,
        flat=every.flat,
        station=every.station,
        queued=every.lost | unregistered,
        unregistered=unregistered,
    )


def _by_address(batches: list[npt.NDArray[Any]]) -> npt.NDArray[Any]:
    return np.concatenate(batches or [np.zeros(0, np.int32)])


def _shares(voters: int, places: int) -> list[int]:
    if places == 1 or voters < _FEW * places:
        return [voters] + [0] * (places - 1)
    return split(voters, [1 - _AROUND] + [_AROUND / (places - 1)] * (places - 1))


def _unregistered(homes: Homes, chance: np.random.Generator) -> Flags:
    """Choose the households whose settlement nobody knows: one at least, if any station is large enough."""
    crowd = np.bincount(homes.station, weights=homes.size)[homes.station] >= _CROWD
    able = crowd & (homes.address != ABROAD) & (homes.flat == 0) & ~homes.lost & (homes.size <= _FEW)
    chosen: Flags = able & (chance.random(len(able)) < _UNREGISTERED)
    if not chosen.any() and able.any():
        chosen[np.flatnonzero(able)[0]] = True
    return chosen
