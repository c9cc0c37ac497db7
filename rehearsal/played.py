"""What a rehearsal plays: the count of each ballot box, the turnout through the day, and when each box sends.

The files lie beside a package, under `played/`; docs/election-package.md describes them. They are no part of the
package: a live election has none. Three layers must not be confused: `boxes.csv` is what the boxes count (this is
what a rehearsal plays), `manual.csv` holds the differences that the manual count found, `excluded.csv` the stations
that an act left out afterwards.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from rehearsal.preferences import preferences_of_box
from shailoo.model.election import Election

BOXES_HEADER = ("box", "station", "contest", "ballots", "invalid", "valid", "votes")
TURNOUT_HOURS = tuple(range(10, 21))
TURNOUT_HEADER = ("station", *(f"h{hour}" for hour in TURNOUT_HOURS))
ARRIVALS_HEADER = ("box", "seconds_after_close")
IDENTIFIED_HEADER = ("station", "identified")
MANUAL_HEADER = ("station", "contest", "option", "difference")
EXCLUDED_HEADER = ("station", "act")
INVALID = 0
"""Where the manual count differs in invalid ballots, the option's number is 0."""


class PlayedCount(NamedTuple):
    """The count of one contest in one box; `votes` in ballot order.

    Where one mark is allowed, ballots = invalid + sum(votes).
    """

    contest: str
    ballots: int
    invalid: int
    votes: tuple[int, ...]


class ManualDifference(NamedTuple):
    """What the manual count of a station has more (or fewer) than its boxes; `option` 0 stands for invalid ballots."""

    station: str
    contest: str
    option: int
    difference: int


@dataclass(frozen=True)
class Played:
    """Everything that happens on one rehearsal day, by box or station."""

    box_counts: Mapping[str, tuple[PlayedCount, ...]]
    """By box, contests in package order. A box without an entry (a reserve box) counts nothing."""
    turnout: Mapping[tuple[str, int], int]
    """Voters who had taken part at a station by a full local hour, 10 to 20."""
    arrival_offset_s: Mapping[str, int]
    """Seconds from the closing of the box's own station to the arrival of its final report."""
    identified: Mapping[str, int]
    """Voters whom the identification equipment of a station let through; never fewer than ballots."""
    manual: tuple[ManualDifference, ...]
    excluded: Mapping[str, str]
    """Stations left out of the final figures, with the act."""

    def arrives(self, election: Election, box: str) -> datetime:
        """Return the moment at which a box's final report arrives, in UTC."""
        station = election.box_by_id[box].station
        if station is None:
            message = f"box {box} stands at no station"
            raise ValueError(message)
        return election.closing(election.station_by_no[station]) + timedelta(seconds=self.arrival_offset_s[box])

    def preferences(self, election: Election, box: str) -> Mapping[str, Mapping[int, Mapping[int, int]]]:
        """Return preference votes by contest, list and candidate; derived from the counts, see `preferences_of_box`."""
        votes = {count.contest: count.votes for count in self.box_counts.get(box, ())}
        return preferences_of_box(election, box, votes)


def read_played(package: Path) -> Played:
    """Read the played files of the package in a folder, which holds them under `played/`.

    They are our own generated files, so a broken one is a programming error (ValueError, KeyError), not a refused
    input.
    """
    folder = package / "played"
    counts: dict[str, list[PlayedCount]] = {}
    for box, _, contest, ballots, invalid, valid, votes in _rows(folder / "boxes.csv", BOXES_HEADER):
        count = PlayedCount(contest, int(ballots), int(invalid), tuple(map(int, votes.split())))
        if count.ballots != count.invalid + int(valid):
            message = f"{folder}: box {box}, contest {contest}: ballots differ from invalid + valid"
            raise ValueError(message)
        counts.setdefault(box, []).append(count)
    turnout = {
        (cells[0], hour): int(cell)
        for cells in _rows(folder / "turnout.csv", TURNOUT_HEADER)
        for hour, cell in zip(TURNOUT_HOURS, cells[1:], strict=True)
    }
    return Played(
        box_counts=MappingProxyType({box: tuple(found) for box, found in counts.items()}),
        turnout=MappingProxyType(turnout),
        arrival_offset_s=MappingProxyType(
            {box: int(seconds) for box, seconds in _rows(folder / "arrivals.csv", ARRIVALS_HEADER)}
        ),
        identified=MappingProxyType(
            {station: int(voters) for station, voters in _rows(folder / "identified.csv", IDENTIFIED_HEADER)}
        ),
        manual=tuple(
            ManualDifference(station, contest, INVALID if option == "invalid" else int(option), int(difference))
            for station, contest, option, difference in _rows(folder / "manual.csv", MANUAL_HEADER)
        ),
        excluded=MappingProxyType(dict(_rows(folder / "excluded.csv", EXCLUDED_HEADER))),
    )


def _rows(path: Path, header: tuple[str, ...]) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, strict=True))
    if tuple(rows[0]) != header:
        message = f"{path}: the header is {rows[0]}, not {list(header)}"
        raise ValueError(message)
    return rows[1:]
