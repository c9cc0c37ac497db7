"""What is said of messages that come again and again: something is in their way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from shailoo.events.cloud import MessageAgain
from shailoo.telemetry import say

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Literal

POISONED: Final = 3
"""A message that comes so often has something in its way."""


def say_again(event: Mapping[str, Any], queue: Literal["publish", "copies"]) -> None:
    """Say of messages that came again and again how often they did, as the queue tells it."""
    times = [int(one.get("attributes", {}).get("ApproximateReceiveCount", 1)) for one in event.get("Records", ())]
    if max(times, default=1) >= POISONED:
        say(MessageAgain(queue=queue, times=max(times)))
