"""The records of the feed: every accepted fact, immutable, in the order in which it was accepted.

A record is kept as canonical JSON under a key that can be taken once. Everything public is a function of these records
and of the election packages; there is no other road by which a number reaches a page.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, TypeAdapter, ValidationError

from shailoo.errors import Refused
from shailoo.model.base import Frozen, Moment
from shailoo.model.case import CaseAct, CaseFiled, case_key
from shailoo.model.document import (
    BlackoutAsked,
    DocumentApproved,
    DocumentCopied,
    DocumentReceived,
    DocumentUnreadable,
    DocumentWithdrawn,
    document_key,
)
from shailoo.model.election import Slug
from shailoo.model.log import Cosigned, Opening, log_key
from shailoo.model.manual import ProtocolKeyed, Sheet, protocol_key
from shailoo.model.refs import ActNumber, BoxRef, ElectionRef, HourText, Reason, Role, Sha256, StationRef
from shailoo.model.register_act import RegisterApplied
from shailoo.model.voter_list import VoterListMade
from shailoo.records.canonical import canonical_json


class BadRecord(Refused):
    """The store holds bytes that are no record: written by another version, or damaged."""

    code = "bad-record"


class _Upload(Frozen):
    """What every authenticated upload of a box leaves behind."""

    election: ElectionRef
    station: StationRef
    box: BoxRef
    kind: Literal["final", "annex"]
    note: str
    """The signed note of the final report or of the annex, whole; public."""
    zero: str | None
    """The signed note of the zero report; public."""
    cells: str | None
    """The signed note of the sealed cells; never public."""
    events_sha256: Sha256 | None
    """Digest of the event log that came with it."""
    sealed_sha256: Sha256
    sealed_bytes: Annotated[int, Field(ge=1)]
    arrived: Moment
    clock_off_s: int
    """Seconds by which the printed time is ahead of the arrival; noted when implausible, never a reason to refuse."""


class ReportAccepted(_Upload):
    """The first upload of a box for its slot. Key: `report/<election>/<box>/<kind>`."""

    type: Literal["report"] = "report"


class ReportConflict(_Upload):
    """A different upload for a slot that is taken. Both are kept and shown.

    Key: `conflict/<election>/<box>/<kind>/<sha256>`.
    """

    type: Literal["conflict"] = "conflict"
    first_sha256: Sha256
    """Digest of the sealed bytes that took the slot."""
    same_figures: bool
    """True for a reprint: nothing differs but copy number and printing times."""


class Refusal(Frozen):
    """An upload signed by a registered box and refused all the same. Key: `refusal/<election>/<sha256>`.

    Refusals of senders that nobody knows are only counted by hour.
    """

    type: Literal["refusal"] = "refusal"
    election: ElectionRef
    box: BoxRef
    code: str
    sealed_sha256: Sha256
    arrived: Moment


class RefusedCount(Frozen):
    """How many uploads were refused for one reason; counting stops at a cap, which then means "that many or more"."""

    code: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z-]{2,39}$")]
    count: Annotated[int, Field(ge=1)]


class RefusedHour(Frozen):
    """What was refused in one hour of senders that nobody knows. Key: `refused-hour/<hour>`; made once it is over."""

    type: Literal["refused-hour"] = "refused-hour"
    hour: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}$")]
    """In UTC: `2021-11-28T14`."""
    counts: Annotated[tuple[RefusedCount, ...], Field(min_length=1)]
    """By code, sorted."""


class TurnoutEntered(Frozen):
    """A figure read off the box's screen. Key: `turnout/<election>/<station>/<hour>/<version>`, versions from 1."""

    type: Literal["turnout"] = "turnout"
    election: ElectionRef
    station: StationRef
    hour: HourText
    """Local hour of the station: `10:00` to `20:00`."""
    version: Annotated[int, Field(ge=1, le=999)]
    voters: Annotated[int, Field(ge=0, le=100_000)]
    entered: Moment
    by: Role
    channel: Literal["own", "superior"]
    """`superior` when the precinct could not sign in and told its superior commission on paper or by telephone."""
    cause: Annotated[str, StringConstraints(max_length=500)] | None
    """Why a later version is lower than an earlier one, or than an earlier hour."""


class JoinReserveBox(Frozen):
    """A reserve box counts at a station from this act on."""

    measure: Literal["join-reserve-box"] = "join-reserve-box"
    box: BoxRef
    station: StationRef


class RevokeBox(Frozen):
    """A box no longer counts: its key leaked, or it is dead and replaced. Its report, if any, leaves the totals."""

    measure: Literal["revoke-box"] = "revoke-box"
    box: BoxRef


class ReleaseReport(Frozen):
    """A held report enters the totals all the same, on the authority of the act."""

    measure: Literal["release-report"] = "release-report"
    box: BoxRef


class ChooseReport(Frozen):
    """In a conflict, which of the uploads counts."""

    measure: Literal["choose-report"] = "choose-report"
    box: BoxRef
    sealed_sha256: Sha256


class ManualOnly(Frozen):
    """No box counts at a station; the manual count stands alone."""

    measure: Literal["manual-only"] = "manual-only"
    station: StationRef


class ReleaseProtocol(Frozen):
    """A held protocol enters the manual count all the same, on the authority of the act."""

    measure: Literal["release-protocol"] = "release-protocol"
    station: StationRef
    sheet: Sheet


class ExcludeOutside(Frozen):
    """The votes cast outside the premises of a station do not count in a contest (7133, 2025).

    The protocol gives ballots, not votes, for portable boxes; the act says what leaves the count.
    """

    measure: Literal["exclude-outside"] = "exclude-outside"
    station: StationRef
    contest: Sheet
    invalid: Annotated[int, Field(ge=0, le=100_000)]
    votes: Annotated[tuple[Annotated[int, Field(ge=0, le=100_000)], ...], Field(min_length=1, max_length=200)]
    """In ballot order."""


class ExcludeStation(Frozen):
    """The results of a station are annulled: it is in no final total (20 stations in 2021)."""

    measure: Literal["exclude-station"] = "exclude-station"
    station: StationRef


class ExcludeOption(Frozen):
    """The votes for a candidate or list are annulled (district 13, 13.02.2026): they count as votes for nobody."""

    measure: Literal["exclude-option"] = "exclude-option"
    contest: Sheet
    no: Annotated[int, Field(ge=1, le=200)]


class ExcludeContest(Frozen):
    """The results of a district are annulled (district 13, 03.12.2025): nobody is elected there."""

    measure: Literal["exclude-contest"] = "exclude-contest"
    contest: Sheet


class ReverseAct(Frozen):
    """An earlier act no longer holds; what it changed is as it was before."""

    measure: Literal["reverse-act"] = "reverse-act"
    number: ActNumber


Annulment = ExcludeOutside | ExcludeStation | ExcludeOption | ExcludeContest
"""What leaves the final count; the counts of boxes and of hands stay as they were, beside it."""
Measure = Annotated[
    JoinReserveBox
    | RevokeBox
    | ReleaseReport
    | ChooseReport
    | ManualOnly
    | ReleaseProtocol
    | ExcludeOutside
    | ExcludeStation
    | ExcludeOption
    | ExcludeContest
    | ReverseAct,
    Field(discriminator="measure"),
]


class Act(Frozen):
    """A decision of a commission or court that changes what counts. Key: `act/<election>/<number>`."""

    type: Literal["act"] = "act"
    election: ElectionRef
    number: ActNumber
    day: date
    body: Slug
    """The commission or court that decided."""
    reason: Reason
    entered: Moment
    measures: Annotated[tuple[Measure, ...], Field(min_length=1, max_length=100)]


class Appointment(Frozen):
    """Who may act for a commission. Key: `appointment/<person>/<commission>/<version>`."""

    type: Literal["appointment"] = "appointment"
    person: Sha256
    """SHA-256 over issuer and subject of the sign-in; no name, no PIN."""
    commission: Slug
    """`pec-1004`, `tec-12`, `dec-27`, `cec`."""
    version: Annotated[int, Field(ge=1, le=9999)]
    role: Role
    active: bool
    """False revokes, at once."""
    entered: Moment


class Publication(Frozen):
    """What was published, up to which record, when and why. Key: `publication/<version>`, twelve digits."""

    type: Literal["publication"] = "publication"
    version: Annotated[int, Field(ge=1)]
    upto: Annotated[int, Field(ge=0)]
    """The last feed number that this version takes in."""
    published: Moment
    wide: bool
    """True when the pages of regions, commissions and districts that waited were made too.

    Under load they follow the stations.
    """
    trail: bool
    """True when the pages that trail the hot set (options, maps, whole-nation files) were made too."""
    cut: bool
    """True for a version that is kept for ever under its own address; a cut is always a trail too."""
    mends: Annotated[int, Field(ge=0)] | None = None
    """Every page changed after this version is made again: its writing did not come to its end.

    Together with `held_back` and without `wide` it says so of the elections held back alone.
    """
    held_back: tuple[ElectionRef, ...] = ()
    """Elections whose totals failed the gate: their previous complete state stays up."""


Record = Annotated[
    ReportAccepted
    | ReportConflict
    | Refusal
    | RefusedHour
    | TurnoutEntered
    | Act
    | Appointment
    | Publication
    | DocumentReceived
    | BlackoutAsked
    | DocumentCopied
    | DocumentUnreadable
    | DocumentApproved
    | DocumentWithdrawn
    | ProtocolKeyed
    | Opening
    | Cosigned
    | VoterListMade
    | RegisterApplied
    | CaseFiled
    | CaseAct,
    Field(discriminator="type"),
]
_RECORD: TypeAdapter[Record] = TypeAdapter(Record)


def record_key(record: Record) -> str:  # noqa: C901, PLR0911, PLR0912 -- one key for each type of record
    """The key under which a record is created once."""
    match record:
        case ReportAccepted():
            return f"report/{record.election}/{record.box}/{record.kind}"
        case ReportConflict():
            return f"conflict/{record.election}/{record.box}/{record.kind}/{record.sealed_sha256}"
        case Refusal():
            return f"refusal/{record.election}/{record.sealed_sha256}"
        case RefusedHour():
            return f"refused-hour/{record.hour}"
        case TurnoutEntered():
            return f"turnout/{record.election}/{record.station}/{record.hour}/{record.version:03}"
        case Act():
            return f"act/{record.election}/{record.number}"
        case Appointment():
            return f"appointment/{record.person}/{record.commission}/{record.version:04}"
        case Publication():
            return f"publication/{record.version:012}"
        case ProtocolKeyed():
            return protocol_key(record)
        case Opening() | Cosigned():
            return log_key(record)
        case VoterListMade():
            return f"voter-list/{record.number:06}"
        case RegisterApplied():
            return f"register/{record.number:06}"
        case CaseFiled() | CaseAct():
            return case_key(record)
        case _:
            return document_key(record)


def record_bytes(record: Record) -> bytes:
    """Canonical JSON of a record."""
    return canonical_json(record.model_dump(mode="json"))


def read_record(body: bytes) -> Record:
    """Read a record from the store. Raises BadRecord."""
    try:
        return _RECORD.validate_json(body)
    except ValidationError as error:
        raise BadRecord("The store holds bytes that are not a record of this version.", bytes=len(body)) from error
