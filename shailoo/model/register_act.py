"""The record that a version of the address register holds from now on: an act that moves voters between stations."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shailoo.model.base import Frozen, Moment
from shailoo.model.election import Slug
from shailoo.model.refs import ActNumber, Reason, Sha256

StationOrQueue = Annotated[str, StringConstraints(pattern=r"^([0-9]{4})?$")]
"""A station's number; empty for the queue."""


class Moved(Frozen):
    """How many people an act moves from one station (or the queue) to another."""

    source: StationOrQueue
    target: StationOrQueue
    people: Annotated[int, Field(ge=1, le=20_000_000)]


class RegisterApplied(Frozen):
    """A version of the address register is in force. Key: `register/<number>`, six digits.

    The counts are what the commission saw before it decided; they are published only as `shailoo.rules.voter_cells`
    allows.
    """

    type: Literal["register"] = "register"
    number: Annotated[int, Field(ge=1, le=999_999)]
    digest: Sha256
    """Of the register's source files."""
    act: ActNumber | None
    """Number of the act; None for the first register, and for corrections that move nobody."""
    body: Slug
    """The commission that decided."""
    day: date
    """The day of the decision."""
    reason: Reason
    entered: Moment
    before: Annotated[int, Field(ge=0, le=999_999)]
    """The version in force until now; 0 when there was none."""
    plan: Sha256 | None
    """Digest of the list of people who move (`MovePlan.digest`), which itself is private; None when nobody did."""
    moved: Annotated[tuple[Moved, ...], Field(max_length=100_000)]
    """By source and target, sorted; nobody is moved from a station to itself."""
