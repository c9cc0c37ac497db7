"""The publisher: read the feed, fold, gate, render, write, point. In that order, and one at a time.

What is true if we stop after each step (live):

1. the publication record is appended -- a version exists by name; the pages are still those of the version before;
2. data files and pages are replaced one by one, each whole -- some pages are newer than the pointer says, all of them passed the gate;
3. the pointer moves -- the version is complete.

On start the publisher compares pointer and records; where they differ it makes every page again through the same code.
"""

from __future__ import annotations

import os
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import TYPE_CHECKING

from builder import views
from builder.data_files import files
from builder.gate.check import PageCheck
from builder.gate.check_data import check_data
from builder.night import Made, Night, is_wide
from builder.snapshot import Snapshot, read_pointer
from builder.store import PublicFolder
from shailoo.errors import Held
from shailoo.model.base import LANGUAGES, stamp
from shailoo.model.record import Publication, read_record, record_bytes, record_key
from shailoo.records.canonical import digest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

    from builder.render.site import Site
    from shailoo.model.base import Language
    from shailoo.model.election import Election
    from shailoo.model.record import Record
    from shailoo.ports import Clock, RecordStore

_BATCH = 1000
_CHUNK = 200
WORKERS = 2


@dataclass(frozen=True, slots=True)
class Cadence:
    """How often what trails is made, in seconds of the publisher's own time, and how often a version is kept, told time."""

    trail_s: float = 20.0
    idle_s: float = 1.0
    cut_s: int = 600
    wide_s: float = 3.0
    """Under load, so long between two children that make the pages of commissions and districts."""
    inline: int = 12
    """So many pages of commissions and districts are made at once, with their stations; more of them by a child, beside."""


@dataclass(slots=True)
class Progress:
    """What a step or a build did."""

    version: int = 0
    stations: int = 0
    files: int = 0
    held_back: tuple[str, ...] = ()
    trailed: bool = False
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Page:
    """A page drawn in three languages, read back and found right, not yet written."""

    night: Night
    name: str
    view: views.View
    bodies: dict[Language, str]
    data: list[tuple[str, bytes]]


class Publisher:
    """Publishes every election of one installation."""

    def __init__(
        self,
        *,
        store: RecordStore,
        elections: Mapping[str, Election],
        site: Site,
        public: Path,
        marks: Path,
        clock: Clock,
        cadence: Cadence | None = None,
    ) -> None:
        self.store = store
        self.site = site
        self.public = PublicFolder(public / "results")
        self.clock = clock
        self.cadence = cadence or Cadence()
        self.marks = marks
        self.nights = {name: Night(election) for name, election in elections.items()}
        for night in self.nights.values():
            night.plan.rayons.update(site.rayons(night.election.id))
            night.facts.take(night.state, frozenset(night.election.station_by_no))
        self.version = 0
        self._seen = 0
        self._gate = PageCheck({name: night.facts for name, night in self.nights.items()})
        self._last_trail = 0.0
        self._child: int | None = None
        self._last_child = 0.0
        self._delegated: dict[str, list[str]] = {}
        """What the child is making, to be made by the parent should it fail."""
        self._alone = False
        """A child failed: the next version is made without one, so that the gate's word is heard."""
        self._last_complete = 0
        self._shown: dict[str, int] = {}
        """Election -> the version up to which its pages that may follow later are written."""
        self._last_news = 0.0

    # --- start ---

    def start(self) -> Progress:
        """Fold everything that was published, mend what did not come to its end, and be ready for `step`."""
        self.site.prepare(self.nights)
        self._replay(render=False)
        if self.version and self._finished():
            self._shown = {name: night.followed for name, night in self.nights.items()}
            return Progress(self.version)
        return self._everything_anew()

    def build(self) -> Progress:
        """Make every file again from the records; bytes that are right already are left alone."""
        self.site.prepare(self.nights)
        made = self._replay(render=True)
        if self.version == 0:
            return self._everything_anew()
        return self._make_everything(*({"hot", "wide", "trail"} - made))

    def _everything_anew(self) -> Progress:
        """A version that takes in all there is: the first of an installation, or the one that mends a broken end."""
        now = self.clock.now()
        first = self.version == 0
        publication = self._publication(now, wide=True, trail=True, cut=first, held_back=())
        for night in self.nights.values():
            night.first = night.first or Made(publication.version, now)
            night.absorb(publication.upto)
            night.close(publication)
        if first:
            self._cut(publication, write=True)
        return self._make_everything("hot", "wide", "trail")

    def _replay(self, *, render: bool) -> set[str]:
        """Fold the feed through every publication, as it happened.

        With `render`, make what only its own moment can make: cuts, and the tiers of pages that are older than the last version.
        Answers which tiers those were.
        """
        publications: list[Publication] = []
        for seq, record in self._feed(0):
            self._seen = seq
            if isinstance(record, Publication):
                publications.append(record)
            else:
                self._receive(seq, record)
        last = len(publications) - 1
        wide = max((index for index, found in enumerate(publications) if found.wide), default=-1)
        trail = max((index for index, found in enumerate(publications) if found.trail), default=-1)
        made: set[str] = set()
        for index, publication in enumerate(publications):
            self._close(publication)
            if publication.cut:
                self._cut(publication, write=render)
            if render and index < last:
                tiers = {tier for tier, at in (("wide", wide), ("trail", trail)) if at == index}
                for name, night in self.nights.items():
                    for page in self._pages_of(night, tiers):
                        self.make(name, page)
                made |= tiers
            self.version = publication.version
            if publication.wide or publication.trail:
                self._last_complete = publication.version
        return made

    def _close(self, publication: Publication) -> None:
        """Take a publication in that was made before."""
        for name, night in self.nights.items():
            if night.first is None:
                night.first = Made(publication.version, publication.published)
            night.absorb(publication.upto)
            if name in publication.held_back:
                night.held_since = night.held_since or publication.published
            else:
                night.close(publication)

    def _feed(self, after: int) -> Iterable[tuple[int, Record]]:
        while True:
            entries = self.store.feed(after, limit=_BATCH)
            for entry in entries:
                yield entry.seq, read_record(entry.body)
            if len(entries) < _BATCH:
                return
            after = entries[-1].seq

    def _receive(self, seq: int, record: Record) -> None:
        election = getattr(record, "election", None)
        night = self.nights.get(election) if election is not None else None
        if night is not None:
            night.receive(seq, record)

    # --- the night ---

    def step(self) -> Progress | None:
        """Publish what is new. None when there is nothing to do."""
        for seq, record in self._feed(self._seen):
            self._seen = seq
            if not isinstance(record, Publication):
                self._receive(seq, record)
        news = any(night.waiting for night in self.nights.values())
        now = time.monotonic()
        if news:
            self._last_news = now
        busy = self._child_busy() or (now - self._last_child < self.cadence.wide_s and self._many_wide())
        trail = not busy and self._trail_due(now, news=news)
        wide = not busy and any(night.dirty(wide=True) for night in self.nights.values())
        if not news and not trail and not wide:
            return None
        return self._publish(wide=not busy, trail=trail)

    def _many_wide(self) -> bool:
        return sum(len(night.dirty(wide=True)) for night in self.nights.values()) > self.cadence.inline

    def _child_busy(self) -> bool:
        """Whether a child is still making pages; learns how it ended."""
        if self._child is None:
            return False
        done, status = os.waitpid(self._child, os.WNOHANG)
        if done == 0:
            return True
        self._child_ended(good=status == 0)
        return False

    def _child_ended(self, *, good: bool) -> None:
        self._child = None
        for name, pages in self._delegated.items():
            night = self.nights[name]
            if good:
                self._shown[name] = night.followed
                self._point(night)
            else:
                night.soil(page for page in pages if is_wide(page))
                night.behind = True
        self._alone = not good
        self._delegated = {}

    def _trail_due(self, now: float, *, news: bool) -> bool:
        if not any(night.behind for night in self.nights.values()) and not self._cut_due():
            return False
        idle = not news and now - self._last_news >= self.cadence.idle_s
        return idle or now - self._last_trail >= self.cadence.trail_s

    def _cut_due(self) -> bool:
        now = self.clock.now()
        return any(
            night.changed_since_cut
            and (
                night.last_cut is None
                or (now - night.last_cut).total_seconds() >= self.cadence.cut_s
                or (night.complete and not night.complete_cut)
            )
            for night in self.nights.values()
        )

    def _publish(self, *, wide: bool, trail: bool) -> Progress:
        upto = self._seen
        stations = sum(len(night.absorb(upto).stations) for night in self.nights.values())
        waiting = sum(len(night.dirty(wide=True)) for night in self.nights.values()) if wide else 0
        inline = wide and (self._alone or waiting <= self.cadence.inline)
        made, held_back, problems = self._make_hot(wide=inline)
        cut = trail and self._cut_due()
        publication = self._publication(
            self.clock.now(), wide=wide, trail=trail, cut=cut, held_back=held_back, upto=upto
        )
        progress = Progress(publication.version, stations, held_back=held_back, problems=problems)
        touched = []
        for name, night in self.nights.items():
            if name in held_back:
                if night.held_since is None:
                    night.held_since = publication.published
                    self._announce_hold(night)
                continue
            if night.dirty(wide=False) or night.dirty(wide=True):
                touched.append(name)
            if wide and not inline:
                self._delegated[name] = night.dirty(wide=True)
            night.close(publication)
        for page in made:
            for path, data in self._files(page):
                progress.files += self.public.write(path, data)
        if cut:
            self._cut(publication, write=True)
        self._front()
        if wide or trail:
            self._last_complete = publication.version
        for name in touched:
            if inline and not trail:
                self._shown[name] = self.nights[name].followed
            self._point(self.nights[name])
        if trail:
            self._last_trail = time.monotonic()
            progress.trailed = True
            for name, night in self.nights.items():
                if name not in held_back:
                    self._delegated.setdefault(name, []).extend(night.plan.trail_pages())
        self._mark("published", publication.version)
        if self._delegated and self._alone:
            self._make_delegated()
            self._delegated = {}
        elif self._delegated:
            self._make_in_child()
        if self._child is None:
            self._mark("complete", self._last_complete)
        self._alone = False
        return progress

    def _publication(
        self,
        now: object,
        *,
        wide: bool,
        trail: bool,
        cut: bool,
        held_back: tuple[str, ...],
        upto: int | None = None,
    ) -> Publication:
        """Name the next version, durably, before anything of it is written."""
        publication = Publication.model_validate(
            {
                "version": self.version + 1,
                "upto": self.store.last() if upto is None else upto,
                "published": now,
                "wide": wide,
                "trail": trail,
                "cut": cut,
                "held_back": held_back,
            }
        )
        self.store.append(record_key(publication), record_bytes(publication))
        self.version = publication.version
        self._seen = max(self._seen, publication.upto)
        return publication

    # --- pages ---

    def _make_hot(self, *, wide: bool) -> tuple[list[Page], tuple[str, ...], list[str]]:
        """Draw and read back every page to be made, before any is written."""
        made: list[Page] = []
        held_back: list[str] = []
        problems: list[str] = []
        for name, night in self.nights.items():
            try:
                night.check_falls()
                pages = night.dirty(wide=False) + (night.dirty(wide=True) if wide else [])
                made += [self._draw(night, page) for page in pages]
            except Exception as error:  # noqa: BLE001 -- whatever a template does wrong, the last good state stays up
                made = [page for page in made if page.night is not night]
                held_back.append(name)
                problems.append(f"{type(error).__name__}: {error}")
        return made, tuple(held_back), problems

    def _draw(self, night: Night, page: str) -> Page:
        """A page in three languages that has passed the gate."""
        view = night.view(page)
        bodies: dict[Language, str] = {}
        for language in LANGUAGES:
            body = self.site.body(language, view)
            self._check(language, body, f"{language}/{night.election.id}/{page}")
            bodies[language] = body
        data = files(view)
        check_data(night.facts, data)
        return Page(night, page, view, bodies, data)

    def _files(self, page: Page) -> Iterable[tuple[str, bytes]]:
        """Every file of a page: reports, data, then the page in three languages."""
        view = page.view
        if isinstance(view, views.StationView):
            yield from self._notes(page.night, view.place.id)
        yield from page.data
        if isinstance(view, views.MapView):
            yield from self.site.map_files(view)
        if isinstance(view, views.StationsView):
            yield from Snapshot.whole_nation(page.night)
        made = page.night.made(page.name)
        for language, body in page.bodies.items():
            yield self.site.page(language, view, body, made)

    def _notes(self, night: Night, station: str) -> Iterable[tuple[str, bytes]]:
        for slot in night.state.slots_at(station):
            for index, upload in enumerate([*slot.finals, *slot.annexes]):
                notes: list[tuple[str, str]] = [(upload.record.kind, upload.record.note)]
                if index == 0 and upload.record.zero is not None:
                    notes.append(("zero", upload.record.zero))
                for kind, note in notes:
                    data = note.encode()
                    yield f"data/{night.election.id}/report/{slot.box}-{kind}-{digest(data)[:12]}.txt", data

    def _check(self, language: Language, body: str, path: str) -> None:
        self._gate.check(body, path, language)

    def _front(self) -> None:
        """The list of elections, newest first."""
        rows = sorted(self.nights.values(), key=lambda night: (night.election.day, night.election.id), reverse=True)
        good = [night for night in rows if night.held_since is None]
        if len(good) < len(rows):
            return
        view = views.ElectionsView(tuple(night.plan.row(night.state) for night in rows))
        latest = max((night.made("overview") for night in rows), key=lambda made: made.version)
        for language in LANGUAGES:
            body = self.site.body(language, view)
            self._check(language, body, f"{language}/")
            path, data = self.site.page(language, view, body, latest)
            self.public.write(path, data)

    def _cut(self, publication: Publication, *, write: bool) -> None:
        """Keep this version: an archived overview in three languages and the data set it showed."""
        for night in self.nights.values():
            if night.held_since is not None or not (night.changed_since_cut or night.last_cut is None):
                continue
            archive = views.Archive(publication.version, stamp(publication.published))
            view = night.plan.overview(night.state, night.verdicts, archive)
            (path, data), *_ = files(view)
            night.cut(publication, digest(data))
            if not write:
                continue
            self.public.write(path, data)
            made = Made(publication.version, publication.published)
            for language in LANGUAGES:
                body = self.site.body(language, view)
                self._check(language, body, f"{language}/{night.election.id}/v/{publication.version}")
                self.public.write(*self.site.page(language, view, body, made))

    def _point(self, night: Night) -> None:
        Snapshot.of(night, self.public).point(
            open_night=not night.complete, complete=self._shown.get(night.election.id, 0)
        )

    def _announce_hold(self, night: Night) -> None:
        """Say on the overview since when the last complete state stays up, and why nothing newer is shown."""
        for language in LANGUAGES:
            path = f"{language}/{night.election.id}/index.html"
            page = self.public.read(path)
            if page is not None and night.held_since is not None:
                self.public.write(path, self.site.with_hold_notice(language, page, night.held_since))
        Snapshot.of(night, self.public).point(
            open_night=not night.complete, complete=self._shown.get(night.election.id, 0)
        )

    # --- what trails ---

    def _make_in_child(self) -> None:
        """A child with a copy of this very state makes what may follow later, while the parent goes on with the next reports."""
        child = os.fork()
        if child:
            self._child = child
            self._last_child = time.monotonic()
            return
        code = 1
        try:
            os.nice(15)
            self._make_delegated()
            self._mark("complete", self._last_complete)
            code = 0
        finally:
            os._exit(code)

    def _make_delegated(self) -> None:
        """Draw all pages of an election, then write them: a page that fails the gate keeps its neighbours back too."""
        for name, pages in self._delegated.items():
            night = self.nights[name]
            drawn = [self._draw(night, page) for page in pages]
            for page in drawn:
                for path, data in self._files(page):
                    self.public.write(path, data)

    def wait_for_child(self) -> None:
        """Return when no child is making pages."""
        if self._child is not None:
            _, status = os.waitpid(self._child, 0)
            self._child_ended(good=status == 0)

    @staticmethod
    def _pages_of(night: Night, tiers: Collection[str]) -> list[str]:
        """The pages of some tiers: `hot` follows every report, `wide` may wait under load, `trail` has a cadence of its own."""
        pages = [page for page in night.plan.hot_pages() if ("wide" if is_wide(page) else "hot") in tiers]
        return pages + (night.plan.trail_pages() if "trail" in tiers else [])

    # --- everything ---

    def _make_everything(self, *tiers: str) -> Progress:
        """Every page of some tiers as the version that was published last has them, in two processes."""
        jobs = [(name, page) for name, night in self.nights.items() for page in self._pages_of(night, tiers)]
        chunks = [jobs[start : start + _CHUNK] for start in range(0, len(jobs), _CHUNK)]
        progress = Progress(self.version)
        global _PUBLISHER  # noqa: PLW0603 -- how a forked worker finds the state that it was forked with
        _PUBLISHER = self
        if len(chunks) > 1:
            with ProcessPoolExecutor(WORKERS, mp_context=get_context("fork")) as pool:
                results = list(pool.map(_make_chunk, chunks))
        else:
            results = [_make_chunk(chunk) for chunk in chunks]
        for written, problems in results:
            progress.files += written
            progress.problems += problems
        if progress.problems:
            raise Held("Pages do not pass the gate; what stands in public was left.", first=progress.problems[0])
        for name, night in self.nights.items():
            self._shown[name] = night.followed
            if night.held_since is not None:
                self._announce_hold(night)
        self._front()
        for night in self.nights.values():
            self._point(night)
        self._mark("complete", self.version)
        self._mark("published", self.version)
        self._last_trail = time.monotonic()
        return progress

    def make(self, name: str, page: str) -> int:
        """Make one page anew where it stands, if it passes the gate."""
        return sum(self.public.write(path, data) for path, data in self._files(self._draw(self.nights[name], page)))

    def _finished(self) -> bool:
        """Whether the last publication came to its end, what trails included."""
        if self._marked("published") != self.version:
            return False
        pointers = [read_pointer(self.public, name) for name in self.nights]
        return all(pointer is not None for pointer in pointers) and self._marked("complete") >= self._last_complete

    def _mark(self, name: str, version: int) -> None:
        self.marks.mkdir(parents=True, exist_ok=True)
        PublicFolder(self.marks).write_durably(name, f"{version}\n".encode())

    def _marked(self, name: str) -> int:
        data = PublicFolder(self.marks).read(name)
        return int(data) if data is not None and data.strip().isdigit() else -1


_PUBLISHER: Publisher | None = None


def _make_chunk(jobs: list[tuple[str, str]]) -> tuple[int, list[str]]:
    publisher = _PUBLISHER
    if publisher is None:
        message = "a worker was started without a publisher"
        raise RuntimeError(message)
    written = 0
    problems: list[str] = []
    for name, page in jobs:
        try:
            written += publisher.make(name, page)
        except Held as error:
            problems.append(str(error))
    return written, problems
