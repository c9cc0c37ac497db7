"""The desk of scanned documents: who handles those of a station, and how they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from shailoo.model.document import DocumentKind, DocumentRecord, Placed, document_id
from shailoo.model.election import Election, Slug, Station
from shailoo.model.record import Appointment, read_record
from shailoo.model.refs import ElectionRef, Role, Sha256, StationRef
from shailoo.ports import ObjectStore, RecordStore
from shailoo.rules.document_standing import DocumentStanding, standing_of
from shailoo.usecases.intake_refusals import NoSuchElection
from shailoo.usecases.registry import Registry, oversees
from shailoo.usecases.staff_refusals import NoSuchStation, NotYours

_LATER_TYPES = ("blackout", "copy", "unreadable", "approval")
_MOST_VERSIONS = 99


@dataclass(frozen=True, slots=True)
class Member:
    """Who acts: a person (a digest, no name) and the appointments held at this moment."""

    person: str
    appointments: tuple[Appointment, ...]


@dataclass(frozen=True, slots=True)
class DocumentDesk:
    """What these use cases work with. `registry` must have followed `store`."""

    registry: Registry
    store: RecordStore
    objects: ObjectStore


class Where(TypedDict):
    """Which document a record speaks of, as its fields."""

    election: ElectionRef
    station: StationRef | None
    kind: DocumentKind
    part: str | None
    original: Sha256


class By(TypedDict):
    """Who signs a record, as its fields."""

    person: Sha256
    commission: Slug
    role: Role
    entered: datetime


def may_handle(appointments: Sequence[Appointment], election: Election, station: Station | None) -> bool:
    """Whether any of the appointments lets a member see and handle the documents of a station."""
    return _authority(appointments, election, station) is not None


def find_document(document: Placed, store: RecordStore) -> DocumentStanding | None:
    """All that is known of a document, or None if nothing was received under its name."""
    name = document_id(document)
    first = store.get(f"document/{name}")
    return None if first is None else standing_of(_records(store, name, first.body))


def station_documents(election: str, station: str | None, store: RecordStore) -> tuple[DocumentStanding, ...]:
    """Every document of a station, in order of kind, part and digest."""
    found: list[DocumentStanding] = []
    prefix, cursor = f"document/{election}/{station or '_'}/", None
    while True:
        page = store.page(prefix, cursor=cursor, limit=1000)
        for entry in page.entries:
            standing = standing_of(_records(store, entry.key.removeprefix("document/"), entry.body))
            if standing is not None:
                found.append(standing)
        cursor = page.cursor
        if cursor is None:
            return tuple(found)


def _records(store: RecordStore, name: str, first: bytes) -> list[DocumentRecord]:
    bodies = [first]
    for kind in _LATER_TYPES:
        bodies += [entry.body for entry in store.page(f"{kind}/{name}/", limit=_MOST_VERSIONS).entries]
    gone = store.get(f"withdrawal/{name}")
    bodies += [] if gone is None else [gone.body]
    records = (read_record(body) for body in bodies)
    return [one for one in records if isinstance(one, DocumentRecord)]


def place_of(election: str, station: str | None, registry: Registry) -> tuple[Election, Station | None]:
    """The election and station of these names. Raises NoSuchElection, NoSuchStation."""
    known = registry.elections.get(election)
    if known is None:
        raise NoSuchElection("There is no such election in this installation.")
    if station is None:
        return known, None
    place = known.station_by_no.get(station)
    if place is None:
        raise NoSuchStation("This election has no such station.", station=station[:10])
    return known, place


def _authority(appointments: Sequence[Appointment], election: Election, station: Station | None) -> Appointment | None:
    """The appointment under which somebody acts: the precinct's own first, then from below upwards."""
    fitting = {
        one.role: one
        for one in appointments
        if (one.role == "central" if station is None else oversees(one, election, station))
    }
    ranks: tuple[Role, ...] = ("precinct", "territorial", "district", "central")
    return next((fitting[role] for role in ranks if role in fitting), None)


def signed(who: Member, election: Election, station: Station | None, now: datetime) -> By:
    """Under which appointment a member acts now. Raises NotYours."""
    one = _authority(who.appointments, election, station)
    if one is None:
        raise NotYours(
            "Your commission does not handle documents of this station.", station=station.no if station else None
        )
    return {"person": who.person, "commission": one.commission, "role": one.role, "entered": now}


def where_of(one: Placed) -> Where:
    """The fields that name a document."""
    return {
        "election": one.election,
        "station": one.station,
        "kind": one.kind,
        "part": one.part,
        "original": one.original,
    }
