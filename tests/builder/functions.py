"""A publisher as a function in memory: a home, public files that are on their way until a flush, and calls of it."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from builder.desk import PublisherDesk
from builder.handler import handle
from builder.prepare import prepare
from builder.publish import Cadence
from tests.builder.memory_home import Bucket, Clock, Killed, MemoryHome, package_archive
from tests.builder.scene import _CACHE

__all__ = ["CADENCE", "Bucket", "Clock", "Context", "Function", "Killed", "MemoryHome", "package_archive", "prepared"]

CADENCE = Cadence(trail_s=0.0, idle_s=0.0, cut_s=0, wide_s=0.0)


@cache
def prepared() -> Path:
    """A folder as `shailoo prepare` makes it, made once by every worker."""
    out = Path(tempfile.mkdtemp(prefix="shailoo-prepared-")) / "prepared"
    prepare(out, _CACHE)
    return out


@dataclass
class Context:
    """What Lambda says of a call: so many times it is asked before there is no time left."""

    aws_request_id: str
    asked: int = 1_000_000

    def get_remaining_time_in_millis(self) -> int:
        """Two minutes, until it was asked often enough."""
        self.asked -= 1
        return 120_000 if self.asked > 0 else 0


class Function:
    """A process of the publisher's function: warm from its second call on."""

    calls = 0

    def __init__(self, home: MemoryHome, room: Path, cadence: Cadence = CADENCE) -> None:
        self.home = home
        self.desk = PublisherDesk(home, prepared(), room, cadence=cadence)

    def call(self, *, asked: int = 1_000_000) -> dict[str, list[dict[str, str]]]:
        """One event."""
        Function.calls += 1
        event = {"Records": [{"messageId": f"m{Function.calls}", "body": "{}"}]}
        return handle(event, Context(f"r{Function.calls}", asked), self.desk, wait_s=0.0)

    def again(self, *, asked: int = 1_000_000) -> bool:
        """One event; whether it asks to be called again."""
        queue = self.home.publish_queue
        assert queue is not None
        assert self.call(asked=asked) == {"batchItemFailures": []}
        messages = queue.receive()
        for message in messages:
            queue.done(message)
        return bool(messages)

    def until_done(self, *, asked: int = 1_000_000) -> int:
        """Call while it asks to be called again; returns how often."""
        calls = 1
        while self.again(asked=asked):
            calls += 1
        return calls
