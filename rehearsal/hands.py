"""The hands of a precinct commission and its voters: provision a box, feed it every ballot, close it, print.

The box is the agent's own (`edge_agent.box.Box`); only the paper and the clock on the wall are ours.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from edge_agent.box import Ballot, Box
from edge_agent.disk import UNSYNCED
from edge_agent.errors import NotProvisioned
from edge_agent.manifest import manifest_for
from edge_agent.outbox import Outbox
from edge_agent.printer import FilePrinter, NoPaper
from edge_agent.stage import Stage
from edge_agent.storage import Upload
from rehearsal.keys import rehearsal_box_key
from rehearsal.played import Played, PlayedCount
from shailoo.model.election import Contest, Election
from shailoo.model.report import ReportKind
from shailoo.records.canonical import digest

PROVISIONED_BEFORE = timedelta(hours=14)
ZERO_BEFORE = timedelta(minutes=20)
COUNTED_AFTER = timedelta(seconds=40)
"""The final report is printed so long after closing, or earlier where a box arrives at once."""


@dataclass(slots=True)
class WallClock:
    """Tells what it is set to: a whole day passes in the time that the counting takes."""

    moment: datetime

    def now(self) -> datetime:
        """See shailoo.ports.Clock."""
        return self.moment


@dataclass(frozen=True, slots=True)
class Counted:
    """What a box's day came to: sheets, and the digests of the notes that it signed, whole."""

    ballots: int
    final: str
    annex: str | None


@dataclass(frozen=True, slots=True)
class Commission:
    """What a box is given by the commission: the key it seals to, and the key that verifies receipts."""

    sealing_public: bytes
    receipt_vkey: str


def ballots_of_box(election: Election, played: Played, box: str) -> list[Ballot]:
    """Every sheet that went into a box, in an order drawn from its number: the same pile on every machine."""
    preferences = played.preferences(election, box)
    sheets: list[Ballot] = []
    for count in played.box_counts.get(box, ()):
        contest = election.contest_by_id[count.contest]
        chosen = preferences.get(count.contest, {})
        sheets += [Ballot(count.contest, ())] * count.invalid
        if contest.marks == 1:
            for option, votes in zip(contest.options, count.votes, strict=True):
                people = [no for no, given in chosen.get(option.no, {}).items() for _ in range(given)]
                sheets += [Ballot(count.contest, (option.no,), person) for person in people]
                sheets += [Ballot(count.contest, (option.no,))] * (votes - len(people))
        else:
            sheets += _several_marks(contest, count)
    random.Random(f"{election.id}/{box}/pile").shuffle(sheets)
    return sheets


def _several_marks(contest: Contest, count: PlayedCount) -> list[Ballot]:
    """Deal marks to the valid ballots in turn: each gets at most one more than another, and no line twice."""
    valid = count.ballots - count.invalid
    marks: list[list[int]] = [[] for _ in range(valid)]
    at = 0
    for option, votes in zip(contest.options, count.votes, strict=True):
        for _ in range(votes):
            marks[at % valid].append(option.no)
            at += 1
    return [Ballot(contest.id, tuple(sorted(found))) for found in marks]


def play_day(
    folder: Path,
    election: Election,
    played: Played,
    box: str,
    commission: Commission,
    *,
    paper: bool = False,
    sheets: Sequence[Ballot] | None = None,
    station: str | None = None,
) -> Counted:
    """Play the day of one box, up to the printed final report and annex, both sealed for sending.

    In a folder where a box stands already it goes on from there: nothing is lost by a kill, no ballot counted twice.

    With `paper`, each report is also written as a text file beside the box. `sheets` replaces the played ballots;
    `station` is where a reserve box stands.
    """
    number = station or election.box_by_id[box].station
    place = election.station_by_no[number or ""]
    manifest = manifest_for(election, box, commission.sealing_public, commission.receipt_vkey, station_no=station)
    wall = WallClock(election.opening(place) - PROVISIONED_BEFORE)
    printer = FilePrinter(folder / "paper") if paper else NoPaper()
    pile = ballots_of_box(election, played, box) if sheets is None else sheets
    late = timedelta(seconds=played.arrival_offset_s.get(box, 600))
    closed = election.closing(place)
    try:
        opened = Box.resume(folder, wall, disk=UNSYNCED, printer=printer)
    except NotProvisioned:
        key = rehearsal_box_key(election.id, box)
        opened = Box.provision(folder, manifest, key, wall, disk=UNSYNCED, printer=printer)
    with opened as day:
        if day.stage is Stage.PROVISIONED:
            wall.moment = election.opening(place) - ZERO_BEFORE
            day.zero_report()
        if day.stage is Stage.ZEROED:
            wall.moment = election.opening(place)
            day.open()
        if day.stage is Stage.OPEN:
            count = day.count
            for ballot in pile[day.ballots :]:  # after a kill the box knows how many sheets it has taken
                count(ballot)
            wall.moment = closed
            day.close()
        if day.stage is Stage.CLOSED:
            wall.moment = closed + min(COUNTED_AFTER, late)
            day.final_report()
        if day.manifest.open_lists and not day.annex_printed:
            wall.moment = closed + late
            day.annex_report()
        notes = {kind: day.note(kind) for kind in (ReportKind.FINAL, ReportKind.ANNEX)}
    annex = notes[ReportKind.ANNEX]
    uploads: tuple[Upload, ...] = ("final", "annex")
    for kind in uploads:
        if kind == "final" or annex is not None:
            with Outbox.open(folder, wall, kind, disk=UNSYNCED) as outbox:
                outbox.sealed()
    return Counted(len(pile), digest(notes[ReportKind.FINAL] or b""), None if annex is None else digest(annex))
