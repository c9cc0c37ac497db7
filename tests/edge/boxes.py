"""A small box for tests: three contests, one with open lists, one with two marks; storage that fails at any write."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from edge_agent.box import Ballot, Box, Stage
from edge_agent.disk import UNSYNCED, Bytes, Disk
from edge_agent.errors import NotProvisioned, PrinterFailed
from edge_agent.manifest import BoxContest, BoxOption, Manifest
from edge_agent.printer import Printer, Tape
from shailoo.model.base import Name
from shailoo.model.election import Mode
from shailoo.model.report import Report, ReportKind
from shailoo.records.note import SignedNote, Signer
from shailoo.records.rehearsal_key import rehearsal_private_key
from shailoo.records.report_text import read_report

ELECTION, BOX, STATION = "test-2021", "ABB-000777", "1004"
COMMISSION = X25519PrivateKey.from_private_bytes(bytes(range(32)))
INTAKE = Signer("shailoo-intake", Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33))))
OPENS = datetime(2021, 11, 28, 2, tzinfo=UTC)


def name(text: str) -> Name:
    return Name(ky=text, ru=text, en=text)


PARTIES = tuple(
    BoxOption(no=no, name=f"Партия {no} «Өнүгүү» саясий партиясы", candidates=(1, 2, 3, 5) if no < 4 else ())
    for no in (1, 2, 3, 4)
)
CONTESTS = (
    BoxContest(id="pr", title="Жогорку Кеңеш, бирдиктүү шайлоо округу", marks=1, options=PARTIES),
    BoxContest(
        id="smd-1",
        title="№1 округ",
        marks=1,
        options=tuple(BoxOption(no=no, name=f"Талапкер {no}") for no in (1, 2, 7)),
    ),
    BoxContest(
        id="k-2", title="Айылдык кеңеш", marks=2, options=tuple(BoxOption(no=no, name=f"Адам {no}") for no in (1, 2, 3))
    ),
)


def key_of(election: str = ELECTION, box: str = BOX) -> Ed25519PrivateKey:
    return rehearsal_private_key(election, box)


def manifest(**changes: object) -> Manifest:
    """The manifest of the test box; `changes` are fields."""
    values: dict[str, object] = {
        "election": ELECTION,
        "election_name": name("Сынак"),
        "mode": Mode.REHEARSAL,
        "synthetic": True,
        "box": BOX,
        "station": STATION,
        "station_name": name("Мектеп"),
        "zone": "Asia/Bishkek",
        "language": "ky",
        "opens": OPENS,
        "closes": OPENS + timedelta(hours=12),
        "small_cell_bound": 0,
        "contests": CONTESTS,
        "vkey": Signer(f"{ELECTION}/{BOX}", key_of()).verifier.vkey(),
        "sealing_public": COMMISSION.public_key().public_bytes_raw().hex(),
        "receipt_vkey": INTAKE.verifier.vkey(),
        **changes,
    }
    return Manifest.model_validate(values)


class Hands:
    """A clock that stands still until a test moves it."""

    def __init__(self, at: datetime = OPENS) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def wait(self, **by: int) -> None:
        self.at += timedelta(**by)


@dataclass
class Paper:
    """A printer that keeps its tapes, and fails as often as it is told to."""

    tapes: list[Tape] = field(default_factory=list)
    failing: int = 0

    def print(self, tape: Tape) -> None:
        if self.failing:
            self.failing -= 1
            raise PrinterFailed("No paper.")
        self.tapes.append(tape)


class Killed(BaseException):
    """The process is gone in the middle of a write."""


@dataclass
class Faults:
    """Storage that stops or refuses at its n-th write; `kept` says which part of that write reaches the file.

    `unsynced`: the write is taken whole, and waiting for the medium fails.
    """

    at: int
    kept: str
    full: bool = False
    writes: int = 0

    def disk(self) -> Disk:
        return Disk(pwrite=self._pwrite, sync=self._sync, reserve=self._reserve)

    def _sync(self, _: int) -> None:
        if self.kept == "unsynced" and self.writes - 1 == self.at:
            raise OSError(errno.EIO, "Input/output error")

    def _pwrite(self, file: int, data: Bytes, offset: int) -> int:
        self.writes += 1
        if self.writes - 1 != self.at or self.kept == "unsynced":
            return os.pwrite(file, data, offset)
        half = len(data) // 2
        match self.kept:
            case "first half":
                os.pwrite(file, data[:half], offset)
            case "second half":
                os.pwrite(file, data[half:], offset + half)
            case "all":
                os.pwrite(file, data, offset)
            case _:
                pass
        if not self.full:
            raise Killed
        if self.kept == "first half":
            return half
        raise OSError(errno.ENOSPC, "No space left on device")

    def _reserve(self, file: int, size: int) -> None:
        self.writes += 1
        if self.writes - 1 == self.at:
            os.ftruncate(file, size // 2)
            if self.full:
                raise OSError(errno.ENOSPC, "No space left on device")
            raise Killed
        os.ftruncate(file, size)


def box_at(
    folder: Path,
    *,
    of: Manifest | None = None,
    clock: Hands | None = None,
    disk: Disk = UNSYNCED,
    paper: Printer | None = None,
) -> Box:
    """Provision the test box."""
    return Box.provision(folder, of or manifest(), key_of(), clock or Hands(), disk=disk, printer=paper)


def day(box: Box, ballots: Iterable[Ballot]) -> Box:
    """The whole day of a fresh box, to the final report."""
    box.zero_report()
    box.open()
    for ballot in ballots:
        box.count(ballot)
    box.close()
    box.final_report()
    return box


class Feeder:
    """The scanner's mechanism: it counts the sheets that fell into the box, and outlives the program."""

    def __init__(self, ballots: Iterable[Ballot]) -> None:
        self.sheets = tuple(ballots)
        self.fallen = 0

    def work(self, box: Box) -> None:
        """Feed what is left, the last sheet again if the box does not know it."""
        assert box.ballots in {self.fallen, self.fallen - 1}, "a ballot was lost or counted twice"
        self.fallen = box.ballots
        for sheet in self.sheets[self.fallen :]:
            self.fallen += 1
            assert box.count(sheet) == self.fallen


def advance(folder: Path, feeder: Feeder, disk: Disk, paper: Printer, of: Manifest) -> Box:
    """Go on from wherever the box stands to the printed annex."""
    clock = Hands()
    try:
        box = Box.resume(folder, clock, disk=disk, printer=paper)
    except NotProvisioned:
        box = Box.provision(folder, of, key_of(), clock, disk=disk, printer=paper)
    try:
        if box.stage is Stage.PROVISIONED:
            box.zero_report()
        if box.stage is Stage.ZEROED:
            box.open()
        if box.stage is Stage.OPEN:
            feeder.work(box)
            box.close()
        if box.stage is Stage.CLOSED:
            box.final_report()
        if not box.annex_printed:
            box.annex_report()
    except BaseException:
        box.abandon()
        raise
    return box


def report(box: Box, kind: ReportKind) -> Report:
    """A stored report, its signature checked."""
    data = box.note(kind)
    assert data is not None
    note = SignedNote.parse(data)
    note.verify(Signer(f"{ELECTION}/{BOX}", key_of()).verifier)
    return read_report(note.text)


def figures(made: Report) -> dict[str, tuple[int, int | None, dict[int, int]]]:
    """Ballots, invalid and votes by contest."""
    return {
        count.contest: (count.ballots, count.invalid, {option.no: option.votes for option in count.options or ()})
        for count in made.contests
    }
