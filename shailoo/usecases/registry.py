"""Who and what is registered now: the packages, and every act, appointment and refusal of the feed since.

A fold that only moves forward. `follow` reads what is new, so that an act or a revoked appointment counts from the next
request on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cache

from shailoo.model.election import Election, Station
from shailoo.model.record import (
    Act,
    Appointment,
    JoinReserveBox,
    ManualOnly,
    Refusal,
    RevokeBox,
    read_record,
)
from shailoo.ports import Entry, RecordStore
from shailoo.records.note import Verifier

_FOLDED = ("act/", "appointment/", "refusal/")
"""Keys of the records that change what is registered; all others are passed over unread."""


@dataclass(frozen=True, slots=True)
class BoxStanding:
    """How a box of the package stands now. `station` is None for a reserve box that no act has joined."""

    box: str
    verifier: Verifier
    station: str | None
    revoked: bool


class Registry:
    """The present registry of several elections.

    To share it between threads, give it a `guard` that lets one of them fold at a time: a lock.
    """

    def __init__(self, elections: Mapping[str, Election], guard: AbstractContextManager[object] | None = None) -> None:
        self.elections = elections
        self._guard = guard or nullcontext()
        self._upto = 0
        self._joined: dict[tuple[str, str], str] = {}
        self._revoked: set[tuple[str, str]] = set()
        self._manual: set[tuple[str, str]] = set()
        self._appointments: dict[tuple[str, str], Appointment] = {}
        self._by_person: dict[str, tuple[Appointment, ...]] = {}
        self._refusals: dict[tuple[str, str], int] = {}

    @property
    def upto(self) -> int:
        """Number of the last record that was read."""
        return self._upto

    def follow(self, store: RecordStore) -> None:
        """Read what the feed has since the last time. Raises BadRecord, StorageFailed."""
        with self._guard:
            while entries := store.feed(self._upto):
                self._take(entries)

    def take(self, entries: Iterable[Entry]) -> None:
        """Take in entries of the feed in order; those already read are passed over."""
        with self._guard:
            self._take(entries)

    def box(self, election: str, box: str) -> BoxStanding | None:
        """How a box stands, or None if the package does not know it."""
        known = self.elections[election].box_by_id.get(box)
        if known is None:
            return None
        return BoxStanding(
            box=box,
            verifier=_verifier(known.vkey),
            station=known.station or self._joined.get((election, box)),
            revoked=(election, box) in self._revoked,
        )

    def boxes_at(self, election: str, station: str) -> tuple[BoxStanding, ...]:
        """Every box that the package or an act puts at a station, revoked ones too, in order of their numbers."""
        ids = [box.id for box in self.elections[election].boxes_by_station.get(station, ())]
        ids += [box for (of, box), place in list(self._joined.items()) if (of, place) == (election, station)]
        found = (self.box(election, box) for box in sorted(ids))
        return tuple(standing for standing in found if standing is not None)

    def manual_only(self, election: str, station: str) -> bool:
        """Whether an act has decided that the manual count of a station stands alone."""
        return (election, station) in self._manual

    def appointments(self, person: str) -> tuple[Appointment, ...]:
        """The appointments that a person holds now, in order of their commissions."""
        return self._by_person.get(person, ())

    def appointment(self, person: str, commission: str) -> Appointment | None:
        """The newest version of an appointment, active or revoked."""
        return self._appointments.get((person, commission))

    def appointed(self) -> tuple[Appointment, ...]:
        """Every appointment that is active now, in order of commission and person."""
        active = (one for one in list(self._appointments.values()) if one.active)
        return tuple(sorted(active, key=lambda one: (one.commission, one.person)))

    def refusals(self, election: str, box: str) -> int:
        """How many refused uploads of a box have been noted."""
        return self._refusals.get((election, box), 0)

    def _take(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            if entry.seq <= self._upto:
                continue
            if entry.key.startswith(_FOLDED):
                match read_record(entry.body):
                    case Act() as act:
                        self._take_act(act)
                    case Appointment() as appointment:
                        self._take_appointment(appointment)
                    case Refusal() as refusal:
                        at = (refusal.election, refusal.box)
                        self._refusals[at] = self._refusals.get(at, 0) + 1
                    case _:
                        pass  # the other kinds do not change what is registered
            self._upto = entry.seq

    def _take_act(self, act: Act) -> None:
        for measure in act.measures:
            match measure:
                case JoinReserveBox():
                    self._joined[(act.election, measure.box)] = measure.station
                case RevokeBox():
                    self._revoked.add((act.election, measure.box))
                case ManualOnly():
                    self._manual.add((act.election, measure.station))
                case _:
                    pass  # what counts is decided when publishing

    def _take_appointment(self, appointment: Appointment) -> None:
        self._appointments[(appointment.person, appointment.commission)] = appointment
        held = [one for one in self._by_person.get(appointment.person, ()) if one.commission != appointment.commission]
        if appointment.active:
            held.append(appointment)
        self._by_person[appointment.person] = tuple(sorted(held, key=lambda one: one.commission))


def oversees(appointment: Appointment, election: Election, station: Station) -> bool:
    """Whether an appointment is to the station's own commission or to one above it: TEC, DEC of its district, CEC."""
    match appointment.role:
        case "precinct":
            return appointment.commission == f"pec-{station.no}"
        case "territorial":
            return appointment.commission == station.tec
        case "district":
            district = election.district_by_id.get(station.district or "")
            return district is not None and appointment.commission == district.commission
        case "central":
            return True
        case "auditor":
            return False


@cache
def _verifier(vkey: str) -> Verifier:
    return Verifier.parse(vkey)
