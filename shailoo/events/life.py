"""What happens to the programs themselves."""

from __future__ import annotations

from typing import Literal

from shailoo.model.event import Count, Event, EventName, Fault, Metric, event

LIBRARIES = ("asyncio", "uvicorn", "httpx", "botocore", "PIL", "pypdf", "mkdocs")


@event("info", "server", "publisher", "copyist", "cosigner", act="Nothing.")
class ProgramStarted(Event):
    """A program begins."""


@event("info", "server", "publisher", "copyist", "cosigner", act="Nothing, if somebody stopped it.")
class ProgramEnded(Event):
    """A program was told to end, and has finished what it had begun."""


@event(
    "error",
    "server",
    "publisher",
    "copyist",
    "cosigner",
    act="It is started again. Note type and place, and tell those who maintain it.",
    metrics=(Metric("counter", "Deaths", "programs and threads that ended by a fault"),),
)
class ProgramDied(Event):
    """A program, or a thread of one, ended by a fault."""

    fault: Fault


@event(
    "warning",
    "server",
    "intake",
    "staff",
    "tizme",
    "cases",
    "herald",
    "publisher",
    "copyist",
    "cosigner",
    "notices",
    act="Single ones: nothing. What the library said is left out, because nobody knows what it repeats.",
    metrics=(Metric("counter", "LibraryWarnings", "warnings of libraries", by=("library",)),),
    strangers=True,
)
class LibrarySpoke(Event):
    """A library wrote a warning or an error."""

    library: Literal["asyncio", "uvicorn", "httpx", "botocore", "PIL", "pypdf", "mkdocs", "another"]
    fault: Fault | None


@event("info", "server", "intake", act="Nothing; the counts of these events are whole in the metrics.")
class LinesHeldBack(Event):
    """Lines of one event came too fast and were left out."""

    of: EventName
    count: Count
