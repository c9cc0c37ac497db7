"""Records of what people counted: the manual protocol and the identification report, keyed from the paper.

Two different people key each paper; where they differ a third decides. A correction is a new version with its reason
and act; nothing is overwritten.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shailoo.model.base import Frozen
from shailoo.model.document import Signed
from shailoo.model.refs import ActNumber, ElectionRef, Reason, StationRef

Sheet = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
"""The contest whose protocol it is, or `identification`."""
IDENTIFICATION: Sheet = "identification"
Count = Annotated[int, Field(ge=0, le=1_000_000)]


class LineFigure(Frozen):
    """A line of the paper: one figure, or one for each option in ballot order."""

    line: Annotated[str, StringConstraints(pattern=r"^[A-Z][0-9]{1,2}$")]
    figures: Annotated[tuple[Count, ...], Field(min_length=1, max_length=200)]


class ProtocolKeyed(Signed):
    """One person's keying of one version of a paper.

    Key: `protocol/<election>/<station>/<sheet>/<version>/<keying>`, two digits each, both from 01. The identification
    report has the lines `I1` (voters identified) and nothing else.
    """

    type: Literal["protocol"] = "protocol"
    election: ElectionRef
    station: StationRef
    sheet: Sheet
    version: Annotated[int, Field(ge=1, le=99)]
    keying: Annotated[int, Field(ge=1, le=9)]
    lines: Annotated[tuple[LineFigure, ...], Field(min_length=1, max_length=60)]
    unreconciled: Reason | None = None
    """Why it is handed over although an equation does not hold: the paper itself says so."""
    correction: Reason | None = None
    """Why there is a version after the first."""
    act: ActNumber | None = None
    """The act on whose authority a later version was made."""


def protocol_key(record: ProtocolKeyed) -> str:
    """The key under which a keying is created once."""
    return f"protocol/{record.election}/{record.station}/{record.sheet}/{record.version:02}/{record.keying:02}"
