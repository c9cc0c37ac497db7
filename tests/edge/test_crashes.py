"""Whatever stops the box, and wherever: no ballot is lost, none counts twice, and the day goes on."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from edge_agent.box import Ballot, Box
from edge_agent.disk import UNSYNCED
from edge_agent.errors import NoRoom, NotStored, WrongStage
from edge_agent.events import EventKind
from shailoo.model.report import ReportKind
from tests.edge.boxes import Faults, Feeder, Hands, Killed, Paper, advance, figures, key_of, manifest, report

BALLOTS = (
    Ballot("pr", (1,), 2),
    Ballot("smd-1", (7,)),
    Ballot("pr", (2, 3)),
    Ballot("k-2", (1, 3)),
    Ballot("pr", (1,), 5),
    Ballot("smd-1", ()),
)
EXPECTED = {
    "pr": (3, 1, {1: 2, 2: 0, 3: 0, 4: 0}),
    "smd-1": (2, 1, {1: 0, 2: 0, 7: 1}),
    "k-2": (1, 0, {1: 1, 2: 0, 3: 1}),
}
SEALED = manifest(small_cell_bound=2)
"""One contest of six ballots stays below this bound, so that the sealed note is written too."""


def writes_of_a_day(folder: Path) -> int:
    """How many writes the whole life of the box has."""
    counting = Faults(at=-1, kept="all")
    advance(folder, Feeder(BALLOTS), counting.disk(), Paper(), SEALED).abandon()
    return counting.writes


def check_end(box: Box) -> None:
    told = figures(report(box, ReportKind.FINAL)) | figures(report(box, ReportKind.CELLS))
    assert told == EXPECTED
    preferences = {
        one.no: [(c.no, c.votes) for c in one.candidates] for one in report(box, ReportKind.ANNEX).preferences
    }
    assert preferences == {1: [(2, 1), (5, 1)], 2: [], 3: []}


@pytest.mark.parametrize("kept", ["nothing", "first half", "second half", "all"])
def test_a_kill_at_any_write_loses_no_ballot_and_counts_none_twice(tmp_path: Path, kept: str) -> None:
    for at in range(writes_of_a_day(tmp_path / "whole")):
        folder, feeder, paper = tmp_path / str(at), Feeder(BALLOTS), Paper()
        with pytest.raises(Killed):
            advance(folder, feeder, Faults(at, kept).disk(), paper, SEALED)
        box = advance(folder, feeder, UNSYNCED, paper, SEALED)
        check_end(box)
        originals = {tape.note for tape in paper.tapes if tape.report.kind is ReportKind.FINAL}
        assert len(originals) == 1, "a final report was signed twice"
        box.stop()


@pytest.mark.parametrize("kept", ["nothing", "first half", "unsynced"])
def test_a_full_or_failing_disk_at_any_write_acknowledges_nothing_and_the_next_start_goes_on(
    tmp_path: Path, kept: str
) -> None:
    for at in range(writes_of_a_day(tmp_path / "whole")):
        folder, feeder, paper = tmp_path / str(at), Feeder(BALLOTS), Paper()
        with pytest.raises((NotStored, NoRoom)):
            advance(folder, feeder, Faults(at, kept, full=True).disk(), paper, SEALED)
        box = advance(folder, feeder, UNSYNCED, paper, SEALED)
        check_end(box)
        box.stop()


def test_two_kills_in_one_day_are_no_worse_than_one(tmp_path: Path) -> None:
    drawn = random.Random(28)
    writes = writes_of_a_day(tmp_path / "whole")
    kept = ("nothing", "first half", "second half", "all")
    for attempt in range(60):
        folder, feeder, paper = tmp_path / str(attempt), Feeder(BALLOTS), Paper()
        for _ in range(3):
            try:
                faults = Faults(drawn.randrange(writes), drawn.choice(kept))
                advance(folder, feeder, faults.disk(), paper, SEALED).stop()
            except Killed:
                continue
        box = advance(folder, feeder, UNSYNCED, paper, SEALED)
        check_end(box)
        box.stop()


@pytest.mark.parametrize("copy", [0, 1])
def test_after_a_write_failed_the_box_takes_no_ballot_until_it_is_started_again(tmp_path: Path, copy: int) -> None:
    folder = advance_to_open(tmp_path / "b")
    faults = Faults(at=4 + copy, kept="nothing", full=True)  # two writes of the start, two of a ballot, then this
    box = Box.resume(folder, Hands(), disk=faults.disk())
    box.count(BALLOTS[0])
    with pytest.raises(NotStored):
        box.count(BALLOTS[1])
    with pytest.raises(WrongStage):
        box.count(BALLOTS[1])
    box.abandon()
    assert Box.resume(folder, Hands(), disk=UNSYNCED).ballots == 1 + copy


def advance_to_open(folder: Path) -> Path:
    box = Box.provision(folder, manifest(), key_of(), Hands(), disk=UNSYNCED)
    box.zero_report()
    box.open()
    box.abandon()
    return folder


def test_the_log_says_that_a_copy_of_the_counters_was_mended(tmp_path: Path) -> None:
    folder = advance_to_open(tmp_path / "b")
    box = Box.resume(folder, Hands(), disk=Faults(at=2, kept="first half").disk())  # the first copy is torn
    with pytest.raises(Killed):
        box.count(Ballot("pr", (3,), 5))  # the last of the counters: half of the slot does not reach it
    box.abandon()
    again = Box.resume(folder, Hands(), disk=UNSYNCED)
    assert again.resumed.mended
    assert again.ballots == 0
    assert [event.kind for event in again.events][-2:] == [EventKind.RESUMED, EventKind.MENDED]


def test_real_processes_killed_at_random_lose_nothing(tmp_path: Path) -> None:
    """`kill -9` on the program of the day while ballots stream in; the feeder keeps its mechanical count."""
    (tmp_path / "manifest").write_bytes(manifest().bytes())
    pem = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (tmp_path / "key").write_bytes(key_of().private_bytes(*pem))
    folder, drawn = tmp_path / "b", random.Random(7)
    provision = ["--provision", str(tmp_path / "manifest"), "--key", str(tmp_path / "key")]
    sheets = [f"ballot pr {drawn.randint(1, 4)}" for _ in range(600)]
    fallen = 0
    for start in range(4):
        program = subprocess.Popen(
            [sys.executable, "-m", "edge_agent.day", "--dir", str(folder), "--feed", "-", "--no-pdf", *provision],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        provision = []
        assert program.stdin is not None
        assert program.stdout is not None
        said = program.stdout.readline().split()
        assert said[0] == ("resumed" if start else "started")
        ballots = int(said[-1])
        assert ballots in {fallen, fallen - 1}
        fallen = ballots
        if start == 0:
            for step in ("zero", "open"):
                program.stdin.write(f"{step}\n")
                assert program.stdout.readline().startswith("ok ")
        last = start == 3
        stop = len(sheets) if last else fallen + drawn.randint(50, 120)
        while fallen < stop:
            program.stdin.write(f"{sheets[fallen]}\n")
            fallen += 1
            if fallen == stop and not last:
                break
            assert program.stdout.readline() == f"ok open {fallen}\n"
        if last:
            for step in ("close", "final"):
                program.stdin.write(f"{step}\n")
                assert program.stdout.readline().startswith("ok ")
            program.stdin.close()
            assert program.wait(20) == 0
        else:
            program.kill()  # SIGKILL, with a sheet on its way
            program.wait(20)
        program.stdout.close()
        if not program.stdin.closed:
            program.stdin.close()
    box = Box.resume(folder, Hands(), disk=UNSYNCED)
    counted = figures(report(box, ReportKind.FINAL))["pr"]
    assert counted == (600, 0, {no: sheets.count(f"ballot pr {no}") for no in (1, 2, 3, 4)})
