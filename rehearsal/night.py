"""A whole election night on one machine: the day of every box, the pressed evening, and the comparison at the end.

the installation is made          a package, keys, an empty public folder
the day                           every box: provisioned, zero report, every ballot, final report; turnout is entered
the services start                `shailoo serve` in its own process, the publisher in another
the evening                       boxes send at their moments, an outside prober watches their pages
after the night                   the annexes with preference votes
the comparison                    what is public against what was played, and against every receipt
"""

from __future__ import annotations

import contextlib
import json
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Literal, Self

from rehearsal.applications import Planned, open_to_applications, play_applications
from rehearsal.audit import Audit, audit_night
from rehearsal.boxes import Plan
from rehearsal.counts import audit_counts
from rehearsal.evening import CLOCK, EveningClock, Line, arrivals, press, save_evening
from rehearsal.evidence import Desks, Evidence, verify_public
from rehearsal.hands import Commission
from rehearsal.lines import Program, ProgramFailed
from rehearsal.manual import exclusions
from rehearsal.packages import MAIN, find_package, first_boxes, package_files
from rehearsal.played import Played, read_played
from rehearsal.precincts import enter_day
from rehearsal.services import Services, free_port
from shailoo.assembly import IdentityProvider, Installation
from shailoo.model.base import stamp
from shailoo.model.record import Publication, read_record
from shailoo.records.receipt import read_receipt

WORKERS = 2
PROCESSES = 50
"""Boxes that send in a process of their own."""
EVENING_S = 60.0
SHORTEST_S = 3.0
PROCESS_S = 0.35
"""A process wants so much of two cores to start; more at once would measure Python's start and nothing else."""
ANNEX_SHARE = 0.4
"""The annexes take so much of the evening's real time, in two told hours after the last final report."""
ANNEXES_AFTER = timedelta(minutes=30)
ANNEXES_LAST = timedelta(hours=2)
MARKS = "publisher"
"""Where the publisher notes how far it came, below the installation."""
_FIRST_REST_S = 1
_SETTLE_S = 120.0

PAPERS_AFTER = timedelta(hours=12)
"""So long after the last station in the world has closed the papers are at hand and keyed."""
_LEAP_MS = 1
"""In so much real time the days between pass: nothing is published in the middle of them."""

Phase = Literal[
    "voters",
    "applications",
    "day",
    "turnout",
    "start",
    "evening",
    "annexes",
    "settle",
    "compare",
    "protocols",
    "papers",
    "public",
    "verify",
]
Told = Callable[[Phase, int, int], None]
"""Hears how far a phase has come: done, of how many."""


def silent(phase: Phase, done: int, of: int) -> None:
    """Say nothing."""
    _ = phase, done, of


@dataclass(slots=True)
class Outcome:
    """What a rehearsal came to. `differences` is empty and nothing is lost after a good night."""

    election: str
    stations: int
    boxes: int
    sent: int
    accepted: int
    published: int
    held: int
    conflicts: int
    lost: int
    annexes: int
    retries: int
    processes: int
    accept_to_public_s: dict[str, float]
    day_s: float
    evening_s: float
    complete_after_last_s: float
    wall_s: float
    totals: dict[str, Any]
    papers: int = 0
    """Scanned papers that the public sees. None of the following without the days after the night."""
    protocols: int = 0
    """Papers keyed by two people who agree."""
    verified: bool = False
    evidence_s: float = 0.0
    differences: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Everything that was sent is accepted and public, and every total is what was played."""
        return not self.differences and not self.lost and self.sent == self.accepted == self.published


class Rehearsal:
    """One night in an empty folder. Use as a context manager: its processes end with it."""

    def __init__(
        self,
        folder: Path,
        package: str = MAIN,
        *,
        boxes: int | None = None,
        processes: int = PROCESSES,
        seconds: float | None = None,
        port: int | None = None,
        identity: IdentityProvider | None = None,
        told: Told = silent,
    ) -> None:
        """Make the installation. Raises NotFound, PackageInvalid, AlreadyInstalled."""
        self._began = time.monotonic()
        self._told = told
        self.package = find_package(package)
        self.port = port if port is not None else free_port()
        self.installation = Installation.create(
            folder,
            [package_files(self.package)],
            identity=identity,
            client_secret=None if identity is None else secrets.token_hex(16),
            origin=f"http://127.0.0.1:{self.port}",
        )
        self.installation = open_to_applications(self.installation)
        (self.election,) = self.installation.elections.values()
        self.played: Played = read_played(self.package)
        self.work = Path(tempfile.mkdtemp(prefix="shailoo-", dir=_memory()))
        self.boxes = tuple(
            arrivals(self.election, self.played, first_boxes(self.election, self.played.box_counts, boxes))
        )
        self.processes = min(processes, len(self.boxes))
        self.line = self._press(seconds)
        self.digests: dict[str, str] = {}
        self.annexes: set[str] = set()
        self.received: dict[str, Mapping[str, Any]] = {}
        self.failed: list[str] = []
        self.retries = 0
        self.services: Services | None = None
        self._programs: list[Program] = []
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._begun: datetime | None = None
        self.day_s = 0.0
        self.announce: Callable[[], None] = lambda: None
        """Called when the pages are up and the evening is about to begin."""
        self.plan = Plan(
            package=self.package,
            boxes_folder=self.work / "boxes",
            url=f"http://127.0.0.1:{self.port}",
            clock=folder / "clock.json",
            commission=Commission(
                self.installation.sealing_public(self.election.id).public_bytes_raw(),
                self.installation.receipt_verifier.vkey(),
            ),
            boxes=self.boxes,
            paper=self.boxes[:1],
        )
        self.plan.write(self.work / "plan.json")
        save_evening(folder, self.line, None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for program in self._programs:
            program.end(5)
        if self.services is not None:
            self.services.end()
        self.installation.close()
        shutil.rmtree(self.work, ignore_errors=True)

    def _press(self, seconds: float | None) -> Line:
        """The line of the whole night: the evening, then the annexes."""
        moments = list(arrivals(self.election, self.played, self.boxes).values())
        natural = max(SHORTEST_S, EVENING_S * len(moments) / 2500, PROCESS_S * self.processes)
        wanted = seconds if seconds is not None else natural
        evening = press(moments, wanted)
        first, last = moments[-1] + ANNEXES_AFTER, moments[-1] + ANNEXES_AFTER + ANNEXES_LAST
        end = evening.after_ms[-1]
        rest, annexes = _FIRST_REST_S * 1000, round(wanted * ANNEX_SHARE * 1000)
        return Line((*evening.told, first, last), (*evening.after_ms, end + rest, end + rest + annexes))

    # --- the weeks before ---

    def applications(self, issuer: str = "https://rehearsal.invalid") -> Sequence[Planned]:
        """File and handle the voters' applications. `issuer` is where the applicants sign in."""
        told = partial(self._told, "applications")
        return play_applications(self.installation, self.election, issuer, told=told)

    # --- the day ---

    def day(self) -> None:
        """Play the day of every box, and enter the turnout."""
        began = time.monotonic()
        plan = str(self.work / "plan.json")
        with self._together(WORKERS) as pool:
            tasks = [
                pool.submit(
                    self._keep,
                    f"boxes-{part}",
                    ["-m", "rehearsal.boxes", plan, str(part), str(WORKERS)],
                    self._hear_box,
                )
                for part in range(WORKERS)
            ]
            self._turnout()
            for task in tasks:
                task.result()
        self.day_s = time.monotonic() - began

    def _hear_box(self, line: Mapping[str, Any]) -> None:
        with self._lock:
            self.digests[line["box"]] = line["final"]
            if line["annex"] is not None:
                self.annexes.add(line["box"])
            done = len(self.digests)
        self._told("day", done, len(self.boxes))

    def _turnout(self) -> None:
        stations = {self.election.box_by_id[box].station or "" for box in self.boxes}
        of = sum(1 for station, _ in self.played.turnout if station in stations)
        enter_day(
            self.election, self.played, self.installation.store, stations, lambda done: self._told("turnout", done, of)
        )

    def _program(self, name: str, arguments: list[str], *, fed: bool = False) -> Program:
        program = Program(name, arguments, self.work / "logs", fed=fed)
        with self._lock:
            self._programs.append(program)
        return program

    @contextlib.contextmanager
    def _together(self, workers: int) -> Iterator[ThreadPoolExecutor]:
        """Threads that watch programs. When anything fails, or somebody presses Ctrl-C, all of them end."""
        pool = ThreadPoolExecutor(workers)
        try:
            yield pool
        except BaseException:
            self._stopped.set()
            for program in self.running():
                program.process.kill()
            raise
        finally:
            pool.shutdown(cancel_futures=self._stopped.is_set())

    def _keep(self, name: str, arguments: list[str], hear: Callable[[Mapping[str, Any]], None]) -> None:
        """Run a program to its end. One that was killed is started again: whatever it holds resumes by itself."""
        while True:
            program = self._program(name, arguments)
            for line in program.lines():
                hear(line)
            code = program.process.wait()
            program.close()
            with self._lock:
                self._programs.remove(program)
            if code == 0 or self._stopped.is_set():
                return
            if code > 0:
                raise ProgramFailed(f"A program of the rehearsal failed: {name}.", code=code, log=program.last_words())

    def running(self) -> list[Program]:
        """Programs of boxes that run now: what a chaos test may kill."""
        with self._lock:
            return [program for program in self._programs if program.alive and program.name != "prober"]

    # --- the evening ---

    def start(self) -> Services:
        """Start the server and wait until the first version is public: the day's turnout, no report yet."""
        self._told("start", 0, 1)
        self.services = Services(self.installation.folder, self.port, self.work / "logs")
        self.services.wait_until_up(self.election.id)
        self._told("start", 1, 1)
        return self.services

    def own_processes(self) -> tuple[str, ...]:
        """Boxes that send in a process of their own, spread over the evening."""
        step = max(1, len(self.boxes) // max(1, self.processes))
        return self.boxes[::step][: self.processes]

    def evening(self) -> Mapping[str, Any]:
        """Let every box send its final report at its moment; returns what the prober saw."""
        own = set(self.own_processes())
        due = {box: self._after_ms(self.played.arrives(self.election, box)) for box in self.boxes}
        shared = [box for box in self.boxes if box not in own]
        prober = self._program(
            "prober", ["-m", "rehearsal.prober", self.plan.url, str(self.plan.clock), self.election.id], fed=True
        )

        def hear(line: Mapping[str, Any]) -> None:
            if self._receive(line):
                prober.tell(
                    box=line["box"],
                    station=line["station"],
                    digest=self.digests[line["box"]],
                    arrived=line["arrived"],
                )

        with self._together(WORKERS + max(1, len(own))) as pool:
            tasks = [
                pool.submit(
                    self._keep, *self._senders("final", part, [(box, due[box]) for box in shared[part::WORKERS]]), hear
                )
                for part in range(WORKERS)
            ]
            time.sleep(min(1.5, 0.3 + len(self.boxes) / 100))  # until the programs have started
            begun = self._begin()
            tasks += [pool.submit(self._own_process, box, begun, due[box], hear) for box in own]
            for task in tasks:
                task.result()
        prober.tell(end=True)
        seen = next(iter(prober.lines()), None)
        prober.wait()
        if seen is None:
            raise ProgramFailed("The prober said nothing.", log=prober.last_words())
        return seen

    def _after_ms(self, told: datetime) -> int:
        return round(self.line.passed_at(told) / timedelta(milliseconds=1))

    def _begin(self) -> datetime:
        """Let the clocks run."""
        begun = (datetime.now(UTC) + timedelta(seconds=1.5)).replace(microsecond=0)
        save_evening(self.installation.folder, self.line, begun)
        self._begun = begun
        return begun

    def _senders(self, kind: str, part: int, jobs: list[tuple[str, int]]) -> tuple[str, list[str]]:
        """Name and arguments of a program that sends for many boxes."""
        name = f"{kind}-{part}"
        path = self.work / f"{name}.json"
        path.write_text(json.dumps(jobs), encoding="utf-8")
        return name, ["-m", "rehearsal.senders", str(self.work / "plan.json"), kind, str(path)]

    def _own_process(self, box: str, begun: datetime, due_ms: int, hear: Callable[[Mapping[str, Any]], None]) -> None:
        """One box as a process of its own, exactly as a precinct starts it; one that was killed is started again."""
        wait = begun + timedelta(milliseconds=due_ms) - datetime.now(UTC)
        if self._stopped.wait(max(wait.total_seconds(), 0)):
            return
        while True:
            # A box has a processor of its own; here it must not take the server's.
            command = ["nice", "-n", "15", *self.sending_command(box)]
            done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
            if done.returncode >= 0:
                break
        if done.returncode not in (0, 3):
            hear({"box": box, "kind": "final", "failed": str(done.returncode), "sentence": done.stderr.strip()})
            return
        receipt = read_receipt(done.stdout.partition("\n")[2])
        hear(
            {
                "box": box,
                "kind": "final",
                "station": receipt.station,
                "outcome": receipt.outcome,
                "sha256": receipt.sha256,
                "arrived": stamp(receipt.arrived),
                "retries": len(done.stderr.splitlines()),
            }
        )

    def sending_command(self, box: str) -> list[str]:
        """What a precinct types to send."""
        folder = str(self.plan.boxes_folder / box)
        return [sys.executable, "-m", "edge_agent.send", "--dir", folder, "--url", self.plan.url]

    def _receive(self, line: Mapping[str, Any]) -> bool:
        """Note a receipt; True for one that counts as new."""
        with self._lock:
            if "failed" in line:
                self.failed.append(f"{line['box']}: {line['sentence']}")
                return False
            fresh = line["kind"] == "final" and line["box"] not in self.received
            if fresh:
                self.received[line["box"]] = line
            self.retries += int(line["retries"])
            done = len(self.received)
        self._told("evening", done, len(self.boxes))
        return fresh

    # --- after the night ---

    def send_annexes(self) -> int:
        """Send the annexes with preference votes; returns how many were received."""
        if not self.annexes:
            return 0
        done: set[str] = set()
        first, last = self.line.after_ms[-2], self.line.after_ms[-1]
        boxes = [box for box in self.boxes if box in self.annexes]
        due = {box: first + (last - first) * at // len(boxes) for at, box in enumerate(boxes)}

        def hear(line: Mapping[str, Any]) -> None:
            with self._lock:
                if "failed" in line:
                    self.failed.append(f"{line['box']}: {line['sentence']}")
                else:
                    done.add(line["box"])
            self._told("annexes", len(done), len(boxes))

        with self._together(WORKERS) as pool:
            tasks = [
                pool.submit(
                    self._keep, *self._senders("annex", part, [(box, due[box]) for box in boxes[part::WORKERS]]), hear
                )
                for part in range(WORKERS)
            ]
            for task in tasks:
                task.result()
        return len(done)

    def settle(self, phase: Phase = "settle") -> float:
        """Wait until everything that was accepted is public, what trails included; returns the seconds."""
        began = news = time.monotonic()
        last = -1
        self._told(phase, 0, 1)
        while not self._settled():
            if self.installation.store.last() != last:
                last, news = self.installation.store.last(), time.monotonic()
            if time.monotonic() - news > _SETTLE_S:
                log = self.services.program.last_words() if self.services is not None else ""
                raise ProgramFailed("The publisher does not come to its end.", log=log)
            time.sleep(0.05)
        self._told(phase, 1, 1)
        return time.monotonic() - began

    def _settled(self) -> bool:
        store = self.installation.store
        newest = 0
        trailed: Publication | None = None
        for entry in store.feed(max(0, store.last() - 1000)):
            if not entry.key.startswith("publication/"):
                newest = entry.seq  # unread: to read thousands again and again would take a core from the publisher
                continue
            record = read_record(entry.body)
            if isinstance(record, Publication) and record.trail:
                trailed = record
        if trailed is None or trailed.upto < newest:
            return False
        with contextlib.suppress(FileNotFoundError, ValueError, KeyError):
            public = self.installation.public / "results" / "data" / self.election.id
            pointer = json.loads((public / "pointer.json").read_bytes())
            marks = self.installation.folder / MARKS
            complete = int((marks / "complete").read_text(encoding="ascii"))
            return min(complete, int(pointer["complete"])) >= trailed.version
        return False

    def compare(self) -> Audit:
        """Compare what is public with what was played."""
        self._told("compare", 0, 1)
        assert self.services is not None  # noqa: S101 -- the night was started before it is compared
        services = self.services
        received = {box: self.digests[box] for box in self.received}
        audit = audit_night(
            self.election,
            self.played,
            self.boxes,
            received,
            lambda name: services.data(self.election.id, name),
        )
        audit.differences += self.failed
        self._told("compare", 1, 1)
        return audit

    # --- the days after ---

    def let_pass(self, until: datetime) -> None:
        """Have the clocks of every process go on from a later moment; what they told so far they have told."""
        if self._begun is None:
            message = "the clocks stand still until the evening has begun"
            raise ValueError(message)
        passed = (datetime.now(UTC) - self._begun) // timedelta(milliseconds=1)
        now = self.line.told_at(timedelta(milliseconds=passed)).replace(microsecond=0) + timedelta(seconds=1)
        if until <= now:
            return
        known = sum(1 for ms in self.line.after_ms if ms < passed)
        self.line = Line(
            (*self.line.told[:known], now, until), (*self.line.after_ms[:known], passed, passed + _LEAP_MS)
        )
        save_evening(self.installation.folder, self.line, self._begun)

    def days(self) -> Evidence:
        """Play the days after: papers, protocols, the act, each public before the next; then verify what is public."""
        assert self.services is not None  # noqa: S101 -- the night was started before its days after
        services, began = self.services, time.monotonic()
        clock = EveningClock.open(self.installation.folder / CLOCK)
        open_ = {self.election.box_by_id[box].station for box in self.boxes}
        stations = [station for station in self.election.stations if station.no in open_]
        desks = Desks(self.installation, self.election, self.played, clock, stations)
        self.let_pass(self.election.last_closing + PAPERS_AFTER)
        # The publisher goes through thousands of keyings while the copyist makes copies: one core for each.
        protocols = desks.protocols(lambda done, of: self._told("protocols", done, of))
        papers = desks.papers(lambda done, of: self._told("papers", done, of))
        self.settle("public")  # the counts by hand are public before anything is taken out of them, the papers as well
        act = exclusions(self.election, self.played)
        if act is not None:
            self.let_pass(act.entered)
            desks.exclude(act)
        desks.withdraw()
        self.settle("public")
        differences = list(desks.differences)
        if len(stations) == len(self.election.stations):
            differences += audit_counts(self.election, self.played, lambda name: services.data(self.election.id, name))
        self._told("verify", 0, 1)
        broken = self.verify()
        self._told("verify", 1, 1)
        return Evidence(
            papers=papers,
            protocols=protocols,
            verified=broken is None,
            seconds=round(time.monotonic() - began, 2),
            differences=differences if broken is None else [*differences, broken],
        )

    def verify(self) -> str | None:
        """Have a stranger verify the public folder, in a process apart; None, or the first broken link."""
        return verify_public(self.installation.public, self.election.id)

    def run(self, *, evidence: bool = True) -> Outcome:
        """The whole night and, with `evidence`, the days after it."""
        self.day()
        self.start()
        self.announce()
        began = time.monotonic()
        seen = self.evening()
        evening_s = time.monotonic() - began
        annexes = self.send_annexes()
        self.settle()
        audit = self.compare()
        seconds: dict[str, float] = seen["seconds"]
        differences = [*audit.differences, *self._twice()]
        after = self.days() if evidence else Evidence()
        return Outcome(
            election=self.election.id,
            stations=len({self.election.box_by_id[box].station for box in self.boxes}),
            boxes=len(self.boxes),
            sent=len(self.boxes),
            accepted=len(self.received),
            published=audit.published,
            held=audit.held,
            conflicts=audit.conflicts,
            lost=len(audit.lost) + len(seen["missing"]),
            annexes=annexes,
            retries=self.retries,
            processes=len(self.own_processes()),
            accept_to_public_s=quantiles(list(seconds.values())),
            day_s=round(self.day_s, 2),
            evening_s=round(evening_s, 2),
            complete_after_last_s=round(float(seen["last_s"]), 3),
            wall_s=round(time.monotonic() - self._began, 2),
            totals=audit.totals,
            papers=after.papers,
            protocols=after.protocols,
            verified=after.verified,
            evidence_s=after.seconds,
            differences=[*differences, *after.differences],
        )

    def _twice(self) -> Iterator[str]:
        """The same bytes sent again must bring the same receipt: asked for every fiftieth box."""
        for box in self.boxes[::50]:
            if box not in self.received:
                continue
            done = subprocess.run(
                self.sending_command(box), capture_output=True, text=True, encoding="utf-8", check=False
            )
            if str(self.received[box]["sha256"]) not in done.stdout:
                yield f"{box}: the receipt is another one when asked again"


def quantiles(seconds: list[float]) -> dict[str, float]:
    """Median, 99th percentile and maximum; zeros when nothing was measured."""
    if not seconds:
        return {"p50": 0.0, "p99": 0.0, "max": 0.0}
    ranked = sorted(seconds)

    def at(share: float) -> float:
        return round(ranked[min(len(ranked) - 1, int(share * len(ranked)))], 3)

    return {"p50": at(0.5), "p99": at(0.99), "max": round(ranked[-1], 3)}


def _memory() -> Path | None:
    """A folder in memory where there is one: thousands of boxes write there; a killed process loses nothing by it."""
    shm = Path("/dev/shm")  # noqa: S108 -- a folder of our own is made inside, with rights 0700
    return shm if shm.is_dir() else None
