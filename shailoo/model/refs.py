"""The names by which records refer to elections, stations, boxes, bytes and people."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints

ElectionRef = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{2,39}$")]
StationRef = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,6}$")]
BoxRef = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9-]{2,23}$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
HourText = Annotated[str, StringConstraints(pattern=r"^[0-2][0-9]:[0-5][0-9]$")]
ActNumber = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z-]{1,24}$")]
Reason = Annotated[str, StringConstraints(min_length=3, max_length=1000)]
"""Why somebody decided; published word for word."""
Role = Literal["precinct", "territorial", "district", "central", "auditor"]
