"""One election as it is being published: its state, what waits to be published, and the version of every page.

The same steps are taken live and when everything is built again from the records: take entries in, close a version,
make pages. So a rebuild gives the same bytes as having published step by step.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from builder import views
from builder.changes import changes_view, cut_of
from builder.events import Chronicle, events, look
from builder.gate.facts import Facts
from builder.judge import Verdicts
from builder.log.entries import EntryFold
from builder.plan import OVERVIEW, Plan, ordered
from builder.state import NOTHING, ElectionState, Touched
from builder.tally import COUNTRY
from shailoo.errors import Held
from shailoo.model.base import stamp
from shailoo.model.document import DOCUMENT_RECORDS, DocumentApproved, DocumentReceived, DocumentWithdrawn
from shailoo.model.manual import ProtocolKeyed
from shailoo.model.record import Act, Publication, Refusal, ReportAccepted, ReportConflict, TurnoutEntered
from shailoo.rules.falls import check_no_fall

if TYPE_CHECKING:
    from datetime import datetime

    from builder.change_views import Cut
    from shailoo.model.election import Election
    from shailoo.model.record import Record
    from shailoo.records.log_entry import LogEntry


_WIDE = frozenset({"region", "tec", "district", "documents", "counts", "changes"})
_OF_DOCUMENTS: Mapping[str, views.Cause] = {
    "document": "documents", "approval": "approved", "withdrawal": "withdrawn",
}  # fmt: skip
Tier = Literal["hot", "wide", "trail"]
"""`hot` pages follow every report, `wide` ones may wait under load, `trail` has a cadence of its own."""


@dataclass(slots=True)
class Made:
    """Which version last changed a page, and when it was published."""

    version: int
    published: datetime


def is_wide(page: str) -> bool:
    """Whether a page adds up many stations: under load it is made less often than theirs."""
    return page.partition("/")[0] in _WIDE


class FiguresFell(Held):
    """A total is lower than before, and no record gives the cause."""

    code = "figures-fell"


class Night:
    """The publishing side of one election."""

    def __init__(self, election: Election) -> None:
        self.election = election
        self.state = ElectionState(election)
        self.plan = Plan(election)
        self.facts = Facts(election)
        self.verdicts = Verdicts(self.state)
        self.row: views.ElectionRow | None = None
        """The election's line in the list of elections, as last published."""
        self.pages: dict[str, Made] = {}
        """Pages that a version has changed; every other page is of the first version."""
        self.first: Made | None = None
        self.history: list[views.VersionRow] = []
        self.chronicle = Chronicle(election)
        """What happened, and with which version the public was told."""
        self.cuts: list[Cut] = []
        """What is new in each kept version since the one before."""
        self._last_kept: views.OverviewView | None = None
        self.last_cut: datetime | None = None
        self.held_since: datetime | None = None
        self.behind = False
        """The pages that trail are older than the totals."""
        self.complete_cut = False
        self.followed = 0
        """The last version that made pages which may follow later: wide ones, or those that trail."""
        self.entries: list[tuple[int, LogEntry]] = []
        """Entries of the log that have no number yet, each with the number of its record."""
        self._log = EntryFold()
        self._waiting: deque[tuple[int, Record]] = deque()
        self._dirty: dict[str, None] = {}
        self._causes: dict[views.Cause, int] = {}
        self._published: dict[str, int] = {}
        self._excused = False

    def receive(self, seq: int, record: Record) -> None:
        """A record of this election was read from the feed."""
        self._waiting.append((seq, record))

    @property
    def waiting(self) -> int:
        """Records accepted but in no version yet."""
        return len(self._waiting)

    def absorb(self, upto: int) -> Touched:
        """Take the waiting records up to a feed number into the state."""
        parts: list[Touched] = []
        while self._waiting and self._waiting[0][0] <= upto:
            seq, record = self._waiting.popleft()
            was_held = len(self.state.troubled)
            if isinstance(record, DOCUMENT_RECORDS):
                self.facts.papers.note(record)
            before = look(record, self.state)
            parts.append(self.state.apply(seq, record))
            for region in sorted(self.chronicle.happened(events(record, before, self.state, parts[-1]))):
                self._dirty[f"changes/{region}"] = None
            self.entries += [(seq, entry) for entry in self._log.entries(record, self.state)]
            if parts[-1] != NOTHING or not isinstance(record, DOCUMENT_RECORDS):
                self._because(record, held=len(self.state.troubled) - was_held)
        touched = Touched.together(parts)
        if touched != NOTHING:
            self.facts.take(self.state, touched.stations)
            self.verdicts.forget(
                contest.id
                for no in touched.stations
                for contest in self.election.contests_at(self.election.station_by_no[no])
            )
            for page in self.plan.hot(touched):
                self._dirty[page] = None
            self.behind = True
        return touched

    def dirty(self, tier: Tier) -> list[str]:
        """Pages that the next version has to make anew: the wide ones, or the hot ones, which never wait."""
        return ordered(page for page in self._dirty if is_wide(page) is (tier == "wide"))

    def soil(self, since: int) -> None:
        """Every page that changed after a version may not have been written: it is dirty again."""
        self._dirty.update(dict.fromkeys(page for page in self.plan.hot_pages() if self.made(page).version > since))

    def close(self, publication: Publication, *, held_back: bool) -> None:
        """The dirty pages belong to this version; wide ones wait unless it takes them in.

        Held back, nothing belongs to it: the pages stay as they are, and dirty.
        """
        if held_back:
            self.held_since = self.held_since or publication.published
            self.behind = True
            self._dirty[OVERVIEW] = None  # it says since when, and must stop saying so
            return
        made = Made(publication.version, publication.published)
        self.chronicle.tell(made.version, stamp(made.published))
        for page in [page for page in self._dirty if publication.wide or not is_wide(page)]:
            self.pages[page] = made
            del self._dirty[page]
            if is_wide(page):
                self.followed = publication.version
        self._published = self._figures()
        self._excused = False
        self.held_since = None
        self.row = self.plan.row(self.state)
        self.facts.stand()
        if publication.trail:
            for page in self.plan.trail_pages():
                self.pages[page] = made
            self.behind = False
            self.followed = publication.version

    def check_falls(self) -> None:
        """Nothing falls without a recorded cause: an act, a contradicting report, an annex that does not fit.

        Raises FiguresFell, naming the first figure.
        """
        if self._excused:
            return
        fallen = check_no_fall(self._published, self._figures(), ())
        if fallen:
            first = fallen[0]
            raise FiguresFell(
                "A figure is lower than in the version before, and no record says why.",
                election=self.election.id,
                figure=first.line,
                before=first.expected,
                now=first.found,
            )

    def _figures(self) -> dict[str, int]:
        """The country's figures that only ever grow through a night without acts."""
        totals = self.state.totals
        figures = {"participants": totals.coverage[COUNTRY].participants, "reported": totals.coverage[COUNTRY].reported}
        for contest in self.election.contests:
            total = totals.of(COUNTRY, contest.id)
            figures[f"{contest.id} ballots"] = total.ballots + total.sealed
            for option, votes in zip(contest.options, total.votes, strict=True):
                figures[f"{contest.id} {option.no}"] = votes
        return figures

    def cut(self, publication: Publication, digest: str, view: views.OverviewView) -> Cut:
        """This version is kept for ever: it gets a line in the history. Answers what is new in it."""
        coverage = self.state.totals.coverage[COUNTRY]
        row = views.VersionRow(
            number=publication.version,
            at=stamp(publication.published),
            causes=tuple(sorted(self._causes.items())) or (("opened", 1),),
            reported=coverage.reported,
            participants=coverage.participants if coverage.reported else None,
            held=coverage.held,
            digest=digest,
            archived=True,
        )
        self.history.append(row)
        self.cuts.append(cut_of(row, view, (self.cuts[-1], self._last_kept) if self._last_kept is not None else None))
        self._last_kept = view
        self.facts.keep(publication.version)
        self._causes.clear()
        self.last_cut = publication.published
        self.complete_cut = self.complete
        return self.cuts[-1]

    @property
    def complete(self) -> bool:
        """Every box that ought to report is in the totals."""
        coverage = self.state.totals.coverage[COUNTRY]
        return coverage.reported == coverage.expected > 0

    def cut_due(self, now: datetime, *, every_s: int) -> bool:
        """Whether the next version that makes what trails is one to keep: now and then, and when all is counted."""
        if not self.changed_since_cut or self.last_cut is None:
            return self.changed_since_cut
        return (now - self.last_cut).total_seconds() >= every_s or (self.complete and not self.complete_cut)

    @property
    def changed_since_cut(self) -> bool:
        """Something happened that no cut holds yet."""
        return bool(self._causes)

    @property
    def beginning(self) -> Made:
        """The first version."""
        if self.first is None:
            message = "no version has been published yet"
            raise LookupError(message)
        return self.first

    def made(self, page: str) -> Made:
        """Version and time of a page."""
        return self.pages.get(page) or self.beginning

    def view(self, page: str) -> views.View:
        """The view of a page as the state stands."""
        if page == "versions":
            return views.VersionsView(self.plan.names.head, tuple(reversed(self.history)))
        kind, _, region = page.partition("/")
        if kind == "changes":
            return changes_view(self.plan.names, self.chronicle.latest(region or None), region or None)
        return self.plan.view(self.state, page, self.verdicts)

    def _because(self, record: Record, *, held: int) -> None:  # noqa: C901 -- one cause for each type of record
        cause: views.Cause
        match record:
            case ReportAccepted():
                cause = "reports" if record.kind == "final" else "annex"
            case ReportConflict():
                cause = "conflict"
            case Act():
                cause = "act"
            case TurnoutEntered():
                cause = "turnout"
            case Refusal():
                cause = "held"
            case DocumentReceived() | DocumentApproved() | DocumentWithdrawn():
                cause = _OF_DOCUMENTS[record.type]
            case ProtocolKeyed():
                cause = "protocol"
            case _:
                return
        self._causes[cause] = self._causes.get(cause, 0) + 1
        if cause in {"act", "conflict"} or held > 0:
            self._excused = True
        if held > 0:
            self._causes["held"] = self._causes.get("held", 0) + held
        elif held < 0:
            self._causes["released"] = self._causes.get("released", 0) - held
