"""Running counts of cases by election and kind, commission and status; moved by the difference that a record makes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from builder.cases.told import admitted

if TYPE_CHECKING:
    from builder.cases.row import CaseRow
    from shailoo.model.election import Election

NOWHERE = ""
"""Region and commission of a case without a station."""


@dataclass(slots=True)
class KindCounts:
    """Cases of one kind in one election."""

    statuses: Counter[str] = field(default_factory=Counter)
    cells: dict[tuple[str, str], Counter[str]] = field(default_factory=dict)
    """(region, territorial commission) -> status -> cases."""
    regions: dict[str, int] = field(default_factory=dict)
    """Region -> cases that were filed; what follows is by region, too."""
    tecs: dict[str, dict[str, int]] = field(default_factory=dict)
    alone: dict[str, None] = field(default_factory=dict)
    """Regions that are told alone, in the order in which they came to be."""
    alone_tecs: dict[str, dict[str, None]] = field(default_factory=dict)

    def filed(self, place: tuple[str, str], status: str) -> None:
        """One more case."""
        region, tec = place
        self.statuses[status] += 1
        self.cells.setdefault(place, Counter())[status] += 1
        self.regions[region] = self.regions.get(region, 0) + 1
        tecs = self.tecs.setdefault(region, {})
        tecs[tec] = tecs.get(tec, 0) + 1
        self.alone.update(dict.fromkeys(admitted(self.regions, self.alone)))
        if region in self.alone:
            told = self.alone_tecs.setdefault(region, {})
            told.update(dict.fromkeys(admitted(tecs, told)))

    def move(self, place: tuple[str, str], before: str, after: str) -> None:
        """A case moved from one status to another."""
        for counts in (self.statuses, self.cells[place]):
            counts[before] -= 1
            counts[after] += 1


def place_of(row: CaseRow, election: Election) -> tuple[str, str]:
    """Region and territorial commission of a case."""
    station = election.station_by_no.get(row.station or "")
    return (NOWHERE, NOWHERE) if station is None else (station.region, station.tec)
