"""From sealed bytes to reports that may be believed: parse at the door, then trust the type.

The order is the order of trust. Until `authenticate` has returned, nothing is known about the sender; whatever is
refused later was signed by the box.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from shailoo.model.election import Contest, ContestKind, Election, Station
from shailoo.model.report import ContestCount, Report, ReportKind
from shailoo.records.note import SignedNote
from shailoo.records.report_text import read_report
from shailoo.records.seal import Bundle, Envelope, open_envelope, read_envelope
from shailoo.rules.small_cells import is_small
from shailoo.usecases.intake_refusals import (
    BoxNotRegistered,
    BoxRevoked,
    CellsMismatch,
    NoSuchElection,
    NotThisBallot,
    OtherBox,
    OtherElection,
    OtherMode,
    UnknownKey,
    WrongBundle,
    ZeroNotZero,
)
from shailoo.usecases.registry import BoxStanding, Registry

_NOTES: Mapping[Literal["final", "annex"], tuple[tuple[ReportKind, ...], ...]] = {
    "final": ((ReportKind.ZERO, ReportKind.FINAL), (ReportKind.ZERO, ReportKind.FINAL, ReportKind.CELLS)),
    "annex": ((ReportKind.ANNEX,),),
}


@dataclass(frozen=True, slots=True)
class SignedBundle:
    """A bundle of which every note bears the signature of a box that the package knows."""

    election: Election
    standing: BoxStanding
    bundle: Bundle
    notes: tuple[SignedNote, ...]


@dataclass(frozen=True, slots=True)
class Upload:
    """A bundle whose texts fit the election, the box, the station and its ballot.

    `main` is the final report or the annex.
    """

    station: Station
    kind: Literal["final", "annex"]
    main: Report
    note: str
    zero: str | None
    cells: str | None
    events: str | None


def read_claims(data: bytes, elections: Mapping[str, Election], sent_to: str | None) -> tuple[Envelope, Election]:
    """Read what an envelope claims. Raises TooLarge, BadEnvelope, NoSuchElection, OtherElection, OtherMode."""
    envelope = read_envelope(data)
    election = elections.get(envelope.election)
    if election is None:
        raise NoSuchElection("There is no such election in this installation.", election=envelope.election)
    if sent_to is not None and envelope.election != sent_to:
        raise OtherElection(
            "The envelope is for another election than this address.", election=envelope.election, address=sent_to
        )
    if envelope.mode != election.mode.value:
        raise OtherMode("A rehearsal and a live election do not mix.", election=election.id, mode=envelope.mode)
    return envelope, election


def authenticate(
    envelope: Envelope, election: Election, registry: Registry, keys: Mapping[str, X25519PrivateKey]
) -> SignedBundle:
    """Open a seal and verify every note in it.

    Raises UnknownKey, BadSeal, BadEnvelope, BadNote, BadSignature, BoxNotRegistered.
    """
    private = keys.get(envelope.key)
    if private is None:
        raise UnknownKey("This commission holds no such key. Ask it for the key of this election.", key=envelope.key)
    bundle = open_envelope(envelope, private)
    notes = tuple(SignedNote.parse(note.encode()) for note in bundle.notes)
    standing = registry.box(election.id, envelope.box)
    if standing is None:
        raise BoxNotRegistered("No box with this number belongs to this election.", box=envelope.box)
    for note in notes:
        note.verify(standing.verifier)
    return SignedBundle(election, standing, bundle, notes)


def read_upload(signed: SignedBundle) -> Upload:
    """Read the texts that a box has signed and hold them against the package.

    Raises BoxNotRegistered, BoxRevoked, BadReport, WrongBundle, OtherElection, OtherMode, OtherBox, NotThisBallot,
    ZeroNotZero, CellsMismatch. Sums are not judged here: a report whose lines do not add up is accepted and held by the
    gate.
    """
    election, standing, bundle = signed.election, signed.standing, signed.bundle
    if standing.station is None:
        raise BoxNotRegistered("No act has joined this reserve box to a station yet.", box=standing.box)
    if standing.revoked:
        raise BoxRevoked("An act has revoked this box.", box=standing.box)
    station = election.station_by_no[standing.station]
    reports = tuple(read_report(note.text) for note in signed.notes)
    if tuple(report.kind for report in reports) not in _NOTES[bundle.kind]:
        raise WrongBundle(
            "A final bundle holds zero report, final report and, where needed, sealed votes; an annex stands alone.",
            kind=bundle.kind,
            notes=len(reports),
        )
    for report in reports:
        _same_box(report, election, standing)
    if bundle.kind == "annex":
        _fits_lists(reports[0], election, station)
        return Upload(station, "annex", reports[0], bundle.notes[0], None, None, bundle.events)
    zero, final = reports[0], reports[1]
    cells = reports[2] if len(reports) > 2 else None  # noqa: PLR2004  zero, final, cells, as _NOTES says
    _all_zero(zero, election, station)
    _fits_ballot(final, election, station)
    _sealed_where_small(final, cells, election)
    return Upload(
        station, "final", final, bundle.notes[1], bundle.notes[0], bundle.notes[2] if cells else None, bundle.events
    )


def _same_box(report: Report, election: Election, standing: BoxStanding) -> None:
    if report.election != election.id:
        raise OtherElection("A text in the bundle is of another election.", election=report.election)
    if report.mode is not election.mode:
        raise OtherMode("A text in the bundle is of another mode.", mode=report.mode.value)
    if (report.box, report.station) != (standing.box, standing.station):
        raise OtherBox("A text in the bundle names another box or station.", box=report.box, station=report.station)
    if report.language != election.report_language:
        raise NotThisBallot("The box prints in another language than the package says.", language=report.language)


def _fits_ballot(report: Report, election: Election, station: Station) -> None:
    """Contests, lines and names as the package has them for this station, in its order."""
    expected = election.contests_at(station)
    if report.preferences or [count.contest for count in report.contests] != [contest.id for contest in expected]:
        raise NotThisBallot("The contests are not those of this station.", station=station.no)
    for count, contest in zip(report.contests, expected, strict=True):
        _fits_contest(count, contest, election)


def _fits_contest(count: ContestCount, contest: Contest, election: Election) -> None:
    language = election.report_language
    if count.title != _printed(contest.name.text(language)):
        raise NotThisBallot("The title of a contest differs from the package.", contest=contest.id)
    if count.options is None:
        return
    expected = [(option.no, _printed(option.name.text(language))) for option in contest.options]
    if [(option.no, option.name) for option in count.options] != expected:
        raise NotThisBallot("The lines of a contest differ from the package.", contest=contest.id)


def _fits_lists(report: Report, election: Election, station: Station) -> None:
    """An annex: preference votes and nothing else; none at all where every contest of the box is sealed."""
    if report.contests:
        raise NotThisBallot("An annex holds preference votes and nothing else.", station=station.no)
    _fits_candidates(report, election, station)


def _fits_candidates(report: Report, election: Election, station: Station) -> None:
    """Preference votes only for lists and candidates that stand on this station's ballot, each list once."""
    contests = {contest.id: contest for contest in election.contests_at(station)}
    seen: set[tuple[str, int]] = set()
    for chosen in report.preferences:
        contest = contests.get(chosen.contest)
        option = None if contest is None else contest.option_by_no.get(chosen.no)
        if contest is None or contest.kind is not ContestKind.PARTY_LIST or option is None:
            raise NotThisBallot("There is no such list on this ballot.", contest=chosen.contest, list=chosen.no)
        if chosen.name != _printed(option.name.text(election.report_language)) or (chosen.contest, chosen.no) in seen:
            raise NotThisBallot("A list is named otherwise or comes twice.", contest=chosen.contest, list=chosen.no)
        seen.add((chosen.contest, chosen.no))
        numbers = [candidate.no for candidate in chosen.candidates]
        known = {candidate.no for candidate in option.candidates}
        if len(numbers) != len(set(numbers)) or not known.issuperset(numbers):
            raise NotThisBallot("There is no such candidate on this list.", contest=chosen.contest, list=chosen.no)


def _all_zero(zero: Report, election: Election, station: Station) -> None:
    known = {contest.id for contest in election.contests_at(station)}
    if zero.preferences or not known.issuperset(count.contest for count in zero.contests):
        raise NotThisBallot("The zero report is of another ballot.", station=station.no)
    for count in zero.contests:
        votes = [option.votes for option in count.options or ()]
        if count.ballots or count.invalid or count.valid or any(votes):
            raise ZeroNotZero("The zero report shows votes before voting began.", contest=count.contest)


def _sealed_where_small(final: Report, cells: Report | None, election: Election) -> None:
    """Votes are sealed exactly where there are fewer ballots than the bound; the note of cells tells those."""
    small = {}
    for count in final.contests:
        if count.sealed != is_small(count.ballots, election.small_cell_bound):
            raise CellsMismatch(
                "Votes are sealed exactly where a box holds fewer ballots than the bound.",
                contest=count.contest,
                ballots=count.ballots,
            )
        if count.sealed:
            small[count.contest] = count.ballots
    told = () if cells is None else cells.contests
    if any(count.sealed for count in told):
        raise CellsMismatch("The note of sealed votes must tell them.", box=final.box)
    if [(count.contest, count.ballots) for count in told] != list(small.items()):
        raise CellsMismatch("The note of sealed votes does not belong to the final report.", box=final.box)
    for count in told:
        _fits_contest(count, election.contest_by_id[count.contest], election)
    if cells is not None:
        if any(chosen.contest not in small for chosen in cells.preferences):
            raise CellsMismatch("Only preference votes of a sealed contest are sealed.", box=final.box)
        _fits_candidates(cells, election, election.station_by_no[final.station])


def _printed(name: str) -> str:
    """A name as a box prints it: words with one space between them."""
    return " ".join(name.split())
