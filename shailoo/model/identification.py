"""What an identification device tells of somebody who stood before it, as its printed receipt has it.

One line keeps it in a case: `1001-000042 fingerprint 2025-05-12T04:00:00Z box-7`. The PIN is compared and forgotten.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, ValidationError

from shailoo.model.base import Frozen, Moment, read_stamp, stamp
from shailoo.model.refs import StationRef

How = Literal["fingerprint", "face"]
ReceiptNumber = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z-]{0,39}$")]
_PARTS = 4


class IdentificationSlip(Frozen):
    """What of an identification is kept with the case."""

    number: ReceiptNumber
    how: How
    at: Moment
    device: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z-]{0,39}$")]

    def line(self) -> str:
        """The line that is kept; `read_slip` reads it."""
        return f"{self.number} {self.how} {stamp(self.at)} {self.device}"


class Identification(IdentificationSlip):
    """A receipt as the device gives it to a program."""

    station: StationRef
    """Where the device stands."""
    pin: Annotated[str, StringConstraints(pattern=r"^[0-9]{14}$"), Field(repr=False)]
    """Of whom the device recognised."""

    def slip(self) -> IdentificationSlip:
        """What is kept of it."""
        return IdentificationSlip(number=self.number, how=self.how, at=self.at, device=self.device)


def read_slip(line: str) -> IdentificationSlip | None:
    """Read what `IdentificationSlip.line` writes; None for anything else."""
    parts = line.split(" ")
    if len(parts) != _PARTS:
        return None
    number, how, at, device = parts
    try:
        slip = IdentificationSlip.model_validate({"number": number, "how": how, "at": read_stamp(at), "device": device})
    except (ValueError, ValidationError):
        return None
    return slip if slip.line() == line else None
