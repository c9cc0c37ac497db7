"""What is worth a look in an address register: internal notes for those who keep it, never a ground for refusal.

None of it is published. What names a house where people live (`full_houses`, `unreached`) never leaves the commission.
"""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from shailoo.model.base import Frozen

MOST_VOTERS: Final = 2_500
"""Of a station (constitutional law on elections, Art. 19)."""
MOST_AT_A_HOUSE: Final = 10
"""Voters at a small house who are nothing to look at."""
MOST_TOLD: Final = 10_000
"""Houses that a list names at most; the number beside it counts all."""

Count = Annotated[int, Field(ge=0)]
SquareMetres = Annotated[int, Field(ge=0)]


class Gap(Frozen):
    """What no station's boundaries hold in a rayon."""

    rayon: str
    holes: Count
    """Holes within the outline of the rayon's stations that no station of any rayon fills."""
    area_m2: SquareMetres
    """Of these holes."""
    addresses: Count
    """Registered addresses of the rayon, with coordinates, outside all boundaries."""


class Overlap(Frozen):
    """Ground that lies within the boundaries of two stations; addresses there go to the lower number."""

    rayon: str
    """Of the lower number."""
    station: str
    other: str
    area_m2: SquareMetres


class CrowdedStation(Frozen):
    """A station with more voters than MOST_VOTERS."""

    station: str
    voters: Count


class IdleRule(Frozen):
    """A rule that matches no registered address. `row` is that of rules.csv."""

    row: int
    station: str
    street: str
    first: int
    last: int
    parity: str


class House(Frozen):
    """A house, as the register writes it; `people` are voters there, if they were counted."""

    settlement: str
    street: str
    """Code; empty where houses have none."""
    house: str
    people: Count


class RegisterFindings(Frozen):
    """Everything that was found in one version of the register, by one version of the list."""

    register_number: int
    gaps: tuple[Gap, ...]
    """By rayon; rayons without one are missing."""
    overlaps: tuple[Overlap, ...]
    """By numbers."""
    crowded: tuple[CrowdedStation, ...]
    """By number."""
    idle_rules: tuple[IdleRule, ...]
    without_boundaries: tuple[str, ...]
    """Domestic stations that have none, by number."""
    full_house_count: Count
    full_houses: tuple[House, ...]
    """Small houses with more than MOST_AT_A_HOUSE voters. Personal data."""
    unreached_count: Count
    unreached: tuple[House, ...]
    """Registered addresses of which no rule and no boundaries speak; `people` is 0."""
