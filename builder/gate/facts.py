"""What the gate knows of an election by its own counting: voters, boxes, turnout, and the recount of votes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from builder.gate.layers import HandLayers
from builder.gate.papers import Papers
from builder.gate.recount import Recount
from builder.gate.seats import seats_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from builder.state import BoxSlot, ElectionState
    from shailoo.model.election import Election, Station

_COUNTRY = ("country", "")


class Facts:
    """Plain counts over stations and boxes, made without the running totals.

    Every count is made station by station and summed up, by TEC and region; it is remembered until `take` brings
    news of a station in its scope. Three languages ask the same questions, and so do the pages of a commission and of
    its region.
    """

    def __init__(self, election: Election) -> None:
        self.election = election
        self.recount = Recount(election)
        self.papers = Papers(election)
        self.news = 0
        """How often something new was taken in; answers of the same number belong together."""
        self.notes: dict[str, list[str]] = {}
        """Station -> the signed texts of its boxes."""
        self._stations: dict[tuple[str, str], list[Station]] = {}
        self._voting: dict[tuple[str, str, str], list[Station]] = {}
        self._around: dict[str, list[tuple[str, str]]] = {}
        """Station -> every scope that it is in."""
        self._parts: dict[tuple[str, str], dict[tuple[str, str], None]] = {}
        """Country -> regions, region -> TECs."""
        for station in election.stations:
            region, tec = ("region", station.region), ("tec", station.tec)
            self._parts.setdefault(_COUNTRY, {})[region] = None
            self._parts.setdefault(region, {})[tec] = None
            scopes = [_COUNTRY, region, tec, ("station", station.no)]
            if station.rayon is not None:
                scopes.append(("rayon", station.rayon))
            scopes += [("district", contest.district) for contest in election.contests_at(station) if contest.district]
            self._around[station.no] = list(dict.fromkeys(scopes))
            for scope in self._around[station.no]:
                self._stations.setdefault(scope, []).append(station)
                for contest in election.contests_at(station):
                    self._voting.setdefault((*scope, contest.id), []).append(station)
        self._slots: dict[str, dict[str, BoxSlot]] = {}
        self._boxes: dict[str, int] = {
            station.no: len(election.boxes_by_station.get(station.no, ())) for station in election.stations
        }
        self._turnout: dict[str, dict[str, int]] = {}
        self._counts: dict[tuple[str, str], dict[str, int]] = {}
        self._voters: dict[tuple[str, str], int] = {}
        self._due: dict[tuple[str, str, str | None], int] = {}
        self._seats: dict[str, int] | None = None
        self.stood: dict[str, int | None] | None = None
        """Who took part in the country when the election last passed the gate; None before it ever did."""
        self.layers = HandLayers(self)
        """What people counted, added up apart."""
        self.kept: list[tuple[int, dict[tuple[str, str], int | None]]] = []
        """Each kept version with the country's figures: (contest or "", line) -> figure; None for what is not known."""
        self.kept_at: dict[int, int] = {}
        """Number of a kept version -> its place in `kept`."""
        self.refused: dict[str, int] = {}
        """`<hour>:<code>` -> refusals told."""

    def stand(self) -> None:
        """The election has passed the gate as it is: the list of elections shows this until it passes again."""
        self.stood = {"participants": self.participants(*_COUNTRY) if self.boxes(*_COUNTRY) else None}

    def keep(self, version: int) -> None:
        """This version is kept: count the country once more, to know later what was new in it."""
        known = self.boxes(*_COUNTRY) > 0
        figures: dict[tuple[str, str], int | None] = {
            ("", "participants"): self.participants(*_COUNTRY) if known else None,
            ("", "reported"): self.boxes(*_COUNTRY),
            ("", "held"): self.held(*_COUNTRY),
        }
        whole = [contest for contest in self.election.contests if contest.electorate.value != "district"]
        for contest in whole or self.election.contests:
            added = self.recount.of(*_COUNTRY, contest.id)
            known = added.boxes > 0
            for option, votes in zip(contest.options, added.votes, strict=True):
                figures[contest.id, str(option.no)] = votes if known else None
            figures[contest.id, "invalid"] = added.invalid if known else None
            figures[contest.id, "ballots"] = added.ballots if known else None
        self.kept_at[version] = len(self.kept)
        self.kept.append((version, figures))
        self.news += 1

    def take(self, state: ElectionState, stations: frozenset[str]) -> None:
        """Look again at the boxes and the turnout of some stations."""
        self.news += 1
        self._seats = None
        self.layers.hands.put_acts(state.acts)
        for no in stations:
            for scope in self._around[no]:
                self._counts.pop(scope, None)
            slots = state.slots_at(no)
            self._slots[no] = {slot.box: slot for slot in slots}
            boxes = sum(1 for slot in slots if not slot.revoked)
            if boxes != self._boxes[no]:
                self._boxes[no] = boxes
                self._due.clear()
            self.notes[no] = []
            for slot in slots:
                self._take_box(slot, no)
            self.layers.hands.put(no, state.hand.keyings(no))
            self._turnout[no] = {hour: entry.voters for hour, entry in state.turnout.get(no, {}).items()}
        self.refused = {f"{hour}:{code}": count for (hour, code), count in state.refused.items()}
        for contest, row in state.merged.items():
            self.recount.put_merged(contest, row.ballots, row.invalid, dict(row.votes))

    def _take_box(self, slot: BoxSlot, station: str) -> None:
        final, annex = slot.final, slot.annex
        counts = slot.state == "accepted" and final is not None
        self.recount.put(slot.box, station, final.record.note if counts and final is not None else None)
        self.recount.put_annex(slot.box, annex.record.note if annex is not None else None)
        uploads = [*slot.finals, *slot.annexes]
        self.notes[station] += dict.fromkeys(upload.record.zero for upload in uploads if upload.record.zero is not None)
        self.notes[station] += [upload.record.note for upload in uploads]

    @property
    def hours(self) -> tuple[str, ...]:
        """The local hours for which precincts tell turnout: from two hours after opening up to closing."""
        first, last = self.election.opens.hour + 2, self.election.closes.hour or 24
        return tuple(f"{hour:02}:00" for hour in range(first, last + 1))

    def places(self, kind: str) -> list[str]:
        """Every region (also one without stations), commission or rayon."""
        if kind == "region":
            return [region.id for region in self.election.regions]
        return [place for found, place in self._stations if found == kind]

    def stations(self, kind: str, place: str) -> list[Station]:
        """The stations of a scope; for a district those that hold its ballots."""
        return self._stations.get((kind, place), [])

    def voting(self, kind: str, place: str, contest: str) -> list[Station]:
        """The stations of a scope that hold ballots of a contest."""
        return self._voting.get((kind, place, contest), [])

    def voters(self, kind: str, place: str) -> int:
        """Voters on the lists of a scope."""
        known = self._voters.get((kind, place))
        if known is None:
            known = self._voters[kind, place] = sum(station.voters for station in self.stations(kind, place))
        return known

    def waiting(self, kind: str, place: str) -> int:
        """Voters of stations none of whose boxes counts."""
        return self._sum(
            "waiting",
            (kind, place),
            lambda station: 0 if self.recount.boxes("station", station.no) else station.voters,
        )

    def participants(self, kind: str, place: str) -> int:
        """Voters who took part, by the recount."""
        return self.recount.participants(kind, place)

    def expected(self, kind: str, place: str, contest: str | None = None) -> int:
        """Boxes that ought to report from a scope."""
        known = self._due.get((kind, place, contest))
        if known is None:
            among = self.stations(kind, place) if contest is None else self._voting.get((kind, place, contest), ())
            known = self._due[kind, place, contest] = sum(self._boxes[station.no] for station in among)
        return known

    def boxes(self, kind: str, place: str) -> int:
        """Boxes that count in a scope."""
        if kind != "district":
            return self.recount.boxes(kind, place)
        return self._sum("boxes", (kind, place), lambda station: self.recount.boxes("station", station.no))

    def held(self, kind: str, place: str) -> int:
        """Boxes whose report is held in a scope."""
        return self._sum("held", (kind, place), lambda station: self._in_state("held", station))

    def conflicts(self) -> int:
        """Boxes with two different final reports between which no act has chosen."""
        return self._sum("conflicts", _COUNTRY, lambda station: self._in_state("conflict", station))

    def released(self, kind: str, place: str) -> int:
        """Boxes that count by an act although their report breaks a rule."""
        return self._sum(
            "released",
            (kind, place),
            lambda station: sum(slot.released and bool(slot.held) for slot in self._slots_at(station)),
        )

    def turnout(self, kind: str, place: str, hour: str) -> tuple[int, int] | None:
        """Voters who had voted by an hour and stations that told; None where nobody did."""
        scope = (kind, place)
        told = self._sum(f"told {hour}", scope, lambda station: hour in self._turnout.get(station.no, ()))
        if not told:
            return None
        return self._sum(f"voted {hour}", scope, lambda station: self._turnout.get(station.no, {}).get(hour, 0)), told

    def seats(self) -> dict[str, int]:
        """Seats by the rule, asked on the recounted totals."""
        if self._seats is None:
            self._seats = seats_of(self.election, self.recount, self.voters("country", ""))
        return self._seats

    def _sum(self, what: str, scope: tuple[str, str], at: Callable[[Station], int]) -> int:
        known = self._counts.setdefault(scope, {})
        if what not in known:
            parts = self._parts.get(scope)
            known[what] = (
                sum(self._sum(what, part, at) for part in parts)
                if parts is not None
                else sum(at(station) for station in self.stations(*scope))
            )
        return known[what]

    def _in_state(self, state: str, station: Station) -> int:
        return sum(slot.state == state for slot in self._slots_at(station))

    def _slots_at(self, station: Station) -> list[BoxSlot]:
        return list(self._slots.get(station.no, {}).values())
