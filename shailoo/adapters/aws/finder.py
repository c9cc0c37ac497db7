"""The index of "find my station" in a DynamoDB table: at which station does the person with this key vote?

    key      the load's number (4 bytes), then 16 bytes of HMAC over PIN and surname
    station  its number

One item for each person, although many in one item would cost a fortieth: whoever may only ask by key, as the function
may, cannot take the index out of the table without guessing everybody's PIN and surname, even with the secret.

A question is one GetItem, whatever is found. It is strongly consistent: a load is in force from the moment when its
last row was acknowledged, and an older copy of the table would say of a person just entered that nobody was found.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from shailoo.adapters.aws.faults import kept
from shailoo.adapters.aws.finder_state import KEEP_S, PlacesFiles, Serving, read_state, row_key
from shailoo.adapters.aws.session import Client
from shailoo.adapters.places import read_places
from shailoo.errors import NotFound, StorageFailed
from shailoo.ids import StationNo
from shailoo.ports import Clock, ItemStore
from shailoo.rules.finder import secret_id
from shailoo.usecases.find_station import IndexNotReady, Place


@dataclass(frozen=True, slots=True)
class _Known:
    """What a process knows of the load in force, since when."""

    serving: Serving
    places: Mapping[StationNo, Place]
    looked: int


class DynamoStationFinder:
    """StationFinder over the load in force, which it looks for anew every few seconds. Safe to share between threads.

    That look depends on the time alone and never on who is asked for. Stations are read once for each load.
    """

    def __init__(
        self,
        client: Client,
        table: str,
        *,
        items: ItemStore,
        files: PlacesFiles,
        read_secret: Callable[[], bytes],
        clock: Clock,
    ) -> None:
        self._client = client
        self._table = table
        self._items = items
        self._files = files
        self._read_secret = read_secret
        self._clock = clock
        self._lock = threading.Lock()
        self._secret: bytes | None = None
        self._known: _Known | None = None

    @property
    def secret(self) -> bytes:
        """The secret of the index, read at the first question. Raises StorageFailed when there is none yet."""
        with self._lock:
            return self._own_secret()

    def find(self, key: bytes) -> StationNo | None:
        """One look into the index, whatever is found; see StationFinder. Raises StorageFailed."""
        with self._lock:
            known = self._now()
        name = {"key": {"B": row_key(known.serving.number, key)}}
        with kept("ask the index"):
            row = self._client.get_item(TableName=self._table, Key=name, ConsistentRead=True).get("Item")
        return None if row is None else StationNo(row["station"]["S"])

    def place(self, station: StationNo) -> Place:
        """A station of the index. Raises StorageFailed when a newer index has just dropped it."""
        found = None if self._known is None else self._known.places.get(station)
        if found is None:
            raise StorageFailed("The index has just been replaced; ask again.")
        return found

    def _own_secret(self) -> bytes:
        if self._secret is None:
            try:
                self._secret = self._read_secret()
            except NotFound as error:
                raise IndexNotReady("The secret of the index is not there yet: put it (docs/keys.md).") from error
        return self._secret

    def _now(self) -> _Known:
        now = int(self._clock.now().timestamp())
        known = self._known
        if known is None or not 0 <= now - known.looked < KEEP_S:
            serving = read_state(self._items)[0].serving
            if serving is None:
                raise IndexNotReady("There is no index yet: `shailoo voters finder-to-cloud` puts it here.")
            if known is None or serving.number != known.serving.number:
                self._check_secret(serving)
                places = self._places(serving)
            else:
                places = known.places
            known = self._known = _Known(serving, places, now)
        return known

    def _check_secret(self, serving: Serving) -> None:
        """With another secret everybody would be told that nobody was found; a process may know a former one."""
        if secret_id(self._own_secret()) != serving.secret_id:
            self._secret = None  # the next question reads the present one
            raise IndexNotReady(
                "The index was made under another secret than the one that is here: put the index's own.",
                index=serving.secret_id,
            )

    def _places(self, serving: Serving) -> Mapping[StationNo, Place]:
        data = self._files.get(serving.number)
        if data is None or hashlib.sha256(data).hexdigest() != serving.places_sha256:
            raise StorageFailed("The stations of the index are not what was put there.", load=serving.number)
        return read_places(data)
