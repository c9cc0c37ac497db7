"""Key a paper of a precinct: a protocol of a contest, or the final identification report.

Two different persons key it, neither sees what the other typed, and where they differ a third decides. Nothing is
overwritten: a keying is a record, and a correction is a next version with its reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from shailoo.errors import Conflict
from shailoo.model.election import Election, Protocol, Station
from shailoo.model.manual import IDENTIFICATION, LineFigure, ProtocolKeyed
from shailoo.model.record import Appointment, read_record, record_bytes, record_key
from shailoo.ports import RecordStore
from shailoo.rules.keying import Agreed, as_lines, verdicts, version_state
from shailoo.rules.manual_count import voted_for
from shailoo.usecases.keying_refusals import (
    ActWanted,
    CorrectionWanted,
    CountingNotBegun,
    EquationBroken,
    KeyedByYou,
    KeyedMeanwhile,
    LinesWanted,
    NoSuchSheet,
    SheetAgreed,
    TooManyKeyings,
)
from shailoo.usecases.registry import oversees
from shailoo.usecases.staff_refusals import NoSuchStation, NotYours

IDENTIFIED = "I1"
"""The one line of the identification report: voters identified."""
_MOST_KEYINGS = 9
_MOST_VERSIONS = 99
_SHORTEST_REASON = 3


@dataclass(frozen=True, slots=True)
class KeyedSheet:
    """What a person has typed. `version` is the one that the form was opened for; a correction says why."""

    station: str
    sheet: str
    version: int
    lines: tuple[LineFigure, ...]
    unreconciled: str | None = None
    correction: str | None = None
    act: str | None = None


def key_protocol(
    sheet: KeyedSheet,
    election: Election,
    person: str,
    appointments: Sequence[Appointment],
    store: RecordStore,
    *,
    now: datetime,
) -> ProtocolKeyed:
    """Store a person's keying and return it; the same figures of the same person again return the first.

    Of two who hand over at once one is stored and the other is told to look again. Raises NoSuchStation, NotYours,
    NoSuchSheet, CountingNotBegun, LinesWanted, EquationBroken, KeyedByYou, SheetAgreed, KeyedMeanwhile,
    CorrectionWanted, ActWanted, TooManyKeyings, StorageFailed.
    """
    station = election.station_by_no.get(sheet.station)
    if station is None:
        raise NoSuchStation("This election has no such station.", election=election.id, station=sheet.station[:10])
    office = _office(appointments, election, station)
    protocol = protocol_of(election, station, sheet.sheet)
    if now < election.closing(station):
        raise CountingNotBegun("Voting at this station goes on.", station=station.no)
    lines = _whole(sheet.lines, lines_of(election, station, sheet.sheet))
    known = keyings_at(store, election.id, station.no).get(sheet.sheet, ())
    newest = known[-1].version if known else 1
    of_version = tuple(one for one in known if one.version == sheet.version)
    mine = next((one for one in of_version if one.person == person), None)
    if mine is not None and mine.lines == lines:
        return mine
    begun = of_version[0] if of_version else None
    if sheet.version == newest:
        _may_key(sheet, of_version, mine, protocol)
    elif known and sheet.version == newest + 1:
        _may_correct(sheet, known, protocol, office, store)
    else:
        raise _meanwhile(sheet)
    record = ProtocolKeyed(
        person=person,
        commission=office.commission,
        role=office.role,
        entered=now,
        election=election.id,
        station=station.no,
        sheet=sheet.sheet,
        version=sheet.version,
        keying=len(of_version) + 1,
        lines=lines,
        unreconciled=_reconciled(sheet, lines, protocol),
        correction=sheet.correction if begun is None else begun.correction,
        act=sheet.act if begun is None else begun.act,
    )
    try:
        store.append(record_key(record), record_bytes(record))
    except Conflict as error:
        won = keyings_at(store, election.id, station.no)[sheet.sheet]
        twice = next((one for one in won if (one.version, one.person) == (sheet.version, person)), None)
        if twice is not None and twice.lines == lines:  # a button that was pressed twice
            return twice
        raise _meanwhile(sheet) from error
    return record


def may_key(appointments: Sequence[Appointment], election: Election, station: Station) -> bool:
    """Whether any of the appointments allows to key the papers of a station."""
    return any(oversees(one, election, station) for one in appointments)


def sheets_at(election: Election, station: Station) -> tuple[str, ...]:
    """The papers of a station: the identification report, and a protocol for each contest in package order."""
    return (IDENTIFICATION, *(contest.id for contest in election.contests_at(station)))


def protocol_of(election: Election, station: Station, sheet: str) -> Protocol | None:
    """Lines and equations of a paper; None for the identification report. Raises NoSuchSheet."""
    if sheet not in sheets_at(election, station):
        raise NoSuchSheet("This station has no such paper.", station=station.no, sheet=sheet[:40])
    return None if sheet == IDENTIFICATION else election.protocol_by_kind[election.contest_by_id[sheet].kind]


def lines_of(election: Election, station: Station, sheet: str) -> Mapping[str, int]:
    """How many figures each line of a paper has, in the order of the paper. Raises NoSuchSheet."""
    protocol = protocol_of(election, station, sheet)
    if protocol is None:
        return {IDENTIFIED: 1}
    options = len(voted_for(protocol, election.contest_by_id[sheet]))
    return {line.id: options if line.group else 1 for line in protocol.lines}


def keyings_at(store: RecordStore, election: str, station: str) -> dict[str, tuple[ProtocolKeyed, ...]]:
    """Every keying of a station's papers, by paper, in order of version and keying."""
    found: dict[str, list[ProtocolKeyed]] = {}
    cursor: str | None = None
    while True:
        page = store.page(f"protocol/{election}/{station}/", cursor=cursor, limit=1000)
        for entry in page.entries:
            record = read_record(entry.body)
            if isinstance(record, ProtocolKeyed):
                found.setdefault(record.sheet, []).append(record)
        cursor = page.cursor
        if cursor is None:
            return {sheet: tuple(keyings) for sheet, keyings in found.items()}


def _office(appointments: Sequence[Appointment], election: Election, station: Station) -> Appointment:
    """The office in which a person keys: the precinct's own before one above it."""
    fitting = {one.role: one for one in appointments if oversees(one, election, station)}
    for role in ("precinct", "territorial", "district", "central"):
        if role in fitting:
            return fitting[role]
    raise NotYours("Your commission does not key the papers of this station.", station=station.no)


def _whole(lines: Sequence[LineFigure], wanted: Mapping[str, int]) -> tuple[LineFigure, ...]:
    """Every line of the paper once, in its order. Raises LinesWanted with the first that is not as it must be."""
    typed = {one.line: one for one in lines}
    for line, figures in wanted.items():
        if line not in typed or len(typed[line].figures) != figures:
            raise LinesWanted("A line of the paper is empty.", line=line, figures=figures)
    for line in typed:
        if line not in wanted:
            raise LinesWanted("The paper has no such line.", line=line)
    return tuple(typed[line] for line in wanted)


def _may_key(
    sheet: KeyedSheet, of_version: Sequence[ProtocolKeyed], mine: ProtocolKeyed | None, protocol: Protocol | None
) -> None:
    """One more keying of the newest version: by somebody who has not keyed it, while no two agree."""
    if mine is not None:
        raise KeyedByYou(
            "You have keyed this paper. Another person keys it now; your own slip is mended by a correction.",
            keying=mine.keying,
        )
    if sheet.correction is not None:
        raise _meanwhile(sheet)
    if isinstance(version_state(of_version, protocol), Agreed):
        raise SheetAgreed("Two persons agree on this paper. Open a correction to change it.", version=sheet.version)
    if len(of_version) >= _MOST_KEYINGS:
        raise TooManyKeyings("Nine persons have keyed this version. Open a correction.", version=sheet.version)


def _may_correct(
    sheet: KeyedSheet,
    known: Sequence[ProtocolKeyed],
    protocol: Protocol | None,
    office: Appointment,
    store: RecordStore,
) -> None:
    """A next version: always with a reason; a superior commission changes what two persons agree on by an act only."""
    if sheet.version > _MOST_VERSIONS:
        raise TooManyKeyings("There are ninety-nine versions of this paper.", version=sheet.version)
    if sheet.correction is None or len(sheet.correction) < _SHORTEST_REASON:
        raise CorrectionWanted("Say why the paper is keyed anew.", version=sheet.version)
    before = tuple(one for one in known if one.version == sheet.version - 1)
    agreed = isinstance(version_state(before, protocol), Agreed)
    if sheet.act is None:
        if agreed and office.role != "precinct":
            raise ActWanted("Name the act on whose authority agreed figures are corrected.", version=sheet.version)
    elif store.get(f"act/{known[0].election}/{sheet.act}") is None:
        raise ActWanted("There is no act with this number.", number=sheet.act)


def _reconciled(sheet: KeyedSheet, lines: Sequence[LineFigure], protocol: Protocol | None) -> str | None:
    """The reason to hand over figures that break a hard equation; None where all hold. Raises EquationBroken."""
    hard, _ = verdicts(as_lines(lines, protocol), protocol)
    if not hard:
        return None
    if sheet.unreconciled is not None and len(sheet.unreconciled) >= _SHORTEST_REASON:
        return sheet.unreconciled
    first = hard[0]
    raise EquationBroken(
        "The figures break a rule of the protocol. Look at the paper, mend the figure, or say why it stands so.",
        line=first.line,
        typed=first.found,
        expected=first.expected,
        rule=first.rule,
    )


def _meanwhile(sheet: KeyedSheet) -> KeyedMeanwhile:
    return KeyedMeanwhile(
        "This paper was keyed meanwhile. Look at how it stands and hand over again.",
        sheet=sheet.sheet,
        version=sheet.version,
    )
