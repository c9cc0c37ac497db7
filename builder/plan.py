"""State in, view models out: every page of an election as a pure function of what is known.

A page is named by its scope (`station/1004`, `tec/tec-12`, `overview`). `hot` names the pages that a change makes anew
at once, `trail` those that follow at a declared cadence with a version of their own: they depend on everything, and
making them at every report would make each report a full build.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from builder import views
from builder.counts import Counts
from builder.document_plan import documents_view, owed_view, station_documents
from builder.judge import Verdict, Verdicts, district_state, is_choice, leaders, seats_view
from builder.names import Names
from builder.parts import (
    box_view,
    conflict_row,
    contest_count,
    coverage_row,
    downloads,
    figures,
    held_rows,
    reports,
    small_ballots,
    turnout_row,
    turnout_table,
)
from builder.preferences import list_candidates, readings
from builder.tally import COUNTRY
from shailoo.model.election import ContestKind, Electorate, StationKind
from shailoo.model.record import record_bytes
from shailoo.rules.rulebook import RULES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from builder.state import ElectionState, Touched
    from builder.tally import Scope
    from shailoo.model.election import Contest, Election, Station

OVERVIEW = "overview"


class Plan:
    """The pages of one election. Holds nothing that changes: names, and which page depends on what."""

    def __init__(self, election: Election) -> None:
        self.election = election
        self.names = Names(election)
        self.rayons: dict[str, views.Place] = {}
        self._stations_of: dict[Scope, list[Station]] = {}
        self._tecs_of: dict[str, list[str]] = {}
        for station in election.stations:
            for scope in (("region", station.region), ("tec", station.tec), ("rayon", station.rayon or "")):
                self._stations_of.setdefault(scope, []).append(station)
            tecs = self._tecs_of.setdefault(station.region, [])
            if station.tec not in tecs:
                tecs.append(station.tec)
            for contest in election.contests_at(station):
                if contest.district is not None:
                    self._stations_of.setdefault(("district", contest.district), []).append(station)
        self.contests_of: dict[str, list[Contest]] = {}
        for contest in election.contests:
            if contest.district is not None:
                self.contests_of.setdefault(contest.district, []).append(contest)
        self.whole = tuple(contest for contest in election.contests if contest.electorate is not Electorate.DISTRICT)
        self.counts = Counts(self.names, self.whole)

    # --- which pages there are, and which depend on what ---

    def hot_pages(self) -> list[str]:
        """Every page that follows a report at once."""
        election = self.election
        return [
            OVERVIEW,
            "held",
            "turnout",
            "counts",
            *(f"counts/{region.id}" for region in election.regions),
            *(f"counts/district/{district}" for district in self.contests_of),
            *(f"changes/{region.id}" for region in election.regions),
            *(f"region/{region.id}" for region in election.regions),
            *(f"tec/{tec}" for tecs in self._tecs_of.values() for tec in tecs),
            *(f"district/{district}" for district in self.contests_of),
            *(f"documents/{tec}" for tecs in self._tecs_of.values() for tec in tecs),
            *(f"station/{station.no}" for station in election.stations),
        ]

    def trail_pages(self) -> list[str]:
        """Every page that follows at a cadence."""
        return [
            "map",
            "stations",
            "versions",
            "changes",
            "documents",
            *(f"option/{contest.id}/{option.no}" for contest in self.election.contests for option in contest.options),
        ]

    def hot(self, touched: Touched) -> list[str]:
        """The pages that a change makes anew at once, each once, in a fixed order."""
        pages: dict[str, None] = {}
        for no in sorted(touched.stations):
            station = self.election.station_by_no[no]
            pages[f"station/{no}"] = None
            pages[f"tec/{station.tec}"] = None
            pages[f"region/{station.region}"] = None
            for contest in self.election.contests_at(station):
                if contest.district is not None and (touched.figures or touched.turnout):
                    pages[f"district/{contest.district}"] = None
        for no in sorted(touched.papers):
            pages[f"station/{no}"] = None
            pages[f"documents/{self.election.station_by_no[no].tec}"] = None
        if touched.stations:
            pages[OVERVIEW] = None
        if touched.held:
            pages["held"] = None
            pages[OVERVIEW] = None
        if touched.turnout:
            pages["turnout"] = None
        if touched.all_counts:
            pages |= dict.fromkeys(page for page in self.hot_pages() if page.partition("/")[0] == "counts")
        if touched.counts:
            pages |= dict.fromkeys(self._counts_pages(touched.stations))
        return list(pages)

    def _counts_pages(self, stations: Iterable[str]) -> Iterator[str]:
        """The country's three counts, and those of the regions and districts of some stations."""
        yield "counts"
        for no in sorted(stations):
            station = self.election.station_by_no[no]
            yield f"counts/{station.region}"
            for contest in self.election.contests_at(station):
                if contest.district is not None:
                    yield f"counts/district/{contest.district}"

    def view(self, state: ElectionState, page: str, verdicts: Verdicts) -> views.View:  # noqa: C901, PLR0911, PLR0912 -- one case for each kind of page
        """The view of a page as the state stands."""
        kind, _, rest = page.partition("/")
        match kind:
            case "overview":
                return self.overview(state, verdicts)
            case "region":
                return self.region(state, rest)
            case "tec":
                return self.tec(state, rest)
            case "district":
                return self.district(state, rest, verdicts)
            case "station":
                return self.station(state, rest)
            case "option":
                contest, _, no = rest.partition("/")
                return self.option(state, self.election.contest_by_id[contest], int(no), verdicts)
            case "map":
                return self.map(state)
            case "stations":
                return self.stations()
            case "held":
                return self.held(state)
            case "turnout":
                return self.turnout(state)
            case "documents" if rest:
                return owed_view(state.documents, self.names, rest, self._stations_of["tec", rest])
            case "documents":
                return documents_view(state.documents, self.names, self._tecs_of)
            case "counts":
                return self.three_counts(state, rest, verdicts)
            case _:
                message = f"no such page: {page}"
                raise LookupError(message)

    # --- pages ---

    def overview(
        self, state: ElectionState, verdicts: Verdicts, archive: views.Archive | None = None
    ) -> views.OverviewView:
        """The country at a glance."""
        names, election = self.names, self.election
        regions = [(("region", region.id), names.region(region)) for region in election.regions]
        shown = self.whole or election.contests
        counts = [
            contest_count(names, contest, verdicts[contest.id].total, scope=COUNTRY, verdict=verdicts[contest.id])
            for contest in shown
        ]
        lists = next((contest for contest in self.whole if contest.kind is ContestKind.PARTY_LIST), None)
        waiting = sum(state.totals.coverage[scope].waiting for scope, _ in regions)
        elsewhere = sum(contest.seats for contest in election.contests if contest is not lists)
        return views.OverviewView(
            head=names.head,
            figures=figures(state, COUNTRY, conflicts=self._conflicts(state)),
            contests=tuple(counts),
            coverage=tuple(coverage_row(state, scope, place) for scope, place in regions),
            areas=tuple(self._area(state, scope, place) for scope, place in regions),
            turnout=turnout_table(state, names, COUNTRY, names.country, list(regions)),
            seats=seats_view(names, lists, verdicts[lists.id], waiting, elsewhere) if lists is not None else None,
            districts=tuple(
                self._district_row(state, contest, verdicts[contest.id])
                for contests in self.contests_of.values()
                for contest in contests[:1]
            ),
            downloads=downloads(election.id, OVERVIEW),
            archive=archive,
            counted=self._keyed(state),
        )

    def region(self, state: ElectionState, region_id: str) -> views.PlaceView:
        """A region: its commissions."""
        region = self.election.region_by_id[region_id]
        scope = ("region", region_id)
        parts: list[tuple[Scope, views.Place]] = [
            (("tec", tec), self.names.tec(self.election.commission_by_id[tec]))
            for tec in self._tecs_of.get(region_id, [])
        ]
        return self._place(state, scope, self.names.region(region), parents=(), parts=parts, unit="tec")

    def tec(self, state: ElectionState, tec_id: str) -> views.PlaceView:
        """A territorial commission: its stations."""
        commission = self.election.commission_by_id[tec_id]
        stations = self._stations_of[("tec", tec_id)]
        parents = (self.names.region(self.election.region_by_id[stations[0].region]),)
        parts: list[tuple[Scope, views.Place]] = [
            (("station", station.no), self.names.station(station)) for station in stations
        ]
        return self._place(
            state, ("tec", tec_id), self.names.tec(commission), parents=parents, parts=parts, unit="station"
        )

    def district(self, state: ElectionState, district_id: str, verdicts: Verdicts) -> views.PlaceView:
        """An electoral district: its contest and its stations."""
        names = self.names
        district = self.election.district_by_id[district_id]
        contests = self.contests_of[district_id]
        stations = self._stations_of.get(("district", district_id), [])
        place = names.district(district)
        first = verdicts[contests[0].id]
        result = first.result
        winners = [no for no, _ in result.seats] if result is not None and first.complete else []
        commission = self.election.commission_by_id[district.commission] if district.commission else None
        parts: list[tuple[Scope, views.Place]] = [
            (("station", station.no), names.station(station)) for station in stations
        ]
        covered = [coverage_row(state, scope, part) for scope, part in parts]
        return views.PlaceView(
            head=names.head,
            place=place,
            parents=(names.region(self.election.region_by_id[district.region]),) if district.region else (),
            figures=views.Figures(
                voters=sum(row.voters for row in covered),
                participants=first.total.ballots + first.total.sealed if first.total.boxes else None,
                reported=sum(row.reported for row in covered),
                expected=sum(row.expected for row in covered),
                held=sum(row.held for row in covered),
            ),
            contests=tuple(
                contest_count(names, contest, verdicts[contest.id].total, scope=COUNTRY, verdict=verdicts[contest.id])
                for contest in contests
            ),
            parts=tuple(covered),
            unit="station",
            turnout=None,
            commission=commission.name if commission else None,
            state=district_state(first),
            winners=tuple(names.options(contests[0])[no] for no in winners),
            citation=RULES[contests[0].rule].citation,
            downloads=downloads(self.election.id, f"district/{district_id}"),
        )

    def station(self, state: ElectionState, no: str) -> views.StationView:
        """One polling station."""
        names, election = self.names, self.election
        station = election.station_by_no[no]
        scope = ("station", no)
        slots = state.slots_at(no)
        closing = election.closing(station)
        coverage = state.totals.coverage[scope]
        district = None
        if station.district is not None and station.kind is not StationKind.REMOTE:
            district = names.district(election.district_by_id[station.district])
        hours = names.hours
        return views.StationView(
            head=names.head,
            place=names.station(station),
            address=station.name,
            kind=station.kind,
            zone=station.zone,
            region=names.region(election.region_by_id[station.region]),
            tec=names.tec(election.commission_by_id[station.tec]),
            district=district,
            voters=station.voters,
            participants=coverage.participants if coverage.reported else None,
            boxes=tuple(box_view(slot, closing) for slot in slots),
            contests=tuple(
                contest_count(
                    names,
                    contest,
                    state.totals.of(scope, contest.id),
                    scope=scope,
                    small=small_ballots(state, station, contest),
                )
                for contest in election.contests_at(station)
                if station.kind is not StationKind.REMOTE or state.totals.of(scope, contest.id).boxes
            ),
            reports=tuple(report for slot in slots for report in reports(state, slot)),
            held=tuple(row for slot in slots for row in held_rows(state, names, slot)),
            conflicts=tuple(row for slot in slots if (row := conflict_row(state, names, slot)) is not None),
            turnout=views.TurnoutTable(hours, (), turnout_row(state, scope, names.station(station), hours))
            if coverage.turnout
            else None,
            at=(station.longitude_e5, station.latitude_e5)
            if station.longitude_e5 is not None and station.latitude_e5 is not None
            else None,
            documents=station_documents(state.documents, names, station),
            downloads=downloads(election.id, f"station/{no}"),
            counts=self.counts.station(state, station),
        )

    def option(self, state: ElectionState, contest: Contest, no: int, verdicts: Verdicts) -> views.OptionView:
        """A list or candidate: where its votes came from."""
        names, election = self.names, self.election
        verdict = verdicts[contest.id]
        index = [option.no for option in contest.options].index(no)
        count = contest_count(names, contest, verdict.total, scope=COUNTRY, verdict=verdict)

        def source(scope: Scope, place: views.Place) -> views.SourceRow:
            part = state.totals.of(scope, contest.id)
            known = part.boxes > 0 and part.ballots > 0
            return views.SourceRow(place, part.votes[index] if known else None, part.ballots if known else None)

        local = contest.district is not None
        regions = [] if local else [source(("region", region.id), names.region(region)) for region in election.regions]
        tecs = (
            []
            if local
            else [
                source(("tec", tec), names.tec(election.commission_by_id[tec]))
                for region in election.regions
                for tec in self._tecs_of.get(region.id, [])
            ]
        )
        stations = (
            [
                source(("station", station.no), names.station(station))
                for station in self._stations_of.get(("district", contest.district or ""), [])
            ]
            if local
            else []
        )
        shares = [
            row.votes * 10_000 // row.ballots for row in [*regions, *tecs, *stations] if row.votes and row.ballots
        ]
        candidates = contest.option_by_no[no].candidates
        return views.OptionView(
            head=names.head,
            contest=count,
            option=names.options(contest)[no],
            votes=verdict.total.votes[index] if verdict.total.boxes else None,
            regions=tuple(regions),
            tecs=tuple(tecs),
            scale=max(100, -(-max(shares, default=0) // 100) * 100),
            standing=verdict.standing.get(no, ""),
            candidates=list_candidates(state, contest, no, verdict) if candidates else (),
            readings=readings(contest) if candidates else (),
            preference_boxes=(
                state.annexes,
                verdict.total.boxes,
            )
            if candidates
            else None,
            district=names.district(election.district_by_id[contest.district])
            if contest.district is not None
            else None,
            stations=tuple(stations),
            downloads=downloads(election.id, f"option/{contest.id}-{no}"),
        )

    def map(self, state: ElectionState) -> views.MapView:
        """The interactive map and the lists that stand in for it."""
        names, election = self.names, self.election
        contest = (self.whole or election.contests)[0]
        regions = [self._area(state, ("region", region.id), names.region(region)) for region in election.regions]
        rayons = [
            self._area(state, ("rayon", rayon), place)
            for rayon, place in self.rayons.items()
            if ("rayon", rayon) in state.totals.coverage
        ]
        where = f"/results/data/{election.id}/map"
        return views.MapView(
            head=names.head,
            contest=contest.id,
            regions=tuple(regions),
            rayons=tuple(rayons),
            options=tuple(names.options(contest)[option.no] for option in contest.options),
            areas_href=f"{where}/areas.geojson",
            stations_href=f"{where}/stations.geojson",
            stations=tuple(
                (station.no, station.longitude_e5, station.latitude_e5)
                for station in election.stations
                if station.longitude_e5 is not None and station.latitude_e5 is not None
            ),
            downloads=downloads(election.id, "map/areas"),
        )

    def stations(self) -> views.StationsView:
        """Every station by commission; changes only with the package."""
        names, election = self.names, self.election
        return views.StationsView(
            names.head,
            tuple(
                views.StationGroup(
                    names.tec(election.commission_by_id[tec]),
                    names.region(region),
                    tuple(self.names.station(station) for station in self._stations_of[("tec", tec)]),
                )
                for region in election.regions
                for tec in self._tecs_of.get(region.id, [])
            ),
            (
                views.Download("csv", f"/results/data/{election.id}/stations.csv"),
                views.Download("nist-err json", f"/results/data/{election.id}/nist-err.json"),
                views.Download("zip", f"/results/data/{election.id}/open-data.zip"),
            ),
        )

    def held(self, state: ElectionState) -> views.HeldView:
        """What is in no total, and why."""
        slots = [state.slots[box] for box in sorted(state.troubled)]
        return views.HeldView(
            head=self.names.head,
            held=tuple(row for slot in slots for row in held_rows(state, self.names, slot)),
            conflicts=tuple(row for slot in slots if (row := conflict_row(state, self.names, slot)) is not None),
            refusals=tuple(
                views.RefusalRow(hour, code, count, capped=(hour, code) in state.capped)
                for (hour, code), count in sorted(state.refused.items(), reverse=True)
            ),
            acts=tuple(record_bytes(act).decode() for act in state.acts),
            downloads=downloads(self.election.id, "held"),
        )

    def three_counts(
        self, state: ElectionState, where: str, verdicts: Verdicts
    ) -> views.CountsView | views.CountsPlaceView:
        """The counts of the country (""), of a region (`chuy`) or of a district (`district/d-27`)."""
        names, election = self.names, self.election
        if not where:
            districts = [
                (contest, names.district(election.district_by_id[district]))
                for district, contests in self.contests_of.items()
                for contest in contests[:1]
            ]
            return self.counts.country(state, verdicts, districts)
        district = where.removeprefix("district/")
        if district != where:
            return self.counts.place(
                state,
                names.district(election.district_by_id[district]),
                self._stations_of.get(("district", district), []),
                verdicts,
                self.contests_of[district],
            )
        return self.counts.place(
            state,
            names.region(election.region_by_id[where]),
            self._stations_of.get(("region", where), []),
            verdicts,
            self.whole,
        )

    def _keyed(self, state: ElectionState) -> tuple[int, int] | None:
        """How many protocols of the first contest are agreed, of how many; None before there is any comparison."""
        if not state.hand.begun:
            return None
        first = (self.whole or self.election.contests)[0]
        cover = state.hand.coverages.sheets.get((COUNTRY, first.id))
        return cover.agreed if cover is not None else 0, state.hand.expected(first.id)

    def turnout(self, state: ElectionState) -> views.TurnoutView:
        """Turnout by region and hour."""
        names = self.names
        parts: list[tuple[Scope, views.Place]] = [
            (("region", region.id), names.region(region)) for region in self.election.regions
        ]
        table = turnout_table(state, names, COUNTRY, names.country, parts)
        empty = views.TurnoutTable(
            names.hours,
            tuple(turnout_row(state, scope, place, names.hours) for scope, place in parts),
            turnout_row(state, COUNTRY, names.country, names.hours),
        )
        return views.TurnoutView(names.head, table or empty, downloads(self.election.id, "turnout"))

    def row(self, state: ElectionState) -> views.ElectionRow:
        """The election's line in the list of elections."""
        coverage = state.totals.coverage[COUNTRY]
        return views.ElectionRow(
            self.names.head,
            coverage.voters,
            coverage.participants if coverage.reported else None,
            coverage.reported,
            coverage.expected,
        )

    # --- parts that need the plan's own indexes ---

    def _place(
        self,
        state: ElectionState,
        scope: Scope,
        place: views.Place,
        *,
        parents: tuple[views.Place, ...],
        parts: list[tuple[Scope, views.Place]],
        unit: str,
    ) -> views.PlaceView:
        names = self.names
        contests = [
            contest
            for contest in self.election.contests
            if (scope, contest.id) in state.totals.sums and (contest.district is None or scope[0] == "tec")
        ]
        return views.PlaceView(
            head=names.head,
            place=place,
            parents=parents,
            figures=figures(state, scope, conflicts=0),
            contests=tuple(
                contest_count(names, contest, state.totals.of(scope, contest.id), scope=scope) for contest in contests
            ),
            parts=tuple(coverage_row(state, part, named) for part, named in parts),
            unit="tec" if unit == "tec" else "station",
            turnout=turnout_table(state, names, scope, place, parts if unit == "tec" else []),
            downloads=downloads(self.election.id, f"{scope[0]}/{scope[1]}"),
        )

    def _area(self, state: ElectionState, scope: Scope, place: views.Place) -> views.MapArea:
        coverage = state.totals.coverage[scope]
        contest = (self.whole or self.election.contests)[0]
        total = state.totals.of(scope, contest.id)
        options = self.names.options(contest)
        pairs = [(votes, -option.no) for option, votes in zip(contest.options, total.votes, strict=True)]
        best = max(pairs, default=(0, 0))
        known = total.ballots > 0
        return views.MapArea(
            place=place,
            voters=coverage.voters,
            participants=coverage.participants if coverage.reported else None,
            ballots=total.ballots if known else None,
            leader=options[-best[1]] if known and best[0] else None,
            leader_votes=best[0] if known and best[0] else None,
            votes=tuple((str(option.no), votes) for option, votes in zip(contest.options, total.votes, strict=True))
            if known
            else (),
        )

    def _district_row(self, state: ElectionState, contest: Contest, verdict: Verdict) -> views.DistrictRow:
        del state
        ranked = leaders(contest, verdict)
        options = self.names.options(contest)
        counted = verdict.total.boxes > 0 and ranked[0][1] > 0
        second = next(
            (votes for no, votes in ranked[1:] if is_choice(contest, no) or is_choice(contest, ranked[0][0])), 0
        )
        return views.DistrictRow(
            place=self.names.district(self.election.district_by_id[contest.district or ""]),
            state=district_state(verdict),
            leader=options[ranked[0][0]] if counted else None,
            votes=ranked[0][1] if counted else None,
            ballots=verdict.total.ballots if counted else None,
            lead=ranked[0][1] - second if counted else None,
            reported=verdict.total.boxes,
            expected=verdict.total.expected,
        )

    @staticmethod
    def _conflicts(state: ElectionState) -> int:
        return sum(1 for box in state.troubled if state.slots[box].state == "conflict")


def ordered(pages: Iterable[str]) -> list[str]:
    """Pages in the order in which they are written: stations first, so that no total runs ahead of its parts."""
    order = {"station": 0, "tec": 1, "district": 2, "region": 3, "option": 4}
    return sorted(pages, key=lambda page: (order.get(page.partition("/")[0], 9), page))
