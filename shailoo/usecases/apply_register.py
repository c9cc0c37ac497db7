"""Which version of the address register is in force, and the act that puts another one there.

A version that was only loaded is a draft: nobody moves by it. The record is appended first and the list is made after;
if we stop between the two, the next distribution goes by the new register, because it is in force.
"""

from __future__ import annotations

from datetime import date, datetime

from shailoo.errors import Refused
from shailoo.model.record import read_record, record_bytes, record_key
from shailoo.model.register_act import Moved, RegisterApplied
from shailoo.ports import RecordStore

_PREFIX = "register/"


class ActNeeded(Refused):
    """A register that moves voters is applied by an act, and none was named."""

    code = "act-needed"


class OlderRegister(Refused):
    """The version in force is this one or a later one. Load the folder again to get a new number."""

    code = "older-register"


def register_in_force(store: RecordStore) -> RegisterApplied | None:
    """The newest version that was applied; None before the first."""
    found: RegisterApplied | None = None
    cursor: str | None = None
    while True:
        page = store.page(_PREFIX, cursor=cursor)
        for entry in page.entries:
            record = read_record(entry.body)
            if isinstance(record, RegisterApplied) and (found is None or record.number > found.number):
                found = record
        cursor = page.cursor
        if cursor is None:
            return found


def apply_register(
    store: RecordStore,
    *,
    number: int,
    digest: str,
    act: str | None,
    body: str,
    day: date,
    reason: str,
    now: datetime,
    plan: str | None = None,
    moved: tuple[Moved, ...] = (),
) -> RegisterApplied:
    """Put a version of the register in force.

    Raises ActNeeded when people move and no act is named, OlderRegister, and Conflict when another process was first.
    """
    before = register_in_force(store)
    if moved and act is None:
        raise ActNeeded("Voters would move: name the act that decides it.", register=number, moves=len(moved))
    if before is not None and before.number >= number:
        raise OlderRegister("This or a later register is in force already.", register=number, in_force=before.number)
    record = RegisterApplied(
        number=number,
        digest=digest,
        act=act,
        body=body,
        day=day,
        reason=reason,
        entered=now,
        before=before.number if before is not None else 0,
        plan=plan,
        moved=moved,
    )
    store.append(record_key(record), record_bytes(record))
    return record
