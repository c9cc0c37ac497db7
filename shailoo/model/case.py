"""Records of cases: an application, a complaint, a nomination. What was handed in, and every act upon it since.

A case is one record `case/<id>`, made once, and acts `case-act/<id>/<n>` numbered from 1: of two who act at the same
moment one wins. Nothing is overwritten; how a case stands is a fold over its records (`shailoo.rules.case_standing`).

The feed is read by programs that must not know a person. So a record holds what may be told of a case, and the digest
of what may not: `CaseContent`, canonical JSON in the private store, with 32 random bytes in it, so that nobody can
guess a form from its digest.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shailoo.model.base import Frozen, Moment
from shailoo.model.document import Media
from shailoo.model.election import Slug
from shailoo.model.refs import ElectionRef, Reason, Role, Sha256, StationRef
from shailoo.records.canonical import canonical_json, digest

CaseId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
"""The first half of SHA-256 over the code that the applicant holds: whoever sees the one cannot tell the other."""
KindName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{2,39}$")]
StatusName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{2,39}$")]
ActName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{2,39}$")]
FieldName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
PublicValue = Annotated[str, StringConstraints(max_length=20_000)] | int
Facts = Mapping[FieldName, PublicValue]
Channel = Literal["online", "paper", "telephone"]
MOST_ACTS = 9_999
CONFIRM: ActName = "confirm"
"""A second official confirms a proposed act; the case moves now."""
DECLINE: ActName = "decline"
"""A second official declines a proposed act; the case stays where it is."""
CORRECT: ActName = "correct"
"""Words or facts of an earlier act were wrong; the act stays, and this stands beside it."""
TRANSFER: ActName = "transfer"
"""Another commission goes on with the case."""


class Attachment(Frozen):
    """A document of a case; its original lies in the private store under its digest."""

    kind: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{2,39}$")]
    original: Sha256
    media: Media | Literal["audio/mpeg", "audio/ogg", "video/mp4", "audio/mp4"]
    bytes: Annotated[int, Field(ge=1)]


class Official(Frozen):
    """Who acts for a commission."""

    person: Sha256
    """As in an appointment: no name, no PIN. Never published."""
    commission: Slug
    role: Role


class CaseFiled(Frozen):
    """A case was handed in. Key: `case/<id>`. Its number is that of this record in the feed."""

    type: Literal["case"] = "case"
    case: CaseId
    kind: KindName
    version: Annotated[int, Field(ge=1, le=999)]
    """Of the kind's declaration, by which the case is handled to its end."""
    election: ElectionRef
    station: StationRef | None
    commission: Slug
    """To which it is addressed."""
    filed: Moment
    channel: Channel
    applicant: Sha256 | None
    """Keyed digest of who signed in (`applicant_of`); None without sign-in. Never published."""
    entered_by: Official | None = None
    """Who typed what came on paper or by telephone."""
    content: Sha256
    """Of the canonical bytes of its `CaseContent`."""
    documents: tuple[Attachment, ...] = ()
    told: Facts = Field(default_factory=dict)
    """Fields of the form that may be published, by the kind's disclosure."""
    due: Moment | None
    """When the first clock that the filing started is due, as promised on the receipt; a later calendar changes
    nothing about what was promised."""
    article: Annotated[str, StringConstraints(pattern=r"^[^\n]{1,200}$")]
    """By which article."""


class CaseAct(Frozen):
    """Something was done to a case. Key: `case-act/<id>/<n>`."""

    type: Literal["case-act"] = "case-act"
    case: CaseId
    n: Annotated[int, Field(ge=1, le=MOST_ACTS)]
    act: ActName
    of: Annotated[int, Field(ge=1, le=MOST_ACTS)] | None = None
    """Which earlier act this confirms, declines or corrects."""
    proposed: bool = False
    """True when a second official must confirm before it counts."""
    by: Official | None
    """None when the applicant acted."""
    entered: Moment
    commission: Slug | None = None
    """To whom a case was transferred."""
    reason: Reason | None = None
    """Why; published where the kind publishes the act."""
    told: Facts = Field(default_factory=dict)
    """Facts of the act that may be published: number and date of a decision, a hearing's place and time."""
    content: Sha256 | None = None
    """Of a `CaseContent` with what may not be told."""
    documents: tuple[Attachment, ...] = ()


CaseRecord = CaseFiled | CaseAct


class CaseContent(Frozen):
    """What of a form or act is not for everybody; in the private store only, under its digest."""

    nonce: Sha256
    """32 random bytes: without them a digest of a short form could be guessed."""
    fields: Mapping[str, str | int | bool | tuple[str, ...] | None]
    """As the kind's form wrote them (`model_dump(mode="json")`)."""
    person: Mapping[FieldName, str] = Field(default_factory=dict)
    """Of whoever signed in, as the provider told it: `pin`, `surname`, … Empty without sign-in."""
    reach: Mapping[Literal["mail", "phone", "language"], str] = Field(default_factory=dict)
    """Where notices go."""

    def canonical(self) -> bytes:
        """The bytes that are kept and hashed."""
        return canonical_json(self.model_dump(mode="json"))

    def digest(self) -> str:
        """Their SHA-256."""
        return digest(self.canonical())


def case_key(record: CaseRecord) -> str:
    """The key under which a record of a case is created once."""
    match record:
        case CaseFiled():
            return f"case/{record.case}"
        case CaseAct():
            return f"case-act/{record.case}/{record.n:04}"
