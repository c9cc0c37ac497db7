"""What happens at the doors: the boxes', the commissions', the voters'."""

from __future__ import annotations

from typing import Annotated, Literal

from shailoo.model.event import (
    BoxName,
    Bytes,
    Code,
    ElectionName,
    Event,
    Fault,
    Metric,
    Ms,
    PublicDigest,
    RouteName,
    SpanId,
    StationName,
    Status,
    TraceId,
    event,
)

Request = Annotated[TraceId, "hash of what whoever stands before us calls the request"]


@event(
    "info",
    "intake",
    "staff",
    "tizme",
    "cases",
    act="Nothing.",
    metrics=(
        Metric("counter", "Requests", "answered, whatever the answer", by=("route", "status")),
        Metric("histogram", "RequestMs", "from the whole request to the answer", of="ms", unit="Milliseconds"),
        Metric("counter", "ServerErrors", "answered with a status of 500 and more", when=("status", 500, 599)),
        Metric("counter", "TurnedAway", "answered with 429: too many questions", when=("status", 429, 429)),
    ),
    quiet=True,
)
class RequestAnswered(Event):
    """A request was answered. Who asked, and what, is not kept."""

    route: RouteName | None
    status: Status
    ms: Ms
    request: Request | None = None


@event(
    "error",
    "intake",
    "staff",
    "tizme",
    "cases",
    act="`storage-failed`: the disk or the tables; boxes try again by themselves. `fault`: see handler-failed.",
)
class RequestFailed(Event):
    """A request was answered with a status of 500 or more: the fault is ours."""

    route: RouteName | None
    status: Status
    code: Code | None
    ms: Ms
    request: Request | None = None


@event(
    "error",
    "intake",
    "staff",
    "tizme",
    "cases",
    "herald",
    "publisher",
    "copyist",
    "notices",
    act="Note type and place, and tell those who maintain the program. The sender was told to try again.",
    metrics=(Metric("counter", "Faults", "failures that nobody foresaw"),),
)
class HandlerFailed(Event):
    """A handler raised what nobody foresaw."""

    fault: Fault
    request: Request | None = None


@event(
    "info",
    "intake",
    act="Nothing. `outcome` conflict: two different reports of one box; runbook, key leaked.",
    metrics=(
        Metric("counter", "ReportsReceived", "receipts given", by=("kind", "outcome")),
        Metric("histogram", "IntakeMs", "from the whole upload to the receipt", of="ms", unit="Milliseconds"),
    ),
)
class ReportReceived(Event):
    """A report of a box was verified, is durable, and its receipt is signed."""

    trace: TraceId
    election: ElectionName
    station: StationName
    box: BoxName
    kind: Literal["final", "annex"]
    outcome: Literal["accepted", "conflict"]
    digest: Annotated[PublicDigest, "of the sealed bytes"]
    bytes: Bytes
    ms: Ms
    request: Request | None = None


@event(
    "warning",
    "intake",
    act="Call the station: the box is known and its report was not taken. docs/api.md says what the code means.",
    metrics=(Metric("counter", "SignedRefusals", "uploads of known boxes that were refused", by=("code",)),),
)
class ReportRefused(Event):
    """An upload was signed by a box of the election and refused all the same."""

    election: ElectionName
    box: BoxName
    code: Code
    digest: Annotated[PublicDigest, "of the sealed bytes"]
    request: Request | None = None


@event(
    "warning",
    "intake",
    act="Single ones: nothing. Thousands a minute: runbook, flood.",
    metrics=(Metric("counter", "UploadsRefused", "uploads of senders that nobody knows", by=("code",)),),
    strangers=True,
)
class UploadRefused(Event):
    """An upload of a sender that nobody knows was refused; it is counted by hour and code on the results portal too."""

    code: Code
    request: Request | None = None


@event("warning", "intake", act="`storage-failed` again and again: the disk or the tables; counts wait in memory.")
class RefusalCountsWait(Event):
    """Counts of refused uploads could not be written and wait."""

    code: Code


@event("info", "intake", "publisher", "copyist", act="Nothing; `shailoo trace DIGEST` puts them together.")
class Step(Event):
    """A step on the way of a report, or of a version, was taken."""

    trace: TraceId
    span: SpanId
    parent: SpanId | None
    step: Literal["receive", "append", "sign", "publish", "draw", "write", "log", "point"]
    ms: Ms
