"""Step 7's arithmetic: which boxes count, by what is public, and plain sums. Shares no code with the builder.

What the law calls a state of a box is decided here anew from the texts and the acts: revoked, replaced by hand count,
waiting, in conflict, held, or counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from auditor.verify.texts import Count, Text
from shailoo.model.election import Contest, ContestKind, Election, Electorate, Station

Scope = tuple[str, str]
COUNTRY: Scope = ("country", "")


@dataclass(frozen=True, slots=True)
class Upload:
    """A public text of a box: its file, its digest, the digest of the sealed bytes that it came in."""

    file: str
    sha256: str
    sealed: str
    text: Text


@dataclass(slots=True)
class Box:
    """A box as the public knows it."""

    id: str
    station: str | None
    finals: list[Upload] = field(default_factory=list)
    annexes: list[Upload] = field(default_factory=list)
    revoked: bool = False
    by_hand: bool = False
    released: bool = False
    chosen: str = ""
    disputed: bool = False
    """Listed as a conflict although the open figures agree: the sealed cells differ."""

    def final(self) -> Upload | None:
        """The report that would count."""
        chosen = [one for one in self.finals if one.sealed == self.chosen]
        return next(iter(chosen or self.finals), None)

    def annex(self) -> Upload | None:
        """The annex that would count: none where two differ."""
        differ = len({one.text.bare for one in self.annexes}) > 1
        return self.annexes[0] if self.annexes and not differ else None

    def state(self, election: Election) -> str:
        """What became of the box."""
        final = self.final()
        if self.revoked:
            return "revoked"
        if self.by_hand:
            return "replaced"
        if final is None:
            return "waiting"
        if not self.chosen and (self.disputed or len({one.text.bare for one in self.finals}) > 1):
            return "conflict"
        return "accepted" if self.released or not self.faults(election) else "held"

    def faults(self, election: Election) -> list[tuple[str, str]]:
        """Contests whose arithmetic does not hold, and the rule by name."""
        final = self.final()
        found = []
        for contest, count in final.text.counts.items() if final is not None else ():
            if count.votes is not None:
                found += [(contest, rule) for rule in _broken(count, election.contest_by_id[contest].marks)]
        for (contest, _), (votes, chosen) in self.annexes[0].text.preferences.items() if self.annexes else ():
            if sum(chosen.values()) > votes:
                found.append((contest, "preferences-within-list"))
        return found


def _broken(count: Count, marks: int) -> list[str]:
    votes = [figure for _, figure in count.votes or ()]
    found = []
    if count.ballots != count.invalid + count.valid:
        found.append("ballots-partition")
    if marks == 1:
        if sum(votes) != count.valid:
            found.append("votes-partition")
        return found
    if sum(votes) > marks * count.valid:
        found.append("votes-within-marks")
    if any(figure > count.valid for figure in votes):
        found.append("option-within-valid")
    return found


@dataclass(slots=True)
class Sum:
    """A contest in a place: figures that are open, ballots that are sealed, boxes that are in and that ought to be."""

    votes: list[int]
    ballots: int = 0
    invalid: int = 0
    sealed: int = 0
    merged: int = 0
    boxes: int = 0
    expected: int = 0


@dataclass(slots=True)
class Place:
    """How complete a place is."""

    voters: int = 0
    waiting: int = 0
    participants: int = 0
    boxes: int = 0
    expected: int = 0
    held: int = 0
    conflicts: int = 0


class Tally:
    """Every sum of an election, from its package, its boxes' texts and its acts."""

    def __init__(self, election: Election) -> None:
        self.election = election
        self.boxes = {box.id: Box(box.id, box.station) for box in election.boxes}
        self.sums: dict[tuple[Scope, str], Sum] = {}
        self.places: dict[Scope, Place] = {COUNTRY: Place()}
        self.states: dict[str, str] = {}
        self.preferences: dict[tuple[str, int], dict[int, int]] = {}
        self.annexes = 0

    def apply(self, measures: Sequence[Mapping[str, Any]]) -> None:
        """What an act changes about boxes. Measures that concern the manual count change nothing here."""
        for measure in measures:
            match measure["measure"]:
                case "join-reserve-box":
                    box = self.boxes[measure["box"]]
                    box.station = box.station or measure["station"]
                case "revoke-box":
                    self.boxes[measure["box"]].revoked = True
                case "release-report":
                    self.boxes[measure["box"]].released = True
                case "choose-report":
                    self.boxes[measure["box"]].chosen = measure["sealed_sha256"]
                case "manual-only":
                    for box in self.boxes.values():
                        box.by_hand |= box.station == measure["station"]
                case _:
                    continue

    def add_up(self) -> None:
        """Sum everything, from nothing."""
        at: dict[str, list[Box]] = {}
        for box in self.boxes.values():
            if box.station is not None:
                at.setdefault(box.station, []).append(box)
        for contest in self.election.contests:
            self._sum(COUNTRY, contest)
        for station in self.election.stations:
            self._add_station(station, at.get(station.no, []))

    def scopes(self, station: Station) -> list[Scope]:
        """Where a station counts."""
        places = [COUNTRY, ("region", station.region), ("tec", station.tec), ("station", station.no)]
        return places + ([("rayon", station.rayon)] if station.rayon else [])

    def of(self, scope: Scope, contest: str) -> Sum:
        """The sum of a contest in a place; zeros where it is not voted on."""
        return self.sums.get((scope, contest)) or Sum([0] * len(self.election.contest_by_id[contest].options))

    def district(self, district: str) -> Place:
        """The place made of all stations that hold a district's ballots."""
        total = Place()
        for station in self.election.stations:
            if any(contest.district == district for contest in self.election.contests_at(station)):
                part = self.places["station", station.no]
                for name in ("voters", "waiting", "boxes", "expected", "held"):
                    setattr(total, name, getattr(total, name) + getattr(part, name))
        return total

    def _add_station(self, station: Station, boxes: list[Box]) -> None:
        scopes = self.scopes(station)
        places = [self.places.setdefault(scope, Place()) for scope in scopes]
        sums = {
            contest.id: [self._sum(scope, contest) for scope in scopes]
            for contest in self.election.contests_at(station)
        }
        counted = 0
        for box in boxes:
            state = self.states[box.id] = box.state(self.election)
            due, is_in = int(state != "revoked"), int(state == "accepted")
            counted += is_in
            final = box.final()
            took_part = _took_part(self.election, final.text.counts) if is_in and final is not None else 0
            for place in places:
                place.expected += due
                place.boxes += is_in
                place.held += int(state == "held")
                place.conflicts += int(state == "conflict")
                place.participants += took_part
            for parts in sums.values():
                for part in parts:
                    part.expected += due
            if is_in and final is not None:
                self._add_box(final.text, sums)
                self._add_annex(box.annex())
        for place in places:
            place.voters += station.voters
            place.waiting += 0 if counted else station.voters

    def _add_box(self, text: Text, sums: Mapping[str, list[Sum]]) -> None:
        for contest, count in text.counts.items():
            for total in sums[contest]:
                total.boxes += 1
                if count.votes is None:
                    total.sealed += count.ballots
                    continue
                total.ballots += count.ballots
                total.invalid += count.invalid
                for index, (_, figure) in enumerate(count.votes):
                    total.votes[index] += figure

    def _add_annex(self, annex: Upload | None) -> None:
        if annex is None:
            return
        self.annexes += 1
        for which, (_, chosen) in annex.text.preferences.items():
            total = self.preferences.setdefault(which, {})
            for no, figure in chosen.items():
                total[no] = total.get(no, 0) + figure

    def _sum(self, scope: Scope, contest: Contest) -> Sum:
        found = self.sums.get((scope, contest.id))
        if found is None:
            found = self.sums[scope, contest.id] = Sum([0] * len(contest.options))
        return found


def _took_part(election: Election, counts: Mapping[str, Count]) -> int:
    """Voters who took part: ballots of a contest of the whole country, else the sum over districts, each once."""
    districts: dict[str | None, int] = {}
    for contest_id, count in counts.items():
        contest = election.contest_by_id[contest_id]
        if contest.electorate is not Electorate.DISTRICT or contest.kind is ContestKind.QUESTION:
            return count.ballots
        districts.setdefault(contest.district, count.ballots)
    return sum(districts.values())
