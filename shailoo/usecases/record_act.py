"""Record an act: a decision of a commission that changes what counts.

Central acts may do anything here. A territorial or district commission may decide for its own stations only, and may
not revoke a box, release a held report or choose between two: those change what the whole country sees.
"""

from __future__ import annotations

from collections.abc import Sequence

from shailoo.errors import Conflict
from shailoo.model.election import BoxRole, Election
from shailoo.model.record import (
    Act,
    Appointment,
    ChooseReport,
    JoinReserveBox,
    ManualOnly,
    Measure,
    ReleaseReport,
    RevokeBox,
    read_record,
    record_bytes,
    record_key,
)
from shailoo.ports import RecordStore
from shailoo.usecases.annul import fits_final_count, known_station
from shailoo.usecases.registry import Registry, oversees
from shailoo.usecases.staff_refusals import ActNumberTaken, BadAct, NotYours


def record_act(act: Act, registry: Registry, appointments: Sequence[Appointment] | None, store: RecordStore) -> Act:
    """Store an act and return it; the same act again (but for the moment it was entered) returns the first.

    `appointments` are those of who enters it; None is the operator at the machine. Raises NotYours, BadAct,
    ActNumberTaken, StorageFailed.
    """
    election = registry.elections.get(act.election)
    if election is None:
        raise BadAct("There is no such election here.", election=act.election)
    registry.follow(store)
    if appointments is not None:
        _may_decide(act, election, appointments)
    before = store.get(record_key(act))
    if before is None:
        for measure in act.measures:
            _fits(measure, election, registry, store)
        try:
            store.append(record_key(act), record_bytes(act))
        except Conflict:
            before = store.get(record_key(act))
        else:
            registry.follow(store)
            return act
    stored = None if before is None else read_record(before.body)
    if not isinstance(stored, Act) or stored.model_copy(update={"entered": act.entered}) != act:
        raise ActNumberTaken("Another act bears this number. Look it up, and number yours anew.", number=act.number)
    return stored


def _may_decide(act: Act, election: Election, appointments: Sequence[Appointment]) -> None:
    for one in appointments:
        if one.commission != act.body:
            continue
        if one.role == "central":
            return
        if one.role in ("territorial", "district") and all(
            _own_station(measure, election, one) for measure in act.measures
        ):
            return
    raise NotYours("Your commission may not decide this.", body=act.body, number=act.number)


def _own_station(measure: Measure, election: Election, appointment: Appointment) -> bool:
    match measure:
        case JoinReserveBox() | ManualOnly():
            station = election.station_by_no.get(measure.station)
            return station is not None and oversees(appointment, election, station)
        case _:
            return False


def _fits(measure: Measure, election: Election, registry: Registry, store: RecordStore) -> None:
    """Whether what a measure speaks of is there."""
    match measure:
        case JoinReserveBox():
            _can_join(measure, election, registry)
        case RevokeBox():
            if measure.box not in election.box_by_id:
                raise BadAct("There is no such box in this election.", box=measure.box)
        case ReleaseReport():
            if store.get(f"report/{election.id}/{measure.box}/final") is None:
                raise BadAct("No report of this box has been accepted.", box=measure.box)
        case ChooseReport():
            if not _has_upload(measure, election, store):
                raise BadAct("This box has sent no report with this digest.", box=measure.box)
        case ManualOnly():
            known_station(measure.station, election)
        case _:
            fits_final_count(measure, election, store)


def _can_join(measure: JoinReserveBox, election: Election, registry: Registry) -> None:
    box = election.box_by_id.get(measure.box)
    if box is None or box.role is not BoxRole.RESERVE:
        raise BadAct("Only a reserve box of this election can be joined to a station.", box=measure.box)
    standing = registry.box(election.id, measure.box)
    if standing is None or standing.station is not None or standing.revoked:
        raise BadAct("This reserve box was joined to a station or revoked before.", box=measure.box)
    known_station(measure.station, election)


def _has_upload(measure: ChooseReport, election: Election, store: RecordStore) -> bool:
    for kind in ("final", "annex"):
        first = store.get(f"report/{election.id}/{measure.box}/{kind}")
        if first is None:
            continue
        if f'"sealed_sha256":"{measure.sealed_sha256}"'.encode() in first.body:
            return True
        if store.get(f"conflict/{election.id}/{measure.box}/{kind}/{measure.sealed_sha256}") is not None:
            return True
    return False
