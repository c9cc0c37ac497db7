"""What is kept of a sealing key's backup among trustees: everything but the words. It may be public."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, ValidationError, model_validator

from shailoo.errors import Refused
from shailoo.model.base import Frozen, Moment
from shailoo.model.refs import ElectionRef

KeyId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
Checksum = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
FEWEST_NEEDED = 2
"""With 1, each trustee would hold the whole key."""
MOST_SHARES = 16
"""SLIP-39 knows no more in a group."""


class BadManifest(Refused):
    """The file is no manifest of a key's backup, or was changed."""

    code = "bad-backup-manifest"


class Sharing(Frozen):
    """The backup of one key: any `needed` of the `shares` bring it back, fewer say nothing of it."""

    shailoo: Literal["sharing-1"] = "sharing-1"
    scheme: Literal["slip39"] = "slip39"
    key: KeyId
    public: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    """The key's public half, raw, hexadecimal."""
    elections: tuple[ElectionRef, ...] = ()
    set: Annotated[int, Field(ge=0, le=0x7FFF)]
    """SLIP-39's identifier of the set, the same in every share: shares of two splittings do not mix."""
    needed: Annotated[int, Field(ge=FEWEST_NEEDED, le=MOST_SHARES)]
    shares: Annotated[int, Field(ge=FEWEST_NEEDED, le=MOST_SHARES)]
    checksums: tuple[Checksum, ...]
    """Of the words of each share, in their order."""
    made: Moment

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.needed > self.shares or len(self.checksums) != self.shares:
            message = "as many checksums as shares, and no more needed than there are"
            raise ValueError(message)
        return self

    def bytes(self) -> bytes:
        """As it is written to a file, for people too."""
        return (self.model_dump_json(indent=2) + "\n").encode()


def read_sharing(data: bytes) -> Sharing:
    """Read what `Sharing.bytes` writes, and nothing else. Raises BadManifest."""
    try:
        sharing = Sharing.model_validate_json(data)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise BadManifest("This is not the manifest of a key's backup.", field=where) from error
    if sharing.bytes() != data:
        raise BadManifest("This manifest was changed after the key was split.", key=sharing.key)
    return sharing
