"""Step 10's arithmetic: which papers count, what acts leave of them, plain sums. Shares no code with the builder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from auditor.verify.figures import Figures
from auditor.verify.files_steps import Public
from auditor.verify.protocols import IDENTIFICATION, Papers, Version, ballots_in, roles_of
from auditor.verify.tally import COUNTRY, Scope, Sum
from shailoo.model.election import Contest, Electorate, Station

ANNULS = frozenset({"exclude-outside", "exclude-station", "exclude-option", "exclude-contest"})


@dataclass(frozen=True, slots=True)
class Counted:
    """What a station adds. Of a hidden cell only `ballots` means anything."""

    ballots: int
    invalid: int = 0
    votes: tuple[int, ...] = ()
    nobody: int = 0
    hidden: bool = False


@dataclass(slots=True)
class HandSum:
    """A sum over stations."""

    votes: list[int]
    stations: int = 0
    ballots: int = 0
    invalid: int = 0
    nobody: int = 0
    sealed: int = 0


@dataclass(frozen=True, slots=True)
class Opened:
    """What the hidden cells of a contest became together, as the country's published sum says."""

    ballots: int
    invalid: int
    nobody: int
    votes: tuple[int, ...]


class Hands:
    """The counts by hand and the final counts of one election."""

    def __init__(self, public: Public, figures: Figures, papers: Papers) -> None:
        self.public = public
        self.election = public.election
        self.figures = figures
        self.papers = papers
        self.acts = public.acts
        self.gone = _reversals(public.acts)
        """Act that no longer holds -> the act that reversed it."""
        self.force = [(act, m) for act in self.acts if act["number"] not in self.gone for m in act["measures"]]
        self.out = {m["station"] for _, m in self.force if m["measure"] == "exclude-station"}
        self.annulled = {m["contest"] for _, m in self.force if m["measure"] == "exclude-contest"}
        self.opened: dict[tuple[str, str], Opened] = {}
        """(layer, contest) -> what hidden cells became."""
        self.said: dict[tuple[str, str], str] = {}
        """(station, contest) -> how its protocol stands, as the files say it and as it may be."""
        self._released: dict[tuple[str, str], list[datetime]] = {}
        for act, m in self.force:
            if m["measure"] == "release-protocol":
                self._released.setdefault((m["station"], m["sheet"]), []).append(_moment(act["entered"]))
        self.voting: dict[str, list[Station]] = {contest.id: [] for contest in self.election.contests}
        for station in self.election.stations:
            for contest in self.election.contests_at(station):
                self.voting[contest.id].append(station)
        self.cells: dict[str, dict[tuple[str, str], Counted]] = {"hand": {}, "final": {}}
        self._count()

    @property
    def begun(self) -> bool:
        """Whether there is anything to compare."""
        annuls = any(m["measure"] in ANNULS for act in self.acts for m in act["measures"])
        return annuls or any(sheet != IDENTIFICATION for _, sheet in self.papers.versions)

    def counts(self, station: str, sheet: str) -> Version | None:
        """The version that counts: the newest agreed one, unless it is held."""
        versions = self.papers.versions.get((station, sheet))
        if not versions:
            return None
        newest = versions[-1]
        released = any(when >= _moment(newest.at) for when in self._released.get((station, sheet), ()))
        return newest if not newest.broken or released else None

    def words(self, station: str, sheet: str) -> frozenset[str]:
        """What may be said of a paper: that keyings of a newer version differ is known to the commission alone."""
        if (station, sheet) not in self.papers.versions:
            return frozenset({"waiting", "differs"})
        return frozenset({"agreed" if self.counts(station, sheet) is not None else "held", "differs"})

    def identified(self, station: str) -> int | None:
        """Voters identified at a station."""
        version = self.counts(station, IDENTIFICATION)
        return None if version is None else version.lines["I1"][0]

    # --- cells ---

    def _count(self) -> None:
        for contest in self.election.contests:
            for station in self.voting[contest.id]:
                version = self.counts(station.no, contest.id)
                if version is None:
                    continue
                whole = self._cell(station.no, contest, version)
                self.cells["hand"][station.no, contest.id] = whole
                left = self._left(station.no, contest, whole)
                if left is not None:
                    self.cells["final"][station.no, contest.id] = left

    def _hidden(self, station: str, contest: str, ballots: int) -> bool:
        sealed = self.figures.tally.of(("station", station), contest).sealed > 0
        return sealed or 0 < ballots < self.election.small_cell_bound

    def _cell(self, station: str, contest: Contest, version: Version) -> Counted:
        ballots = ballots_in(self.public, contest, version.lines)
        if self._hidden(station, contest.id, ballots) or not version.whole:
            return Counted(ballots, hidden=True)
        roles = roles_of(self.election.protocol_by_kind[contest.kind])
        against = version.lines[roles["against-all"]][0] if "against-all" in roles else None
        group = iter(version.lines[roles["votes"]])
        votes = tuple(
            against if one.kind.value == "against-all" and against is not None else next(group)
            for one in contest.options
        )
        return Counted(ballots, version.lines[roles["invalid"]][0], votes)

    def _left(self, station: str, contest: Contest, whole: Counted) -> Counted | None:
        """What acts in force leave of a station's count."""
        if station in self.out or contest.id in self.annulled:
            return None
        ballots, invalid, votes = whole.ballots, whole.invalid, list(whole.votes)
        for _, m in self.force:
            if m["measure"] != "exclude-outside" or (m["station"], m["contest"]) != (station, contest.id):
                continue
            ballots -= m["invalid"] + (sum(m["votes"]) if contest.marks == 1 else 0)
            if len(m["votes"]) != len(contest.options) or ballots < 0:
                return None
            if not whole.hidden:
                votes = [had - less for had, less in zip(votes, m["votes"], strict=True)]
                invalid -= m["invalid"]
                if min(*votes, invalid) < 0:
                    return None
        if whole.hidden or self._hidden(station, contest.id, ballots):
            return Counted(ballots, hidden=True)
        gone = {m["no"] for _, m in self.force if m["measure"] == "exclude-option" and m["contest"] == contest.id}
        nobody = sum(figure for one, figure in zip(contest.options, votes, strict=True) if one.no in gone)
        kept = tuple(0 if one.no in gone else figure for one, figure in zip(contest.options, votes, strict=True))
        return Counted(ballots, invalid, kept, nobody)

    # --- sums ---

    def stations(self, scope: Scope, contest: str) -> list[str]:
        """The stations of the country, a region or a district that hold ballots of a contest."""
        kind, name = scope
        return [one.no for one in self.voting[contest] if kind != "region" or one.region == name]

    def sum(self, layer: str, scope: Scope, contest: Contest) -> HandSum:
        """The sum of a layer, station by station; hidden cells give their ballots apart."""
        total = HandSum([0] * len(contest.options))
        for no in self.stations(scope, contest.id):
            cell = self.cells[layer].get((no, contest.id))
            if cell is None:
                continue
            total.stations += 1
            if cell.hidden:
                total.sealed += cell.ballots
                continue
            total.ballots += cell.ballots
            total.invalid += cell.invalid
            total.nobody += cell.nobody
            total.votes = [had + more for had, more in zip(total.votes, cell.votes, strict=True)]
        return total

    def country(self, layer: str, contest: Contest) -> HandSum:
        """The country's sum, with what its hidden cells became together."""
        own = self.sum(layer, COUNTRY, contest)
        row = self.opened.get((layer, contest.id))
        if row is None:
            return own
        votes = [had + more for had, more in zip(own.votes, row.votes, strict=True)]
        return HandSum(
            votes, own.stations, own.ballots + row.ballots, own.invalid + row.invalid, own.nobody + row.nobody
        )

    def complete(self, layer: str, contest: Contest) -> bool:
        """Whether every station is in a layer, or excluded from it by an act."""
        expected = len(self.voting[contest.id])
        if layer == "boxes":
            boxes = self.figures.country(contest.id)
            return boxes.boxes == boxes.expected > 0
        inside = self.sum(layer, COUNTRY, contest).stations
        if layer == "hand":
            return inside == expected > 0
        out = sum(one.no in self.out for one in self.voting[contest.id])
        return contest.id not in self.annulled and inside + out == expected > out

    def opens(self, layer: str, contest: Contest) -> bool:
        """Whether the hidden cells of a layer are in the country's sum."""
        sealed = self.sum(layer, COUNTRY, contest).sealed
        return self.complete(layer, contest) and sealed >= max(1, self.election.small_cell_bound)

    # --- comparisons ---

    def told(self, station: str, contest: str) -> Sum | None:
        """The count of a station's boxes when all of them count."""
        total = self.figures.tally.of(("station", station), contest)
        return total if total.boxes == total.expected > 0 else None

    def pair(self, station: str, contest: str) -> tuple[Sum, Counted] | None:
        """Both counts of a station where both are whole and may be shown."""
        hand, boxes = self.cells["hand"].get((station, contest)), self.told(station, contest)
        return None if hand is None or hand.hidden or boxes is None else (boxes, hand)

    def compared(self, scope: Scope, contest: Contest) -> tuple[list[int] | None, list[int] | None, int]:
        """Both counts (votes, invalid, ballots) over the stations of a place that have both, and how many these are."""
        stations = self.stations(scope, contest.id)
        if scope == COUNTRY and self.complete("boxes", contest) and self.complete("hand", contest):
            boxes, hand = self.figures.country(contest.id), self.country("hand", contest)
            if not boxes.sealed and not hand.sealed:
                return row_of(boxes), row_of(hand), len(stations)
        pairs = [found for no in stations if (found := self.pair(no, contest.id)) is not None]
        if not pairs:
            return None, None, 0
        added = [[sum(column) for column in zip(*(row_of(one[side]) for one in pairs), strict=True)] for side in (0, 1)]
        return added[0], added[1], len(pairs)

    def size(self, station: str, contest: str) -> int | None:
        """By how many votes the options of a station differ, more and fewer added up."""
        found = self.pair(station, contest)
        if found is None:
            return None
        return sum(abs(one - other) for one, other in zip(found[0].votes, found[1].votes, strict=True))

    def whole_contests(self) -> list[Contest]:
        """The contests in which the whole country votes."""
        return [one for one in self.election.contests if one.electorate is not Electorate.DISTRICT]

    def places(self) -> Iterator[Scope]:
        """Every place that has a page of the three counts."""
        yield COUNTRY
        yield from (("region", region.id) for region in self.election.regions)
        yield from (("district", one) for one in dict.fromkeys(c.district for c in self.election.contests) if one)

    def contests(self, scope: Scope) -> list[Contest]:
        """The contests of such a page."""
        if scope[0] != "district":
            return self.whole_contests()
        return [one for one in self.election.contests if one.district == scope[1]]


def row_of(count: Sum | Counted | HandSum) -> list[int]:
    """Votes in ballot order, invalid, ballots."""
    return [*count.votes, count.invalid, count.ballots]


def keys_of(contest: Contest) -> list[str]:
    """The lines of such a row."""
    return [*(str(one.no) for one in contest.options), "invalid", "ballots"]


def _reversals(acts: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Read from the last act: whether one holds depends on later ones only."""
    gone: dict[str, str] = {}
    for act in reversed(acts):
        if act["number"] not in gone:
            gone |= {
                m["number"]: act["number"]
                for m in act["measures"]
                if m["measure"] == "reverse-act" and m["number"] != act["number"]
            }
    return gone


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def annulling(acts: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The acts that take something out of the final count, reversed ones among them."""
    return [act for act in acts if any(m["measure"] in ANNULS for m in act["measures"])]
