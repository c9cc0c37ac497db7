"""What happens between the records and the pages."""

from __future__ import annotations

from typing import Annotated, Literal

from shailoo.model.event import (
    BoxName,
    Code,
    Count,
    ElectionName,
    Event,
    Exit,
    Fault,
    Flag,
    Metric,
    Ms,
    Number,
    PublicDigest,
    Seconds,
    TraceId,
    event,
)

WAITING = Metric("gauge", "RecordsWaiting", "accepted records that are on no page yet", of="waiting")
OLDEST = Metric("gauge", "OldestWaitingS", "since when the oldest of them waits", of="oldest_s", unit="Seconds")


@event("info", "publisher", act="Nothing.")
class PublisherStarted(Event):
    """A publisher has read what was published before and begins."""

    version: Number
    ms: Ms


@event(
    "info",
    "publisher",
    act="Nothing.",
    metrics=(
        Metric("counter", "VersionsPublished", "versions that were published"),
        Metric("histogram", "PublishMs", "one version, from the feed to the pointer", of="ms", unit="Milliseconds"),
        Metric("gauge", "PublishedVersion", "the newest version", of="version"),
        Metric("counter", "FilesWritten", "public files written with versions", of="files"),
    ),
)
class VersionPublished(Event):
    """A version is on the pages that never wait, and the pointer has moved."""

    trace: TraceId
    version: Number
    upto: Annotated[Number, "the last record that it takes in"]
    stations: Count
    files: Count
    wide: Annotated[Flag, "with the pages of commissions and districts"]
    trail: Annotated[Flag, "with the pages that trail"]
    ms: Ms


@event(
    "info",
    "publisher",
    act="Nothing.",
    metrics=(Metric("histogram", "ReportToPageS", "from arrival to the page of its station", of="s", unit="Seconds"),),
)
class ReportPublished(Event):
    """A report is on its station's page."""

    trace: TraceId
    election: ElectionName
    box: BoxName
    digest: Annotated[PublicDigest, "of the sealed bytes"]
    version: Number
    s: Annotated[Seconds, "since it arrived"]


@event(
    "error",
    "publisher",
    act="Runbook, pages held. The last complete state stays up, and the page says since when.",
    metrics=(Metric("counter", "PagesHeld", "how often pages of an election were held back"),),
)
class PagesHeld(Event):
    """The pages of an election do not pass the gate."""

    election: ElectionName
    version: Number


@event("info", "publisher", act="Nothing: it is over.")
class PagesReleased(Event):
    """The pages of an election that was held back pass the gate again."""

    election: ElectionName
    version: Number


@event("error", "publisher", act="Runbook, pages held: type and place say which rule did not hold.")
class PageFailed(Event):
    """A page could not be drawn, or what was read back from it differs from the records."""

    election: ElectionName
    code: Code | None
    fault: Fault


@event(
    "error",
    "publisher",
    act="Once: nothing, the next version makes its pages again, alone, to hear why. Twice: `shailoo doctor`, memory.",
    metrics=(Metric("counter", "PageMakersLost", "helpers of the publisher that ended early"),),
)
class PageMakerLost(Event):
    """A helper process that made pages which may follow ended early."""

    version: Annotated[Number, "complete before"]


@event("info", "publisher", act="Nothing.", metrics=(WAITING, OLDEST), quiet=True)
class PublisherBeat(Event):
    """The publisher is alive and has looked for news."""

    waiting: Count
    oldest_s: Seconds


@event("info", "server", "intake", act="Nothing.", metrics=(WAITING, OLDEST), quiet=True)
class PagesWatched(Event):
    """The server, which does not publish, has looked how far the pages are behind the records."""

    waiting: Count
    oldest_s: Seconds


@event(
    "error",
    "server",
    "intake",
    act="Runbook, publisher stuck.",
    metrics=(Metric("counter", "PagesLate", "looks at which the pages were late"),),
)
class PagesLate(Event):
    """Accepted records have been on no page for longer than they should."""

    waiting: Count
    oldest_s: Seconds
    version: Annotated[Number, "that stands"]


@event("info", "server", "intake", act="Nothing: it is over.")
class PagesOnTime(Event):
    """What was late is on the pages."""

    version: Number


@event(
    "warning",
    "server",
    act="Once: nothing, it was started again. Again and again: runbook, publisher stuck; `exit` -9 is memory.",
    metrics=(Metric("counter", "ProcessRestarts", "processes beside the server that died", by=("what",)),),
)
class ProcessRestarted(Event):
    """A process beside the server ended and is started again."""

    what: Literal["publish", "copies", "cosign"]
    exit: Exit


@event(
    "warning",
    "cosigner",
    act="Ask whoever runs the witness. Pages and log go on without it.",
    metrics=(Metric("counter", "WitnessRefusals", "heads that a witness did not sign"),),
)
class WitnessRefused(Event):
    """A witness did not sign the head of the log."""

    place: Annotated[Count, "its place in settings.json, from 1"]
    size: Number | None
