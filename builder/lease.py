"""One at a time: an item that says who works, until when. Moved by compare-and-swap, so one of two takers gets it.

A worker that was killed holds it until its time is over, and some seconds more for what it had put on its way. A worker
that still believes to hold it is stopped by `keep`, which it asks before everything that others see; and where it had
passed `keep` already, its record of the publication is refused, because records are created once.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from shailoo.errors import Conflict
from shailoo.model.base import read_stamp, stamp
from shailoo.records.canonical import canonical_json

if TYPE_CHECKING:
    from shailoo.ports import Clock, Item, ItemStore

SECONDS = 60
GRACE = timedelta(seconds=15)
"""So much longer nobody takes a lease that ran out: files that its holder put on their way before have arrived."""
_FREE = datetime(1970, 1, 1, tzinfo=UTC)


class LeaseLost(Conflict):
    """Another works now, or may: this one stops without a trace."""

    code = "lease-lost"


class Lease:
    """The right to be the only one. Belongs to one worker, whose `token` no other worker has."""

    def __init__(self, items: ItemStore, clock: Clock, name: str, token: str, *, seconds: int = SECONDS) -> None:
        self._items = items
        self._clock = clock
        self._name = name
        self._token = token
        self._for = timedelta(seconds=seconds)
        self._item: Item | None = None
        self._until = _FREE

    def take(self) -> bool:
        """Take it unless another has it. The same token takes it again after a crash of its own."""
        item = self._items.read(self._name)
        now = self._clock.now()
        if item is not None:
            told = json.loads(item.value)
            if told["token"] != self._token and read_stamp(told["until"]) + GRACE > now:
                return False
        try:
            self._write(item, now + self._for, self._token)
        except Conflict:
            return False
        return True

    def keep(self) -> None:
        """See that it is still held, and hold it longer once half of its time is over. Raises LeaseLost."""
        now = self._clock.now()
        if self._item is None or now >= self._until:
            raise LeaseLost("The time of this publisher is over; another may be at work.", lease=self._name)
        if self._until - now > self._for / 2:
            return
        try:
            self._write(self._item, now + self._for, self._token)
        except Conflict as error:
            raise LeaseLost("Another publisher is at work.", lease=self._name) from error

    @property
    def held(self) -> bool:
        """Whether it is still held, as `keep` finds."""
        try:
            self.keep()
        except LeaseLost:
            return False
        return True

    def release(self) -> None:
        """Give it back, unless another has it by now."""
        if self._item is None:
            return
        try:
            self._write(self._item, _FREE, "")
        except Conflict:
            pass  # it was not ours any more
        finally:
            self._item = None

    def _write(self, item: Item | None, until: datetime, token: str) -> None:
        value = canonical_json({"token": token, "until": stamp(until)})
        self._item = self._items.swap(self._name, value, expected=None if item is None else item.version)
        self._until = until
