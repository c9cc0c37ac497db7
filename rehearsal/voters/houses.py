"""Streets, houses, flats and households of a made-up place, and the rules that say which houses vote where."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from rehearsal.voters.places import FLATTEN, Part
from rehearsal.voters.streets import Namer, StreetName

Ints = npt.NDArray[np.int32]
NOWHERE = np.int32(-(2**31))
"""Coordinate of an address without coordinates."""
NO_STREET = -1
ABROAD = -1
"""Address of a household abroad."""

_HOUSE = np.cumsum([0.10, 0.18, 0.22, 0.20, 0.14, 0.09, 0.05, 0.0196, 0.0004])
"""Voters of a small house: 1 to 8; the last stands for a house of more than ten."""
_MOST = 8
_FLAT = np.cumsum([0.25, 0.33, 0.22, 0.13, 0.07])
"""Voters of a flat: 1 to 5."""
_IN_FLATS = 0.55
_BLOCKS_FROM = 120
"""Parts of towns with fewer voters have no blocks of flats."""
_STREET = 45
"""Houses of a street, about."""
_UNRULED = 0.10
"""Houses in streets that no rule names: found by boundaries only."""
_SHARED = 0.12
"""Houses in the street that a station of a town shares with the next one."""
_FAR = {"city": 900, "village": 1_500}
_NARROW = 30
"""Where boundaries leave less room (0.00001 degrees), every street has a rule."""
_UNPLACED_IN_VILLAGES = 0.07
_UNPLACED_IN_TOWNS = 0.01
SUFFIXES = ("", *"абвгдеж", *(f"/{k}" for k in range(2, 9)))
"""What follows a house number: 17, 17а, 17/2."""


@dataclass(slots=True)
class Street:
    """A street of a settlement, with the rows of its rules (station, first, last, parity)."""

    id: str
    settlement: str
    name: StreetName
    rules: list[tuple[str, int, int, str]] = field(default_factory=list)


@dataclass(slots=True)
class Batch:
    """Addresses of one part of a settlement, and the households that live there. Arrays by address, then by household.

    `place` is the number of the part; `lost` says that no rule can find the station.
    """

    place: int
    street: Ints
    number: Ints
    suffix: Ints
    flats: npt.NDArray[np.bool_]
    latitude: Ints
    longitude: Ints
    lost: npt.NDArray[np.bool_]
    address: Ints
    size: Ints
    flat: Ints


class Builder:
    """Builds part after part; remembers the streets, and where the next station of a town goes on with a street."""

    def __init__(self, chance: np.random.Generator) -> None:
        self.streets: list[Street] = []
        self._chance = chance
        self._namer = Namer(chance)
        self._shared: dict[str, tuple[int, int]] = {}
        """Settlement -> street that the next station shares, first number there; 0: the even side."""
        self._numbers: dict[str, int] = {}

    def build(self, place: int, part: Part, voters: int, *, last: bool, streetless: bool) -> Batch:
        """Build the houses of a part with so many voters; `last`: no further station shares a street with it."""
        chance, town = self._chance, part.settlement.kind == "city"
        in_flats = round(voters * _IN_FLATS) if town and voters >= _BLOCKS_FROM else 0
        small, flat_sizes = self._sizes(_HOUSE, voters - in_flats), self._sizes(_FLAT, in_flats)
        room = 8 + 4 * chance.integers(0, 14, size=len(flat_sizes))
        block_of = np.searchsorted(np.cumsum(room), np.arange(len(flat_sizes)), side="right")
        starts = np.concatenate(([0], np.cumsum(room)))
        blocks = int(block_of[-1]) + 1 if len(flat_sizes) else 0
        flats = chance.permutation(np.repeat([False, True], [len(small), blocks]))
        houses, towers = np.flatnonzero(~flats), np.flatnonzero(flats)
        address = np.concatenate((houses, towers[block_of] if blocks else houses[:0]))
        size = np.concatenate((small, flat_sizes))
        flat = np.concatenate((np.zeros(len(small)), np.arange(len(flat_sizes)) - starts[block_of] + 1))
        order = np.argsort(address, kind="stable")
        slots = self._slots(part, len(flats), last=last, streetless=streetless)
        street, number, suffix, latitude, longitude, unruled = slots
        several = len(part.settlement.stations) > 1
        unplaced = unruled & ~flats & (chance.random(len(flats)) < self._unplaced(several=several))
        latitude[unplaced] = longitude[unplaced] = NOWHERE
        return Batch(
            place, street, number, suffix, flats, latitude, longitude, unplaced & several,
            address[order].astype(np.int32), size[order].astype(np.int32), flat[order].astype(np.int32),
        )  # fmt: skip

    @staticmethod
    def _unplaced(*, several: bool) -> float:
        return _UNPLACED_IN_TOWNS if several else _UNPLACED_IN_VILLAGES

    def _sizes(self, shares: npt.NDArray[np.float64], voters: int) -> Ints:
        """Draw households until they have so many voters."""
        sizes = np.searchsorted(shares, self._chance.random(voters), side="right").astype(np.int32) + 1
        many = sizes > _MOST
        sizes[many] = 11 + self._chance.integers(0, 5, size=int(many.sum()))
        ends = np.cumsum(sizes)
        count = int(np.searchsorted(ends, voters)) + 1 if voters else 0
        sizes = sizes[:count]
        if count:
            sizes[-1] -= ends[count - 1] - voters
        return sizes

    def _slots(
        self, part: Part, houses: int, *, last: bool, streetless: bool
    ) -> tuple[Ints, Ints, Ints, Ints, Ints, npt.NDArray[np.bool_]]:
        """Put houses on streets: what a station took over, its own, what it shares with the next, what has no rule."""
        rows: list[tuple[Ints, ...]] = []
        if streetless:
            rows.append(self._stretch(part, NO_STREET, houses, 1, 1))
            return (*self._joined(rows), np.ones(houses, bool))
        unruled = round(houses * _UNRULED) if part.reach_e5 >= _NARROW else 0
        taken, given = self._over(part, houses), 0 if last else round(houses * _SHARED)
        if taken:
            street, first = self._shared.pop(part.settlement.id)
            step = 1 if first else 2
            row = self._stretch(part, street, taken, first or 2, step)
            self._rule(part, street, first or 2, int(row[1].max()), "all" if first else "even")
            rows.append(row)
        own = houses - unruled - taken - given
        for count in self._split(own):
            street = self._street(part)
            row = self._stretch(part, street, count, 1, 1)
            self._rule(part, street, 1, int(row[1].max()), "all")
            rows.append(row)
        if given:
            street, sides = self._street(part), bool(self._chance.random() < 0.5)  # noqa: PLR2004 - by sides or ranges
            row = self._stretch(part, street, given, 1, 2 if sides else 1)
            end = int(row[1].max())
            self._rule(part, street, 1, end, "odd" if sides else "all")
            self._shared[part.settlement.id] = (street, 0 if sides else end + 1)
            rows.append(row)
        if unruled:
            rows.append(self._stretch(part, self._street(part), unruled, 1, 1))
        has_rule = np.arange(houses) < houses - unruled
        return (*self._joined(rows), ~has_rule)

    def _over(self, part: Part, houses: int) -> int:
        return round(houses * _SHARED) if part.settlement.id in self._shared else 0

    @staticmethod
    def _joined(rows: list[tuple[Ints, ...]]) -> tuple[Ints, Ints, Ints, Ints, Ints]:
        street, number, suffix, latitude, longitude = (
            np.concatenate(column).astype(np.int32) for column in zip(*rows, strict=True)
        )
        return street, number, suffix, latitude, longitude

    def _split(self, houses: int) -> list[int]:
        streets = max(1, round(houses / _STREET))
        if houses <= streets:
            return [houses] if houses else []
        ends = np.sort(self._chance.choice(houses - 1, size=streets - 1, replace=False)) + 1
        return [int(part) for part in np.diff(np.concatenate(([0], ends, [houses])))]

    def _street(self, part: Part) -> int:
        settlement = part.settlement.id
        number = self._numbers[settlement] = self._numbers.get(settlement, 0) + 1
        name = self._namer.next(settlement, part.settlement.kind)
        self.streets.append(Street(f"{settlement}-{number}", settlement, name))
        return len(self.streets) - 1

    def _rule(self, part: Part, street: int, first: int, last: int, parity: str) -> None:
        self.streets[street].rules.append((part.station, first, last, parity))

    def _stretch(self, part: Part, street: int, houses: int, first: int, step: int) -> tuple[Ints, ...]:
        """Houses along a line within the part's reach: numbers from `first`; a few share a number (17, 17а)."""
        chance = self._chance
        fresh = chance.random(houses) >= 0.08  # noqa: PLR2004 - how many houses share a number
        fresh[0] = True
        at = np.arange(houses)
        run = np.minimum(at - np.maximum.accumulate(np.where(fresh, at, 0)), 7)
        number = first + step * (np.cumsum(fresh) - 1)
        suffix = np.where(run == 0, 0, np.where(number % 3 == 0, run + 7, run))
        reach = min(part.reach_e5 * 0.9, _FAR[part.settlement.kind])
        turn, out, way = chance.random(3)
        middle = 0.6 * reach * np.sqrt(out)
        along = 0.3 * reach * (2 * at / max(houses - 1, 1) - 1)
        aside = 0.03 * reach * (number % 2 * 2 - 1)
        angle, heading = 2 * np.pi * turn, np.pi * way
        x = middle * np.cos(angle) + along * np.cos(heading) - aside * np.sin(heading)
        y = middle * np.sin(angle) + along * np.sin(heading) + aside * np.cos(heading)
        latitude = part.latitude_e5 + np.rint(y)
        longitude = part.longitude_e5 + np.rint(x / FLATTEN)
        return np.full(houses, street), number, suffix, latitude, longitude
