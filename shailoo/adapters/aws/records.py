"""Records and their feed in one DynamoDB table; `table` says what lies in it, `sequencer` how a number is given."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from shailoo.adapters.aws.sequencer import PATIENCE_S, Sequencer
from shailoo.adapters.aws.session import Client
from shailoo.adapters.aws.table import RecordTable
from shailoo.adapters.aws.transaction import Offer
from shailoo.adapters.limits import MOST_PER_PAGE, check_page, check_record
from shailoo.errors import Conflict, ShailooError
from shailoo.ports import Entry, Page


class DynamoRecordStore:
    """RecordStore in a table with the keys `pk` and `sk`. Safe to share between threads and among functions."""

    def __init__(
        self,
        client: Client,
        table: str,
        *,
        patience_s: float = PATIENCE_S,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._table = RecordTable(client, table, sleep=sleep)
        self._sequencer = Sequencer(self._table, patience_s=patience_s)

    def append(self, key: str, body: bytes) -> Entry:
        """Create a record; see RecordStore."""
        outcome = self.append_all([(key, body)])[0]
        if isinstance(outcome, ShailooError):
            raise outcome
        return outcome

    def append_all(self, records: Sequence[tuple[str, bytes]]) -> list[Entry | ShailooError]:
        """Create several records, each with its own outcome; as many in one transaction as it holds."""
        outcomes: list[Entry | ShailooError | None] = [_refusal(key, body) for key, body in records]
        while left := [at for at, outcome in enumerate(outcomes) if outcome is None]:
            offers: dict[str, Offer] = {}
            for at in left:
                offers.setdefault(records[at][0], Offer(*records[at]))
            made = self._sequencer.write(list(offers.values()))
            for at in left:
                key, body = records[at]
                outcomes[at] = _outcome(made[key], body, offers[key].body)
        return [outcome for outcome in outcomes if outcome is not None]

    def get(self, key: str) -> Entry | None:
        """Return the record under a key; see RecordStore."""
        standing = self._table.standing([key]).get(key) if key else None
        return None if standing is None else self._table.entries([standing.seq])[0]

    def page(self, prefix: str, *, cursor: str | None = None, limit: int = 100) -> Page:
        """Return a page in byte order of the keys; see RecordStore."""
        check_page(prefix, limit)
        found = self._table.keys(prefix, cursor, limit + 1)
        entries = tuple(self._table.entries([seq for _, seq in found[:limit]]))
        return Page(entries, entries[-1].key if len(found) > limit else None)

    def feed(self, after: int, *, limit: int = MOST_PER_PAGE) -> Sequence[Entry]:
        """Return what was accepted after a number; see RecordStore."""
        after = max(after, 0)
        last = min(self._table.head(), after + limit)
        return self._table.entries(range(after + 1, last + 1))

    def last(self) -> int:
        """Return the newest number; see RecordStore."""
        return self._table.head()


def _refusal(key: str, body: bytes) -> ShailooError | None:
    try:
        check_record(key, body)
    except ShailooError as error:
        return error
    return None


def _outcome(made: Entry | ShailooError, body: bytes, offered: bytes) -> Entry | ShailooError | None:
    """What a record is told when the first of its key in the group was offered; None: other bytes, ask for yourself."""
    if isinstance(made, Conflict) and body != offered:
        return None
    if isinstance(made, Entry) and body != made.body:
        return Conflict("Other bytes already stand under this key.", key=made.key, seq=made.seq)
    return made
