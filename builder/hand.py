"""What people counted, folded from the feed: the state of every sheet, the count by hand, and the final count.

The final count is the count by hand without what the acts in force annul. A reversed act leaves no trace in the sums,
because a station's cell is always worked out anew from its sheet and the acts, and the sums move by the difference.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from builder.acts import Effects, annuls, concerned, effects
from builder.layers import Cell, Coverages, Identified, Layer, SheetCoverage
from builder.tally import COUNTRY
from shailoo.model.manual import IDENTIFICATION
from shailoo.model.record import ReverseAct
from shailoo.rules.keying import Agreed, Differ, SheetStanding, sheet_standing
from shailoo.rules.manual_count import counted, open_lines
from shailoo.rules.small_cells import is_small

if TYPE_CHECKING:
    from builder.tally import Totals
    from shailoo.model.election import Contest, Election, Protocol, Station
    from shailoo.model.manual import LineFigure, ProtocolKeyed
    from shailoo.model.record import Act

SheetState = Literal["waiting", "differs", "held", "agreed"]


NOBODY = SheetStanding(versions=(), released=False)


@dataclass(slots=True)
class Sheet:
    """One paper of one station: every keying, and how they stand together."""

    keyings: list[ProtocolKeyed] = field(default_factory=list)
    standing: SheetStanding = NOBODY

    @property
    def state(self) -> SheetState:
        """How the newest version stands, in a word."""
        if isinstance(self.standing.current, Differ):
            return "differs"
        if self.standing.held is not None:
            return "held"
        return "agreed" if self.standing.counts is not None else "waiting"


@dataclass(frozen=True, slots=True)
class Counted:
    """What a protocol counts; votes in ballot order."""

    ballots: int
    invalid: int
    votes: tuple[int, ...]


class Hand:
    """The manual side of one election's state."""

    def __init__(self, election: Election, totals: Totals) -> None:
        self.election = election
        self.sheets: dict[tuple[str, str], Sheet] = {}
        self.manual = Layer(election)
        self.final = Layer(election)
        self.coverages = Coverages()
        self.effects = Effects()
        self.acts: list[Act] = []
        self.begun = False
        """Two people have agreed on a protocol, or an act has annulled something: there is something to compare."""
        self.misfits: set[tuple[str, str]] = set()
        """(station, contest) where an act takes out more than was counted: in no final total until that is mended."""
        self._totals = totals
        self._protocols: dict[str, Protocol] = {one.contest_kind.value: one for one in election.protocols}
        self._voting: dict[str, dict[str, None]] = {contest.id: {} for contest in election.contests}
        """Contest -> its stations, in package order."""
        for station in election.stations:
            for contest in election.contests_at(station):
                self._voting[contest.id][station.no] = None

    def expected(self, contest: str) -> int:
        """Stations that hold ballots of a contest."""
        return len(self._voting[contest])

    def stations(self, contest: str) -> list[str]:
        """The stations that hold ballots of a contest, in package order."""
        return list(self._voting[contest])

    def sheet(self, station: str, sheet: str) -> Sheet:
        """A paper; one that nobody has keyed is waiting."""
        return self.sheets.get((station, sheet)) or Sheet()

    def keyings(self, station: str) -> dict[str, tuple[ProtocolKeyed, ...]]:
        """Every keying at a station, by sheet."""
        place = self.election.station_by_no[station]
        names = [IDENTIFICATION, *(contest.id for contest in self.election.contests_at(place))]
        return {name: tuple(self.sheets[station, name].keyings) for name in names if (station, name) in self.sheets}

    def protocol(self, sheet: str) -> Protocol | None:
        """Lines and equations of a sheet; None for the identification report."""
        contest = self.election.contest_by_id.get(sheet)
        return None if contest is None else self._protocols.get(contest.kind.value)

    # --- what happens ---

    def key(self, record: ProtocolKeyed) -> None:
        """A person keyed a paper."""
        key = (record.station, record.sheet)
        sheet = self.sheets.setdefault(key, Sheet())
        sheet.keyings.append(record)
        self._stand(key, sheet)

    def act(self, act: Act) -> tuple[set[str], bool]:
        """An act was entered. Answers the stations that it concerns, and whether it concerns a contest everywhere."""
        self.acts.append(act)
        numbers = {measure.number for measure in act.measures if isinstance(measure, ReverseAct)}
        while (
            more := {
                measure.number
                for one in self.acts
                if one.number in numbers
                for measure in one.measures
                if isinstance(measure, ReverseAct)
            }
            - numbers
        ):
            numbers |= more
        places, contests = concerned([act, *(one for one in self.acts if one.number in numbers)])
        self.begun = self.begun or annuls(act)
        self.effects = effects(self.acts)
        for station, sheet in places:
            for key in self._keys(station, sheet):
                known = self.sheets.get(key)
                if known is not None:
                    self._stand(key, known)
                else:
                    self._settle(*key)
        for contest in contests:
            for station in self._voting[contest]:
                self._settle(station, contest)
        return {station for station, _ in places}, bool(contests)

    def boxes_changed(self, station: Station) -> None:
        """Other boxes count at a station: a cell may be small now, or no longer."""
        for contest in self.election.contests_at(station):
            if (station.no, contest.id) in self.sheets:
                self._settle(station.no, contest.id)

    # --- how it stands ---

    def small(self, station: str, contest: Contest, ballots: int) -> bool:
        """Whether votes of a station may not be shown: too few ballots, or a box that hides its own."""
        boxes = self._totals.of(("station", station), contest.id)
        return boxes.sealed > 0 or is_small(ballots, self.election.small_cell_bound)

    def complete(self, contest: str) -> bool:
        """Every station's protocol is in the count by hand."""
        return self.manual.of(COUNTRY, contest).stations == self.expected(contest) > 0

    def complete_finally(self, contest: str) -> bool:
        """Every station is in the final count or excluded from it by an act."""
        out = sum(1 for station in self.effects.stations if station in self._voting[contest])
        inside = self.final.of(COUNTRY, contest).stations
        return contest not in self.effects.contests and inside + out == self.expected(contest) > out

    def identified(self, station: str) -> int | None:
        """Voters identified at a station; None until two people agree on the report."""
        return _voters(self.sheet(station, IDENTIFICATION).standing.counts)

    def hides(self, station: str, sheet: str) -> bool:
        """Whether votes of a paper may not be told: of any of its versions, since a correction differs by little."""
        contest, protocol = self.election.contest_by_id.get(sheet), self.protocol(sheet)
        if contest is None or protocol is None:
            return False
        agreed = (one.state for one in self.sheet(station, sheet).standing.versions if isinstance(one.state, Agreed))
        return any(self.small(station, contest, counted(one.lines, protocol, contest).ballots) for one in agreed)

    def told(self, station: str, sheet: str, agreed: Agreed) -> tuple[LineFigure, ...]:
        """The lines of a version that may be told."""
        return open_lines(agreed.lines, self.protocol(sheet), hidden=self.hides(station, sheet))

    def cell(self, station: str, contest: str) -> Cell | None:
        """What a station adds to the count by hand."""
        return self.manual.cells[contest].get(station)

    # --- inside ---

    def _keys(self, station: str, sheet: str | None) -> list[tuple[str, str]]:
        if sheet is not None:
            return [(station, sheet)]
        place = self.election.station_by_no.get(station)
        return [(station, contest.id) for contest in self.election.contests_at(place)] if place is not None else []

    def _stand(self, key: tuple[str, str], sheet: Sheet) -> None:
        before = (sheet.state, _voters(sheet.standing.counts) if key[1] == IDENTIFICATION else None)
        acts = self.effects.releasing.get(key, ())
        sheet.standing = sheet_standing(sheet.keyings, self.protocol(key[1]), acts)
        self._cover(key, before, sheet)
        if key[1] != IDENTIFICATION:
            self.begun = self.begun or sheet.standing.agreed is not None
            self._settle(*key)

    def _cover(self, key: tuple[str, str], before: tuple[SheetState, int | None], sheet: Sheet) -> None:
        station = self.election.station_by_no[key[0]]
        state, now = sheet.state, _voters(sheet.standing.counts) if key[1] == IDENTIFICATION else None
        for scope in self._totals.scopes(station):
            if key[1] == IDENTIFICATION:
                told = self.coverages.identified.setdefault(scope, Identified())
                told.voters += (now or 0) - (before[1] or 0)
                told.stations += (now is not None) - (before[1] is not None)
                continue
            cover = self.coverages.sheets.setdefault((scope, key[1]), SheetCoverage())
            for found, sign in ((before[0], -1), (state, +1)):
                match found:
                    case "agreed":
                        cover.agreed += sign
                    case "held":
                        cover.held += sign
                    case "differs":
                        cover.differs += sign
                    case "waiting":
                        pass

    def _settle(self, station_no: str, contest_id: str) -> None:
        """Work out anew what a station adds to the count by hand and to the final count."""
        contest = self.election.contest_by_id.get(contest_id)
        station = self.election.station_by_no.get(station_no)
        if contest is None or station is None:
            return
        sheet = self.sheets.get((station_no, contest_id))
        protocol = self.protocol(contest_id)
        hand = final = None
        self.misfits.discard((station_no, contest_id))
        agreed = sheet.standing.counts if sheet is not None else None
        if agreed is not None and protocol is not None:
            found = counted(agreed.lines, protocol, contest)
            count = Counted(found.ballots, found.invalid, found.votes)
            hand = self._cell(station_no, contest, count, 0)
            final = self._finally(station_no, contest, count)
        scopes = self._totals.scopes(station)
        self.manual.move(scopes, contest_id, station_no, hand)
        self.final.move(scopes, contest_id, station_no, final)

    def _cell(self, station: str, contest: Contest, count: Counted, nobody: int, *, hidden: bool = False) -> Cell:
        return Cell(
            count.ballots, count.invalid, count.votes, nobody,
            hidden or self.small(station, contest, count.ballots),
        )  # fmt: skip

    def _finally(self, station: str, contest: Contest, count: Counted) -> Cell | None:
        """What is left of a station's count after the acts in force; None when nothing may be counted there."""
        if station in self.effects.stations or contest.id in self.effects.contests:
            return None
        small = self.small(station, contest, count.ballots)
        for _, outside in self.effects.outside.get((station, contest.id), ()):
            left = without(count, outside.invalid, outside.votes, marks=contest.marks)
            if left is None:
                self.misfits.add((station, contest.id))
                return None
            count = left
        out = self.effects.options.get(contest.id, {})
        taken = [votes if option.no in out else 0 for option, votes in zip(contest.options, count.votes, strict=True)]
        votes = tuple(votes - gone for votes, gone in zip(count.votes, taken, strict=True))
        return self._cell(station, contest, Counted(count.ballots, count.invalid, votes), sum(taken), hidden=small)


def without(count: Counted, invalid: int, votes: tuple[int, ...], *, marks: int) -> Counted | None:
    """A count without what an act takes out of it; None when the act takes more than there is, or of other options.

    An act names votes, not ballots. Where a ballot has one mark, its votes and its invalid ballots *are* the ballots;
    where it has several, only the invalid ballots are known to leave, and the others stay in the base.
    """
    if len(votes) != len(count.votes):
        return None
    left = tuple(had - out for had, out in zip(count.votes, votes, strict=True))
    ballots = count.ballots - invalid - (sum(votes) if marks == 1 else 0)
    if min(left, default=0) < 0 or count.invalid < invalid or ballots < 0:
        return None
    return Counted(ballots, count.invalid - invalid, left)


def _voters(agreed: Agreed | None) -> int | None:
    """The one figure of an identification report."""
    return agreed.lines[0].figures[0] if agreed is not None else None
