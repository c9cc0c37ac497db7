"""Figures that are typed and not handed over yet: kept for one person, so that a lost link loses nothing.

A draft is no record: nobody else sees it, it is in no feed, the last one wins. What remains after the hand-over is an
empty value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import TypeAdapter

from shailoo.errors import Conflict
from shailoo.ports import ItemStore
from shailoo.records.canonical import canonical_json
from shailoo.usecases.keying_refusals import DraftTooLarge

LARGEST_DRAFT = 32 * 1024
_FIELDS: TypeAdapter[dict[str, str]] = TypeAdapter(dict[str, str])
_MOST_TRIES = 5


@dataclass(frozen=True, slots=True)
class DraftPlace:
    """Whose draft of which version of which paper."""

    election: str
    station: str
    sheet: str
    version: int
    person: str

    @property
    def name(self) -> str:
        """The item that holds it."""
        return f"draft/{self.election}/{self.station}/{self.sheet}/{self.version:02}/{self.person}"


def keep_draft(items: ItemStore, place: DraftPlace, fields: Mapping[str, str]) -> None:
    """Replace the draft. Raises DraftTooLarge, StorageFailed, Conflict when several browsers keep it all the time."""
    value = canonical_json(dict(fields))
    if len(value) > LARGEST_DRAFT:
        raise DraftTooLarge("A draft has at most 32 KiB.", bytes=len(value))
    _put(items, place, value)


def kept_draft(items: ItemStore, place: DraftPlace) -> Mapping[str, str]:
    """The fields that were kept; none where there is no draft."""
    item = items.read(place.name)
    return {} if item is None or not item.value else _FIELDS.validate_json(item.value)


def drop_draft(items: ItemStore, place: DraftPlace) -> None:
    """Delete what was kept, if anything was."""
    if kept_draft(items, place):
        _put(items, place, b"")


def _put(items: ItemStore, place: DraftPlace, value: bytes) -> None:
    for attempt in range(_MOST_TRIES):
        item = items.read(place.name)
        try:
            items.swap(place.name, value, expected=None if item is None else item.version)
        except Conflict:
            if attempt == _MOST_TRIES - 1:
                raise
        else:
            return
