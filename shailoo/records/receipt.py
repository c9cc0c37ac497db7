"""The receipt: a signed note by which the commission says what it received from whom, and when.

The text depends only on the stored record, and Ed25519 is deterministic: the same bytes always get the same receipt.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from shailoo.errors import Refused
from shailoo.model.base import Frozen, Moment, read_stamp, stamp
from shailoo.model.record import ReportAccepted, ReportConflict
from shailoo.model.refs import BoxRef, ElectionRef, Sha256, StationRef

_HEADER = "SHAILOO RECEIPT 1"


class BadReceipt(Refused):
    """The text is not a receipt as the intake writes it."""

    code = "bad-receipt"


class Receipt(Frozen):
    """What the intake confirms. `outcome` is `conflict` when another report already stood there; both are kept."""

    election: ElectionRef
    station: StationRef
    box: BoxRef
    kind: Literal["final", "annex"]
    outcome: Literal["accepted", "conflict"]
    sha256: Sha256
    bytes: Annotated[int, Field(ge=1)]
    arrived: Moment

    @classmethod
    def of(cls, record: ReportAccepted | ReportConflict) -> Receipt:
        """The receipt that a stored record earns."""
        return cls(
            election=record.election,
            station=record.station,
            box=record.box,
            kind=record.kind,
            outcome="accepted" if isinstance(record, ReportAccepted) else "conflict",
            sha256=record.sealed_sha256,
            bytes=record.sealed_bytes,
            arrived=record.arrived,
        )

    def text(self) -> str:
        """The text that is signed."""
        return (
            f"{_HEADER}\nelection: {self.election}\nstation: {self.station}\nbox: {self.box}\nkind: {self.kind}\n"
            f"outcome: {self.outcome}\nsha256: {self.sha256}\nbytes: {self.bytes}\narrived: {stamp(self.arrived)}\n"
        )


_FIELDS = ("election", "station", "box", "kind", "outcome", "sha256", "bytes", "arrived")


def read_receipt(text: str) -> Receipt:
    """Read what `Receipt.text` writes. Raises BadReceipt."""
    lines = text.split("\n")
    try:
        values: dict[str, str | int | datetime] = {}
        for name, line in zip(_FIELDS, lines[1:-1], strict=True):
            values[name] = line.removeprefix(f"{name}: ")
        values["bytes"] = int(str(values["bytes"]))
        values["arrived"] = read_stamp(str(values["arrived"]))
        receipt = Receipt.model_validate(values)
    except (ValueError, ValidationError) as error:
        raise BadReceipt("This is not a receipt as the intake writes it.") from error
    if receipt.text() != text:
        raise BadReceipt("This receipt is spelled differently from what the intake writes.")
    return receipt
