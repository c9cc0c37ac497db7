"""The two JSON files of an election package: what is said once, and the manual protocol."""

from __future__ import annotations

from datetime import date, time
from typing import Annotated, Literal

from pydantic import Field, RootModel

from shailoo.model.base import Frozen, Name
from shailoo.model.election import ElectionKind, Mode, Protocol, Slug, SourceNote

HEADER = "election.json"
PROTOCOL = "protocol.json"


class PackageHeader(Frozen):
    """The file election.json: what is said once about the election."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{2,39}$")]
    day: date
    kind: ElectionKind
    mode: Mode
    name: Name
    short_name: Name
    zone: str
    report_language: Literal["ky", "ru", "en"]
    opens: time
    closes: time
    small_cell_bound: Annotated[int, Field(ge=0, le=1000)]
    quota_regions: tuple[Slug, ...]
    synthetic: bool
    sources: tuple[SourceNote, ...]


class PackageProtocols(RootModel[tuple[Protocol, ...]]):
    """The file protocol.json: lines and equations of the manual protocol, for each kind of contest."""
