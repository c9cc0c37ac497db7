"""What the gate knows of an election by its own counting: voters, boxes, turnout, and the recount of votes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from builder.gate.recount import Recount
from builder.gate.seats import seats_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from builder.state import BoxSlot, ElectionState
    from shailoo.model.election import Election, Station


class Facts:
    """Plain counts over stations and boxes, made without the running totals.

    Every answer is remembered until `take` brings something new: three languages ask the same questions.
    """

    def __init__(self, election: Election) -> None:
        self.election = election
        self.recount = Recount(election)
        self._stations: dict[tuple[str, str], list[Station]] = {}
        self._voting: dict[tuple[str, str, str], list[Station]] = {}
        for station in election.stations:
            scopes = [("country", ""), ("region", station.region), ("tec", station.tec), ("station", station.no)]
            if station.rayon is not None:
                scopes.append(("rayon", station.rayon))
            scopes += [("district", contest.district) for contest in election.contests_at(station) if contest.district]
            for scope in dict.fromkeys(scopes):
                self._stations.setdefault(scope, []).append(station)
                for contest in election.contests_at(station):
                    self._voting.setdefault((*scope, contest.id), []).append(station)
        self._slots: dict[str, dict[str, BoxSlot]] = {}
        self._boxes: dict[str, int] = {
            station.no: len(election.boxes_by_station.get(station.no, ())) for station in election.stations
        }
        self._turnout: dict[str, dict[str, int]] = {}
        self.notes: dict[str, list[str]] = {}
        self._counts: dict[tuple[str | None, ...], int] = {}
        self._voters: dict[tuple[str, str], int] = {}
        self._due: dict[tuple[str, str, str | None], int] = {}
        self._told: dict[tuple[str, str, str], tuple[int, int] | None] = {}
        self._seats: dict[str, int] | None = None
        self.news = 0
        """How often something new was taken in; answers of the same number belong together."""

    def take(self, state: ElectionState, stations: frozenset[str]) -> None:
        """Look again at the boxes and the turnout of some stations."""
        self.news += 1
        self._counts.clear()
        self._seats = None
        for no in stations:
            slots = state.slots_at(no)
            self._slots[no] = {slot.box: slot for slot in slots}
            boxes = sum(1 for slot in slots if not slot.revoked)
            if boxes != self._boxes[no]:
                self._boxes[no] = boxes
                self._due.clear()
            self.notes[no] = []
            for slot in slots:
                final = slot.final
                counts = slot.state == "accepted" and final is not None
                self.recount.put(slot.box, no, final.record.note if counts and final is not None else None)
                annex = slot.annex
                self.recount.put_annex(slot.box, annex.record.note if annex is not None else None)
                for index, upload in enumerate([*slot.finals, *slot.annexes]):
                    if index == 0 and upload.record.zero is not None:
                        self.notes[no].append(upload.record.zero)
                    self.notes[no].append(upload.record.note)
            turnout = {hour: entry.voters for hour, entry in state.turnout.get(no, {}).items()}
            if turnout != self._turnout.get(no, {}):
                self._turnout[no] = turnout
                self._told.clear()
        for contest, row in state.merged.items():
            self.recount.put_merged(contest, row.ballots, row.invalid, dict(row.votes))

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

    def voters(self, kind: str, place: str) -> int:
        """Voters on the lists of a scope."""
        known = self._voters.get((kind, place))
        if known is None:
            known = self._voters[kind, place] = sum(station.voters for station in self._stations.get((kind, place), ()))
        return known

    def waiting(self, kind: str, place: str) -> int:
        """Voters of stations none of whose boxes counts."""
        return self._once(
            ("waiting", kind, place),
            lambda: sum(
                station.voters
                for station in self._stations.get((kind, place), ())
                if not self.recount.boxes("station", station.no)
            ),
        )

    def participants(self, kind: str, place: str) -> int:
        """Voters who took part, by the recount."""
        return self._once(("participants", kind, place), lambda: self.recount.participants(kind, place))

    def expected(self, kind: str, place: str, contest: str | None = None) -> int:
        """Boxes that ought to report from a scope."""
        known = self._due.get((kind, place, contest))
        if known is None:
            among = (
                self._stations.get((kind, place), ())
                if contest is None
                else self._voting.get((kind, place, contest), ())
            )
            known = self._due[kind, place, contest] = sum(self._boxes[station.no] for station in among)
        return known

    def boxes(self, kind: str, place: str) -> int:
        """Boxes that count in a scope."""
        if kind != "district":
            return self.recount.boxes(kind, place)
        return self._once(
            ("boxes", kind, place),
            lambda: sum(self.recount.boxes("station", station.no) for station in self._stations.get((kind, place), ())),
        )

    def held(self, kind: str, place: str) -> int:
        """Boxes whose report is held in a scope."""
        return self._once(("held", kind, place), lambda: self._in_state("held", kind, place))

    def conflicts(self) -> int:
        """Boxes with two different final reports between which no act has chosen."""
        return self._once(("conflicts",), lambda: self._in_state("conflict", "country", ""))

    def released(self, kind: str, place: str) -> int:
        """Boxes that count by an act although their report breaks a rule."""
        return self._once(
            ("released", kind, place),
            lambda: sum(
                slot.released and bool(slot.held)
                for station in self._stations.get((kind, place), ())
                for slot in self._slots.get(station.no, {}).values()
            ),
        )

    def turnout(self, kind: str, place: str, hour: str) -> tuple[int, int] | None:
        """Voters who had voted by an hour and stations that told; None where nobody did."""
        key = (kind, place, hour)
        if key not in self._told:
            told = [
                self._turnout[station.no][hour]
                for station in self._stations.get((kind, place), ())
                if hour in self._turnout.get(station.no, ())
            ]
            self._told[key] = (sum(told), len(told)) if told else None
        return self._told[key]

    def seats(self) -> dict[str, int]:
        """Seats by the rule, asked on the recounted totals."""
        if self._seats is None:
            self._seats = seats_of(self.election, self.recount, self.voters("country", ""))
        return self._seats

    def _once(self, key: tuple[str | None, ...], count: Callable[[], int]) -> int:
        known = self._counts.get(key)
        if known is None:
            known = self._counts[key] = count()
        return known

    def _in_state(self, state: str, kind: str, place: str) -> int:
        return sum(
            slot.state == state
            for station in self._stations.get((kind, place), ())
            for slot in self._slots.get(station.no, {}).values()
        )
