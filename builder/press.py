"""The press: draws a page in three languages, has it checked, and writes it. Knows nothing of when.

A page is written only after the gate has read it back in every language, and its data files too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from builder import views
from builder.archive import archive
from builder.copies import PublicCopies
from builder.crew import share_out
from builder.data_files import documents_table, files
from builder.document_plan import lines_at
from builder.document_views import DocumentsView
from builder.err_report import err_report, hand_counts
from builder.feeds import Feeds
from builder.gate.check import PageCheck
from builder.gate.check_changes import check_feeds
from builder.gate.check_data import check_data
from builder.lease import LeaseLost
from builder.night import Made
from builder.protocols_file import protocols_table
from builder.snapshot import Snapshot
from shailoo.errors import NotFound, ShailooError, StorageFailed
from shailoo.events.copies import CopyNotGiven
from shailoo.model.base import LANGUAGES, read_stamp, stamp
from shailoo.records.canonical import digest
from shailoo.rules.results import Status
from shailoo.telemetry import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from builder.documents_state import Document
    from builder.log.keeper import LogKeeper
    from builder.night import Night
    from builder.render.site import Site
    from shailoo.model.base import Language
    from shailoo.model.election import Contest
    from shailoo.model.record import Publication
    from shailoo.ports import ObjectStore, PublicFiles

_PIECE = 24
"""Pages that a process takes at once in a full build."""
_MANY_FILES = ("station", "report", "changes/station")
"""Folders with files for every station."""
_SLOW = frozenset({"stations", "map"})
"""Pages with files of the whole country: begun first, so that no process ends long after the others."""
Job = tuple[str, str]
"""Election and page."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page drawn in three languages, read back and found right, not yet written."""

    night: Night
    name: str
    view: views.View
    bodies: dict[Language, str]
    data: list[tuple[str, bytes]]


class Press:
    """Makes the files of every election of one installation."""

    def __init__(
        self,
        site: Site,
        public: PublicFiles,
        nights: Mapping[str, Night],
        objects: ObjectStore | None = None,
        guard: Callable[[], None] = lambda: None,
    ) -> None:
        """`guard` is asked at every page; it raises when another has become the publisher."""
        self.site = site
        self.public = public
        self.nights = nights
        self.copies = PublicCopies(public, objects)
        self._guard = guard
        self.lost: list[str] = []
        """Approved copies that the object store could not give; figures and pages do not wait for them."""
        self._feeds = {name: Feeds(night) for name, night in nights.items()}
        self._gate = PageCheck({name: night.facts for name, night in nights.items()})

    def draw(self, night: Night, page: str) -> Page:
        """A page in three languages that has passed the gate. Raises PageDisagrees, or what a template does wrong."""
        self._guard()
        view = night.view(page)
        bodies = self._bodies(view, f"{night.election.id}/{page}")
        data = files(view)
        check_data(night.facts, data)
        return Page(night, page, view, bodies, data)

    def write(self, page: Page) -> int:
        """Put every file of a page in its place. Returns how many changed.

        Approved copies are there before the page that points to them, and those that are public no more go after it.
        """
        self._guard()
        documents = self._documents(page)
        try:
            made = self.copies.place(documents)
        except (NotFound, StorageFailed) as error:
            made = 0
            self.lost.append(problem(error))
            say(CopyNotGiven(election=page.night.election.id, code=error.code))
        made += sum(self.public.write(path, data) for path, data in self._files(page))
        self.copies.clear(documents)
        return made

    def make(self, jobs: Iterable[Job]) -> None:
        """Draw pages, then write them: one that fails the gate keeps the others back too."""
        for page in [self.draw(self.nights[name], page) for name, page in jobs]:
            self.write(page)

    def make_all(self, jobs: Sequence[Job], *, processes: int) -> tuple[int, dict[str, list[str]]]:
        """Make many pages, each as soon as it has passed. Returns (files that changed, election -> what went wrong)."""
        slow = [job for job in jobs if job[1] in _SLOW]
        rest = [job for job in jobs if job[1] not in _SLOW]
        pieces = [[job] for job in slow] + [rest[start : start + _PIECE] for start in range(0, len(rest), _PIECE)]
        changed, problems = 0, dict[str, list[str]]()
        many = (f"data/{name}/{folder}" for name in self.nights for folder in _MANY_FILES)
        with self.public.filling(many):
            said_of_all = share_out(pieces, self._piece, processes=processes)
        for line in said_of_all:
            name, _, said = line.partition(" ")
            if not name:
                changed += int(said)
            else:
                problems.setdefault(name, []).append(said)
        return changed, problems

    def front(self) -> None:
        """The list of elections, newest first, each as it was last published."""
        rows = sorted(self.nights.values(), key=lambda night: (night.election.day, night.election.id), reverse=True)
        view = views.ElectionsView(tuple(night.row for night in rows if night.row is not None))
        none = Made(0, datetime.min.replace(tzinfo=UTC))  # between elections: a list and its log, and nothing counted
        latest = max((night.made("overview") for night in rows), key=lambda made: made.version, default=none)
        for language, body in self._bodies(view, "").items():
            self.public.write(*self.site.page(language, view, body, latest))

    def log(self, log: LogKeeper) -> None:
        """The page of the public log: its head, and what witnesses said of it."""
        if log.head is None:
            return
        head = log.head
        latest = max(
            (night.election for night in self.nights.values()), key=lambda one: (one.day, one.id), default=None
        )
        view = views.LogView(
            origin=head.checkpoint.origin,
            vkey=log.key.vkey,
            size=head.checkpoint.size,
            root=head.checkpoint.root.hex(),
            version=head.version,
            published=head.published,
            witnesses=tuple(
                views.WitnessRow(name, one.size, stamp(one.seen)) for name, one in sorted(log.cosigned.items())
            ),
            asked=tuple(sorted(vkey.partition("+")[0] for vkey, _ in log.key.witnesses)),
            election=latest.id if latest is not None else "",
        )
        made = Made(head.version, read_stamp(head.published))
        for language, body in self._bodies(view, "").items():
            self.public.write(*self.site.page(language, view, body, made))

    def keep(self, night: Night, publication: Publication, *, write: bool) -> None:
        """Keep this version under its own address: an overview that changes no more, and the data set it showed."""
        archive = views.Archive(publication.version, stamp(publication.published))
        view = night.plan.overview(night.state, night.verdicts, archive)
        (_, data), *_ = files(view)
        view = replace(view, since=night.cut(publication, digest(data), view))
        if not write:
            return
        kept = files(view)
        check_data(night.facts, kept)
        for path, data in kept:
            self.public.write(path, data)
        made = Made(publication.version, publication.published)
        for language, body in self._bodies(view, f"{night.election.id}/v/{publication.version}").items():
            self.public.write(*self.site.page(language, view, body, made))

    def point(self, night: Night, *, complete: int) -> None:
        """Move the pointer of an election to what its overview shows."""
        Snapshot.of(night, self.public).point(open_night=not night.complete, complete=complete)

    def announce_hold(self, night: Night, *, complete: int) -> None:
        """Say on the overview since when the last complete state stays up, and why nothing newer is shown."""
        if night.held_since is None:
            return
        for language in LANGUAGES:
            path = f"{language}/{night.election.id}/index.html"
            page = self.public.read(path)
            if page is not None:
                self.public.write(path, self.site.with_hold_notice(language, page, night.held_since))
        self.point(night, complete=complete)

    def _bodies(self, view: views.View, path: str) -> dict[Language, str]:
        bodies: dict[Language, str] = {}
        for language in LANGUAGES:
            bodies[language] = self.site.body(language, view)
            self._gate.check(bodies[language], f"{language}/{path}", language)
        return bodies

    def _files(self, page: Page) -> Iterable[tuple[str, bytes]]:
        """Every file of a page: reports, data, then the page in three languages."""
        view = page.view
        if isinstance(view, views.StationView):
            yield from _notes(page.night, view.place.id)
        yield from page.data
        if isinstance(view, views.MapView):
            yield from self.site.map_files(view)
        if isinstance(view, views.StationsView):
            yield from _whole_nation(page)
        feeds = list(self._feeds[page.night.election.id].files(view))
        check_feeds(page.night.facts, feeds)
        yield from feeds
        made = page.night.made(page.name)
        for language, body in page.bodies.items():
            yield self.site.page(language, view, body, made)

    @staticmethod
    def _documents(page: Page) -> list[Document]:
        """The documents whose files belong to a page."""
        documents = page.night.state.documents
        match page.view:
            case views.StationView(place=place):
                return documents.at(place.id)
            case DocumentsView():
                return documents.at(None)
            case _:
                return []

    def _piece(self, jobs: Sequence[Job]) -> list[str]:
        changed = 0
        said: list[str] = []
        for name, page in jobs:
            try:
                changed += self.write(self.draw(self.nights[name], page))
            except LeaseLost:
                raise
            except Exception as error:  # noqa: BLE001 -- whatever a template does wrong, what stands in public stays
                said.append(f"{name} {problem(error)}")
        return [f" {changed}", *said]


def _whole_nation(page: Page) -> Iterable[tuple[str, bytes]]:
    """The national tables, NIST's common data format, and the archive of them with every signed text."""
    night, election = page.night, page.night.election
    start = f"data/{election.id}/"
    protocols = f"{start}protocols.csv", protocols_table(night.state, night.plan.names.head)
    national = [*Snapshot.whole_nation(night), protocols, _all_documents(page), _err(page)]
    yield from national
    texts = (note for station in election.stations for note in _notes(night, station.no))
    packed = archive(election, ((path.removeprefix(start), data) for path, data in (*national, *texts)))
    yield f"{start}open-data.zip", packed


def _all_documents(page: Page) -> tuple[str, bytes]:
    """Every document of the election in one table."""
    night, election = page.night, page.night.election
    documents, names = night.state.documents, night.plan.names
    places = (*(station.no for station in election.stations), None)
    lines = (line for place in places for line in lines_at(documents, names, place))
    return f"data/{election.id}/documents.csv", documents_table(names.head, lines)


def _err(page: Page) -> tuple[str, bytes]:
    """The election in NIST's common data format; mandates stand in it only once they are decided."""
    night = page.night

    def seats(contest: Contest) -> dict[int, int]:
        verdict = night.verdicts[contest.id]
        result = verdict.result
        decided = verdict.complete and result is not None and result.status is Status.DECIDED
        return dict(result.seats) if decided and result is not None else {}

    generated = night.made(page.name).published
    found = err_report(night.state, generated=generated, seats=seats, hands=hand_counts(night.state))
    return f"data/{night.election.id}/nist-err.json", found


def problem(error: Exception) -> str:
    """What went wrong with a page, in one line: the gate's own sentence, or the name of what a template raised."""
    return " ".join(f"{type(error).__name__}: {error}".split()) if isinstance(error, ShailooError) else repr(error)


def _notes(night: Night, station: str) -> Iterable[tuple[str, bytes]]:
    """Every signed text of a station under a name that has its digest in it."""
    for slot in night.state.slots_at(station):
        for _, kind, note in slot.texts():
            data = note.encode()
            yield f"data/{night.election.id}/report/{slot.box}-{kind}-{digest(data)[:12]}.txt", data
