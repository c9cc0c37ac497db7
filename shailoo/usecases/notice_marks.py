"""What became of the notices of a case: an item beside it, without any address. And how many an address has had."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from shailoo.errors import Conflict
from shailoo.model.notice import NoticeMark, Way
from shailoo.ports import ItemStore
from shailoo.records.canonical import canonical_json

_ATTEMPTS: Final = 8
_MOST_MARKS: Final = 200
"""Of one case; older ones are let go of, for the followers of the feed are long past them."""


def marks_of(case: str, items: ItemStore) -> Sequence[NoticeMark]:
    """What became of the notices of a case, by step and way."""
    item = items.read(_name(case))
    return () if item is None else _read(item.value)


def mark_of(case: str, n: int, way: Way, items: ItemStore) -> NoticeMark | None:
    """What became of one notice, if anything has."""
    return next((one for one in marks_of(case, items) if (one.n, one.way) == (n, way)), None)


def note_mark(case: str, mark: NoticeMark, items: ItemStore) -> None:
    """Write down what became of a notice; durable on return. Raises Conflict, StorageFailed."""
    for attempt in range(_ATTEMPTS):
        item = items.read(_name(case))
        marks = () if item is None else _read(item.value)
        after = [*(one for one in marks if (one.n, one.way) != (mark.n, mark.way)), mark]
        after.sort(key=lambda one: (one.n, one.way))
        value = canonical_json([one.model_dump(mode="json") for one in after[-_MOST_MARKS:]])
        try:
            items.swap(_name(case), value, expected=None if item is None else item.version)
        except Conflict:
            if attempt == _ATTEMPTS - 1:
                raise
        else:
            return


def count_one(address: str, most: int, items: ItemStore, *, now: datetime) -> bool:
    """Count one more notice to an address (`address_name`) today (UTC); False, and not counted, when it has had `most`.

    Raises Conflict, StorageFailed.
    """
    day = now.date().isoformat()
    for attempt in range(_ATTEMPTS):
        item = items.read(f"notice-count/{address}")
        said = {} if item is None else json.loads(item.value)
        count = int(said["count"]) if said.get("day") == day else 0
        if count >= most:
            return False
        value = canonical_json({"day": day, "count": count + 1})
        try:
            items.swap(f"notice-count/{address}", value, expected=None if item is None else item.version)
        except Conflict:
            if attempt == _ATTEMPTS - 1:
                raise
        else:
            break
    return True


def _read(value: bytes) -> tuple[NoticeMark, ...]:
    return tuple(NoticeMark.model_validate_json(json.dumps(one)) for one in json.loads(value))


def _name(case: str) -> str:
    return f"case-notices/{case}"
