"""What happens only where functions do the work."""

from __future__ import annotations

from typing import Annotated, Literal

from shailoo.model.event import Code, Count, Event, Metric, Number, event


@event(
    "info",
    "herald",
    act="Nothing. `left` again and again: the queues (docs/aws.md); the tick still wakes the publisher every minute.",
    metrics=(Metric("counter", "NewsTold", "records of which the herald has told", of="records"),),
)
class NewsTold(Event):
    """News of records was passed on to the queues."""

    records: Count
    left: Annotated[Count, "that could not be passed on and come again"]


@event(
    "warning",
    "publisher",
    "copyist",
    act="Runbook, poisoned message.",
    metrics=(Metric("counter", "MessagesAgain", "messages that came for the third time or more"),),
)
class MessageAgain(Event):
    """A message came again, because whoever had it before did not come to an end."""

    queue: Literal["publish", "copies"]
    times: Count


@event("info", "publisher", act="Nothing: a message comes for the rest.")
class MoreToPublish(Event):
    """A function's time was over before everything was published."""


@event("info", "publisher", act="Nothing: there is never more than one at work.")
class AnotherPublishes(Event):
    """Another publisher is at work; this one has left it to that."""


@event(
    "warning",
    "publisher",
    act="Once after new software or a new package: nothing. Else: the state bucket. It costs time only.",
    metrics=(Metric("counter", "SnapshotsUnfit", "starts that had to fold the whole feed"),),
)
class SnapshotUnfit(Event):
    """The publisher could not go on from its snapshot, and folds the feed."""

    why: Literal["missing", "unfit"]


@event("warning", "publisher", act="Again and again: the state bucket. The next start folds more of the feed.")
class SnapshotNotKept(Event):
    """No snapshot could be kept."""

    code: Code
    version: Number
