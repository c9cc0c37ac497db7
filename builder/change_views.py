"""What pages and feeds show of the changes: events in words' codes, and what is new between two kept versions.

Part of `builder.views`, where they have the same names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from builder.view_places import Cause, Download, Head, Option, Place
    from shailoo.model.base import Name

What = Literal[
    "report-counted",
    "report-held",
    "report-released",
    "report-removed",
    "report-conflict",
    "report-again",
    "report-received",
    "annex",
    "turnout",
    "act",
    "refused",
    "cells-opened",
    "protocol-entered",
    "protocol-corrected",
    "protocol-differs",
    "protocol-held",
    "protocol-agreed",
    "document-received",
    "document-public",
    "document-unreadable",
    "document-withdrawn",
]
"""What happened to a report, a protocol, a document, an act, a figure of turnout."""


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event. `detail` is its code, `named` what the code names, where it names something of the election."""

    id: str
    what: What
    at: str
    places: tuple[Place, ...] = ()
    box: str = ""
    detail: str = ""
    named: Name | None = None
    act: str = ""
    body: Name | None = None
    measures: tuple[str, ...] = ()
    reverses: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ChangedLine:
    """A figure at two kept versions. `option` is None for a line that is no option."""

    key: str
    option: Option | None
    before: int | None
    now: int | None


@dataclass(frozen=True, slots=True)
class ChangedContest:
    """A contest at two kept versions: options in ballot order, then `invalid` and `ballots`."""

    contest: str
    name: Name
    lines: tuple[ChangedLine, ...]


@dataclass(frozen=True, slots=True)
class Cut:
    """What is new in a kept version since the one before, with the causes. The first has none before it."""

    number: int
    at: str
    previous: int | None
    previous_at: str
    causes: tuple[tuple[Cause, int], ...]
    figures: tuple[ChangedLine, ...]
    contests: tuple[ChangedContest, ...]


@dataclass(frozen=True, slots=True)
class ChangesView:
    """`…/changes/` and `…/changes/<region>/`: the last events, newest first."""

    head: Head
    place: Place | None
    events: tuple[EventRow, ...]
    parts: tuple[Place, ...] = ()
    """The regions, on the country's page: each has a page of its own."""
    downloads: tuple[Download, ...] = ()
