"""Small places that are counted together, by the region in whose page they are named."""

from __future__ import annotations

from dataclasses import dataclass

from builder.voters.numbers_view import Numbers, Row
from shailoo.rules.voter_groups import Table


@dataclass(frozen=True, slots=True)
class Together:
    """Small places that are counted together, and their one table."""

    rows: tuple[Row, ...]
    table: Table

    @property
    def id(self) -> str:
        """Of its tables: the first place's."""
        return f"{self.rows[0].kind}-{self.rows[0].id}"

    @property
    def voters(self) -> int:
        """Voters on their lists today; the table is older, or of the same day."""
        return sum(row.voters for row in self.rows)


def together_in(numbers: Numbers, region: str) -> tuple[Together, ...]:
    """Places counted together that are in a region, or are counted with it; commissions before stations.

    A place that the register no longer has is not named: its people are in the table of another day.
    """
    found = []
    for places, table in numbers.together():
        rows = tuple(_named(numbers, place) for place in places if numbers.has(*place.split("/", 1)))
        if any(region_of(numbers, row) == region for row in rows):
            found.append(Together(rows, table))
    return tuple(sorted(found, key=lambda one: (one.rows[0].kind == "station", one.id)))


def region_of(numbers: Numbers, row: Row) -> str:
    """The region of a station, commission or region."""
    if row.kind == "region":
        return row.id
    station = row.id if row.kind == "station" else numbers.stations("tec", row.id)[0].id
    return str(numbers.centres[station].region)


def _named(numbers: Numbers, place: str) -> Row:
    kind, _, area = place.partition("/")
    if kind == "station":
        return numbers.station(area)
    if kind == "tec":
        return numbers.commission(area)
    return numbers.region(area)
