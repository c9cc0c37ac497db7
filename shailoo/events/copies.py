"""What happens to scanned documents."""

from __future__ import annotations

from shailoo.model.event import Code, Count, ElectionName, Event, Metric, Ms, Number, StationName, event


@event(
    "info",
    "copyist",
    act="Nothing.",
    metrics=(
        Metric("counter", "CopiesMade", "public copies of documents"),
        Metric("histogram", "CopyMs", "one copy", of="ms", unit="Milliseconds"),
    ),
)
class CopyMade(Event):
    """A public copy of a document was made and recorded."""

    election: ElectionName
    station: StationName | None
    version: Number
    ms: Ms


@event(
    "warning",
    "copyist",
    act="The commission is asked for a better scan on its own page; nothing to do here.",
    metrics=(Metric("counter", "DocumentsUnreadable", "documents of which no copy can be made", by=("code",)),),
)
class CopyRefused(Event):
    """No copy can be made of a document."""

    election: ElectionName
    station: StationName | None
    code: Code


@event(
    "warning",
    "copyist",
    act="Again and again: `shailoo doctor`, then memory and disk. It is tried again behind the others.",
    metrics=(Metric("counter", "CopiesPutOff", "attempts that failed and are made again", by=("code",)),),
)
class CopyWaits(Event):
    """A copy could not be made now."""

    code: Code


@event("info", "copyist", act="Nothing: another copyist was first, or this one was stopped in between.")
class CopyThere(Event):
    """A copy was recorded before."""

    election: ElectionName
    station: StationName | None
    version: Number


@event("error", "copyist", act="The store lost a record or was restored from an older backup: `shailoo doctor`.")
class DocumentMissing(Event):
    """A copy is asked for of a document that no record names."""

    version: Number


@event(
    "info",
    "copyist",
    act="Nothing.",
    metrics=(Metric("gauge", "CopiesWaiting", "copies that are still to be made", of="waiting"),),
    quiet=True,
)
class CopyistBeat(Event):
    """The copyist is alive and has looked for documents."""

    waiting: Count


@event(
    "error",
    "publisher",
    act="`shailoo doctor`, then the store of objects: figures and pages go on without the copy.",
    metrics=(Metric("counter", "CopiesNotGiven", "approved copies that the store of objects could not give"),),
)
class CopyNotGiven(Event):
    """An approved copy of a document could not be published, because the store of objects did not give it."""

    election: ElectionName
    code: Code
