"""Records that bring their numbers along: a feed that moves here from another home.

Where many write at once, the waiting room gives numbers in the order of keys. A feed that moves keeps its own order, so
it passes the waiting room by: each transaction wants the head to be where it must be, and nobody else may write.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from shailoo.adapters.aws.session import Client
from shailoo.adapters.aws.table import RecordTable
from shailoo.adapters.aws.transaction import Committed, Contended, Offer, Stale, commit, cut
from shailoo.adapters.limits import check_record
from shailoo.errors import Conflict, StorageFailed
from shailoo.ports import Entry

_TRIES: Final = 5


class OrderedRecords:
    """Appends to an empty or a half-filled table, in the order given. For one writer."""

    def __init__(self, client: Client, table: str) -> None:
        self._table = RecordTable(client, table)

    def append_after(self, known: int, records: Sequence[tuple[str, bytes]]) -> None:
        """Give records the numbers after `known`, all durable on return.

        Raises Conflict (facts: seq, key) when something else stands there, StorageFailed.
        """
        for key, body in records:
            check_record(key, body)
        for group in cut([Offer(key, body) for key, body in records]):
            self._write(known, group)
            known += len(group)

    def _write(self, known: int, group: list[Offer]) -> None:
        for tried in range(_TRIES):
            match commit(self._table, known, group):
                case Committed():
                    return
                case Stale() | Contended():
                    if self._is_there(known, group):
                        return
            self._table.pause(tried)
        raise StorageFailed("The records could not be written. Call it again.", seq=known + 1)

    def _is_there(self, known: int, group: list[Offer]) -> bool:
        """Whether an attempt whose answer was lost has done it; False when nothing was written."""
        head = self._table.head()
        wanted = [Entry(seq, one.key, one.body) for seq, one in enumerate(group, known + 1)]
        if head == known:
            taken = self._table.standing([one.key for one in group])
            if taken:
                key, other = next(iter(taken.items()))
                raise Conflict("This record stands there under another number.", key=key, seq=other.seq)
            return False
        if head == known + len(group) and self._table.entries([one.seq for one in wanted]) == wanted:
            return True
        raise Conflict("Somebody else writes there.", seq=head, key=group[0].key)
