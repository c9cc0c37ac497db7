"""What is known of one election at some point of the feed: reports by box, turnout, acts, and the running totals.

`ElectionState.apply` takes the records one by one, in the order of the feed, and answers what they touched. It keeps
totals by adding and subtracting what a box contributes. The gate does not trust these totals: `builder.gate.recount`
reads the signed texts again and sums them in its own way.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Self

from builder.documents_state import Documents
from builder.hand import Hand
from builder.tally import COUNTRY, Contribution, Totals, contribution
from shailoo.model.document import (
    BlackoutAsked,
    DocumentApproved,
    DocumentCopied,
    DocumentReceived,
    DocumentUnreadable,
    DocumentWithdrawn,
)
from shailoo.model.manual import ProtocolKeyed
from shailoo.model.record import (
    Act,
    ChooseReport,
    JoinReserveBox,
    ManualOnly,
    Refusal,
    RefusedHour,
    ReleaseReport,
    ReportAccepted,
    ReportConflict,
    RevokeBox,
    TurnoutEntered,
)
from shailoo.records.note import SignedNote
from shailoo.records.report_text import StoredPreferences, read_report, read_stored_annex
from shailoo.rules.arithmetic import Breach, Tally, check_contest, check_preferences
from shailoo.rules.small_cells import MergedCells, ReleaseState, merge, releasable
from shailoo.usecases.refusal_counts import CAP

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from builder.views import BoxState
    from shailoo.model.election import Election, Station
    from shailoo.model.record import Record
    from shailoo.model.report import Report


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload of a box with its texts parsed."""

    seq: int
    record: ReportAccepted | ReportConflict
    report: Report
    """The report; of an annex only its head."""
    cells: Report | None = None
    preferences: tuple[StoredPreferences, ...] = ()
    """What an annex tells."""


@dataclass(frozen=True, slots=True)
class HeldLine:
    """Which rule a report breaks, in which contest, and where."""

    contest: str
    breach: Breach


@dataclass(slots=True)
class BoxSlot:
    """What is known of one box. `station` is None while a reserve box has not been joined."""

    box: str
    station: str | None
    reserve: bool
    finals: list[Upload] = field(default_factory=list)
    annexes: list[Upload] = field(default_factory=list)
    revoked: bool = False
    manual_only: bool = False
    released: bool = False
    chosen: str | None = None
    state: BoxState = "waiting"
    held: tuple[HeldLine, ...] = ()
    counts: Contribution | None = None
    """What the box adds to the totals now; None while it adds nothing."""
    annex_counted: Upload | None = None
    """The annex whose preference votes are in the totals now."""

    @property
    def final(self) -> Upload | None:
        """The final report that would count: the first, unless an act chose another."""
        return _chosen(self.finals, self.chosen)

    @property
    def annex(self) -> Upload | None:
        """The annex with preference votes, when it counts."""
        if self.counts is None or any(
            isinstance(upload.record, ReportConflict) for upload in self._rivals(self.annexes)
        ):
            return None
        return self.annexes[0] if self.annexes else None

    @staticmethod
    def _rivals(uploads: list[Upload]) -> Iterator[Upload]:
        """Uploads that contradict the first; a reprint with the same figures does not."""
        for upload in uploads:
            if isinstance(upload.record, ReportConflict) and not upload.record.same_figures:
                yield upload

    @property
    def rivals(self) -> tuple[Upload, ...]:
        """Final reports that contradict the first one."""
        return tuple(self._rivals(self.finals))

    def texts(self) -> Iterator[tuple[Upload, Literal["zero", "final", "annex"], str]]:
        """Every signed note of the box that is public, with the upload that brought it.

        Uploads repeat the zero report; each differing one comes once, before the first report that it came with.
        """
        zeros: set[str] = set()
        for upload in (*self.finals, *self.annexes):
            zero = upload.record.zero
            if zero is not None and zero not in zeros:
                zeros.add(zero)
                yield upload, "zero", zero
            yield upload, upload.record.kind, upload.record.note


@dataclass(frozen=True, slots=True)
class Touched:
    """What a record touched, as dependency keys for the plan."""

    stations: frozenset[str] = frozenset()
    held: bool = False
    """The page of held reports changes."""
    figures: bool = False
    """Totals change, so every page above the station does."""
    turnout: bool = False
    papers: frozenset[str] = frozenset()
    """Stations whose documents changed, and nothing else."""
    documents: bool = False
    """The page of all documents changes."""
    counts: bool = False
    """What people counted changes, or what it is compared with: the pages of the three counts do too."""
    all_counts: bool = False
    """Every page of the three counts changes: there is something to compare at last, or an act on a whole contest."""

    @classmethod
    def together(cls, parts: Sequence[Touched]) -> Self:
        """What several records touched, all at once: after a standstill there are tens of thousands."""
        return cls(
            frozenset().union(*(part.stations for part in parts)),
            any(part.held for part in parts),
            any(part.figures for part in parts),
            any(part.turnout for part in parts),
            frozenset().union(*(part.papers for part in parts)),
            any(part.documents for part in parts),
            any(part.counts for part in parts),
            any(part.all_counts for part in parts),
        )


NOTHING = Touched()


class ElectionState:
    """The fold of one election. Not thread-safe; belongs to the one publisher."""

    def __init__(self, election: Election) -> None:
        self.election = election
        self.slots: dict[str, BoxSlot] = {}
        self.boxes_at: dict[str, list[str]] = {station.no: [] for station in election.stations}
        self.turnout: dict[str, dict[str, TurnoutEntered]] = {}
        self.acts: list[Act] = []
        self.refused: dict[tuple[str, str], int] = {}
        """(hour, code) -> uploads refused: of boxes that signed them, and of senders that nobody knows."""
        self.capped: set[tuple[str, str]] = set()
        """Hours and codes where counting stopped."""
        self.totals = Totals(election)
        self.documents = Documents(election)
        self.hand = Hand(election, self.totals)
        """What people counted, beside what the boxes did."""
        self.troubled: set[str] = set()
        """Boxes held or in conflict."""
        self.merged: dict[str, MergedCells] = {}
        """Contest -> the one row its small cells became; released once and never again."""
        self.preferences: dict[tuple[str, int], dict[int, int]] = {}
        """(contest, list) -> candidate -> preference votes of the annexes that count."""
        self.logged: dict[tuple[str, str], int] = {}
        """(box, digest of a public text) -> its number in the transparency log."""
        self.annexes = 0
        """How many annexes count."""
        for box in election.boxes:
            self.slots[box.id] = BoxSlot(box.id, box.station, box.role.value == "reserve")
            if box.station is not None:
                self._join(self.slots[box.id], box.station)

    def apply(self, seq: int, record: Record) -> Touched:  # noqa: PLR0911 -- one return for each kind of record
        """Take in one record of this election and say what it touched."""
        match record:
            case ReportAccepted() | ReportConflict():
                return self._upload(_parsed(seq, record))
            case TurnoutEntered():
                return self._turnout(record)
            case Act():
                return self._act(record)
            case Refusal():
                return self._refused(record.arrived.strftime("%Y-%m-%dT%H"), record.code, 1)
            case RefusedHour():
                for found in record.counts:
                    self._refused(record.hour, found.code, found.count)
                return Touched(held=True)
            case (
                DocumentReceived()
                | BlackoutAsked()
                | DocumentCopied()
                | DocumentUnreadable()
                | DocumentApproved()
                | DocumentWithdrawn()
            ):
                news = self.documents.apply(seq, record)
                return NOTHING if news is None else Touched(papers=news.stations, documents=True)
            case ProtocolKeyed():
                begun = self.hand.begun
                self.hand.key(record)
                return Touched(frozenset({record.station}), counts=True, all_counts=begun is not self.hand.begun)
            case _:
                return NOTHING

    def _refused(self, hour: str, code: str, count: int) -> Touched:
        at = (f"{hour}:00:00Z", code)
        self.refused[at] = self.refused.get(at, 0) + count
        if count >= CAP:
            self.capped.add(at)
        return Touched(held=True)

    def station_of(self, slot: BoxSlot) -> Station | None:
        """The station at which a box counts."""
        return None if slot.station is None else self.election.station_by_no[slot.station]

    def slots_at(self, station: str) -> list[BoxSlot]:
        """The boxes at a station, package order first, joined ones after."""
        return [self.slots[box] for box in self.boxes_at[station]]

    def _join(self, slot: BoxSlot, station: str) -> None:
        slot.station = station
        self.boxes_at[station].append(slot.box)
        self.totals.expect(self.election.station_by_no[station], +1)

    def _upload(self, upload: Upload) -> Touched:
        slot = self.slots[upload.record.box]
        if upload.record.kind == "final":
            slot.finals.append(upload)
        else:
            slot.annexes.append(upload)
        return self._judge(slot)

    def _turnout(self, record: TurnoutEntered) -> Touched:
        hours = self.turnout.setdefault(record.station, {})
        known = hours.get(record.hour)
        if known is None or known.version < record.version:
            self.totals.add_turnout(
                self.election.station_by_no[record.station],
                record.hour,
                record.voters - (known.voters if known else 0),
                first=known is None,
            )
            hours[record.hour] = record
        return Touched(frozenset({record.station}), turnout=True)

    def _act(self, act: Act) -> Touched:
        self.acts.append(act)
        touched = [Touched(held=True)]
        for measure in act.measures:
            match measure:
                case JoinReserveBox(box=box, station=station):
                    slot = self.slots[box]
                    if slot.station is None:
                        self._join(slot, station)
                    touched.append(self._judge(slot))
                case RevokeBox(box=box):
                    slot = self.slots[box]
                    if not slot.revoked and slot.station is not None:
                        self.totals.expect(self.election.station_by_no[slot.station], -1)
                    slot.revoked = True
                    touched.append(self._judge(slot))
                case ReleaseReport(box=box):
                    self.slots[box].released = True
                    touched.append(self._judge(self.slots[box]))
                case ChooseReport(box=box, sealed_sha256=digest):
                    self.slots[box].chosen = digest
                    touched.append(self._judge(self.slots[box]))
                case ManualOnly(station=station):
                    for slot in self.slots_at(station):
                        slot.manual_only = True
                        touched.append(self._judge(slot))
                case _:
                    pass  # concerns the manual and the final count, not what the boxes counted
        begun = self.hand.begun
        stations, whole = self.hand.act(act)
        everywhere = whole or begun is not self.hand.begun
        touched.append(Touched(frozenset(stations), counts=self.hand.begun, all_counts=everywhere))
        return Touched.together(touched)

    def _judge(self, slot: BoxSlot) -> Touched:
        """Decide anew whether a box counts, and move the totals by the difference."""
        station = self.station_of(slot)
        if station is None:
            return Touched(held=True)
        before = (slot.state, slot.counts)
        slot.held = ()
        slot.state, counts = self._standing(slot)
        self.troubled.discard(slot.box)
        if slot.state in {"held", "conflict"}:
            self.troubled.add(slot.box)
        self.totals.move(station, slot.counts, counts, held=(slot.state == "held") - (before[0] == "held"))
        slot.counts = counts
        if counts is not None:
            self._release_cells(counts)
        self._prefer(slot)
        changed = before != (slot.state, counts)
        if changed:
            self.hand.boxes_changed(station)
        return Touched(
            frozenset({station.no}),
            held=slot.state in {"held", "conflict"} or before[0] in {"held", "conflict"},
            figures=changed,
            counts=changed and self.hand.begun,
        )

    def _prefer(self, slot: BoxSlot) -> None:
        """Move the preference votes when another annex, or none, counts for a box."""
        annex = slot.annex
        if annex is slot.annex_counted:
            return
        for upload, sign in ((slot.annex_counted, -1), (annex, +1)):
            for chosen in upload.preferences if upload is not None else ():
                sums = self.preferences.setdefault((chosen.contest, chosen.no), {})
                for no, votes in chosen.candidates:
                    sums[no] = sums.get(no, 0) + sign * votes
        self.annexes += (annex is not None) - (slot.annex_counted is not None)
        slot.annex_counted = annex

    def _release_cells(self, counts: Contribution) -> None:
        """Open the small cells of a contest once every box that may hold one is in the totals.

        Looked at after every record and not at every publication, so that the answer does not depend on how records
        were batched.
        """
        for contest in (*counts.open, *counts.sealed):
            cells = self.totals.cells[contest]
            total = self.totals.of(COUNTRY, contest)
            if not cells or contest in self.merged or total.boxes < total.expected:
                continue
            held = tuple(cells[box] for box in sorted(cells))
            boxes = frozenset(cells)
            if releasable(held, self.election.small_cell_bound, boxes, boxes).state is ReleaseState.READY:
                self.merged[contest] = merge(held, self.election.small_cell_bound, boxes, boxes)

    def _standing(self, slot: BoxSlot) -> tuple[BoxState, Contribution | None]:
        if slot.revoked:
            return "revoked", None
        if slot.manual_only:
            return "replaced", None
        final = slot.final
        if final is None:
            return "waiting", None
        if slot.rivals and slot.chosen is None:
            return "conflict", None
        slot.held = breaches(self.election, final.report, slot.annexes[0].preferences if slot.annexes else ())
        if slot.held and not slot.released:
            return "held", None
        return "accepted", contribution(self.election, final.report, final.cells)


def breaches(election: Election, report: Report, preferences: tuple[StoredPreferences, ...]) -> tuple[HeldLine, ...]:
    """The hard equations that a report breaks; an empty tuple when the arithmetic holds."""
    found: list[HeldLine] = []
    for contest in report.contests:
        if contest.options is None or contest.invalid is None or contest.valid is None:
            continue
        tally = Tally(
            ballots=contest.ballots,
            invalid=contest.invalid,
            valid=contest.valid,
            votes=tuple((option.no, option.votes) for option in contest.options),
            marks=election.contest_by_id[contest.contest].marks,
        )
        found += [HeldLine(contest.contest, breach) for breach in check_contest(tally)]
    for chosen in preferences:
        wrong = check_preferences(chosen.no, chosen.votes, chosen.candidates)
        found += [HeldLine(chosen.contest, breach) for breach in wrong]
    return tuple(found)


def _chosen(uploads: list[Upload], digest: str | None) -> Upload | None:
    if digest is not None:
        for upload in uploads:
            if upload.record.sealed_sha256 == digest:
                return upload
    return uploads[0] if uploads else None


def _parsed(seq: int, record: ReportAccepted | ReportConflict) -> Upload:
    text = SignedNote.parse(record.note.encode()).text
    if record.kind == "annex":
        report, preferences = read_stored_annex(text)
        return Upload(seq, record, report, preferences=preferences)
    cells = read_report(SignedNote.parse(record.cells.encode()).text) if record.cells is not None else None
    return Upload(seq, record, read_report(text), cells)
