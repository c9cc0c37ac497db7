"""What views of every kind begin with: the election they belong to, places, ballot lines, causes, files to take along.

Part of `builder.views`, where they have the same names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from shailoo.model.base import Name
    from shailoo.model.election import ElectionKind, OptionKind

Status = Literal["upcoming", "preliminary", "final"]
"""`preliminary` is the boxes' count: it has no legal force. It is part of every title."""
Cause = Literal[
    "reports",
    "held",
    "released",
    "conflict",
    "act",
    "opened",
    "closed",
    "rules",
    "turnout",
    "annex",
    "final",
    "documents",
    "approved",
    "withdrawn",
    "protocol",
]
PlaceKind = Literal["country", "region", "rayon", "tec", "district", "station"]


@dataclass(frozen=True, slots=True)
class Head:
    """What every page of one election repeats. It does not change with a report, so it may stand on every page."""

    election: str
    name: Name
    day: str
    kind: ElectionKind
    status: Status
    synthetic: bool
    zone: str = "Asia/Bishkek"


@dataclass(frozen=True, slots=True)
class Place:
    """A part of the country with its own page (a rayon has none and is not linked).

    `number` is printed before the name.
    """

    kind: PlaceKind
    id: str
    name: Name
    number: str = ""


@dataclass(frozen=True, slots=True)
class Download:
    """A table as a file: `href` is an absolute path, `format` is its kind as people know it."""

    format: Literal["csv", "json", "geojson", "nist-err json", "zip"]
    href: str


@dataclass(frozen=True, slots=True)
class Option:
    """A list, candidate or answer in ballot order; made once per election and shared by all views (pages cache by it).

    `key` is the row's identity for the gate (the ballot number, `21`), `number` what the ballot prints ("" when
    none). `tone` (`builder.tones`) 1-12 chooses a colour of the chart palette, 0 is grey. `page` says that
    `/option/<contest>/<key>/` exists.
    """

    contest: str
    key: str
    number: str
    name: Name
    kind: OptionKind
    tone: int = 0
    page: bool = True
