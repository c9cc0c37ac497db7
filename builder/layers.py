"""Sums of a layer of counts by scope: the count by hand, and the final count that acts leave of it.

The boxes' own layer is `builder.tally`. A cell with fewer ballots than the package's bound gives its ballots only, as
there; in the country's sum all such cells of a contest are opened together once every station is in it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from builder.tally import COUNTRY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from builder.tally import Scope
    from shailoo.model.election import Contest, Election


@dataclass(frozen=True, slots=True)
class Cell:
    """What one station adds to a contest."""

    ballots: int
    invalid: int
    votes: tuple[int, ...]
    """In ballot order."""
    nobody: int
    """Votes for options that an act took out: they count as votes for nobody."""
    hidden: bool
    """So few ballots that only their number may be shown."""


@dataclass(slots=True)
class LayerSum:
    """Totals of one contest in one scope. `stations` are in the sum."""

    votes: list[int]
    stations: int = 0
    ballots: int = 0
    invalid: int = 0
    nobody: int = 0
    sealed: int = 0
    """Ballots of hidden cells, in no other figure here."""


class Layer:
    """All sums of one layer, moved by what stations add."""

    def __init__(self, election: Election) -> None:
        self.election = election
        self.sums: dict[tuple[Scope, str], LayerSum] = {}
        self.cells: dict[str, dict[str, Cell]] = {contest.id: {} for contest in election.contests}
        """Contest -> station -> what it adds."""

    def of(self, scope: Scope, contest: str) -> LayerSum:
        """The sum of a contest in a scope; empty where no station is in it."""
        known = self.sums.get((scope, contest))
        return known or LayerSum([0] * len(self.election.contest_by_id[contest].options))

    def move(self, scopes: Iterable[Scope], contest: str, station: str, cell: Cell | None) -> bool:
        """Let a station add this cell, or nothing. Says whether anything changed."""
        cells = self.cells[contest]
        before = cells.get(station)
        if before == cell:
            return False
        if cell is None:
            del cells[station]
        else:
            cells[station] = cell
        for scope in scopes:
            total = self.sums.get((scope, contest))
            if total is None:
                total = self.sums[scope, contest] = self.of(scope, contest)
            if before is not None:
                _add(total, before, -1)
            if cell is not None:
                _add(total, cell, +1)
        return True

    def country(self, contest: Contest, *, complete: bool) -> LayerSum:
        """The country's sum; with `complete` its hidden cells are opened, if together they reach the bound."""
        own = self.of(COUNTRY, contest.id)
        if not complete or own.sealed < max(1, self.election.small_cell_bound):
            return own
        total = LayerSum(list(own.votes), own.stations, own.ballots, own.invalid, own.nobody)
        for cell in self.cells[contest.id].values():
            if cell.hidden:
                total.ballots += cell.ballots
                total.invalid += cell.invalid
                total.nobody += cell.nobody
                total.votes = [votes + more for votes, more in zip(total.votes, cell.votes, strict=True)]
        return total


def _add(total: LayerSum, cell: Cell, sign: int) -> None:
    total.stations += sign
    if cell.hidden:
        total.sealed += sign * cell.ballots
        return
    total.ballots += sign * cell.ballots
    total.invalid += sign * cell.invalid
    total.nobody += sign * cell.nobody
    total.votes = [votes + sign * more for votes, more in zip(total.votes, cell.votes, strict=True)]


@dataclass(slots=True)
class SheetCoverage:
    """How many stations of a scope have a protocol in each state; the others wait."""

    agreed: int = 0
    held: int = 0
    differs: int = 0


@dataclass(slots=True)
class Identified:
    """Voters identified in a scope, and how many stations told."""

    voters: int = 0
    stations: int = 0


@dataclass(slots=True)
class Coverages:
    """What has been keyed, by scope."""

    sheets: dict[tuple[Scope, str], SheetCoverage] = field(default_factory=dict)
    identified: dict[Scope, Identified] = field(default_factory=dict)
