"""Gives records their numbers: at once when nobody else writes, together with everybody's when many do.

Every record moves the one head of the feed, so writers in many functions stand in each other's way, and DynamoDB
cancels all but one of those who meet. Trying again alone would let fifty of them through one by one. Instead:

    alone    one transaction, with the head as last seen      stop here: the records are there or they are not
    crowded  put each record into the waiting room            stop here: it gets a number, or its time is over
             one transaction with everybody's who waits       stop here: whoever owns one finds it under its key
             is mine under its key? answer; else try again
    give up  take the ticket back; if it is gone, look again  stop here: no ticket, so nobody writes it later

Whoever wins carries up to 33 records of others along; who loses finds its own done. A ticket counts for as long as its
owner would wait, so that nothing is written long after its sender was told that it failed.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from itertools import count
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from shailoo.adapters.aws.faults import code_of, failed, kept
from shailoo.adapters.aws.table import RecordTable, Standing
from shailoo.adapters.aws.transaction import (
    MOST_BYTES,
    MOST_RECORDS,
    Committed,
    Contended,
    Offer,
    Stale,
    commit,
    cut,
    waiting_row,
)
from shailoo.errors import Conflict, ShailooError, StorageFailed
from shailoo.ports import Entry

PATIENCE_S: Final = 10.0
"""How long a writer waits for numbers before it gives up."""
_ALONE: Final = 3
"""Attempts with a head that was only stale before one counts as crowded."""
_LOOKS: Final = 5
"""How often a writer whose ticket was taken looks for its record: a transaction shows itself item by item."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    offer: Offer
    until: float


class Sequencer:
    """Writes offers with keys that differ. Safe to share between threads and among any number of functions."""

    def __init__(
        self,
        table: RecordTable,
        *,
        patience_s: float = PATIENCE_S,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._table = table
        self._patience = patience_s
        self._now = now
        self._head: int | None = None
        self._crowded = False

    def write(self, offers: Sequence[Offer]) -> dict[str, Entry | ShailooError]:
        """Key -> the record as it stands, Conflict, or StorageFailed. One group after another, each all or nothing."""
        outcomes: dict[str, Entry | ShailooError] = {}
        broken: StorageFailed | None = None
        for group in cut(offers):
            if broken is None:
                attempt = _Attempt(group, outcomes)
                try:
                    self._settle(attempt)
                except StorageFailed as error:
                    broken = error
            if broken is not None:
                outcomes |= {offer.key: broken for offer in group if offer.key not in outcomes}
        return outcomes

    def _settle(self, attempt: _Attempt) -> None:
        if not self._crowded:
            self._alone(attempt)
        if attempt.open:
            self._among_others(attempt)

    def _alone(self, attempt: _Attempt) -> None:
        for _ in range(_ALONE):
            head = self._table.head() if self._head is None else self._head
            offers = list(attempt.open.values())
            match commit(self._table, head, offers):
                case Committed():
                    attempt.numbered(head, offers, {None})
                    self._head = head + len(offers)
                case Stale() as stale:
                    self._head = stale.head if stale.head is not None else self._head
                    attempt.found(stale.standing)
                case Contended():
                    self._head = None
                    break
            if not attempt.open:
                return
        self._crowded = True

    def _among_others(self, attempt: _Attempt) -> None:
        attempt.found(self._table.standing(list(attempt.open)))
        if not attempt.open:
            return
        until = self._now() + self._patience
        tickets = {key: f"{key}#{secrets.token_hex(8)}" for key in attempt.open}
        try:
            for key, ticket in tickets.items():
                self._announce(attempt.open[key], ticket, until)
            self._wait(attempt, tickets, until)
        finally:  # also where another's record stands in the way: nobody took that ticket
            left = [key for key in tickets if not attempt.is_made(key)]
            gone = [key for key in left if not self._withdraw(tickets[key])]
        for tried in range(_LOOKS):  # someone took the ticket before us: it got a number, or came too late for one
            if not (gone := [key for key in gone if key in attempt.open]):
                break
            attempt.found(self._table.standing(gone))
            self._table.pause(tried)
        if attempt.open:
            raise StorageFailed("Too many write at once: nothing was written. Try again.", records=len(attempt.open))

    def _wait(self, attempt: _Attempt, tickets: Mapping[str, str], until: float) -> None:
        """Look whether others have given our records their numbers, or do it for everybody."""
        tried = 0
        while attempt.open and self._now() < until:
            self._table.pause(tried)
            attempt.found(self._table.standing(list(attempt.open)))
            if attempt.open:
                self._combine(set(tickets.values()), attempt)
            tried += 1

    def _combine(self, own: AbstractSet[str | None], attempt: _Attempt) -> None:
        """One transaction with everything that waits."""
        head = self._table.head()
        waiting = self._waiting()
        self._crowded = any(one.offer.ticket not in own for one in waiting)
        taken: dict[str, Offer] = {}
        leaving: list[str] = []
        size = 0
        for one in waiting:
            ticket = str(one.offer.ticket)
            if one.until <= self._now() or one.offer.key in taken:  # of two for one key, the other finds the first
                leaving.append(ticket)
            elif size + len(one.offer.body) <= MOST_BYTES:
                taken[one.offer.key] = one.offer
                size += len(one.offer.body)
        while taken or leaving:
            offers = list(taken.values())
            match commit(self._table, head, offers, leaving):
                case Committed():
                    attempt.numbered(head, offers, own)
                    self._head = head + len(offers)
                    return
                case Stale(head=None, standing=standing) if standing:
                    # Keys that were taken before: their owners find what stands there; here only the tickets go.
                    leaving += [str(taken.pop(key).ticket) for key in standing]
                case Stale() | Contended():
                    return

    def _waiting(self) -> list[_Waiting]:
        found = []
        for row in self._table.query("waiting", limit=MOST_RECORDS):
            ticket = row["sk"]["S"]
            offer = Offer(ticket.rpartition("#")[0], bytes(row["body"]["B"]), ticket)
            found.append(_Waiting(offer, int(row["until"]["N"]) / 1000))
            if len(found) == MOST_RECORDS:
                break
        return found

    def _announce(self, offer: Offer, ticket: str, until: float) -> None:
        row = waiting_row(ticket) | {"body": {"B": offer.body}, "until": {"N": str(int(until * 1000))}}
        with kept("write a record", key=offer.key):
            self._table.client.put_item(TableName=self._table.name, Item=row)

    def _withdraw(self, ticket: str) -> bool:
        """Whether the ticket was still there: then nobody has written its record, and nobody will."""
        for tried in count():
            try:
                answer = self._table.client.delete_item(
                    TableName=self._table.name, Key=waiting_row(ticket), ReturnValues="ALL_OLD"
                )
            except ClientError as error:  # a transaction holds it at this moment
                if code_of(error) != "TransactionConflictException" or tried == _LOOKS:
                    raise failed(error, "take back a record") from error
                self._table.pause(tried)
            except BotoCoreError as error:
                raise failed(error, "take back a record") from error
            else:
                return bool(answer.get("Attributes"))
        return False


class _Attempt:
    """The offers of one group that have no outcome yet, and where the outcomes go."""

    def __init__(self, offers: Sequence[Offer], outcomes: dict[str, Entry | ShailooError]) -> None:
        self.open = {offer.key: replace(offer, ticket=None) for offer in offers}
        self._outcomes = outcomes

    def numbered(self, head: int, offers: Sequence[Offer], own: AbstractSet[str | None]) -> None:
        """They have the numbers after `head`; those with a ticket of our own are ours."""
        for seq, offer in enumerate(offers, start=head + 1):
            if offer.ticket in own and self.open.pop(offer.key, None) is not None:
                self._outcomes[offer.key] = Entry(seq, offer.key, offer.body)

    def is_made(self, key: str) -> bool:
        """Whether the record stands under its key."""
        return isinstance(self._outcomes.get(key), Entry)

    def found(self, standing: Mapping[str, Standing]) -> None:
        """Something stands under keys: ours if the bytes are the same."""
        for key in standing.keys() & self.open.keys():
            offer, one = self.open.pop(key), standing[key]
            self._outcomes[key] = (
                Entry(one.seq, key, offer.body)
                if one.sha256 == offer.sha256
                else Conflict("Other bytes already stand under this key.", key=key, seq=one.seq)
            )
