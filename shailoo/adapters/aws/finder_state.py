"""Which load of the index of find-my-station is in force: one value in the table of items, and the stations' files.

A load is one version of the index put into the table, under a number of its own that is never used again. Every row's
key begins with that number, so loads lie side by side and a reader of one never sees a row of another. What readers go
by is this value alone: it moves by one compare-and-swap when everything of a load is there.

    finder/index               an item: the load that is in force, the one that is being put there, what is left to do
    finder/0000000007.json       in the state bucket: the stations of load 7
"""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field, StringConstraints, ValidationError

from shailoo.adapters.aws.faults import kept
from shailoo.adapters.aws.objects import get_bytes
from shailoo.adapters.aws.session import Client
from shailoo.errors import StorageFailed
from shailoo.model.base import Frozen
from shailoo.ports import ItemStore
from shailoo.rules.finder import KEY_BYTES

FINDER: Final = "finder/index"
"""Name of the item."""
KEEP_S: Final = 5
"""Seconds for which a reader goes by what it has read of the item."""
GRACE_S: Final = 20
"""Seconds after which nobody reads the former load any more: a reader's five and the ten in which its question ends."""
_NUMBER_BYTES: Final = 4
_FILES: Final = "finder/"
_Hex = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{2})*$")]


class Serving(Frozen):
    """The load that readers go by."""

    number: Annotated[int, Field(ge=1, lt=2**32)]
    version: int
    """Of the voter list."""
    people: int
    fingerprint: _Hex
    secret_id: _Hex
    """Of the secret under which its keys were made: with another one nobody would be found."""
    places_sha256: _Hex


class Loading(Frozen):
    """A load that is not whole yet."""

    number: Annotated[int, Field(ge=1, lt=2**32)]
    fingerprint: _Hex
    done: _Hex = ""
    """The last key up to which all rows are in the table."""


class FinderState(Frozen):
    """The value of the item."""

    serving: Serving | None = None
    loading: Loading | None = None
    tidy: bool = True
    """Whether nothing older than the load in force is left."""


def read_state(items: ItemStore) -> tuple[FinderState, int | None]:
    """What the item says, and its version. Raises StorageFailed."""
    item = items.read(FINDER)
    if item is None:
        return FinderState(), None
    try:
        return FinderState.model_validate_json(item.value), item.version
    except ValidationError as error:
        raise StorageFailed("What says which index is in force cannot be read.", key=FINDER) from error


def row_key(number: int, key: bytes) -> bytes:
    """The key of a row: the load's number, then the digest over PIN and surname."""
    return number.to_bytes(_NUMBER_BYTES, "big") + key


def load_of(key: bytes) -> int:
    """The load to which a row belongs. Raises StorageFailed for what is no key of ours."""
    if len(key) != _NUMBER_BYTES + KEY_BYTES:
        raise StorageFailed("The table of the index holds a row that this program did not write.", bytes=len(key))
    return int.from_bytes(key[:_NUMBER_BYTES], "big")


class PlacesFiles:
    """The stations of loads, each in one file of the state bucket."""

    def __init__(self, client: Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def get(self, number: int) -> bytes | None:
        """The file of a load, or None. Raises StorageFailed."""
        return get_bytes(self._client, self._bucket, _name(number))

    def put(self, number: int, data: bytes) -> None:
        """Keep the file of a load. Raises StorageFailed."""
        with kept("keep the stations of the index", key=_name(number)):
            self._client.put_object(Bucket=self._bucket, Key=_name(number), Body=data)

    def remove_before(self, number: int) -> None:
        """Throw away the files of older loads. Raises StorageFailed."""
        with kept("throw away the stations of an older index"):
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=_FILES)
            for name in [one["Key"] for page in pages for one in page.get("Contents", ())]:
                if name < _name(number):
                    self._client.delete_object(Bucket=self._bucket, Key=name)


def _name(number: int) -> str:
    return f"{_FILES}{number:010}.json"
