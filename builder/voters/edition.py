"""What one publication of Tizme shows: the versions, the counts and places, read once before any page is drawn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from shailoo.ids import Digest, StationNo
from shailoo.model.voter_list import Area, Centre, ListStage, VoterListMade
from shailoo.ports import AddressRegister, VoterLists


@dataclass(frozen=True, slots=True)
class Shown:
    """One version of a list as the public may know it: its record, voters by station, digests of what is shown."""

    record: VoterListMade
    totals: Mapping[str, int]
    """Station -> people; "" is the queue."""
    digests: Mapping[StationNo, Digest]


@dataclass(frozen=True, slots=True)
class Edition:
    """The list, those who took part (if they are published), and where stations and commissions are."""

    listed: Shown
    took_part: Shown | None
    register: int
    regions: Sequence[Area]
    rayons: Mapping[str, Area]
    commissions: Mapping[str, Area]
    centres: Mapping[StationNo, Centre]
    """By number, in the order of numbers."""
    next_update: date

    def shown(self) -> list[Shown]:
        """Every list that has pages."""
        return [self.listed, *([self.took_part] if self.took_part is not None else [])]

    def voters(self, station: StationNo) -> int:
        """Voters on the list of a station."""
        return self.listed.totals.get(station, 0)

    def by_commission(self) -> dict[str, list[Centre]]:
        """Commission -> its stations, by number; commissions in the register's order."""
        found: dict[str, list[Centre]] = {commission: [] for commission in self.commissions}
        for centre in self.centres.values():
            found.setdefault(centre.tec, []).append(centre)
        return {commission: centres for commission, centres in found.items() if centres}

    def by_region(self) -> dict[str, list[str]]:
        """Region -> its commissions that have stations; both in the register's order."""
        found: dict[str, list[str]] = defaultdict(list)
        for commission in self.by_commission():
            found[self.commissions[commission].region].append(commission)
        return {area.id: found[area.id] for area in self.regions if found[area.id]}


def edition_of(
    lists: VoterLists, register: AddressRegister, made: Sequence[VoterListMade], next_update: date
) -> Edition:
    """Read what is published. `made`: every version so far, oldest first.

    Those who took part are shown from their own version on, until the list of another election is made.
    """
    current = next(one for one in reversed(made) if one.stage is not ListStage.TOOK_PART)
    took = next((one for one in reversed(made) if one.stage is ListStage.TOOK_PART), None)
    if took is not None and current.election not in {None, took.election} and current.number > took.number:
        took = None
    return Edition(
        listed=_shown(lists, current),
        took_part=_shown(lists, took) if took is not None else None,
        register=register.number,
        regions=tuple(register.regions()),
        rayons={area.id: area for area in register.rayons()},
        commissions={area.id: area for area in register.commissions()},
        centres={centre.station: centre for centre in sorted(register.centres(), key=lambda one: one.station)},
        next_update=next_update,
    )


def _shown(lists: VoterLists, record: VoterListMade) -> Shown:
    return Shown(record, dict(lists.totals(record.number)), dict(lists.digests(record.number)))
