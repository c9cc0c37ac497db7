"""Puts an index of "find my station" into its table, while readers go by the one before.

What is true if we stop after a step, and what the next run does:

    a number was drawn        nobody reads it                  goes on under the same number, for the same index
    the stations were put     nobody reads them                puts the same again
    so many rows were put     nobody reads them                goes on behind the last one that was noted
    the item was swapped      readers see the new load, whole  waits, and removes what is older
    older rows were removed   nobody reads them                removes the others

Another index than the one that was begun gets another number; what was begun is removed as what is older. Numbers are
never used twice and only those below the load in force are removed, so two runs at once cannot harm a load: the second
one takes over, and the first stops at its next note.

All rows are written for each version, not only those that changed: the table then needs no memory of what it holds, and
no reader ever sees a row of two versions. Whoever loads may write, and list keys in order to remove; what an index
costs is told in docs/find-my-station.md.
"""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, Final, Protocol, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from shailoo.adapters.aws.faults import failed, kept, may_be_done
from shailoo.adapters.aws.finder_state import (
    FINDER,
    GRACE_S,
    FinderState,
    Loading,
    PlacesFiles,
    Serving,
    load_of,
    read_state,
    row_key,
)
from shailoo.adapters.aws.session import Client
from shailoo.errors import Conflict, StorageFailed
from shailoo.ports import ItemStore

MOST_IN_BATCH: Final = 25
"""Items that one BatchWriteItem takes."""
NOTED_EVERY: Final = 10_000
"""Rows after which it is noted how far a load has come."""
_AT_ONCE: Final = 16
_TRIES: Final = 16
_LONGEST_PAUSE_S: Final = 5.0
One = TypeVar("One")
Request = dict[str, Any]
"""A write as BatchWriteItem wants it."""
Told = Callable[[int], None]
"""Is told how many rows this run has put."""


class Index(Protocol):
    """An index on the machine where the voter list is."""

    @property
    def number(self) -> int:
        """The version of the list."""
        ...

    @property
    def secret_id(self) -> str:
        """Of the secret under which its keys were made."""
        ...

    @property
    def people(self) -> int:
        """How many rows it has."""
        ...

    @property
    def fingerprint(self) -> str:
        """The same for the same rows and stations under the same secret."""
        ...

    @property
    def places(self) -> bytes:
        """Its stations, as one file."""
        ...

    def rows(self, after: bytes = b"") -> Iterator[tuple[bytes, str]]:
        """Key and station behind a key, in the order of the keys."""
        ...


class FinderBusy(Conflict):
    """Another run has taken over this index."""

    code = "finder-busy"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a run did."""

    load: int
    written: int
    removed: int


class FinderLoader:
    """Loads of one table."""

    def __init__(
        self,
        client: Client,
        table: str,
        *,
        items: ItemStore,
        files: PlacesFiles,
        sleep: Callable[[float], None] = time.sleep,
        noted_every: int = NOTED_EVERY,
    ) -> None:
        self._client = client
        self._table = table
        self._items = items
        self._files = files
        self._sleep = sleep
        self._noted_every = noted_every
        self._state, self._version = read_state(items)

    def load(self, index: Index, told: Told = lambda _: None) -> Loaded:
        """Bring the table to this index; may be repeated, and does nothing when it is there already.

        Raises FinderBusy when another run took over, StorageFailed: then call it again.
        """
        serving, written = self._state.serving, 0
        nobody_reads = serving is None
        if serving is None or serving.fingerprint != index.fingerprint:
            loading = self._begun(index)
            self._files.put(loading.number, index.places)
            written, loading = self._fill(index, loading, told)
            serving = Serving(
                number=loading.number,
                version=index.number,
                people=index.people,
                fingerprint=index.fingerprint,
                secret_id=index.secret_id,
                places_sha256=hashlib.sha256(index.places).hexdigest(),
            )
            self._note(FinderState(serving=serving, loading=None, tidy=False))
        if self._state.tidy:
            return Loaded(serving.number, written, 0)
        if not nobody_reads:
            self._sleep(GRACE_S)  # until nobody goes by the former load any more
        return Loaded(serving.number, written, self._tidy(serving.number))

    def _begun(self, index: Index) -> Loading:
        """The load of this index that was begun, or a new one."""
        state = self._state
        if state.loading is not None and state.loading.fingerprint == index.fingerprint:
            return state.loading
        used = [one.number for one in (state.serving, state.loading) if one is not None]
        loading = Loading(number=max(used, default=0) + 1, fingerprint=index.fingerprint)
        self._note(state.model_copy(update={"loading": loading}))
        return loading

    def _fill(self, index: Index, loading: Loading, told: Told) -> tuple[int, Loading]:
        written = 0
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for part in _parts(index.rows(bytes.fromhex(loading.done)), self._noted_every):
                self._write(pool, (_put(loading.number, key, station) for key, station in part))
                loading = loading.model_copy(update={"done": part[-1][0].hex()})
                self._note(self._state.model_copy(update={"loading": loading}))
                written += len(part)
                told(written)
        return written, loading

    def _tidy(self, number: int) -> int:
        """Remove what is older than a load; returns how many rows."""
        removed = 0
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for part in _parts(self._older(number), self._noted_every):
                self._write(pool, ({"DeleteRequest": {"Key": {"key": {"B": key}}}} for key in part))
                removed += len(part)
        self._files.remove_before(number)
        self._note(self._state.model_copy(update={"tidy": True}))
        return removed

    def _older(self, number: int) -> Iterator[bytes]:
        asked = {
            "TableName": self._table,
            "ProjectionExpression": "#key",
            "ExpressionAttributeNames": {"#key": "key"},
            "ConsistentRead": True,
        }
        with kept("list keys of the index"):
            for page in self._client.get_paginator("scan").paginate(**asked):
                for row in page["Items"]:
                    key = bytes(row["key"]["B"])
                    if load_of(key) < number:
                        yield key

    def _note(self, state: FinderState) -> None:
        """Swap the item. Raises FinderBusy."""
        try:
            item = self._items.swap(FINDER, state.model_dump_json().encode(), expected=self._version)
        except Conflict as error:
            raise FinderBusy("Another run has taken over this index; look there, or call this again.") from error
        self._state, self._version = state, item.version

    def _write(self, pool: ThreadPoolExecutor, requests: Iterable[Request]) -> None:
        """Write all of them, in batches side by side. Raises StorageFailed when one could not be."""
        list(pool.map(self._batch, _parts(requests, MOST_IN_BATCH)))

    def _batch(self, requests: Sequence[Request]) -> None:
        """Write up to 25 items; what the service left out is asked again. Writing twice is once."""
        waiting = list(requests)
        for tried in range(_TRIES):
            try:
                answer = self._client.batch_write_item(RequestItems={self._table: waiting})
            except (ClientError, BotoCoreError) as error:
                if not may_be_done(error):
                    raise failed(error, "write the index") from error
            else:
                waiting = list(chain.from_iterable((answer.get("UnprocessedItems") or {}).values()))
                if not waiting:
                    return
            self._sleep(random.uniform(0, min(0.05 * 2**tried, _LONGEST_PAUSE_S)))  # noqa: S311 -- chance, not a secret
        raise StorageFailed(
            "The cloud could not write the index: it left some out again and again. Call this again.",
            left=len(waiting),
        )


def _parts(whole: Iterable[One], most: int) -> Iterator[list[One]]:
    rest = iter(whole)
    while part := list(islice(rest, most)):
        yield part


def _put(number: int, key: bytes, station: str) -> Request:
    return {"PutRequest": {"Item": {"key": {"B": row_key(number, key)}, "station": {"S": station}}}}
