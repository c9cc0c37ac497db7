"""Appoint members of commissions, and revoke appointments: our own register, which counts from the next request on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime

from shailoo.errors import Conflict
from shailoo.model.election import Election
from shailoo.model.record import Appointment, record_bytes, record_key
from shailoo.model.refs import Role
from shailoo.ports import RecordStore
from shailoo.usecases.registry import Registry
from shailoo.usecases.staff_refusals import BadAppointment, NotYours

_MOST_TRIES = 10


def person_of(issuer: str, subject: str) -> str:
    """How a person is known here.

    SHA-256 over issuer and subject of the sign-in, in hexadecimal. No name, no number.
    """
    return hashlib.sha256(f"{issuer}\n{subject}".encode()).hexdigest()


def appoint(
    person: str,
    commission: str,
    role: Role,
    *,
    registry: Registry,
    store: RecordStore,
    now: datetime,
    by: Sequence[Appointment] | None,
) -> Appointment:
    """Appoint a person and return the record; who holds this very appointment already keeps it.

    `by` are the appointments of who decides, one of them central; None is the operator at the machine, who makes the
    first ones. Raises NotYours, BadAppointment, Conflict, StorageFailed.
    """
    _check(commission, role, registry.elections.values())
    return _change(person, commission, role, active=True, registry=registry, store=store, now=now, by=by)


def revoke_appointment(
    person: str,
    commission: str,
    *,
    registry: Registry,
    store: RecordStore,
    now: datetime,
    by: Sequence[Appointment] | None,
) -> Appointment:
    """Revoke an appointment and return the record. It counts from the person's next request on.

    Raises NotYours, BadAppointment when there is none, Conflict, StorageFailed.
    """
    registry.follow(store)
    before = registry.appointment(person, commission)
    if before is None:
        raise BadAppointment("This person was never appointed to this commission.", commission=commission)
    return _change(person, commission, before.role, active=False, registry=registry, store=store, now=now, by=by)


def _change(
    person: str,
    commission: str,
    role: Role,
    *,
    active: bool,
    registry: Registry,
    store: RecordStore,
    now: datetime,
    by: Sequence[Appointment] | None,
) -> Appointment:
    if by is not None and not any(one.role == "central" for one in by):
        raise NotYours("Only the central commission appoints and revokes.", commission=commission)
    for attempt in range(_MOST_TRIES):
        registry.follow(store)
        before = registry.appointment(person, commission)
        if before is not None and (before.active, before.role) == (active, role):
            return before
        record = Appointment(
            person=person,
            commission=commission,
            version=1 if before is None else before.version + 1,
            role=role,
            active=active,
            entered=now,
        )
        try:
            store.append(record_key(record), record_bytes(record))
        except Conflict:
            if attempt == _MOST_TRIES - 1:
                raise
            continue  # another decision took this version; look at it and decide again
        break
    registry.follow(store)
    return record


def _check(commission: str, role: Role, elections: Iterable[Election]) -> None:
    """The commission exists in some election, and the role is one that it has."""
    for election in elections:
        known = election.commission_by_id.get(commission)
        precinct = commission.startswith("pec-") and commission.removeprefix("pec-") in election.station_by_no
        kind = "pec" if precinct else known.kind if known else None
        if (kind, role) in _ROLES:
            return
    raise BadAppointment("There is no such commission, or it has no such role.", commission=commission, role=role)


_ROLES = {
    ("pec", "precinct"),
    ("tec", "territorial"),
    ("dec", "district"),
    ("cec", "central"),
    ("cec", "auditor"),
}
