"""Sums of the counts by hand as the gate adds them, and what they ought to be beside the boxes'."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from builder.gate.hands import Handed, Hands, HandSum
from builder.gate.recount import Added
from shailoo.rules.seats import decide
from shailoo.rules.totals import ContestTotals, OptionVotes, RegionVotes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from builder.gate.recount import Recount
    from shailoo.model.election import Contest, Election, Station


class Known(Protocol):
    """What the sums need to know of an election; `builder.gate.facts.Facts` does."""

    election: Election
    recount: Recount
    news: int

    def voting(self, kind: str, place: str, contest: str) -> list[Station]:
        """The stations of a scope that hold ballots of a contest."""

    def voters(self, kind: str, place: str) -> int:
        """Voters on the lists of a scope."""

    def expected(self, kind: str, place: str, contest: str | None = None) -> int:
        """Boxes that ought to report from a scope."""


class HandLayers:
    """The manual and the final layer over the facts of an election. Remembers sums until there is news."""

    def __init__(self, facts: Known) -> None:
        self.facts = facts
        self.hands = Hands(facts.election)
        self._sums: dict[tuple[str, str, str, str], HandSum] = {}
        self._pairs: dict[tuple[str, str], tuple[Added, Handed] | None] = {}
        self._news = -1

    def fresh(self) -> None:
        """Forget sums that were made before the last news."""
        if self._news != self.facts.news:
            self._news = self.facts.news
            self._sums.clear()
            self._pairs.clear()

    def hidden(self, station: str, contest: Contest, ballots: int) -> bool:
        """Whether the votes of a station may not be shown."""
        sealed = self.facts.recount.of("station", station, contest.id).sealed
        return sealed > 0 or 0 < ballots < self.facts.election.small_cell_bound

    def of(self, layer: str, kind: str, place: str, contest: Contest) -> HandSum:
        """The sum of `hand` or `final` in a scope, with hidden cells as ballots only."""
        self.fresh()
        key = (layer, kind, place, contest.id)
        if key not in self._sums:
            found = list(self._cells(layer, self.voting(kind, place, contest), contest))
            shown = [cell for cell, hidden in found if not hidden]
            self._sums[key] = _added(contest, shown, len(found), sum(c.ballots for c, hidden in found if hidden))
        return self._sums[key]

    def country(self, layer: str, contest: Contest) -> HandSum:
        """The country's sum, its hidden cells opened where they may be."""
        own = self.of(layer, "country", "", contest)
        if not self.complete(layer, contest) or own.sealed < max(1, self.facts.election.small_cell_bound):
            return own
        cells = [cell for cell, _ in self._cells(layer, self.voting("country", "", contest), contest)]
        return _added(contest, cells, len(cells), 0)

    def complete(self, layer: str, contest: Contest) -> bool:
        """Whether every station is in a layer, or excluded from it."""
        stations = self.voting("country", "", contest)
        inside = self.of(layer, "country", "", contest).stations
        if layer == "hand":
            return inside == len(stations) > 0
        gone = sum(1 for no in stations if no in self.hands.out())
        return not self.hands.annulled(contest.id) and inside + gone == len(stations) > gone

    def voting(self, kind: str, place: str, contest: Contest) -> list[str]:
        """Stations of a scope that hold ballots of a contest."""
        if kind == "district":
            kind, place = "country", ""
        return [station.no for station in self.facts.voting(kind, place, contest.id)]

    def both(self, station: str, contest: Contest) -> tuple[Added, Handed] | None:
        """Both counts of a station where they may be compared."""
        self.fresh()
        key = (station, contest.id)
        if key not in self._pairs:
            hand = self.hands.hand(station, contest)
            known = hand is not None and self.told(station, contest)
            if hand is None or not known or self.hidden(station, contest, hand.ballots):
                self._pairs[key] = None
            else:
                self._pairs[key] = (self.facts.recount.of("station", station, contest.id), hand)
        return self._pairs[key]

    def told(self, station: str, contest: Contest) -> bool:
        """Whether every box of a station counts."""
        boxes = self.facts.recount.of("station", station, contest.id).boxes
        return boxes == self.facts.expected("station", station, contest.id) > 0

    def seats(self, layer: str, contest: Contest) -> dict[str, int] | None:
        """Seats by the contest's rule on a layer's totals; None where nothing is in it, or there are none to give."""
        boxes = self.facts.recount
        total = boxes.of("country", "", contest.id) if layer == "boxes" else self.country(layer, contest)
        if (total.boxes if isinstance(total, Added) else total.stations) == 0 or not contest.seats:
            return None
        election = self.facts.election
        regions = []
        for region in election.regions if election.quota_regions and contest.kind.value == "party-list" else ():
            part = (
                boxes.of("region", region.id, contest.id)
                if layer == "boxes"
                else self.of(layer, "region", region.id, contest)
            )
            pairs = tuple((option.no, votes) for option, votes in zip(contest.options, part.votes, strict=True))
            regions.append(
                RegionVotes(
                    region=region.id, participants=part.ballots + part.sealed, votes=pairs, unplaced=part.sealed
                )
            )
        result = decide(
            contest.rule,
            ContestTotals(
                contest=contest.id,
                seats=contest.seats,
                voters=self.facts.voters("country", ""),
                participants=total.ballots + total.sealed,
                options=tuple(
                    OptionVotes(no=option.no, kind=option.kind, votes=votes, sex=option.sex)
                    for option, votes in zip(contest.options, total.votes, strict=True)
                ),
                round=contest.round,
                regions=tuple(regions),
                quota_regions=election.quota_regions,
                unplaced=total.sealed,
            ),
        )
        return {str(no): seats for no, seats in result.seats}

    def _cells(self, layer: str, stations: Iterable[str], contest: Contest) -> Iterable[tuple[Handed, bool]]:
        out = self.hands.out()
        for no in stations:
            whole = self.hands.hand(no, contest)
            cell = whole if layer == "hand" else self.hands.left(no, contest, out)
            if whole is not None and cell is not None:
                small = self.hidden(no, contest, whole.ballots) or self.hidden(no, contest, cell.ballots)
                yield cell, small


def _added(contest: Contest, cells: list[Handed], stations: int, sealed: int) -> HandSum:
    votes = [sum(column) for column in zip(*(cell.votes for cell in cells), strict=True)]
    return HandSum(
        stations,
        sum(cell.ballots for cell in cells),
        sum(cell.invalid for cell in cells),
        votes or [0] * len(contest.options),
        sum(cell.nobody for cell in cells),
        sealed,
    )
