"""What the herald does with news of records and with ticks. It reads no record: keys are enough."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from shailoo.errors import ShailooError
from shailoo.ids import Digest
from shailoo.model.tick import TICK as TICK_BODY
from shailoo.ports import Queue
from shailoo.rules.retention import locked_until

NEWS: Final = "publisher"
"""Group of the messages that follow from a record."""
TICK: Final = "tick"
"""Group of those that come every minute: they do not wait behind one that failed."""
_OURS: Final = "publication/"
"""Records of the publisher itself: what it has published is no news to it."""
_COPIED: Final = ("document/", "blackout/")
"""Records after which the copyist has a copy to make: a paper came, or parts of one are to be blackened."""
Lock = Callable[[Digest, datetime], object]
Failures = dict[str, list[dict[str, str]]]


def tick(publish: Queue, copies: Queue | None = None) -> None:
    """Wake the publisher and, where there is one, the copyist, whatever was lost. Raises StorageFailed."""
    for queue in (publish, copies):
        if queue is not None:
            queue.send(TICK_BODY, group=TICK)


def tell(
    records: Iterable[Mapping[str, Any]],
    publish: Queue,
    copies: Queue | None,
    *,
    lock: Lock | None = None,
    keep: Mapping[str, int],
    now: datetime,
) -> Failures:
    """Pass on a batch of the stream: one message to the publisher for all of it, one to the copyist for each copy.

    Returns the first record that could not be passed on, as Lambda wants it: the stream begins there again, and saying
    something twice harms nobody. Raises StorageFailed when nothing at all was passed on.
    """
    told = False
    for record in records:
        key, number = _key(record)
        try:
            if not told and not key.startswith(_OURS):
                publish.send(b'{"news": true}', group=NEWS)
                told = True
            if copies is not None and key.startswith(_COPIED):
                copies.send(key.encode(), group=key.split("/")[1])
            kept = locked_until(key, keep, now=now) if lock is not None else None
            if lock is not None and kept is not None:
                lock(*kept)
        except ShailooError:
            if not told:
                raise
            return {"batchItemFailures": [{"itemIdentifier": number}]}
    return {"batchItemFailures": []}


def _key(record: Mapping[str, Any]) -> tuple[str, str]:
    """Key of a record and its place in the stream. `NewsOfRecords` lets only items through that make keys unique."""
    change = record["dynamodb"]
    return str(change["Keys"]["sk"]["S"]), str(change["SequenceNumber"])
