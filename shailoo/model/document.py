"""Records of scanned documents: received, copied for the public, blacked out, approved, withdrawn.

A document is known by the SHA-256 of its original and by what it is said to be (station, kind, part). The original
stays sealed in the object store. What the public sees is a copy that was re-made from its pixels; a second official
approves that very copy, by its digest, before it appears.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shailoo.model.base import Frozen, Moment
from shailoo.model.election import Slug
from shailoo.model.refs import ActNumber, ElectionRef, Reason, Role, Sha256, StationRef

DocumentKind = Literal[
    "zero-report",
    "final-report",
    "identification-initial",
    "identification-final",
    "protocol",
    "annex",
    "court-act",
    "commission-act",
    "case-paper",
]
"""What a paper is: of the box, of the identification equipment, of the precinct commission, of a later decision, or of
a case that the law makes public."""
Media = Literal["application/pdf", "image/jpeg", "image/png"]
Part = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
"""Which of several papers of a kind: a contest (`pr`), a list's annex (`pr-07`), a box in lower case, a number."""


class Placed(Frozen):
    """Which document a record speaks of."""

    election: ElectionRef
    station: StationRef | None
    """None for an act that concerns no single station."""
    kind: DocumentKind
    part: Part | None
    original: Sha256
    """Digest of the original as it was received."""


class Signed(Frozen):
    """Who acted, in which office."""

    person: Sha256
    """As in an appointment: no name, no PIN. Never published."""
    commission: Slug
    role: Role
    entered: Moment


class DocumentReceived(Placed, Signed):
    """An original was taken in whole. Key: `document/<election>/<station>/<kind>/<part>/<original>`, `_` for none."""

    type: Literal["document"] = "document"
    media: Media
    bytes: Annotated[int, Field(ge=1)]
    act: ActNumber | None = None
    """The act that this paper is the text of."""


class Blackout(Frozen):
    """An area of a page that the public does not see, in ten-thousandths of the page as it is displayed."""

    page: Annotated[int, Field(ge=1, le=1000)]
    x: Annotated[int, Field(ge=0, le=9_999)]
    y: Annotated[int, Field(ge=0, le=9_999)]
    width: Annotated[int, Field(ge=1, le=10_000)]
    height: Annotated[int, Field(ge=1, le=10_000)]


class BlackoutAsked(Placed, Signed):
    """An official marked areas; a copy with them is made next. Key: `blackout/<document>/<version>`."""

    type: Literal["blackout"] = "blackout"
    version: Annotated[int, Field(ge=2, le=99)]
    """Of the copy that is to be made."""
    areas: Annotated[tuple[Blackout, ...], Field(min_length=1, max_length=200)]
    """All areas, those of earlier versions among them."""


class PageCopy(Frozen):
    """A page of a public copy as an image for reading on a phone, in the object store."""

    sha256: Sha256
    bytes: Annotated[int, Field(ge=1)]
    width: Annotated[int, Field(ge=1)]
    height: Annotated[int, Field(ge=1)]


class DocumentCopied(Placed):
    """A copy for the public was made and waits for approval. Key: `copy/<document>/<version>`."""

    type: Literal["copy"] = "copy"
    version: Annotated[int, Field(ge=1, le=99)]
    """1 is the copy without blackouts."""
    pdf: Sha256
    pdf_bytes: Annotated[int, Field(ge=1)]
    pages: Annotated[tuple[PageCopy, ...], Field(min_length=1, max_length=200)]
    areas: tuple[Blackout, ...] = ()
    made: Moment


class DocumentUnreadable(Placed):
    """No copy can be made of the original. Key: `unreadable/<document>/<version>`."""

    type: Literal["unreadable"] = "unreadable"
    version: Annotated[int, Field(ge=1, le=99)]
    code: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z-]{2,39}$")]
    made: Moment


class DocumentApproved(Placed, Signed):
    """A second official lets a copy appear, by its digest. Key: `approval/<document>/<version>`."""

    type: Literal["approval"] = "approval"
    version: Annotated[int, Field(ge=1, le=99)]
    pdf: Sha256


class DocumentWithdrawn(Placed, Signed):
    """The document leaves the public; a tombstone with its reason stays. Key: `withdrawal/<document>`."""

    type: Literal["withdrawal"] = "withdrawal"
    reason: Reason


DocumentRecord = (
    DocumentReceived | BlackoutAsked | DocumentCopied | DocumentUnreadable | DocumentApproved | DocumentWithdrawn
)

DOCUMENT_RECORDS = (
    DocumentReceived,
    BlackoutAsked,
    DocumentCopied,
    DocumentUnreadable,
    DocumentApproved,
    DocumentWithdrawn,
)
"""The same, to ask of what kind a record is."""


def document_id(one: Placed) -> str:
    """A document's name in keys and addresses: `<election>/<station>/<kind>/<part>/<original>`."""
    return f"{one.election}/{one.station or '_'}/{one.kind}/{one.part or '_'}/{one.original}"


def document_key(record: DocumentRecord) -> str:
    """The key under which a record of a document is created once."""
    name = document_id(record)
    match record:
        case DocumentReceived() | DocumentWithdrawn():
            return f"{record.type}/{name}"
        case BlackoutAsked() | DocumentCopied() | DocumentUnreadable() | DocumentApproved():
            return f"{record.type}/{name}/{record.version:02}"
