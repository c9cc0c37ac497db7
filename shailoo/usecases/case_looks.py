"""Who has looked at the personal part of a case: an item beside the case, written before anything is shown.

The trail names an appointment (commission, role, the digest of the person), never what was seen. One line for each of
them, so that it stays as short as the list of those who may look, however often they do.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final

from pydantic import Field

from shailoo.errors import Conflict
from shailoo.model.base import Frozen, Moment
from shailoo.model.case import Official
from shailoo.ports import ItemStore
from shailoo.records.canonical import canonical_json

_ATTEMPTS: Final = 8


class Look(Frozen):
    """Somebody looked at a case for the first, and for the last time."""

    official: Official
    first: Moment
    last: Moment
    times: Annotated[int, Field(ge=1)]


def note_look(case: str, official: Official, items: ItemStore, *, now: datetime) -> None:
    """Write down that an official looks at a case now; durable on return.

    Raises Conflict when too many look at the same moment, StorageFailed: then nothing may be shown.
    """
    for attempt in range(_ATTEMPTS):
        item = items.read(_name(case))
        looks = () if item is None else _read(item.value)
        before = next((one for one in looks if one.official == official), None)
        look = Look(
            official=official,
            first=now if before is None else before.first,
            last=now,
            times=1 if before is None else before.times + 1,
        )
        after = (*(one for one in looks if one.official != official), look)
        value = canonical_json([one.model_dump(mode="json") for one in after])
        try:
            items.swap(_name(case), value, expected=None if item is None else item.version)
        except Conflict:
            if attempt == _ATTEMPTS - 1:
                raise
        else:
            return


def looks_at(case: str, items: ItemStore) -> Sequence[Look]:
    """Who has looked at a case, the last one last."""
    item = items.read(_name(case))
    return () if item is None else _read(item.value)


def _read(value: bytes) -> tuple[Look, ...]:
    return tuple(Look.model_validate_json(json.dumps(one)) for one in json.loads(value))


def _name(case: str) -> str:
    return f"case-looks/{case}"
