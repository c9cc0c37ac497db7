"""What the gate knows of an election by its own counting: voters, boxes, turnout, and the recount of votes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from builder.gate.recount import Recount

if TYPE_CHECKING:
    from builder.state import BoxSlot, ElectionState
    from shailoo.model.election import Election, Station


class Facts:
    """Plain counts over stations and boxes, made without the running totals."""

    def __init__(self, election: Election) -> None:
        self.election = election
        self.recount = Recount(election)
        self._stations: dict[tuple[str, str], list[Station]] = {}
        for station in election.stations:
            scopes = [("country", ""), ("region", station.region), ("tec", station.tec), ("station", station.no)]
            if station.rayon is not None:
                scopes.append(("rayon", station.rayon))
            scopes += [("district", contest.district) for contest in election.contests_at(station) if contest.district]
            for scope in dict.fromkeys(scopes):
                self._stations.setdefault(scope, []).append(station)
        self._slots: dict[str, dict[str, BoxSlot]] = {}
        self._turnout: dict[str, dict[str, int]] = {}
        self.notes: dict[str, list[str]] = {}

    def take(self, state: ElectionState, stations: frozenset[str]) -> None:
        """Look again at the boxes and the turnout of some stations."""
        for no in stations:
            slots = state.slots_at(no)
            self._slots[no] = {slot.box: slot for slot in slots}
            self.notes[no] = []
            for slot in slots:
                final = slot.final
                counts = slot.state == "accepted" and final is not None
                self.recount.put(slot.box, no, final.record.note if counts and final is not None else None)
                for index, upload in enumerate([*slot.finals, *slot.annexes]):
                    if index == 0 and upload.record.zero is not None:
                        self.notes[no].append(upload.record.zero)
                    self.notes[no].append(upload.record.note)
            self._turnout[no] = {hour: entry.voters for hour, entry in state.turnout.get(no, {}).items()}
        for contest, row in state.merged.items():
            self.recount.put_merged(contest, row.ballots, row.invalid, dict(row.votes))

    def stations(self, kind: str, place: str) -> list[Station]:
        """The stations of a scope; for a district those that hold its ballots."""
        return self._stations.get((kind, place), [])

    def voters(self, kind: str, place: str) -> int:
        """Voters on the lists of a scope."""
        return sum(station.voters for station in self._stations.get((kind, place), ()))

    def waiting(self, kind: str, place: str) -> int:
        """Voters of stations none of whose boxes counts."""
        return sum(
            station.voters
            for station in self._stations.get((kind, place), ())
            if not self.recount.boxes("station", station.no)
        )

    def expected(self, kind: str, place: str, contest: str | None = None) -> int:
        """Boxes that ought to report from a scope."""
        total = 0
        for station in self._stations.get((kind, place), ()):
            if contest is not None and all(found.id != contest for found in self.election.contests_at(station)):
                continue
            slots = self._slots.get(station.no)
            if slots is None:
                total += len(self.election.boxes_by_station.get(station.no, ()))
            else:
                total += sum(1 for slot in slots.values() if not slot.revoked)
        return total

    def boxes(self, kind: str, place: str) -> int:
        """Boxes that count in a scope."""
        if kind == "district":
            return sum(self.recount.boxes("station", station.no) for station in self._stations.get((kind, place), ()))
        return self.recount.boxes(kind, place)

    def held(self, kind: str, place: str) -> int:
        """Boxes whose report is held in a scope."""
        return sum(
            slot.state == "held"
            for station in self._stations.get((kind, place), ())
            for slot in self._slots.get(station.no, {}).values()
        )

    def conflicts(self) -> int:
        """Boxes with two different final reports between which no act has chosen."""
        return sum(slot.state == "conflict" for slots in self._slots.values() for slot in slots.values())

    def turnout(self, kind: str, place: str, hour: str) -> tuple[int, int] | None:
        """Voters who had voted by an hour and stations that told; None where nobody did."""
        told = [
            self._turnout[station.no][hour]
            for station in self._stations.get((kind, place), ())
            if hour in self._turnout.get(station.no, {})
        ]
        return (sum(told), len(told)) if told else None
