"""The publisher's shell for Lambda: messages of a FIFO queue in, nothing out.

A message says only that there is something to look for. All that is there is published, whichever message came; so a
message that finds another publisher at work may go, if one comes again after it.
"""

from __future__ import annotations

import os
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from builder.desk import PublisherDesk
from builder.messages import say_again
from shailoo.events.cloud import AnotherPublishes, MoreToPublish
from shailoo.telemetry import function, say

if TYPE_CHECKING:
    from collections.abc import Mapping

PREPARED: Final = Path(__file__).resolve().parents[1] / "prepared"
"""Beside the code: made by `shailoo prepare`."""
AGAIN: Final = "publisher-again"
"""The group of messages that the publisher sends itself: it does not wait behind one that failed."""
WAIT_S: Final = 10.0
"""So long a publisher waits for another to come to its end, before it has the message come again."""


class Context(Protocol):
    """What Lambda tells of a call."""

    aws_request_id: str

    def get_remaining_time_in_millis(self) -> int:
        """Until the function is stopped."""
        ...


def lambda_handler(event: Mapping[str, Any], context: Context) -> dict[str, list[dict[str, str]]]:
    """Publish what is there. See `handle`. Raises FunctionFailed when something stopped the publisher."""
    with function("publisher"):
        return handle(event, context, _desk())


def handle(
    event: Mapping[str, Any], context: Context, desk: PublisherDesk, *, wait_s: float = WAIT_S
) -> dict[str, list[dict[str, str]]]:
    """Publish until nothing is left, or have a message come again for the rest.

    Returns the messages that have to come again, as SQS wants it. Raises what stopped the publisher: then all do.
    """
    say_again(event, "publish")

    def remaining() -> float:
        return context.get_remaining_time_in_millis() / 1000

    done = desk.work(context.aws_request_id, remaining, wait_s=wait_s)
    if done:
        return {"batchItemFailures": []}
    if done is False:
        say(MoreToPublish())
    else:
        say(AnotherPublishes())
    queue = desk.home.publish_queue
    if queue is not None:
        queue.send(b'{"again": true}', group=AGAIN)
        return {"batchItemFailures": []}
    return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in event.get("Records", ())]}


@cache
def _desk() -> PublisherDesk:
    from shailoo.cloud import CloudInstallation  # noqa: PLC0415 -- the home is chosen when the function begins; tests bring their own

    room = Path(tempfile.mkdtemp(prefix="publisher-"))
    return PublisherDesk(CloudInstallation.from_environment(os.environ), PREPARED, room)
