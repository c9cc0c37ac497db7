"""The results of an election in NIST's common data format: SP 1500-100 version 2, as JSON.

What the boxes counted stands there as `opscan-precinct` for each box, the agreed protocols as `manual-count` for each
station, mandates as counts of type `seats`. "Against all" has no type of its own: it is a selection like the others,
named by the reserved identifier `against-all-<contest>` of a party or candidate. Small cells tell their ballots and no
votes. Invalid ballots are `BallotsRejected`. Identifiers are NCNames, so that an export to XML keeps them.

The file is written with the whole-nation files, not at every report. Counts are the bulk of it (tens of thousands),
so they are spelled here and not by a JSON library; a test holds the result against the published schema.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from builder.tally import COUNTRY
from shailoo.model.base import LANGUAGES, stamp
from shailoo.model.election import BoxRole, ContestKind, ElectionKind, Mode, OptionKind, StationKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime

    from builder.state import ElectionState
    from shailoo.model.base import Name
    from shailoo.model.election import Contest, Election, Option, Region

_T = "ElectionResults."
_OCD = "ocd-division/country:kg"
_BOX = f'"DeviceClass": {{"@type": "{_T}DeviceClass", "Type": "opscan-precinct"}}'
_HAND = f'"DeviceClass": {{"@type": "{_T}DeviceClass", "Type": "manual-count"}}'


@dataclass(frozen=True, slots=True)
class HandCount:
    """What people counted at a station in one contest; `votes` in ballot order."""

    ballots: int
    invalid: int
    votes: tuple[int, ...]


def hand_counts(state: ElectionState) -> dict[tuple[str, str], HandCount]:
    """The agreed protocols that count, by station and contest; those too small to show are left out."""
    return {
        (station, contest): HandCount(cell.ballots, cell.invalid, cell.votes)
        for contest, cells in state.hand.manual.cells.items()
        for station, cell in sorted(cells.items())
        if not cell.hidden
    }


def err_report(
    state: ElectionState,
    *,
    generated: datetime,
    seats: Callable[[Contest], Mapping[int, int]],
    hands: Mapping[tuple[str, str], HandCount] | None = None,
) -> bytes:
    """The whole report. `seats` gives a contest's mandates by ballot number; `hands` are by station and contest."""
    election = state.election
    coverage = state.totals.coverage[COUNTRY]
    complete = coverage.reported == coverage.expected > 0
    head: dict[str, Any] = {
        "@type": f"{_T}ElectionReport",
        "Format": "precinct-level",
        "GeneratedDate": stamp(generated),
        "Issuer": "Central Election Commission of the Kyrgyz Republic",
        "IssuerAbbreviation": "CEC",
        "SequenceStart": 1,
        "SequenceEnd": 1,
        "Status": "unofficial-complete" if complete else "unofficial-partial",
        "VendorApplicationId": "shailoo",
        "Notes": "Preliminary, of no legal force. CC BY 4.0." + (" Synthetic figures." if election.synthetic else ""),
        "GpUnit": list(_units(state)),
        "Party": list(_parties(election)),
    }
    if election.mode is Mode.REHEARSAL:
        head |= {"IsTest": True, "TestType": "rehearsal"}
    body = {
        "@type": f"{_T}Election",
        "ElectionScopeId": "country",
        "StartDate": election.day.isoformat(),
        "EndDate": election.day.isoformat(),
        "Name": _text(election.name),
        "Type": "runoff" if any(contest.round > 1 for contest in election.contests) else "general",
        "Candidate": list(_candidates(election)),
    }
    counts = _Counts(state, hands or {})
    parts = [f'{_open(head)}, "Election": [{_open(body)}, "BallotCounts": ['.encode()]
    parts.append(",\n".join(counts.ballots()).encode())
    parts.append(b'], "Contest": [')
    for at, contest in enumerate(election.contests):
        parts.append(b",\n" if at else b"")
        parts += _contest(state, contest, counts, seats(contest))
    parts.append(b"]}]}\n")
    return b"".join(parts)


def _open(value: Mapping[str, Any]) -> str:
    """An object without its closing brace, to go on with what is spelled here."""
    return json.dumps(value, ensure_ascii=False)[:-1]


def _text(name: Name) -> dict[str, Any]:
    said = [{"@type": f"{_T}LanguageString", "Language": one, "Content": name.text(one)} for one in LANGUAGES]
    return {"@type": f"{_T}InternationalizedText", "Text": said}


def _units(state: ElectionState) -> Iterator[dict[str, Any]]:
    election, coverage = state.election, state.totals.coverage
    country = _unit("country", "country", election.name, [f"region-{one.id}" for one in election.regions])
    country["ExternalIdentifier"] = [{"@type": f"{_T}ExternalIdentifier", "Type": "ocd-id", "Value": _OCD}]
    yield country | _progress(state, COUNTRY)
    inside: dict[str, list[str]] = {region.id: [] for region in election.regions}
    voting: dict[str, list[str]] = {}
    for station in election.stations:
        inside[station.region].append(f"station-{station.no}")
        if station.district is not None:
            voting.setdefault(station.district, []).append(f"station-{station.no}")
    for region in election.regions:
        unit = _unit(f"region-{region.id}", _region_type(region), region.name, inside[region.id])
        if unit["Type"] == "other":
            unit["OtherType"] = "abroad"
        yield unit | _progress(state, ("region", region.id))
    for district in election.districts:
        unit = _unit(f"district-{district.id}", "other", district.name, voting.get(district.id, []))
        yield unit | {"OtherType": "electoral-district", "Number": str(district.no)}
    for station in election.stations:
        boxes = state.boxes_at[station.no]
        kind = "precinct" if station.kind is StationKind.DOMESTIC else "polling-place"
        unit = _unit(f"station-{station.no}", kind, station.name, [f"box-{box}" for box in boxes])
        unit |= {"Number": station.no, "VotersRegistered": station.voters}
        own = coverage["station", station.no]
        yield unit | ({"VotersParticipated": own.participants} if own.reported else {})
    for box in election.boxes:
        if box.role is BoxRole.MAIN or state.slots[box.id].station is not None:
            device = {"@type": f"{_T}DeviceClass", "Type": "opscan-precinct"}
            yield {
                "@type": f"{_T}ReportingDevice", "@id": f"box-{box.id}", "SerialNumber": box.id, "DeviceClass": device,
            }  # fmt: skip


def _unit(identity: str, kind: str, name: Name, parts: list[str]) -> dict[str, Any]:
    unit: dict[str, Any] = {"@type": f"{_T}ReportingUnit", "@id": identity, "Type": kind, "Name": _text(name)}
    return unit | ({"ComposingGpUnitIds": parts} if parts else {})


def _progress(state: ElectionState, scope: tuple[str, str]) -> dict[str, int]:
    coverage = state.totals.coverage.get(scope)
    if coverage is None:  # a region of the package that has no station
        return {}
    told = {
        "VotersRegistered": coverage.voters, "TotalSubUnits": coverage.expected, "SubUnitsReported": coverage.reported,
    }  # fmt: skip
    return told | ({"VotersParticipated": coverage.participants} if coverage.reported else {})


def _region_type(region: Region) -> str:
    return {"oblast": "state", "city": "city", "abroad": "other"}[region.kind]


def _parties(election: Election) -> Iterator[dict[str, Any]]:
    for contest in election.contests:
        if contest.kind is ContestKind.PARTY_LIST:
            for option in contest.options:
                party: dict[str, Any] = {
                    "@type": f"{_T}Party", "@id": _selected(contest, option), "Name": _text(option.name),
                }  # fmt: skip
                if option.colour is not None:
                    party["Color"] = option.colour.removeprefix("#")
                yield party


def _candidates(election: Election) -> Iterator[dict[str, Any]]:
    for contest in election.contests:
        if _of_people(contest):
            for option in contest.options:
                yield {"@type": f"{_T}Candidate", "@id": _selected(contest, option), "BallotName": _text(option.name)}


def _of_people(contest: Contest) -> bool:
    return contest.kind in (ContestKind.SINGLE_MANDATE, ContestKind.MULTI_MANDATE, ContestKind.PRESIDENT)


def _selected(contest: Contest, option: Option) -> str:
    """The party or candidate that a line of the ballot names."""
    if option.kind is OptionKind.AGAINST_ALL:
        return f"against-all-{contest.id}"
    return f"{'party' if contest.kind is ContestKind.PARTY_LIST else 'candidate'}-{contest.id}-{option.no}"


def _contest(state: ElectionState, contest: Contest, counts: _Counts, seats: Mapping[int, int]) -> Iterator[bytes]:
    """A contest in pieces, one for each line of the ballot, so that the whole is in memory once and not thrice."""
    total = state.totals.of(COUNTRY, contest.id)
    about: dict[str, Any] = {
        "@id": f"contest-{contest.id}",
        "Name": contest.name.en,
        "BallotTitle": _text(contest.name),
        "ElectionDistrictId": f"district-{contest.district}" if contest.district is not None else "country",
        "TotalSubUnits": total.expected,
        "SubUnitsReported": total.boxes,
    }
    if contest.kind is ContestKind.PARTY_LIST:
        about |= {"@type": f"{_T}PartyContest", "VoteVariation": "proportional"}
    elif _of_people(contest):
        about |= {
            "@type": f"{_T}CandidateContest", "VotesAllowed": contest.marks, "NumberElected": max(1, contest.seats),
        }  # fmt: skip
    else:
        kind = "referendum" if state.election.kind is ElectionKind.REFERENDUM else "ballot-measure"
        about |= {"@type": f"{_T}BallotMeasureContest", "Type": kind}
    yield f'{_open(about)}, "ContestSelection": ['.encode()
    for at, option in enumerate(contest.options):
        comma = ",\n" if at else ""
        said = ", ".join(counts.votes(contest, at, seats.get(option.no, 0)))
        yield f'{comma}{_open(_selection(contest, option, at + 1))}, "VoteCounts": [{said}]}}'.encode()
    yield b"]}"


def _selection(contest: Contest, option: Option, order: int) -> dict[str, Any]:
    about: dict[str, Any] = {"@id": f"selection-{contest.id}-{option.no}", "SequenceOrder": order}
    if contest.kind is ContestKind.PARTY_LIST:
        return about | {"@type": f"{_T}PartySelection", "PartyIds": [_selected(contest, option)]}
    if _of_people(contest):
        return about | {"@type": f"{_T}CandidateSelection", "CandidateIds": [_selected(contest, option)]}
    return about | {"@type": f"{_T}BallotMeasureSelection", "Selection": _text(option.name)}


class _Counts:
    """Spells the counts of votes and ballots: by box, by station where people counted, and for the country."""

    def __init__(self, state: ElectionState, hands: Mapping[tuple[str, str], HandCount]) -> None:
        self.state = state
        self.hands = hands
        self._boxes: dict[str, list[tuple[str, tuple[int, ...]]]] = {}
        """Contest -> (box, votes) of the boxes that count and whose votes are public."""
        self._by_hand: dict[str, list[tuple[str, tuple[int, ...]]]] = {}
        for slot in state.slots.values():
            for contest, count in slot.counts.open.items() if slot.counts is not None else ():
                self._boxes.setdefault(contest, []).append((slot.box, count.votes))
        for (station, contest), hand in hands.items():
            self._by_hand.setdefault(contest, []).append((station, hand.votes))

    def votes(self, contest: Contest, at: int, seats: int) -> Iterable[str]:
        """Counts of the option at a place of the ballot."""
        start = f'{{"@type": "{_T}VoteCounts", "Type": "total", "Count": '
        total = self.state.totals.of(COUNTRY, contest.id)
        if total.boxes:
            yield f'{start}{total.votes[at]}, "GpUnitId": "country", {_BOX}}}'
        if seats:
            yield f'{{"@type": "{_T}VoteCounts", "Type": "seats", "Count": {seats}, "GpUnitId": "country"}}'
        for box, votes in self._boxes.get(contest.id, ()):
            yield f'{start}{votes[at]}, "GpUnitId": "box-{box}", {_BOX}}}'
        for station, votes in self._by_hand.get(contest.id, ()):
            yield f'{start}{votes[at]}, "GpUnitId": "station-{station}", {_HAND}}}'

    def ballots(self) -> Iterable[str]:
        """Ballots found and rejected by box, and by station where people counted; of the contest that all vote in."""
        first = self._first()
        if first is None:
            return
        start = f'{{"@type": "{_T}BallotCounts", "Type": "total", '
        for slot in self.state.slots.values():
            count = slot.counts.open.get(first.id) if slot.counts is not None else None
            if count is not None:
                yield (
                    f'{start}"BallotsCast": {count.ballots}, "BallotsRejected": {count.invalid}, '
                    f'"GpUnitId": "box-{slot.box}", {_BOX}}}'
                )
        for (station, contest), hand in self.hands.items():
            if contest == first.id:
                yield (
                    f'{start}"BallotsCast": {hand.ballots}, "BallotsRejected": {hand.invalid}, '
                    f'"GpUnitId": "station-{station}", {_HAND}}}'
                )

    def _first(self) -> Contest | None:
        """The contest whose ballots tell who took part."""
        return next((contest for contest in self.state.election.contests if contest.district is None), None)
