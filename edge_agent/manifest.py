"""The manifest of a box: the extract of the election package that one box needs for its day. It is public.

A box knows nothing else of the election: no voters, no other station. It is written once, at provisioning.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from pydantic import Field, StringConstraints, ValidationError, model_validator

from edge_agent.errors import BadManifest
from shailoo.errors import Refused
from shailoo.model.base import Frozen, Language, Moment, Name
from shailoo.model.election import Contest, Election, Mode, OptionKind, Slug
from shailoo.model.report import ReportName
from shailoo.records.canonical import canonical_json, digest
from shailoo.records.note import BadNote, Verifier

CHECK_PAGE = "HTTPS://SHAILOO.EXAMPLE/Q/"
"""Where the code on the tape leads unless provisioning names another page.

`.example` is reserved and belongs to nobody.
"""
_Hex32 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
_No = Annotated[int, Field(ge=1, le=999)]


class BoxOption(Frozen):
    """One line of the ballot; `candidates` are the numbers that a voter may mark within an open list."""

    no: _No
    name: ReportName
    candidates: tuple[_No, ...] = ()


class BoxContest(Frozen):
    """One contest whose ballots the box takes; `marks` is how many lines a valid ballot may name."""

    id: Slug
    title: ReportName
    marks: Annotated[int, Field(ge=1, le=50)]
    options: Annotated[tuple[BoxOption, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _each_number_once(self) -> Self:
        numbers = [option.no for option in self.options]
        if len(set(numbers)) != len(numbers):
            message = "a ballot number stands for one line"
            raise ValueError(message)
        for option in self.options:
            if len(set(option.candidates)) != len(option.candidates):
                message = "a candidate's number stands once in a list"
                raise ValueError(message)
        return self


class Manifest(Frozen):
    """What a box is told at provisioning. Names are in the language in which the box prints."""

    shailoo: Literal["box-1"] = "box-1"
    election: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{2,39}$")]
    election_name: Name
    mode: Mode
    synthetic: bool
    box: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9-]{2,23}$")]
    station: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,6}$")]
    station_name: Name
    zone: str
    language: Language
    opens: Moment
    closes: Moment
    small_cell_bound: Annotated[int, Field(ge=0, le=1000)]
    contests: Annotated[tuple[BoxContest, ...], Field(min_length=1)]
    vkey: str
    """The box's own verifier key, as the package registers it: the private key must belong to it."""
    sealing_public: _Hex32
    """X25519 key of the commission, raw, hexadecimal."""
    receipt_vkey: str
    """Verifier key of the intake's receipts."""
    check_page: Annotated[str, StringConstraints(pattern=r"^HTTPS://[A-Z0-9./:-]{3,80}/$")] = CHECK_PAGE
    """Address behind the code on the tape, in capitals so that a code stays small."""

    @property
    def signer_name(self) -> str:
        """The name under which the box signs: `<election>/<box>`."""
        return f"{self.election}/{self.box}"

    @property
    def open_lists(self) -> bool:
        """Whether any contest has preference votes, so that there is an annex."""
        return any(option.candidates for contest in self.contests for option in contest.options)

    def bytes(self) -> bytes:
        """Canonical bytes, as they lie in the box."""
        return canonical_json(self.model_dump(mode="json"))

    def digest(self) -> str:
        """SHA-256 of the canonical bytes; the event log names it."""
        return digest(self.bytes())


def read_manifest(data: bytes) -> Manifest:
    """Read what `Manifest.bytes` writes, and nothing else. Raises BadManifest."""
    try:
        manifest = Manifest.model_validate_json(data)
    except ValidationError as error:
        raise BadManifest("This is not the manifest of a box. Provision the box again.", bytes=len(data)) from error
    if manifest.bytes() != data:
        raise BadManifest("This manifest was changed after provisioning.", bytes=len(data))
    return manifest


def manifest_for(
    election: Election,
    box_id: str,
    sealing_public: bytes,
    receipt_vkey: str,
    *,
    station_no: str | None = None,
    check_page: str = CHECK_PAGE,
) -> Manifest:
    """Return the manifest of a box of an election.

    `sealing_public` is the commission's raw X25519 key (32 bytes). A reserve box has no station in the package:
    `station_no` names the one that it is joined to. Raises BadManifest for an unknown box or station, for a key that is
    none, and for a name that does not fit on the tape, so that nothing of this can come to light on election day.
    """
    box = election.box_by_id.get(box_id)
    if box is None:
        raise BadManifest("The package has no such box.", election=election.id, box=box_id)
    number = station_no or box.station
    station = None if number is None else election.station_by_no.get(number)
    if station is None or (box.station is not None and box.station != number):
        sentence = "A box belongs to the station that the package names; a reserve box is given one."
        raise BadManifest(sentence, election=election.id, box=box_id, station=number)
    language = election.report_language
    try:
        X25519PublicKey.from_public_bytes(sealing_public)
        Verifier.parse(receipt_vkey)
        if Verifier.parse(box.vkey).name != f"{election.id}/{box.id}":
            raise BadManifest("The box's verifier key carries another name.", election=election.id, box=box_id)
        return Manifest(
            election=election.id,
            election_name=election.name,
            mode=election.mode,
            synthetic=election.synthetic,
            box=box.id,
            station=station.no,
            station_name=station.name,
            zone=station.zone,
            language=language,
            opens=election.opening(station),
            closes=election.closing(station),
            small_cell_bound=election.small_cell_bound,
            contests=tuple(_contest(contest, language) for contest in election.contests_at(station)),
            vkey=box.vkey,
            sealing_public=sealing_public.hex(),
            receipt_vkey=receipt_vkey,
            check_page=check_page,
        )
    except (ValueError, ValidationError, BadNote) as error:
        if isinstance(error, Refused) and not isinstance(error, BadNote):
            raise
        sentence = "The package and the keys do not make a manifest for this box; see the cause."
        raise BadManifest(sentence, election=election.id, box=box_id) from error


def _contest(contest: Contest, language: Language) -> BoxContest:
    return BoxContest(
        id=contest.id,
        title=contest.name.text(language),
        marks=contest.marks,
        options=tuple(
            BoxOption(
                no=option.no,
                name=option.name.text(language),
                candidates=tuple(candidate.no for candidate in option.candidates)
                if option.kind is OptionKind.LIST and contest.list_rule is not None
                else (),
            )
            for option in contest.options
        ),
    )
