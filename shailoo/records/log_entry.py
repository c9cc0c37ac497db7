"""Entries of the transparency log: canonical JSON of at most 400 bytes, one for each thing that was published.

| type | one for | `sha256` |
| --- | --- | --- |
| `package` | each election package | of `package.zip` |
| `rules` | each election | of the canonical JSON of its rules' names, versions and citations |
| `software` | each software that publishes | of its files, see `docs/log.md` |
| `zero-state` | each election before the first report | of the canonical JSON of its boxes |
| `arrival` | each authenticated upload, from the first minute | of the sealed bytes, or of a document's original |
| `report` | each public text of a box | of the signed note |
| `held` | each report or protocol that does not reconcile | of the note, or of the protocol's figures |
| `act` | each act | of the record |
| `document` | each approved public copy | of the PDF |
| `withdrawal` | each withdrawn document | of the record's public part: original and reason |
| `protocol` | each version of a protocol on which two keyings agree | of its canonical figures |
| `voter-list` | each version of the voter list | of its published facts, which hold the roots over all voters |
| `address-register` | each version of the address register | of its files |
| `case` | each case that was handed in | of the text of its receipt, which the applicant holds |
| `case-act` | each act upon a case | of the record's public part: `shailoo.records.case_public` |

An entry holds no name of a person. What it names lies beside the pages under its digest.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, TypeAdapter, ValidationError

from shailoo.errors import Refused
from shailoo.model.base import Frozen
from shailoo.model.case import KindName
from shailoo.model.document import DocumentKind
from shailoo.model.refs import BoxRef, ElectionRef, Sha256, StationRef
from shailoo.records.canonical import canonical_json, read_canonical_json

MOST_BYTES = 400
Stamp = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$")]
Short = Annotated[str, StringConstraints(min_length=1, max_length=40)]
Size = Annotated[int, Field(ge=0)]
Day = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]


class BadEntry(Refused):
    """Bytes in the log that are no entry as this software writes it."""

    code = "bad-entry"


class _Of(Frozen):
    sha256: Sha256
    at: Stamp


class PackageEntry(_Of):
    """An election package."""

    type: Literal["package"] = "package"
    election: ElectionRef


class RulesEntry(_Of):
    """The legal rules of an election, by name and version."""

    type: Literal["rules"] = "rules"
    election: ElectionRef


class SoftwareEntry(_Of):
    """The software that publishes from here on."""

    type: Literal["software"] = "software"
    version: Short


class ZeroStateEntry(_Of):
    """Before the first report: how many boxes are expected, and that none has reported."""

    type: Literal["zero-state"] = "zero-state"
    election: ElectionRef
    boxes: Size


class ArrivalEntry(_Of):
    """An authenticated upload: when it came, how large it was, how long after the closing of its station."""

    type: Literal["arrival"] = "arrival"
    election: ElectionRef
    station: StationRef | None = None
    box: BoxRef | None = None
    kind: Short
    """`final`, `annex`, or the kind of a document."""
    bytes: Size
    delay_s: int | None = None


class ReportEntry(_Of):
    """A public signed text of a box."""

    type: Literal["report"] = "report"
    election: ElectionRef
    station: StationRef
    box: BoxRef
    kind: Literal["zero", "final", "annex"]
    bytes: Size


class HeldEntry(_Of):
    """A report or protocol that is in no total until it is released; the first rule that it breaks."""

    type: Literal["held"] = "held"
    election: ElectionRef
    station: StationRef
    box: BoxRef | None = None
    sheet: Short | None = None
    rule: Short


class ActEntry(_Of):
    """A decision that changes what counts."""

    type: Literal["act"] = "act"
    election: ElectionRef
    number: Short
    body: Short
    day: Day


class DocumentEntry(_Of):
    """An approved public copy of a paper."""

    type: Literal["document"] = "document"
    election: ElectionRef
    station: StationRef | None = None
    kind: DocumentKind
    part: Short | None = None
    original: Sha256
    bytes: Size


class WithdrawalEntry(_Of):
    """A document that left the public."""

    type: Literal["withdrawal"] = "withdrawal"
    election: ElectionRef
    original: Sha256


class ProtocolEntry(_Of):
    """A version of a paper's figures on which two keyings agree."""

    type: Literal["protocol"] = "protocol"
    election: ElectionRef
    station: StationRef
    sheet: Short
    version: Annotated[int, Field(ge=1, le=99)]


class VoterListEntry(_Of):
    """A version of the voter list, so that it cannot be changed quietly afterwards.

    The digest is that of `list_facts`, which are published beside the list and hold both of its roots.
    """

    type: Literal["voter-list"] = "voter-list"
    number: Annotated[int, Field(ge=1, le=999_999)]
    stage: Short
    election: ElectionRef | None = None
    day: Day
    voters: Size
    queued: Size


class RegisterEntry(_Of):
    """A version of the address register, and the act by which it is applied. Its digest is that of its files."""

    type: Literal["address-register"] = "address-register"
    number: Annotated[int, Field(ge=1, le=999_999)]
    act: Short | None = None
    body: Short | None = None
    day: Day


class CaseEntry(_Of):
    """A case that was handed in: an application, a complaint.

    Its digest is that of the text of the receipt, which holds the digest of the applicant's code: nobody without the
    receipt can tell whose entry it is.
    """

    type: Literal["case"] = "case"
    election: ElectionRef
    kind: KindName


class CaseActEntry(_Of):
    """Something was done to a case. Its digest is that of the act's public part, with the case's id in it."""

    type: Literal["case-act"] = "case-act"
    election: ElectionRef
    kind: KindName
    """Of the case."""


LogEntry = Annotated[
    PackageEntry
    | RulesEntry
    | SoftwareEntry
    | ZeroStateEntry
    | ArrivalEntry
    | ReportEntry
    | HeldEntry
    | ActEntry
    | DocumentEntry
    | WithdrawalEntry
    | ProtocolEntry
    | VoterListEntry
    | RegisterEntry
    | CaseEntry
    | CaseActEntry,
    Field(discriminator="type"),
]
_ENTRY: TypeAdapter[LogEntry] = TypeAdapter(LogEntry)


def entry_bytes(entry: LogEntry) -> bytes:
    """The bytes that are hashed into the log; fields without a value are left out. Raises BadEntry when too long."""
    data = canonical_json(entry.model_dump(mode="json", exclude_none=True))
    if len(data) > MOST_BYTES:
        raise BadEntry("A log entry is longer than it may be.", type=entry.type, bytes=len(data), most=MOST_BYTES)
    return data


def read_entry(data: bytes) -> LogEntry:
    """Read an entry; `entry_bytes(read_entry(data)) == data` for all that is accepted. Raises BadEntry."""
    if len(data) > MOST_BYTES:
        raise BadEntry("A log entry is longer than it may be.", bytes=len(data), most=MOST_BYTES)
    try:
        entry = _ENTRY.validate_python(read_canonical_json(data))
    except (ValidationError, Refused) as error:
        raise BadEntry("These bytes are no entry of the log as this software writes it.", bytes=len(data)) from error
    if entry_bytes(entry) != data:
        raise BadEntry("A log entry is spelled differently from what this software writes.", bytes=len(data))
    return entry
