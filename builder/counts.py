"""State in, views of the three counts out: identified, counted by the boxes, counted by hand, and the final count.

A comparison is only ever made over stations that have both counts: the sum of the boxes that have reported and the sum
of the protocols that are agreed are of different stations until the last one is in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from builder import views
from builder.acts import annuls, reversed_by
from builder.layers import LayerSum, SheetCoverage
from builder.parts import downloads
from builder.tally import COUNTRY
from shailoo.model.base import Name, stamp
from shailoo.model.election import ContestKind
from shailoo.model.record import ExcludeContest, ExcludeOption, ExcludeOutside, ExcludeStation, ReverseAct
from shailoo.rules.differences import BOUND, CLASSES, class_of, over, size_of
from shailoo.rules.keying import Agreed, Differ
from shailoo.rules.seats import decide
from shailoo.rules.totals import ContestTotals, OptionVotes, RegionVotes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from builder.hand import Hand, Sheet
    from builder.judge import Verdicts
    from builder.layers import Cell, Layer
    from builder.names import Names
    from builder.state import ElectionState
    from builder.tally import Scope, Sum
    from shailoo.model.election import Contest, Station
    from shailoo.model.record import Act
    from shailoo.rules.keying import SheetStanding, VersionStanding
    from shailoo.rules.results import SeatResult

_SCALES = (1000, 2000, 2500, 4000, 5000, 6000, 8000, 10_000)
_NONE = SheetCoverage()


class Counts:
    """The pages and parts of pages that compare counts. Holds names only."""

    def __init__(self, names: Names, contests: Iterable[Contest]) -> None:
        self.names = names
        self.election = names.election
        self.shown = tuple(contests)
        """The contests of the country's page."""

    # --- pages ---

    def country(
        self, state: ElectionState, verdicts: Verdicts, districts: Iterable[tuple[Contest, views.Place]]
    ) -> views.CountsView:
        """The country: comparison, layers, differences, regions, districts, and what is excluded."""
        if not state.hand.begun:
            return views.CountsView(self.names.head, begun=False)
        regions = [(("region", region.id), self.names.region(region)) for region in self.election.regions]
        first = self.shown[0] if self.shown else None
        told = state.hand.coverages.identified.get(COUNTRY)
        return views.CountsView(
            head=self.names.head,
            begun=True,
            identified=(told.voters, told.stations) if told is not None else (0, 0),
            comparisons=tuple(self._country(state, contest, verdicts) for contest in self.shown),
            layers=tuple(self.layers(state, contest, verdicts) for contest in self.shown),
            spreads=tuple(self._spread(state, contest) for contest in self.shown),
            regions=tuple(self._coverage(state, first, scope, place) for scope, place in regions) if first else (),
            total=self._coverage(state, first, COUNTRY, self.names.country) if first else None,
            districts=tuple(self._coverage(state, contest, COUNTRY, place) for contest, place in districts),
            acts=self.acts(state),
            downloads=downloads(self.election.id, "counts"),
        )

    def place(
        self,
        state: ElectionState,
        place: views.Place,
        stations: Sequence[Station],
        verdicts: Verdicts,
        contests: Sequence[Contest],
    ) -> views.CountsPlaceView:
        """A region or a district: the comparison over its stations, and every station."""
        head = self.names.head
        if not state.hand.begun:
            return views.CountsPlaceView(head, begun=False, place=place)
        scope = f"counts/{place.id}" if place.kind == "region" else f"counts/district/{place.id}"
        numbers = [station.no for station in stations]
        return views.CountsPlaceView(
            head=head,
            begun=True,
            place=place,
            comparisons=tuple(self._over(state, contest, numbers) for contest in contests),
            layers=tuple(self.layers(state, contest, verdicts) for contest in contests if contest.district),
            lists=tuple(self._list(state, contest, stations) for contest in contests),
            downloads=downloads(self.election.id, scope),
        )

    def station(self, state: ElectionState, station: Station) -> views.StationCounts | None:
        """A station's section; None where nobody has keyed anything and no act names it."""
        hand, no = state.hand, station.no
        contests = [contest for contest in self.election.contests_at(station) if (no, contest.id) in hand.sheets]
        acts = self.acts(state, no)
        identified = hand.identified(no)
        if not contests and not acts and identified is None:
            return None
        return views.StationCounts(
            identified=identified,
            comparisons=tuple(
                self._station(state, contest, no) for contest in contests if hand.cell(no, contest.id) is not None
            ),
            sheets=tuple(self._sheet(contest, hand.sheets[no, contest.id]) for contest in contests),
            acts=acts,
            texts=sheet_texts(state, no),
        )

    # --- comparisons ---

    def _lines(
        self, contest: Contest, boxes: Sequence[int | None], hand: Sequence[int | None], *, hidden: bool = False
    ) -> tuple[views.CountLine, ...]:
        """Lines from figures: votes in ballot order, then invalid, then ballots."""
        options = self.names.options(contest)
        keys = [*(str(option.no) for option in contest.options), "invalid", "ballots"]
        known = [*(options[option.no] for option in contest.options), None, None]
        rows = [
            views.CountLine(key, option, by_box, by_hand)
            for key, option, by_box, by_hand in zip(keys, known, boxes, hand, strict=True)
        ]
        return tuple(rows[-1:] if hidden else rows)

    def _country(self, state: ElectionState, contest: Contest, verdicts: Verdicts) -> views.Comparison:
        hand, verdict = state.hand, verdicts[contest.id]
        mine = hand.manual.country(contest, complete=hand.complete(contest.id))
        stations = hand.expected(contest.id)
        if not (verdict.complete and hand.complete(contest.id)) or verdict.total.sealed or mine.sealed:
            return self._over(state, contest, hand.stations(contest.id))
        return views.Comparison(
            contest.id, contest.kind, contest.name,
            self._lines(contest, _figures(verdict.total), _figures(mine)), stations, stations,
        )  # fmt: skip

    def _over(self, state: ElectionState, contest: Contest, numbers: Sequence[str]) -> views.Comparison:
        """The sums of both counts over the stations that have both."""
        pairs = [found for no in numbers if (found := pair(state, contest, no)) is not None]
        blank = [0] * (len(contest.options) + 2)
        boxes, hand = (
            [sum(column) for column in zip(*(_figures(one[side]) for one in pairs), strict=True)] or blank
            for side in (0, 1)
        )
        shown: list[int | None] = [*boxes]
        also: list[int | None] = [*hand]
        if not pairs:
            shown = also = [None] * len(blank)
        holds = sum(1 for no in numbers if contest in self.election.contests_at(self.election.station_by_no[no]))
        return views.Comparison(
            contest.id, contest.kind, contest.name, self._lines(contest, shown, also), len(pairs), holds
        )

    def _station(self, state: ElectionState, contest: Contest, no: str) -> views.Comparison:
        cell = state.hand.cell(no, contest.id)
        total = state.totals.of(("station", no), contest.id)
        told = total.boxes == total.expected > 0
        blank: list[int | None] = [None] * (len(contest.options) + 2)
        boxes = _figures(total) if told else blank
        hand = _figures(cell) if cell is not None else blank
        hidden = cell is not None and cell.hidden
        if hidden and told:
            boxes = [*blank[:-1], total.ballots + total.sealed]
        both = int(told and cell is not None and not hidden)
        return views.Comparison(
            contest.id, contest.kind, contest.name, self._lines(contest, boxes, hand, hidden=hidden), both, 1, hidden
        )

    # --- layers ---

    def layers(self, state: ElectionState, contest: Contest, verdicts: Verdicts) -> views.Layers:
        """Votes and seats of the three layers; each seat by the contest's rule on that layer's own totals."""
        hand, verdict = state.hand, verdicts[contest.id]
        annulled = contest.id in hand.effects.contests
        done = (verdict.complete, hand.complete(contest.id), hand.complete_finally(contest.id))
        sums: list[Sum | LayerSum | None] = [
            verdict.total if verdict.total.boxes else None,
            _known(hand.manual.country(contest, complete=done[1])),
            None if annulled else _known(hand.final.country(contest, complete=done[2])),
        ]
        results = [
            verdict.result,
            *(
                self._decide(state, contest, layer, total) if isinstance(total, LayerSum) else None
                for layer, total in ((hand.manual, sums[1]), (hand.final, sums[2]))
            ),
        ]
        options = self.names.options(contest)
        rows = [
            views.LayerRow(
                str(option.no),
                options[option.no],
                tuple(total.votes[at] if total is not None else None for total in sums),
                tuple(_seats(result, option.no, contest) for result in results),
            )
            for at, option in enumerate(contest.options)
        ]
        final = sums[2]
        if isinstance(final, LayerSum) and final.nobody:
            rows.append(views.LayerRow("nobody", None, (None, None, final.nobody)))
        ballots = tuple(total.ballots if total is not None else None for total in sums)
        rows.append(views.LayerRow("invalid", None, tuple(None if one is None else one.invalid for one in sums)))
        rows.append(views.LayerRow("ballots", None, ballots))
        return views.Layers(
            contest=contest.id,
            kind=contest.kind,
            name=contest.name,
            rows=tuple(rows),
            ballots=ballots,
            voters=state.totals.coverage[COUNTRY].voters if contest.district is None else 0,
            complete=done,
            seats=contest.seats,
            open_seats=tuple(
                None if result is None else contest.seats - sum(seats for _, seats in result.seats)
                for result in results
            ),
            annulled=annulled,
        )

    def _decide(self, state: ElectionState, contest: Contest, layer: Layer, total: LayerSum) -> SeatResult:
        regions = [
            _region(layer.of(("region", region.id), contest.id), contest, region.id)
            for region in (self.election.regions if self.election.quota_regions else ())
            if contest.kind is ContestKind.PARTY_LIST
        ]
        return decide(
            contest.rule,
            ContestTotals(
                contest=contest.id,
                seats=contest.seats,
                voters=state.totals.coverage[COUNTRY].voters,
                participants=total.ballots + total.sealed,
                options=tuple(
                    OptionVotes(no=option.no, kind=option.kind, votes=votes, sex=option.sex)
                    for option, votes in zip(contest.options, total.votes, strict=True)
                ),
                round=contest.round,
                regions=tuple(regions),
                quota_regions=self.election.quota_regions,
                unplaced=total.sealed,
            ),
        )

    # --- coverage and differences ---

    def _coverage(
        self, state: ElectionState, contest: Contest, scope: Scope, place: views.Place
    ) -> views.SheetCoverage:
        known = state.hand.coverages.sheets.get((scope, contest.id), _NONE)
        numbers = [
            no
            for no in state.hand.stations(contest.id)
            if scope == COUNTRY or self.election.station_by_no[no].region == scope[1]
        ]
        apart = above = ballots = invalid = both = 0
        for no in numbers:
            found = pair(state, contest, no)
            if found is not None:
                boxes, hand = found
                size = size_of(boxes.votes, hand.votes)
                both += 1
                apart += differs(boxes, hand)
                above += over(BOUND, size, hand.ballots)
                ballots += hand.ballots - boxes.ballots
                invalid += hand.invalid - boxes.invalid
        return views.SheetCoverage(
            place, len(numbers), known.agreed, known.held, known.differs, both, apart, above, ballots, invalid
        )

    def _spread(self, state: ElectionState, contest: Contest) -> views.Spread:
        counts = [0] * len(CLASSES)
        above = 0
        for no in state.hand.stations(contest.id):
            found = pair(state, contest, no)
            if found is not None:
                size = size_of(found[0].votes, found[1].votes)
                counts[class_of(size)] += 1
                above += over(BOUND, size, found[1].ballots)
        whole = sum(counts)
        widest = 10_000 * max(counts) // whole if whole else 0
        return views.Spread(
            contest=contest.id,
            name=contest.name,
            rows=tuple(
                views.SpreadRow(one.least, one.most, stations) for one, stations in zip(CLASSES, counts, strict=True)
            ),
            stations=whole,
            over=above,
            bound_votes=BOUND.votes,
            bound_thousandths=BOUND.thousandths,
            scale=next(scale for scale in _SCALES if scale >= widest),
        )

    def _list(self, state: ElectionState, contest: Contest, stations: Sequence[Station]) -> views.StationList:
        rows = [
            self._difference(state, contest, station)
            for station in stations
            if contest in self.election.contests_at(station)
        ]
        rows.sort(key=lambda row: (row.size is None, -(row.size or 0), -abs(row.invalid or 0), int(row.place.id)))
        return views.StationList(contest.id, contest.name, tuple(rows))

    def _difference(self, state: ElectionState, contest: Contest, station: Station) -> views.StationDifference:
        hand, no = state.hand, station.no
        found, cell, sheet = pair(state, contest, no), hand.cell(no, contest.id), hand.sheet(no, contest.id)
        total = state.totals.of(("station", no), contest.id)
        excluded = hand.effects.stations.get(no)
        size = size_of(found[0].votes, found[1].votes) if found is not None else None
        return views.StationDifference(
            place=self.names.station(station),
            state=sheet.state,
            boxes=total.ballots + total.sealed if total.boxes == total.expected > 0 else None,
            hand=cell.ballots if cell is not None else None,
            size=size,
            invalid=found[1].invalid - found[0].invalid if found is not None else None,
            over=found is not None and size is not None and over(BOUND, size, found[1].ballots),
            reasons=_reasons(sheet),
            excluded=excluded.number if excluded is not None else "",
        )

    # --- sheets and acts ---

    def _sheet(self, contest: Contest, sheet: Sheet) -> views.SheetView:
        found = sheet.standing
        told = found.agreed if not isinstance(found.current, Differ) else None
        return views.SheetView(
            contest=contest.id,
            name=contest.name,
            state=sheet.state,
            versions=tuple(_version(sheet, one) for one in found.versions),
            breaches=tuple(
                views.SheetBreach(breach.rule, breach.line, breach.expected, breach.found)
                for breach in (told.hard if told is not None else ())
            ),
            lines=tuple(dict.fromkeys(one.line for one in found.current.lines))
            if isinstance(found.current, Differ)
            else (),
            reason=(told.unreconciled or "") if told is not None else "",
        )

    def acts(self, state: ElectionState, station: str | None = None) -> tuple[views.ActRow, ...]:
        """The acts that annul, in the order in which they were entered, reversed ones among them; newest last."""
        gone = reversed_by(state.hand.acts)
        mine = [act for act in state.hand.acts if annuls(act)]
        if station is not None:
            mine = [act for act in mine if any(getattr(m, "station", None) == station for m in act.measures)]
        return tuple(self._act(act, gone.get(act.number, "")) for act in mine)

    def _act(self, act: Act, reversed_by: str) -> views.ActRow:
        known = self.election.commission_by_id.get(act.body)
        body = known.name if known is not None else Name(ky=act.body, ru=act.body, en=act.body)
        parts: list[views.AnnulledPart] = []
        for measure in act.measures:
            match measure:
                case ExcludeStation(station=no):
                    parts.append(views.AnnulledPart("exclude-station", self._named(no)))
                case ExcludeOutside(station=no, contest=contest):
                    parts.append(views.AnnulledPart("exclude-outside", self._named(no), self._contest(contest)))
                case ExcludeOption(contest=contest, no=number):
                    voted = self.election.contest_by_id.get(contest)
                    option = self.names.options(voted).get(number) if voted is not None else None
                    parts.append(views.AnnulledPart("exclude-option", None, self._contest(contest), option))
                case ExcludeContest(contest=contest):
                    parts.append(views.AnnulledPart("exclude-contest", None, self._contest(contest)))
                case ReverseAct() | _:
                    pass
        return views.ActRow(act.number, act.day.isoformat(), body, act.reason, tuple(parts), reversed_by)

    def _named(self, no: str) -> views.Place | None:
        station = self.election.station_by_no.get(no)
        return self.names.station(station) if station is not None else None

    def _contest(self, contest: str) -> Name | None:
        known = self.election.contest_by_id.get(contest)
        return known.name if known is not None else None


def pair(state: ElectionState, contest: Contest, station: str) -> tuple[Sum, Cell] | None:
    """Both counts of a station, where both are known whole and may be shown."""
    cell = state.hand.manual.cells[contest.id].get(station)
    if cell is None or cell.hidden:
        return None
    total = state.totals.of(("station", station), contest.id)
    return (total, cell) if total.boxes == total.expected > 0 else None


def differs(boxes: Sum, hand: Cell) -> bool:
    """Whether two counts of a station differ in any figure."""
    return (boxes.ballots, boxes.invalid, *boxes.votes) != (hand.ballots, hand.invalid, *hand.votes)


def _figures(count: Sum | Cell | LayerSum) -> list[int]:
    return [*count.votes, count.invalid, count.ballots]


def _known(total: LayerSum) -> LayerSum | None:
    return total if total.stations else None


def _seats(result: SeatResult | None, no: int, contest: Contest) -> int | None:
    return result.seats_of(no) if result is not None and contest.seats else None


def _region(part: LayerSum, contest: Contest, region: str) -> RegionVotes:
    return RegionVotes(
        region=region,
        participants=part.ballots + part.sealed,
        votes=tuple((option.no, votes) for option, votes in zip(contest.options, part.votes, strict=True)),
        unplaced=part.sealed,
    )


def _version(sheet: Sheet, found: VersionStanding) -> views.SheetVersion:
    """A version by the keying that settled it, or by the newest one while nothing is settled."""
    keyings = [one for one in sheet.keyings if one.version == found.version]
    agreed = found.state if isinstance(found.state, Agreed) else None
    deciding = next((one for one in keyings if agreed is not None and one.keying == agreed.keyings[1]), keyings[-1])
    return views.SheetVersion(
        version=found.version,
        role=deciding.role,
        entered=stamp(deciding.entered),
        correction=found.correction or "",
        act=found.act or "",
        counts=agreed is not None and agreed is sheet.standing.counts,
    )


def sheet_texts(state: ElectionState, no: str) -> tuple[views.SheetText, ...]:
    """Every version on which two people agree, of every paper of a station."""
    hand = state.hand
    return tuple(
        _text(hand, (no, name), one, one.state)
        for name in hand.keyings(no)
        for one in hand.sheet(no, name).standing.versions
        if isinstance(one.state, Agreed)
    )


def _text(hand: Hand, key: tuple[str, str], version: VersionStanding, agreed: Agreed) -> views.SheetText:
    return views.SheetText(
        sheet=key[1],
        version=version.version,
        state=_text_state(hand.sheet(*key).standing, agreed),
        agreed=stamp(agreed.moment),
        correction=version.correction or "",
        act=version.act or "",
        unreconciled=agreed.unreconciled or "",
        hidden=hand.hides(*key),
        lines=tuple((line.line, line.figures) for line in hand.told(*key, agreed)),
    )


def _text_state(standing: SheetStanding, agreed: Agreed) -> views.TextState:
    if agreed is standing.counts:
        return "counts"
    return "held" if agreed is standing.held else "replaced"


def _reasons(sheet: Sheet) -> tuple[str, ...]:
    """Why a protocol was corrected or handed over unreconciled, word for word, each once."""
    said = [one.correction for one in sheet.standing.versions]
    counts = sheet.standing.agreed
    said.append(counts.unreconciled if counts is not None else None)
    return tuple(dict.fromkeys(reason for reason in said if reason))
