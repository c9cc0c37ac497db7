"""The papers of a station, as its machines and its commission would have printed and signed them.

The tapes bear the very text that the box signed; protocols and annexes bear what the people of the station count. Where
a box has sealed the votes of so few ballots that they would tell who voted how, the lines with votes are marked secret:
the public copy gets them black.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from functions.staff.document_words import paper_name
from functions.staff.keying_form import IDENTIFIED_NAME
from rehearsal.counts import hides_votes
from rehearsal.manual import counted_by_hand, protocol_lines, protocol_of
from rehearsal.packages import spread
from rehearsal.played import Played, PlayedCount
from rehearsal.scans import Sheet, photographed, scanned
from shailoo.i18n import catalog
from shailoo.model.base import Name
from shailoo.model.document import DocumentKind
from shailoo.model.election import Contest, Election, LineRole, Station
from shailoo.model.manual import LineFigure
from shailoo.model.record import ReportAccepted, read_record
from shailoo.ports import RecordStore
from shailoo.records.note import SignedNote
from shailoo.rules.documents import expected_documents, part_of_box, part_of_list
from shailoo.rules.manual_count import voted_for
from shailoo.usecases.receive_document import Paper

EVERYTHING = 20
"""An election of at most so many stations sends every paper of every station."""
WHOLE_STATIONS, PROTOCOL_STATIONS = 3, 12
"""In a larger one: stations that send every paper, and stations beside them that send their protocols only."""
_PHOTOGRAPHED: tuple[DocumentKind, ...] = ("identification-initial", "identification-final")
_NAME, _FIGURE = 72, 8
_VOTES = (LineRole.INVALID, LineRole.VALID, LineRole.VOTES, LineRole.AGAINST_ALL)


@dataclass(frozen=True, slots=True)
class Scan:
    """A paper that a commission holds in its hands."""

    paper: Paper
    sheet: Sheet

    @property
    def data(self) -> bytes:
        """The file that is sent."""
        return photographed(self.sheet) if self.paper.kind in _PHOTOGRAPHED else scanned(self.sheet)


class Cabinet:
    """Every paper of an election that was played."""

    def __init__(self, election: Election, played: Played, store: RecordStore) -> None:
        self.election = election
        self.played = played
        self._store = store
        self._words = catalog("functions", election.report_language)

    def chosen(self, stations: Iterable[Station]) -> dict[str, bool]:
        """Stations that send papers -> whether every one of them or the protocols only, `stations` being those open.

        One of a large election's stations has sealed a small cell, so that there is something to black out.
        """
        open_ = {station.no for station in stations}
        ranked = [one for one in spread(self.election, len(self.election.stations)) if one.no in open_]
        if len(ranked) <= EVERYTHING:
            return {one.no: True for one in ranked}
        small = next((one for one in ranked if self._small_at(one)), ranked[0])
        whole = dict.fromkeys([one.no for one in ranked[: WHOLE_STATIONS - 1]] + [small.no], True)
        more = [one.no for one in ranked if one.no not in whole][:PROTOCOL_STATIONS]
        return whole | dict.fromkeys(more, False)

    def papers(self, station: Station, *, whole: bool) -> list[Scan]:
        """The papers that a station sends, in the order of the day; a box that has not reported has no tapes."""
        found = []
        for kind, part in expected_documents(self.election, station):
            if not whole and kind != "protocol":
                continue
            lines, secret = self._lines(station, kind, part)
            if not lines:
                continue
            head = (self._say(self.election.name), f"№ {station.no}, {self._say(station.name)}", "")
            sheet = Sheet(
                title=paper_name(self._words, self.election.report_language, self.election, kind, part),
                lines=(*(line[: _NAME + _FIGURE + 8] for line in head), *lines),
                moment=self.election.closing(station),
                secret=None if secret is None else secret + len(head),
            )
            found.append(Scan(Paper(self.election.id, station.no, kind, part), sheet))
        return found

    @cached_property
    def _counts(self) -> Mapping[tuple[str, str], PlayedCount]:
        return counted_by_hand(self.election, self.played)

    def _say(self, name: Name) -> str:
        return name.text(self.election.report_language)

    def _lines(self, station: Station, kind: DocumentKind, part: str | None) -> tuple[list[str], int | None]:
        """What stands on a paper, and from which line on the public must not see it."""
        match kind:
            case "zero-report" | "final-report":
                return self._tape(station, kind, part), None
            case "identification-initial":
                return self._identified(0), None
            case "identification-final":
                return self._identified(self.played.identified.get(station.no)), None
            case "protocol":
                return self._protocol(station, self.election.contest_by_id[part or ""])
            case "annex":
                return self._annex(station, part or "")
            case "court-act" | "commission-act" | "case-paper":
                return [], None

    def _identified(self, voters: int | None) -> list[str]:
        return [] if voters is None else [row("", self._words.gettext(IDENTIFIED_NAME), voters)]

    def _tape(self, station: Station, kind: DocumentKind, part: str | None) -> list[str]:
        """The signed text itself, as it was received."""
        for box in self.election.boxes_by_station.get(station.no, ()):
            entry = self._store.get(f"report/{self.election.id}/{box.id}/final")
            record = None if entry is None else read_record(entry.body)
            if part_of_box(box.id) == part and isinstance(record, ReportAccepted):
                note = record.zero if kind == "zero-report" else record.note
                return SignedNote.parse(note.encode()).text.splitlines() if note is not None else []
        return []

    def _protocol(self, station: Station, contest: Contest) -> tuple[list[str], int | None]:
        count = self._counts.get((station.no, contest.id))
        if count is None:
            return [], None
        protocol = protocol_of(self.election, contest)
        figures = {one.line: one for one in protocol_lines(self.election, station, contest, count)}
        found: list[str] = []
        secret = None
        for line in protocol.lines:
            if line.id not in figures:
                continue
            if line.role in _VOTES and secret is None and self._small(station, contest):
                secret = len(found)
            found += self._group(contest, line.id, self._say(line.name), figures[line.id], group=line.group)
        return found, secret

    def _group(self, contest: Contest, line: str, name: str, typed: LineFigure, *, group: bool) -> list[str]:
        if not group:
            return [row(line, name, typed.figures[0])]
        options = voted_for(protocol_of(self.election, contest), contest)
        rows = [
            (f"{option.no}. {self._say(option.name)}", votes)
            for option, votes in zip(options, typed.figures, strict=True)
        ]
        return [f"{line:<5}{name}", *(row("", name, votes) for name, votes in rows)]

    def _annex(self, station: Station, part: str) -> tuple[list[str], int | None]:
        """How often each candidate of a list was marked at a station."""
        for contest in self.election.contests_at(station):
            for option in contest.options:
                if part_of_list(contest.id, option.no) == part and (station.no, contest.id) in self._counts:
                    marks = self._marks(station, contest.id, option.no)
                    found = [row(str(one.no), self._say(one.name), marks.get(one.no, 0)) for one in option.candidates]
                    return found, 0 if self._small(station, contest) else None
        return [], None

    def _marks(self, station: Station, contest: str, no: int) -> Mapping[int, int]:
        marks: dict[int, int] = {}
        for box in self._boxes(station):
            given = self.played.preferences(self.election, box).get(contest, {}).get(no, {})
            for candidate, votes in given.items():
                marks[candidate] = marks.get(candidate, 0) + votes
        return marks

    def _boxes(self, station: Station) -> Sequence[str]:
        return [
            box.id for box in self.election.boxes_by_station.get(station.no, ()) if box.id in self.played.box_counts
        ]

    def _small(self, station: Station, contest: Contest) -> bool:
        return hides_votes(self.election, self.played, station.no, contest.id)

    def _small_at(self, station: Station) -> bool:
        return any(self._small(station, contest) for contest in self.election.contests_at(station))


def row(line: str, name: str, figure: int) -> str:
    """A line of a paper: its number, what it counts, and the figure."""
    return f"{line:<5}{name[:_NAME]:<{_NAME}}{figure:>{_FIGURE}}"
