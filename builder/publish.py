"""The publisher: read the feed, fold, gate, draw, write, point. In that order, and one at a time.

What is true if we stop after each step (live):

1. the publication record is appended -- a version exists by name; the pages are still those of the version before;
2. data files and pages are replaced one by one, each whole -- some are newer than the pointer says, all have passed;
3. the log grows: tiles, head, checkpoint, proofs, each step as `builder.log.keeper` tells;
4. the pointer moves, and the mark of the last published version -- pages that never wait are complete;
5. a child has made what may follow later, and the mark of the last complete version moves.

On start the publisher compares marks and records; where they differ it publishes a version that makes again every page
changed since the last mark, through the same code.
"""

from __future__ import annotations

import gc
import os
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from builder.cases.book import CaseBook
from builder.cases.press import CasePress
from builder.copies import public_names
from builder.documents_state import copy_path
from builder.fold import Fold, FoldUnfit
from builder.hours import Hours
from builder.lease import LeaseLost
from builder.log.keeper import LogKeeper
from builder.log.software import opening
from builder.night import Made, Night, is_wide
from builder.press import Page, Press, problem
from builder.snapshot import read_pointer
from builder.watch import Laps, PublisherWatch
from shailoo.errors import Held
from shailoo.events.pages import PageMakerLost, PublisherStarted
from shailoo.kinds import KINDS
from shailoo.model.case import CaseAct, CaseFiled
from shailoo.model.document import DocumentApproved, DocumentWithdrawn
from shailoo.model.log import Cosigned, Opening
from shailoo.model.record import Publication, RefusedHour, read_record, record_bytes, record_key
from shailoo.model.register_act import RegisterApplied
from shailoo.model.voter_list import VoterListMade
from shailoo.records.log_entry import DocumentEntry, ReportEntry
from shailoo.rules.documents import CASE_PAPER
from shailoo.telemetry import Watch, learn, say

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from builder.log.keeper import LogKey
    from builder.marks import MarkStore
    from builder.night import Tier
    from builder.press import Job
    from builder.render.site import Site
    from shailoo.model.case_kind import CaseKind
    from shailoo.model.election import Election
    from shailoo.model.record import Record
    from shailoo.ports import Clock, ItemStore, ObjectStore, PublicFiles, RecordStore

_BATCH = 1000
PROCESSES = max(1, min(4, len(os.sched_getaffinity(0))))
"""Processes of a full build: one for each processor that we may use; more than four would only take memory."""
TIERS: tuple[Tier, ...] = ("hot", "wide", "trail")


@dataclass(frozen=True, slots=True)
class Cadence:
    """How often what trails is made, in the publisher's own seconds, and how often a version is kept, in told time."""

    trail_s: float = 20.0
    idle_s: float = 1.0
    cut_s: int = 600
    wide_s: float = 3.0
    """Under load, so long between two children that make the pages of commissions and districts."""
    inline: int = 12
    """So many pages of commissions and districts are made with their stations; more of them by a child, beside."""
    batch: int = 100
    """So many records enter one version at most: after a standstill stations appear steadily, not all at the end."""


@dataclass(slots=True)
class Progress:
    """What a step or a build did."""

    version: int = 0
    stations: int = 0
    files: int = 0
    held_back: tuple[str, ...] = ()
    trailed: bool = False
    problems: list[str] = field(default_factory=list)


class Publisher:
    """Publishes every election of one installation."""

    def __init__(
        self,
        *,
        store: RecordStore,
        elections: Mapping[str, Election],
        site: Site,
        public: PublicFiles,
        marks: MarkStore,
        clock: Clock,
        items: ItemStore,
        log: LogKey,
        cadence: Cadence | None = None,
        objects: ObjectStore | None = None,
        kinds: Mapping[str, CaseKind] = KINDS,
        fold: Fold | None = None,
        forks: bool = True,
        guard: Callable[[], None] = lambda: None,
    ) -> None:
        """`fold`: a state to go on from, instead of `elections`. Without `forks`, this process makes everything itself.

        `guard` raises when another has become the publisher; it is asked before pages are written and pointers moved,
        and while the feed is read, which may take longer than a lease.
        """
        self.store = store
        self.site = site
        self.public = public
        self.clock = clock
        self.cadence = cadence or Cadence()
        learn(elections.values())
        self.watch = PublisherWatch(clock)
        self.forks = forks
        self.guard = guard
        self._resumed = fold is not None
        self.nights = fold.nights if fold is not None else self._new_nights(elections)
        self.cases = CaseBook(
            {name: night.election for name, night in self.nights.items()},
            kinds,
            fold.cases if fold is not None else None,
        )
        self.press = Press(site, self.public, self.nights, objects, guard)
        self.case_press = CasePress(site, self.public, self.nights, self.cases)
        self.version = fold.version if fold is not None else 0
        self._marks = marks
        self._hours = Hours(items, fold.hours if fold is not None else None)
        self.log = LogKeeper(log, items, self.public)
        if fold is not None:
            self.log.resume(fold.log)
        self._seen = fold.seen if fold is not None else 0
        self._child: int | None = None
        self._delegated: list[Job] = []
        """What the child is making."""
        self._mends: int | None = None
        """A child failed: the next version makes again what changed since this one, without a child, to hear why."""
        self._last_complete = fold.complete if fold is not None else 0
        """The last version that made pages which may follow later."""
        self._shown: dict[str, int] = fold.shown if fold is not None else {}
        """Election -> the version up to which its pages that may follow later are written."""
        self._last_child = 0.0
        self._last_trail = 0.0
        self._last_news = 0.0
        self._retry = False
        """Just started: what was held back is tried once more."""

    def _new_nights(self, elections: Mapping[str, Election]) -> dict[str, Night]:
        nights = {name: Night(election) for name, election in elections.items()}
        for night in nights.values():
            night.plan.rayons.update(self.site.rayons(night.election.id))
            night.facts.take(night.state, frozenset(night.election.station_by_no))
        return nights

    # --- start ---

    def start(self) -> Progress:
        """Fold everything that was published, mend what did not come to its end, and be ready for `step`.

        Raises FoldUnfit when what lies in public cannot be trusted and there was a state to go on from: without the
        feed nobody knows what is missing.
        """
        watch = Watch()
        trusted = self._trusted()
        if self._resumed and not (trusted and self._behind_marks()):
            raise FoldUnfit("What lies in public is not what this state has published; the feed is folded.")
        if self._resumed:
            self.site.open()
        else:
            self.site.prepare(self.nights)
        self._replay(trust=trusted)
        if not self._resumed:
            self._open()
        self._retry = True
        if not self._resumed:
            _settle_memory()
        self._shown = {name: night.followed for name, night in self.nights.items()}
        since = self._unfinished_since()
        say(PublisherStarted(version=self.version, ms=watch.ms))
        if since is None:
            self._write_log()
            self._point_log()
            return Progress(self.version)
        if since == 0:
            return self._make_everything()
        return self._publish(wide=True, trail=True, mends=since)

    def build(self) -> Progress:
        """Make every file again from the records; bytes that are right already are left alone.

        Raises Held when a page does not pass the gate, after all the others were made.
        """
        self.site.prepare(self.nights)
        gc.disable()  # what a replay makes stays: looking through it again and again finds nothing to free
        try:
            publications = self._replay(write=True)
            gc.freeze()  # it stays for good, so that no collection, here or in a fork, need look at it at all
        finally:
            gc.enable()
        if not publications:
            self._open()
            return self._make_everything()
        progress = Progress(self.version)
        jobs = [
            job for name in self.nights for tier in _tiers_of(publications, name)[-1] for job in self._jobs(name, tier)
        ]
        gc.disable()  # pages leave no circles behind, and looking for them takes a fifteenth of the time
        try:
            self._make_all(jobs, progress)
            self._write_cases(progress, everything=True)
            self._settle()
        finally:
            gc.enable()
        if progress.problems:
            raise Held("Pages do not pass the gate; what stands in public was left.", first=progress.problems[0])
        return progress

    def _open(self) -> None:
        """Say, durably, with which software, packages and rules this publisher begins, unless the last one did."""
        packages = {name: self.public.read(f"data/{name}/package.zip") or b"" for name in self.nights}
        elections = {name: night.election for name, night in self.nights.items()}
        last = self.log.last_opening
        now = opening(elections, packages, last.number + 1 if last is not None else 1, self.clock.now())
        if last is None or not now.same_as(last):
            self.store.append(record_key(now), record_bytes(now))
            for seq, record in self._feed(self._seen, limit=_BATCH, whole=True):
                self._seen = seq
                self._receive(seq, record)

    def _replay(self, *, write: bool = False, trust: bool = False) -> list[Publication]:
        """Fold the feed through every publication, as it happened.

        With `write`, make what only its own moment can make: versions that are kept, and the pages of an election that
        are older than the last version, because they may follow later or because the election was held back. Without
        it, only kept versions that may never have been written: all when nothing in public can be trusted.
        """
        self.log.begin(trust=trust)
        there = self._marks.read("published") if trust else 0
        publications: list[Publication] = []
        for seq, record in self._feed(self._seen, limit=_BATCH, whole=True):
            self._seen = seq
            if isinstance(record, Publication):
                self.watch.passed(record)
                if record.version > self.version:  # a state to go on from holds its own
                    publications.append(record)
            else:
                self._receive(seq, record)
        tiers = {name: _tiers_of(publications, name) for name in self.nights} if write else {}
        for index, publication in enumerate(publications):
            self.guard()
            self._take_in(publication, write=write or publication.version > there)
            if publication.version <= there:
                self.cases.state.changed.clear()  # their pages are there since then
            last = index == len(publications) - 1
            jobs = [job for name, at in tiers.items() for tier in at[index] for job in self._jobs(name, tier)]
            if write and not last and jobs:
                self._make_all(jobs, Progress())
        self.log.settle()
        return publications

    def _take_in(self, publication: Publication, *, write: bool = False) -> None:
        """A publication that was made before."""
        for name, night in self.nights.items():
            night.first = night.first or Made(publication.version, publication.published)
            night.absorb(publication.upto)
            if publication.mends is not None and (publication.wide or name in publication.held_back):
                night.soil(publication.mends)
            night.close(publication, held_back=name in publication.held_back)
        self._number(publication.upto)
        self.log.close(publication)
        self._keep(publication, write=write)
        self.version = publication.version
        if publication.wide or publication.trail:
            self._last_complete = publication.version

    def _number(self, upto: int) -> None:
        """Give what the records up to a feed number add to the log their numbers there."""
        self.cases.absorb(upto)
        found = [*(night.entries for night in self.nights.values()), self.cases.entries]
        for entry, index in self.log.take(upto, found):
            if isinstance(entry, ReportEntry):
                self.nights[entry.election].state.logged.setdefault((entry.box, entry.sha256), index)
            elif isinstance(entry, DocumentEntry):
                place = copy_path(entry.election, entry.station, entry.kind, entry.part, entry.sha256)
                self.nights[entry.election].state.documents.logged[place] = index
        for entries in found:
            entries.clear()

    def _write_log(self) -> None:
        """Let the public log grow; proofs stand beside what is public, and beside nothing else."""
        kept: set[str] | None = None

        def public(path: str) -> bool:
            nonlocal kept
            if "/document/" not in path:
                return True
            if kept is None:
                kept = set()
                for night in self.nights.values():
                    kept |= public_names(night.state.documents, held=night.held_since is not None)
            return path in kept

        self.log.write(public)
        self.press.log(self.log)

    def _point_log(self) -> None:
        self.log.point()
        self.press.log(self.log)

    @property
    def fold(self) -> Fold | None:
        """What is known now, to go on from later; None while something is unfinished. Not to be changed."""
        log = self.log.fold
        if log is None or self._child is not None or self._mends is not None or not self.version:
            return None
        if self.cases.entries or any(night.entries for night in self.nights.values()):
            return None
        shown = dict(self._shown)
        return Fold(
            self.nights, log, self._hours.told, self.version, self._seen, self._last_complete, shown, self.cases.state
        )

    def _behind_marks(self) -> bool:
        """Whether everything that the state holds was written."""
        published, complete = self._marks.read("published"), self._marks.read("complete")
        return published >= self.version and complete >= self._last_complete

    def _trusted(self) -> bool:
        """Whether what lies in public was written under this start of the machine, and not taken away since."""
        return self._marks.same_boot() and all(read_pointer(self.public, name) is not None for name in self.nights)

    def _unfinished_since(self) -> int | None:
        """The version after which pages may be missing; 0 when none can be trusted, None when all is there."""
        published, complete = self._marks.read("published"), self._marks.read("complete")
        pointers = [read_pointer(self.public, name) for name in self.nights]
        if not self.version or not self._marks.same_boot() or any(pointer is None for pointer in pointers):
            return 0
        if published == self.version and complete >= self._last_complete:
            return None
        return max(0, min(published, complete))

    def _make_everything(self) -> Progress:
        """A version that takes in all there is, and every page of it: the first one, or when no page can be trusted."""
        laps = Laps()
        publication = self._publication(wide=True, trail=True, cut=self.version == 0, mends=None)
        self._take_in(publication, write=True)
        progress = Progress(publication.version)
        jobs = [job for name in self.nights for tier in TIERS for job in self._jobs(name, tier)]
        problems = self._make_all(jobs, progress)
        self._write_cases(progress, everything=True)
        if problems:
            progress.held_back = tuple(sorted(problems))
            self._hold(progress.held_back, mends=0)
        laps.lap("write")
        self._settle()
        laps.lap("point")
        told = publication.model_copy(update={"held_back": progress.held_back})
        self.watch.published(told, laps, stations=self._stations(), files=progress.files)
        return progress

    def _stations(self) -> int:
        return sum(len(night.election.stations) for night in self.nights.values())

    def _make_all(self, jobs: list[Job], progress: Progress) -> Collection[str]:
        changed, problems = self.press.make_all(jobs, processes=PROCESSES if self.forks else 1)
        progress.files += changed
        progress.problems += [line for lines in problems.values() for line in lines]
        return problems

    def _settle(self) -> None:
        """After all pages: the list of elections, the pointers, the marks."""
        self._shown = {name: night.followed for name, night in self.nights.items()}
        self.guard()
        self._write_log()
        self._point_log()
        self.press.front()
        for night in self.nights.values():
            self.press.copies.sweep(night.state.documents, held=night.held_since is not None)
        self._before_pointers()
        for name, night in self.nights.items():
            if night.held_since is not None:
                self.press.announce_hold(night, complete=self._shown[name])
            else:
                self.press.point(night, complete=self._shown[name])
        self.public.flush()
        self._marks.boot()
        self._marks.write("complete", self.version)
        self._marks.write("published", self.version)
        self._last_trail = time.monotonic()

    def _before_pointers(self) -> None:
        """Everything else is there, however long that took, and this is still the publisher."""
        self.public.flush()
        self.guard()

    # --- the feed ---

    def _feed(self, after: int, *, limit: int, whole: bool = False) -> Iterable[tuple[int, Record]]:
        while True:
            self.guard()
            entries = self.store.feed(after, limit=limit)
            for entry in entries:
                yield entry.seq, read_record(entry.body)
            if not whole or len(entries) < limit:
                return
            after = entries[-1].seq

    def _receive(self, seq: int, record: Record) -> None:
        self.watch.received(seq, record)
        if isinstance(record, RefusedHour):
            self._hours.noted(record)
            for night in self.nights.values():
                night.receive(seq, record)
        elif isinstance(record, CaseFiled | CaseAct):
            self.cases.receive(seq, record)
        elif isinstance(record, Opening | RegisterApplied | VoterListMade):
            self.log.noted(seq, record)
        elif isinstance(record, Cosigned):
            if self.log.cosign(record):
                self._point_log()
        elif (name := getattr(record, "election", None)) in self.nights:
            self.nights[name].receive(seq, record)
            if isinstance(record, DocumentApproved | DocumentWithdrawn) and record.kind == CASE_PAPER:
                self.cases.touch(record.part or "")

    # --- the night ---

    def step(self) -> Progress | None:
        """Publish what is new. None when there is nothing to do."""
        for hour in self._hours.over(self.clock.now()):
            self.store.append(record_key(hour), record_bytes(hour))
        for seq, found in self._feed(self._seen, limit=self.cadence.batch):
            self._seen = seq
            if not isinstance(found, Publication):
                self._receive(seq, found)
        fresh = [night for night in self.nights.values() if night.waiting]
        alive = [night for night in self.nights.values() if night.held_since is None or night in fresh or self._retry]
        now = time.monotonic()
        if fresh:
            self._last_news = now
        busy = self._child_busy() or (now - self._last_child < self.cadence.wide_s and not self._few_wide())
        busy = busy and self._mends is None
        mends, self._mends = self._mends, None
        trail = not busy and (mends is not None or self._trail_due(alive, now, news=bool(fresh)))
        waiting = any(night.dirty("hot") or (not busy and night.dirty("wide")) for night in alive)
        self._retry = False
        if not (fresh or trail or waiting or self.log.waiting or self.cases.waiting):
            self.watch.idle()
            return None
        return self._publish(wide=not busy, trail=trail, mends=mends, alone=mends is not None)

    @property
    def pending(self) -> bool:
        """Something is left that a step will do when its time has come."""
        return self._child is not None or any(
            night.held_since is None and (night.behind or night.dirty("wide")) for night in self.nights.values()
        )

    def _few_wide(self) -> bool:
        return sum(len(night.dirty("wide")) for night in self.nights.values()) <= self.cadence.inline

    def _trail_due(self, alive: list[Night], now: float, *, news: bool) -> bool:
        if not any(night.behind for night in alive) and not self._cut_due():
            return False
        idle = not news and now - self._last_news >= self.cadence.idle_s
        return idle or now - self._last_trail >= self.cadence.trail_s

    def _cut_due(self) -> bool:
        now = self.clock.now()
        return any(
            night.held_since is None and night.cut_due(now, every_s=self.cadence.cut_s)
            for night in self.nights.values()
        )

    def _publish(self, *, wide: bool, trail: bool, mends: int | None = None, alone: bool = False) -> Progress:
        """One version. `alone`: everything in this process, so that the gate's word on every page is heard."""
        laps = Laps()
        stations = sum(len(night.absorb(self._seen).stations) for night in self.nights.values())
        self._number(self._seen)
        if mends is not None:
            for night in self.nights.values():
                night.soil(mends)
        alone = alone or not self.forks
        inline = wide and (alone or self._few_wide())
        made, problems = self._draw(("hot", "wide") if inline else ("hot",))
        held_back = tuple(sorted(problems))
        laps.lap("draw")
        publication = self._publication(
            wide=wide, trail=trail, cut=trail and self._cut_due(), mends=mends, held_back=held_back
        )
        self.log.close(publication)
        progress = Progress(publication.version, stations, 0, held_back, trail, list(problems.values()))
        good = [name for name in self.nights if name not in held_back]
        later = self._later(good, wide=wide and not inline, trail=trail)
        if wide and not self.forks and not self._few_wide():
            self._last_child = time.monotonic()  # as if a child had made them: the next ones wait as long
        touched = [name for name in good if self.nights[name].dirty("hot") or self.nights[name].dirty("wide")]
        newly_held = [night for name, night in self.nights.items() if name in held_back and night.held_since is None]
        for name, night in self.nights.items():
            night.close(publication, held_back=name in held_back)
        self._write(made, progress)
        self._write_cases(progress)
        self._keep(publication, write=True)
        self.press.front()
        for night in newly_held:
            self.press.announce_hold(night, complete=self._shown.get(night.election.id, 0))
        laps.lap("write")
        self.guard()
        self._write_log()
        laps.lap("log")
        self._before_pointers()
        for name in touched:
            if not any(name == election for election, _ in later):
                self._shown[name] = self.nights[name].followed
            self.press.point(self.nights[name], complete=self._shown.get(name, 0))
        if wide or trail:
            self._last_complete = publication.version
        self.public.flush()
        self._marks.write("published", publication.version)
        laps.lap("point")
        self.watch.published(publication, laps, stations=stations, files=progress.files)
        self._follow(later, progress, alone=alone)
        if trail:
            self._last_trail = time.monotonic()
        return progress

    def _write(self, made: Iterable[Page], progress: Progress) -> None:
        progress.files += sum(self.press.write(page) for page in made)
        progress.problems += self.press.lost
        self.press.lost.clear()
        for name in progress.held_back:  # pages wait for the gate; what was withdrawn must not
            self.press.copies.sweep(self.nights[name].state.documents, held=True)

    def _write_cases(self, progress: Progress, *, everything: bool = False) -> None:
        """Pages of cases: they hold back nothing, and nothing holds them back."""
        files, wrong = self.case_press.write(everything=everything)
        progress.files += files
        for name, error in wrong.items():
            progress.problems.append(problem(error))
            self.watch.failed(name, error)

    def _draw(self, tiers: tuple[Tier, ...]) -> tuple[list[Page], dict[str, str]]:
        """Every page to be made, drawn and read back before any is written; and why elections are held back."""
        made: list[Page] = []
        problems: dict[str, str] = {}
        for name, night in self.nights.items():
            try:
                night.check_falls()
                made += [self.press.draw(night, page) for tier in tiers for page in night.dirty(tier)]
            except LeaseLost:
                raise
            except Exception as error:  # noqa: BLE001 -- whatever a template does wrong, the last good state stays up
                made = [page for page in made if page.night is not night]
                problems[name] = problem(error)
                self.watch.failed(name, error)
        return made, problems

    def _publication(
        self, *, wide: bool, trail: bool, cut: bool, mends: int | None, held_back: tuple[str, ...] = ()
    ) -> Publication:
        """Name the next version, durably, before anything of it is written."""
        publication = Publication(
            version=self.version + 1,
            upto=self._seen,
            published=self.clock.now(),
            wide=wide,
            trail=trail,
            cut=cut,
            mends=mends,
            held_back=held_back,
        )
        self.store.append(record_key(publication), record_bytes(publication))
        self.version = publication.version
        return publication

    def _keep(self, publication: Publication, *, write: bool) -> None:
        """A version with an address of its own, of every election that has changed since its last."""
        for night in self.nights.values():
            if publication.cut and night.held_since is None and (night.changed_since_cut or night.last_cut is None):
                self.press.keep(night, publication, write=write)

    def _hold(self, elections: tuple[str, ...], *, mends: int | None = None) -> None:
        """Say, durably, that pages of some elections do not pass the gate although their version was named.

        `mends` is the version after which their pages are to be made again before they are published.
        """
        self._take_in(self._publication(wide=False, trail=False, cut=False, mends=mends, held_back=elections))

    # --- what may follow later ---

    def _follow(self, later: list[Job], progress: Progress, *, alone: bool) -> None:
        """Have a child with a copy of this very state make what may follow, while we go on with the next reports."""
        if not later:
            if self._child is None:
                self._marks.write("complete", self._last_complete)
            return
        if not alone:
            self._delegated = later
            self._child = self._fork()
            self._last_child = time.monotonic()
            return
        try:
            self.press.make(later)
        except LeaseLost:
            raise
        except Exception as error:  # noqa: BLE001 -- as in _draw
            progress.problems.append(problem(error))
            progress.held_back = tuple(sorted({name for name, _ in later}))
            for name in progress.held_back:
                self.watch.failed(name, error)
            self._hold(progress.held_back)
        self._settle()

    def _later(self, elections: list[str], *, wide: bool, trail: bool) -> list[Job]:
        """What a version leaves to be made after the pages that never wait."""
        later: list[Job] = []
        for name in elections:
            if wide:
                later += [(name, page) for page in self.nights[name].dirty("wide")]
            if trail:
                later += self._jobs(name, "trail")
        return later

    def _fork(self) -> int:
        child = os.fork()
        if child:
            return child
        code = 1
        try:
            os.nice(15)
            self.press.make(self._delegated)
            self.public.flush()
            self._marks.write("complete", self._last_complete)
            code = 0
        finally:
            os._exit(code)

    def _child_busy(self) -> bool:
        """Whether a child is still making pages; learns how it ended."""
        if self._child is None:
            return False
        done, status = os.waitpid(self._child, os.WNOHANG)
        if done == 0:
            return True
        self._child_ended(good=status == 0)
        return False

    def wait_for_child(self) -> None:
        """Return when no child is making pages."""
        if self._child is not None:
            _, status = os.waitpid(self._child, 0)
            self._child_ended(good=status == 0)

    def _child_ended(self, *, good: bool) -> None:
        self._child = None
        names = dict.fromkeys(name for name, _ in self._delegated)
        self._delegated = []
        if not good:
            say(PageMakerLost(version=max(0, self._marks.read("complete"))))
            self._mends = max(0, self._marks.read("complete"))
            return
        for name in names:
            self._shown[name] = self.nights[name].followed
            if self.nights[name].held_since is None:
                self.press.point(self.nights[name], complete=self._shown[name])

    def _jobs(self, name: str, tier: Tier) -> list[Job]:
        plan = self.nights[name].plan
        if tier == "trail":
            return [(name, page) for page in plan.trail_pages()]
        return [(name, page) for page in plan.hot_pages() if is_wide(page) is (tier == "wide")]


def _settle_memory() -> None:
    """What was read at the start stays for good: no collection of garbage need look at it again, here or in a child."""
    gc.collect()
    gc.freeze()


def _tiers_of(publications: list[Publication], name: str) -> list[list[Tier]]:
    """For each publication, which tiers of an election's pages are as it left them."""
    last = dict.fromkeys(TIERS, -1)
    for index, publication in enumerate(publications):
        if name not in publication.held_back:
            last["hot"] = index
            if publication.wide:
                last["wide"] = index
            if publication.trail:
                last["trail"] = index
    return [[tier for tier in TIERS if last[tier] == index] for index in range(len(publications))]
