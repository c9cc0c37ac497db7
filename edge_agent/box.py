"""The ballot box: provision, zero report, open, count, close, final report. Stages move one way.

Each is durable before it is told.

    provisioned --zero report--> zeroed --open--> open --close--> closed --final report--> reported

If we stop anywhere, `Box.resume` finds the last acknowledged step and goes on from it: a report that was signed but
perhaps not printed is printed again as it was signed, and a ballot was either counted before we stopped or is still in
the feeder's hands.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge_agent import reports
from edge_agent.counters import Ballot
from edge_agent.disk import REAL, Disk
from edge_agent.errors import (
    CountersNotZero,
    NothingToReport,
    NotStored,
    PrinterFailed,
    StorageDamaged,
    TooManyCopies,
    UnknownBallot,
    WrongStage,
)
from edge_agent.events import Event, EventKind, export
from edge_agent.manifest import Manifest
from edge_agent.printer import NoPaper, Printer, Tape
from edge_agent.stage import MOST_COPIES, Resumed, Stage, State, stored_state
from edge_agent.storage import Storage, create, read_key
from shailoo.model.report import Report, ReportKind
from shailoo.ports import Clock
from shailoo.records.note import SignedNote
from shailoo.records.report_text import read_report, write_report
from shailoo.records.tape_code import tape_address

__all__ = ["Ballot", "Box", "Resumed", "Stage"]


class Box:
    """One box on its day. Not for several threads; one program holds a box at a time."""

    def __init__(self, storage: Storage, state: State, clock: Clock, printer: Printer) -> None:
        """For `provision` and `resume` only."""
        self.manifest = storage.manifest
        self._storage = storage
        self._counters = storage.counters
        self._state = state
        self._clock = clock
        self._printer = printer
        self._signer = read_key(storage.folder, storage.manifest)
        self._taking = False
        self.resumed = Resumed(state.stage, interrupted=False, mended=False)

    @classmethod
    def provision(
        cls,
        folder: Path,
        manifest: Manifest,
        private_key: Ed25519PrivateKey,
        clock: Clock,
        *,
        disk: Disk = REAL,
        printer: Printer | None = None,
    ) -> Self:
        """Make a box in a folder and return it.

        Raises WrongKey (not the registered key, or a rehearsal's key in a live election), BadManifest, NoRoom,
        AlreadyProvisioned.
        """
        create(folder, manifest, private_key, disk)
        storage = Storage(folder, manifest, disk, "day")
        try:
            storage.counters.load()
            storage.events.write(EventKind.PROVISIONED, clock.now())
            state = State(stage=Stage.PROVISIONED)
            storage.state.write(state.bytes())  # from here on the box exists
            return cls(storage, state, clock, printer or NoPaper())
        except BaseException:
            storage.close()
            raise

    @classmethod
    def resume(cls, folder: Path, clock: Clock, *, disk: Disk = REAL, printer: Printer | None = None) -> Self:
        """Open a box where it stands; `resumed` tells what was found, and the event log too.

        Raises NotProvisioned, BoxBusy, WrongKey, BadManifest, NotStored, or StorageDamaged for a box that is dead.
        """
        storage = Storage.open(folder, disk, "day")
        try:
            state = stored_state(storage)
            storage.state.write(state.bytes())  # what was read may have failed to reach the medium: now it has
            mended = storage.counters.load()
            box = cls(storage, state, clock, printer or NoPaper())
            last = storage.events.events()[-1:]
            interrupted = mended or any(event.kind is not EventKind.STOPPED for event in last)
            box.resumed = Resumed(state.stage, interrupted=interrupted, mended=mended)
            if last and clock.now() < last[0].at:
                box._log(EventKind.CLOCK)
            box._log(EventKind.RESUMED if interrupted else EventKind.STARTED, state.stage.value)
            if mended:
                box._log(EventKind.MENDED)
            box._taking = state.stage is Stage.OPEN
        except BaseException:
            storage.close()
            raise
        return box

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End in an orderly way: the next start is then no resumption."""
        self._taking = False
        try:
            self._log(EventKind.STOPPED)
        finally:
            self._storage.close()

    def abandon(self) -> None:
        """Give the files back without a word, as a crash would."""
        self._taking = False
        self._storage.close()

    @property
    def stage(self) -> Stage:
        """How far the day has come."""
        return self._state.stage

    @property
    def ballots(self) -> int:
        """Sheets in the box: what the feeder compares with its own mechanical counter after a start."""
        return self._counters.ballots

    @property
    def opened(self) -> datetime | None:
        """When the box was opened."""
        return self._state.opened

    @property
    def closed(self) -> datetime | None:
        """When the box was closed."""
        return self._state.closed

    @property
    def annex_printed(self) -> bool:
        """Whether the annex with preference votes is on paper."""
        return self._state.annex_printed

    @property
    def events(self) -> tuple[Event, ...]:
        """The event log so far."""
        return self._storage.events.events()

    def event_log(self) -> str:
        """The event log as SP 1500-101 JSON."""
        return export(self.manifest, self.events, self._clock.now(), self._storage.sendings.events())

    def ballots_of(self, contest: str) -> int:
        """Sheets of one contest: the turnout that the precinct reports.

        Raises KeyError for a contest of another station.
        """
        return self._counters.by_contest[contest].ballots

    def note(self, kind: ReportKind) -> bytes | None:
        """The signed note of a kind, whole, once it was written."""
        return self._storage.note(kind)

    def zero_report(self) -> Report:
        """Print the zero report, the proof that the box is empty. provisioned -> zeroed.

        Raises CountersNotZero when any counter in storage is not zero, PrinterFailed, WrongStage.
        """
        self._expect(Stage.PROVISIONED, "print the zero report")
        if any(self._counters.not_zero()):
            self._log(EventKind.NOT_ZERO)
            raise CountersNotZero("A counter is not zero. Do not use this box; call for a reserve box.")
        report = self._signed(
            ReportKind.ZERO,
            lambda: reports.zero_report(self.manifest, self._counters.how_many, self._clock.now()),
        )
        self._print(report, self._original(ReportKind.ZERO))
        self._replace(stage=Stage.ZEROED, zero_copies=1)
        self._log(EventKind.ZERO)
        return report

    def open(self) -> datetime:
        """Begin to take ballots. zeroed -> open. Returns the time of opening; an early hour is logged, not refused."""
        self._expect(Stage.ZEROED, "open the box")
        if any(self._counters.not_zero()):
            self._log(EventKind.NOT_ZERO)
            raise CountersNotZero("A counter is not zero. Do not use this box; call for a reserve box.")
        now = self._clock.now()
        self._replace(stage=Stage.OPEN, opened=now)
        self._log(EventKind.OPENED)
        if now < self.manifest.opens:
            self._log(EventKind.EARLY_OPEN)
        self._taking = True
        return now

    def count(self, ballot: Ballot) -> int:
        """Count one ballot and return how many sheets are in the box now. Durable before it returns.

        Raises UnknownBallot (nothing counted, the sheet goes back), WrongStage unless the box is open, and NotStored,
        after which this object takes no more ballots: resume the box and compare `ballots` with the feeder's own
        counter.
        """
        if not self._taking:
            raise WrongStage("The box takes no ballots now.", stage=self.stage.value)
        self._taking = False  # stays so if anything below ends in disorder: memory may then be ahead of storage
        try:
            self._counters.count(ballot)
        except UnknownBallot:
            self._taking = True
            raise
        except OSError as error:
            sentence = "The storage did not take the ballot. Start the program again; it knows what was counted."
            raise NotStored(sentence, errno=error.errno) from error
        self._taking = True
        return self._counters.ballots

    def close(self) -> datetime:
        """Take no more ballots, for ever. open -> closed. Returns the time of closing.

        An early hour is logged, not refused.

        Raises StorageDamaged when storage does not hold twice what was counted.
        """
        self._expect(Stage.OPEN, "close the box")
        self._taking = False
        now = self._clock.now()
        if any(self._counters.disagreements()):
            raise StorageDamaged("The storage lost what it had taken. Replace the box, or count by hand.")
        self._replace(stage=Stage.CLOSED, closed=now)
        self._log(EventKind.CLOSED)
        if now < self.manifest.closes:
            self._log(EventKind.EARLY_CLOSE)
        if self._state.opened is not None and now < self._state.opened:
            self._log(EventKind.CLOCK)
        return now

    def final_report(self) -> Report:
        """Print the final report; only then may it be sent. closed -> reported. Raises PrinterFailed, WrongStage."""
        self._expect(Stage.CLOSED, "print the final report")
        standing = self.note(ReportKind.FINAL)
        if standing is None:
            facts = (self.manifest, self._counters.tallies(), *self._times(), self._clock.now())
            cells = reports.cells_report(*facts)
            if cells is not None:  # first what the final report refers to; if we stop here, both are written anew
                self._sign(cells)
            self._sign(reports.final_report(*facts))
        else:
            self._storage.notes[ReportKind.FINAL].write(standing)
        report = self._report(ReportKind.FINAL)
        self._print(report, self._original(ReportKind.FINAL))
        self._replace(stage=Stage.REPORTED, final_copies=1)
        self._log(EventKind.FINAL)
        return report

    def annex_report(self) -> Report:
        """Print the preference votes; after the final report, that night or later.

        Raises NothingToReport where no list is open, WrongStage before the final report or when it was printed (then
        reprint it).
        """
        self._expect(Stage.REPORTED, "print the annex")
        if not self.manifest.open_lists:
            raise NothingToReport("No contest of this station has preference votes.", box=self.manifest.box)
        if self._state.annex_printed:
            raise WrongStage("The annex was printed. Ask for a further copy.", stage=self.stage.value)
        report = self._signed(
            ReportKind.ANNEX,
            lambda: reports.annex_report(self.manifest, self._counters.tallies(), *self._times(), self._clock.now()),
        )
        self._print(report, self._original(ReportKind.ANNEX))
        self._replace(annex_printed=True, annex_copies=1)
        self._log(EventKind.ANNEX)
        return report

    def reprint(self, kind: ReportKind) -> bytes:
        """Print a further copy and return its note: it carries both times and its own signature.

        Raises WrongStage before the first copy is out, and always for sealed cells, which are never printed;
        TooManyCopies.
        """
        copies = {
            ReportKind.ZERO: self._state.zero_copies,
            ReportKind.FINAL: self._state.final_copies,
            ReportKind.ANNEX: self._state.annex_copies,
        }.get(kind, 0)
        if copies == 0:
            raise WrongStage("There is no printed report of this kind to copy.", stage=self.stage.value)
        if copies == MOST_COPIES:
            raise TooManyCopies("A report is printed at most 999 times.", box=self.manifest.box)
        report = reports.reprint(self._report(kind), copies + 1, self._clock.now())
        note = self._signer.sign(write_report(report)).bytes()
        self._replace(**{f"{kind.value}_copies": copies + 1})
        self._print(report, note)
        self._log(EventKind.REPRINTED, f"{kind.value} {copies + 1}")
        return note

    def _expect(self, stage: Stage, step: str) -> None:
        if self._state.stage is not stage:
            sentence = f"It is not the moment to {step}. Stages move one way only."
            raise WrongStage(sentence, stage=self._state.stage.value, expected=stage.value)

    def _times(self) -> tuple[datetime, datetime]:
        if self._state.opened is None or self._state.closed is None:
            raise StorageDamaged("The box is closed but does not know since when. Replace the box, or count by hand.")
        return self._state.opened, self._state.closed

    def _signed(self, kind: ReportKind, make: Callable[[], Report]) -> Report:
        """The report of a kind: the one that was signed, or a new one."""
        standing = self.note(kind)
        if standing is None:
            self._sign(make())
        else:
            self._storage.notes[kind].write(standing)
        return self._report(kind)

    def _sign(self, report: Report) -> None:
        self._storage.notes[report.kind].write(self._signer.sign(write_report(report)).bytes())

    def _report(self, kind: ReportKind) -> Report:
        note = SignedNote.parse(self._original(kind))
        note.verify(self._signer.verifier)
        return read_report(note.text)

    def _original(self, kind: ReportKind) -> bytes:
        note = self.note(kind)
        if note is None:
            raise StorageDamaged("A signed report is gone. Replace the box, or count by hand.", kind=kind.value)
        return note

    def _print(self, report: Report, note: bytes) -> None:
        tape = Tape(report, note, tape_address(self.manifest.check_page, SignedNote.parse(note)))
        try:
            self._printer.print(tape)
        except PrinterFailed:
            self._log(EventKind.PRINTER, tape.name)
            raise

    def _replace(self, **changes: object) -> None:
        state = self._state.model_copy(update=changes)
        self._storage.state.write(state.bytes())
        self._state = state

    def _log(self, kind: EventKind, detail: str = "") -> None:
        self._storage.events.write(kind, self._clock.now(), detail)
