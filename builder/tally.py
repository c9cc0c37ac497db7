"""Running totals by scope: country, region, rayon, TEC, district, station.

A sum is kept per scope and contest as whole numbers. Ballots whose votes are sealed (small cells) are counted apart:
they are no base of any share until the whole contest releases them (see `shailoo.rules.small_cells`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shailoo.model.election import ContestKind, Electorate
from shailoo.rules.small_cells import SealedCell

if TYPE_CHECKING:
    from shailoo.model.election import Contest, Election, Station
    from shailoo.model.report import Report

Scope = tuple[str, str]
"""Kind and identifier: `("country", "")`, `("region", "chuy")`, `("tec", "tec-12")`, `("station", "1004")`."""
COUNTRY: Scope = ("country", "")


@dataclass(frozen=True, slots=True)
class OpenCount:
    """A contest in one box whose votes are public."""

    ballots: int
    invalid: int
    votes: tuple[int, ...]
    """In ballot order."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one box adds: open counts and sealed cells by contest, and how many voters took part."""

    participants: int
    open: dict[str, OpenCount]
    sealed: dict[str, SealedCell]


@dataclass(slots=True)
class Sum:
    """Totals of one contest in one scope. `boxes` have this contest and are in the sum; `expected` ought to be."""

    ballots: int = 0
    invalid: int = 0
    votes: list[int] = field(default_factory=list)
    sealed: int = 0
    """Ballots of small cells, in no other figure here."""
    boxes: int = 0
    expected: int = 0


@dataclass(slots=True)
class Coverage:
    """How complete a scope is."""

    voters: int = 0
    waiting: int = 0
    """Voters at stations none of whose boxes is in a total yet."""
    participants: int = 0
    reported: int = 0
    expected: int = 0
    held: int = 0
    turnout: dict[str, list[int]] = field(default_factory=dict)
    """Hour -> [voters who had voted, stations that told]."""


class Totals:
    """All sums of one election, moved by what boxes contribute."""

    def __init__(self, election: Election) -> None:
        self.election = election
        self.sums: dict[tuple[Scope, str], Sum] = {}
        self.coverage: dict[Scope, Coverage] = {COUNTRY: Coverage()}
        self.cells: dict[str, dict[str, SealedCell]] = {contest.id: {} for contest in election.contests}
        """Contest -> box -> sealed cell in the totals."""
        self.stations: dict[Scope, int] = {}
        """How many stations a scope has."""
        self._counted_at: dict[str, int] = {}
        self._scopes: dict[str, tuple[Scope, ...]] = {}
        for contest in election.contests:
            self._sum(COUNTRY, contest)
        for station in election.stations:
            for scope in self.scopes(station):
                coverage = self.coverage.setdefault(scope, Coverage())
                self.stations[scope] = self.stations.get(scope, 0) + 1
                coverage.voters += station.voters
                coverage.waiting += station.voters
                for contest in election.contests_at(station):
                    self._sum(scope, contest)

    def scopes(self, station: Station) -> tuple[Scope, ...]:
        """Every scope that a station belongs to, from the country down."""
        known = self._scopes.get(station.no)
        if known is None:
            places = [COUNTRY, ("region", station.region), ("tec", station.tec)]
            if station.rayon is not None:
                places.append(("rayon", station.rayon))
            if station.district is not None:
                places.append(("district", station.district))
            known = (*places, ("station", station.no))
            self._scopes[station.no] = known
        return known

    def of(self, scope: Scope, contest: str) -> Sum:
        """The sum of a contest in a scope; an empty sum where the contest is not voted on there."""
        return self.sums.get((scope, contest)) or Sum(votes=[0] * len(self.election.contest_by_id[contest].options))

    def expect(self, station: Station, boxes: int) -> None:
        """One box more (+1) or fewer (-1) ought to report from a station."""
        for scope in self.scopes(station):
            self.coverage[scope].expected += boxes
            for contest in self.election.contests_at(station):
                self._sum(scope, contest).expected += boxes

    def move(self, station: Station, before: Contribution | None, after: Contribution | None, *, held: int) -> None:
        """Take one contribution out and put another in; `held` is +1, 0 or -1 held reports."""
        change = (after is not None) - (before is not None)
        counted = self._counted_at.get(station.no, 0)
        self._counted_at[station.no] = counted + change
        waiting = station.voters * ((counted + change == 0) - (counted == 0))
        for scope in self.scopes(station):
            coverage = self.coverage[scope]
            coverage.reported += change
            coverage.held += held
            coverage.waiting += waiting
            if before is not None:
                self._add(scope, before, -1)
            if after is not None:
                self._add(scope, after, +1)
        for cell in before.sealed.values() if before is not None else ():
            del self.cells[cell.contest][cell.box]
        for cell in after.sealed.values() if after is not None else ():
            self.cells[cell.contest][cell.box] = cell

    def add_turnout(self, station: Station, hour: str, voters: int, *, first: bool) -> None:
        """Add to the turnout of an hour; `first` when the station had not told this hour yet."""
        for scope in self.scopes(station):
            told = self.coverage[scope].turnout.setdefault(hour, [0, 0])
            told[0] += voters
            told[1] += first

    def _sum(self, scope: Scope, contest: Contest) -> Sum:
        total = self.sums.get((scope, contest.id))
        if total is None:
            total = self.sums[scope, contest.id] = Sum(votes=[0] * len(contest.options))
        return total

    def _add(self, scope: Scope, what: Contribution, sign: int) -> None:
        self.coverage[scope].participants += sign * what.participants
        for contest, count in what.open.items():
            total = self.sums[scope, contest]
            total.boxes += sign
            total.ballots += sign * count.ballots
            total.invalid += sign * count.invalid
            votes = total.votes
            for index, figure in enumerate(count.votes):
                votes[index] += sign * figure
        for contest, cell in what.sealed.items():
            total = self.sums[scope, contest]
            total.boxes += sign
            total.sealed += sign * cell.ballots


def contribution(election: Election, report: Report, cells: Report | None) -> Contribution:
    """What an accepted report adds to the totals."""
    hidden = {count.contest: count for count in cells.contests} if cells is not None else {}
    open_counts: dict[str, OpenCount] = {}
    sealed: dict[str, SealedCell] = {}
    for count in report.contests:
        full = hidden.get(count.contest) if count.options is None else count
        if count.options is not None and count.invalid is not None:
            open_counts[count.contest] = OpenCount(
                count.ballots, count.invalid, tuple(option.votes for option in count.options)
            )
        elif full is not None and full.options is not None and full.invalid is not None:
            sealed[count.contest] = SealedCell(
                contest=count.contest,
                box=report.box,
                ballots=count.ballots,
                invalid=full.invalid,
                votes=tuple((option.no, option.votes) for option in full.options),
            )
    return Contribution(
        took_part(election, {count.contest: count.ballots for count in report.contests}), open_counts, sealed
    )


def took_part(election: Election, ballots: dict[str, int]) -> int:
    """Voters who took part at a box.

    Everybody gets a ballot of each contest that is not bound to a district, so the first of those tells; where there is
    none (three mandates a district, keneshes), each voter gets the ballot of one district, so the districts' ballots
    add up. Several contests of one district (none in practice) count once.
    """
    by_district: dict[str | None, int] = {}
    for contest_id, figure in ballots.items():
        contest = election.contest_by_id[contest_id]
        if contest.electorate is not Electorate.DISTRICT or contest.kind is ContestKind.QUESTION:
            return figure
        by_district.setdefault(contest.district, figure)
    return sum(by_district.values())
