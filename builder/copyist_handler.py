"""The copyist's shell for Lambda: messages of a FIFO queue in, copies of documents out.

It needs no lease: the queue hands out one message of the group at a time, and where two make the same copy after all,
the record of one is refused and that is well (`builder.copyist`). A message says only that there is something to look
for; with little time left the rest comes again as a message. A tick every minute finds what a lost message spoke of.
"""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Protocol

from builder.copyist import Copyist, work
from builder.messages import say_again
from shailoo.model.tick import TICK
from shailoo.telemetry import function

if TYPE_CHECKING:
    from collections.abc import Mapping

    from builder.copyist import Maker
    from builder.handler import Context
    from shailoo.ports import Clock, ObjectStore, Queue, RecordStore

AGAIN: Final = "copyist-again"
RESERVE_S: Final = 90.0
"""No copy is begun with less time left: one may take a minute."""


class CopyistHome(Protocol):
    """What a copyist is given of the installation."""

    @property
    def records(self) -> RecordStore:
        """Records with their feed."""
        ...

    @property
    def objects(self) -> ObjectStore:
        """Originals and copies."""
        ...

    @property
    def clock(self) -> Clock:
        """The time."""
        ...

    @property
    def copies_queue(self) -> Queue | None:
        """What wakes the copyist."""
        ...


class CopyistDesk:
    """Keeps one copyist warm between the calls of one function's process: it goes on in the feed where it was."""

    def __init__(self, home: CopyistHome, make: Maker) -> None:
        self.home = home
        self._copyist = Copyist(home.records, home.objects, home.clock, make)

    def handle(self, event: Mapping[str, Any], context: Context) -> dict[str, list[dict[str, str]]]:
        """Make what can be made. Copies that failed for now, or for which no time was left, have a message come again.

        Without a queue to send one to, the messages of this event come again, save for ticks: the next is under way,
        and ticks that came again would stand in each other's way.
        """
        say_again(event, "copies")
        looked = False

        def late() -> bool:
            nonlocal looked
            over = context.get_remaining_time_in_millis() / 1000 <= RESERVE_S
            looked = looked or not over
            return over

        made, left = work(self._copyist, late)
        if looked and not left:
            return {"batchItemFailures": []}
        if made and self.home.copies_queue is not None:
            self.home.copies_queue.send(b'{"again": true}', group=AGAIN)
            return {"batchItemFailures": []}
        # nothing went forward: the queue's own pause before a message comes again is wanted
        again = [one for one in event.get("Records", ()) if one.get("body") != TICK.decode()]
        return {"batchItemFailures": [{"itemIdentifier": one["messageId"]} for one in again]}


def lambda_handler(event: Mapping[str, Any], context: Context) -> dict[str, list[dict[str, str]]]:
    """Make the copies that wait. See `CopyistDesk.handle`. Raises FunctionFailed."""
    with function("copyist"):
        return _desk().handle(event, context)


@cache
def _desk() -> CopyistDesk:
    from builder.documents import make_copy  # noqa: PLC0415 -- starts a process of its own when it is first used
    from shailoo.cloud import CloudInstallation  # noqa: PLC0415 -- the home is chosen when the function begins; tests bring their own

    return CopyistDesk(CloudInstallation.from_environment(os.environ), make_copy)
