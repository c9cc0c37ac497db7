"""With which keys a box was prepared: what an installation must still hold until that box has sent."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, ValidationError

from shailoo.errors import StorageFailed
from shailoo.model.base import Frozen, Moment
from shailoo.model.refs import BoxRef, ElectionRef, Sha256, StationRef
from shailoo.model.sharing import KeyId
from shailoo.records.canonical import canonical_json

Receipts = Annotated[str, StringConstraints(min_length=10, max_length=400)]


class Armed(Frozen):
    """Everything that a box was ever prepared with, not the last alone.

    Nobody can see from here which of two manifests lies in the box. Item: `armed/<election>/<box>`.
    """

    shailoo: Literal["armed-1"] = "armed-1"
    election: ElectionRef
    box: BoxRef
    station: StationRef
    sealing: Annotated[tuple[KeyId, ...], Field(min_length=1)]
    """Keys to which it may seal, in the order in which manifests were made."""
    receipts: Annotated[tuple[Receipts, ...], Field(min_length=1)]
    """Verifier keys by which it may know a receipt."""
    manifest: Sha256
    """Of the newest manifest; the box's event log names the same."""
    made: Moment

    def bytes(self) -> bytes:
        """Canonical bytes."""
        return canonical_json(self.model_dump(mode="json"))


def armed_name(election: str, box: str) -> str:
    """The item of a box."""
    return f"armed/{election}/{box}"


def read_armed(value: bytes, name: str) -> Armed:
    """Read an item. Raises StorageFailed: only we write it."""
    try:
        return Armed.model_validate_json(value)
    except ValidationError as error:
        raise StorageFailed("What is noted of a prepared box cannot be read.", item=name) from error
