"""Records of the transparency log itself: what an installation began with, and what witnesses said of its heads."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from shailoo.model.base import Frozen, Moment
from shailoo.model.refs import ElectionRef, Sha256

LOG_HEAD: Final = "log/head"
"""The item with the last head that may be signed; there as soon as the log has begun."""


class OpenedElection(Frozen):
    """An election as the publisher found it at its start."""

    election: ElectionRef
    package: Sha256
    """Of `package.zip`."""
    rules: Sha256
    """Of the canonical JSON of its rules' names, versions and citations."""
    boxes: Annotated[int, Field(ge=0)]


class Opening(Frozen):
    """With what a publisher began: made at its start when it differs from the last. Key: `opening/<number>`."""

    type: Literal["opening"] = "opening"
    number: Annotated[int, Field(ge=1, le=9999)]
    software: Sha256
    version: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    elections: tuple[OpenedElection, ...]
    """By identifier, sorted."""
    opened: Moment

    def same_as(self, other: Opening) -> bool:
        """Whether two openings differ in nothing but number and time."""
        return self.model_copy(update={"number": other.number, "opened": other.opened}) == other


class Cosigned(Frozen):
    """A witness has seen a head of the log and signed it. Key: `cosigned/<size>/<key id>/<time>`."""

    type: Literal["cosigned"] = "cosigned"
    size: Annotated[int, Field(ge=0)]
    witness: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    key_id: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}$")]
    line: Annotated[str, StringConstraints(min_length=10, max_length=6000)]
    """The signature line, without its newline."""
    seen: Moment
    """As the witness says."""


def log_key(record: Opening | Cosigned) -> str:
    """The key under which a record of the log is created once."""
    if isinstance(record, Opening):
        return f"opening/{record.number:04}"
    return f"cosigned/{record.size:012}/{record.key_id}/{int(record.seen.timestamp()):012}"
