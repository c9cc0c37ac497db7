"""A day of the box, from zero to the annex."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge_agent.box import Ballot, Box, Stage
from edge_agent.disk import REAL, UNSYNCED
from edge_agent.errors import (
    AlreadyProvisioned,
    BoxBusy,
    CountersNotZero,
    NothingToReport,
    NotProvisioned,
    PrinterFailed,
    StorageDamaged,
    TooManyCopies,
    UnknownBallot,
    WrongKey,
    WrongStage,
)
from edge_agent.events import EventKind
from edge_agent.layout import WORD, layout_of, slot_size
from shailoo.model.election import Mode
from shailoo.model.report import ReportKind
from shailoo.records.note import SignedNote, Signer
from shailoo.records.report_text import read_report
from shailoo.rules.arithmetic import Tally, check_contest
from tests.edge.boxes import (
    BOX,
    CONTESTS,
    ELECTION,
    Hands,
    Paper,
    box_at,
    day,
    figures,
    key_of,
    manifest,
    report,
)

BALLOTS = (
    Ballot("pr", (1,), 2),
    Ballot("pr", (1,), 4),  # no candidate 4: the vote for the list stays
    Ballot("pr", (4,), 1),  # a list without candidates
    Ballot("pr", (2, 3), 1),  # two marks
    Ballot("pr", ()),
    Ballot("smd-1", (7,)),
    Ballot("smd-1", (7,)),
    Ballot("smd-1", (1, 2, 7)),
    Ballot("k-2", (1, 3)),
    Ballot("k-2", (2,)),
    Ballot("k-2", (1, 2, 3)),
)


def test_the_final_report_says_what_fell_into_the_box(tmp_path: Path) -> None:
    box = day(box_at(tmp_path / "b"), BALLOTS)
    assert figures(report(box, ReportKind.FINAL)) == {
        "pr": (5, 2, {1: 2, 2: 0, 3: 0, 4: 1}),
        "smd-1": (3, 1, {1: 0, 2: 0, 7: 2}),
        "k-2": (3, 1, {1: 1, 2: 1, 3: 1}),
    }
    assert box.ballots == len(BALLOTS)
    assert box.ballots_of("pr") == 5


def test_every_contest_of_a_final_report_passes_the_gates_arithmetic(tmp_path: Path) -> None:
    made = report(day(box_at(tmp_path / "b"), BALLOTS), ReportKind.FINAL)
    for count, contest in zip(made.contests, CONTESTS, strict=True):
        assert count.options is not None
        assert count.invalid is not None
        assert count.valid is not None
        votes = tuple((option.no, option.votes) for option in count.options)
        assert (
            check_contest(
                Tally(ballots=count.ballots, invalid=count.invalid, valid=count.valid, votes=votes, marks=contest.marks)
            )
            == ()
        )


def test_preference_votes_come_in_the_annex(tmp_path: Path) -> None:
    box = day(box_at(tmp_path / "b"), BALLOTS)
    box.annex_report()
    chosen = report(box, ReportKind.ANNEX).preferences
    assert [(one.contest, one.no, one.votes) for one in chosen] == [("pr", 1, 2), ("pr", 2, 0), ("pr", 3, 0)]
    assert [(candidate.no, candidate.votes) for candidate in chosen[0].candidates] == [(2, 1)]
    assert box.stage is Stage.REPORTED


def test_the_zero_report_names_every_line_at_zero(tmp_path: Path) -> None:
    made = box_at(tmp_path / "b").zero_report()
    assert {votes for _, _, lines in figures(made).values() for votes in lines.values()} == {0}
    assert made.counters == 3 * 3 + 4 + 12 + 3 + 3


@pytest.mark.parametrize("area", [0, 1])
def test_the_zero_report_is_refused_when_a_single_counter_is_not_zero(tmp_path: Path, area: int) -> None:
    box_at(tmp_path / "b").stop()
    layout = layout_of(manifest())
    raw = bytearray(slot_size(CONTESTS[0]))
    struct.pack_into("=IIII", raw, WORD, 1, 1, 0, 0)  # one ballot, and an invalid one: it adds up
    raw[:WORD] = struct.pack("=I", zlib.crc32(raw[WORD:], 1))
    file = os.open(tmp_path / "b" / "storage.bin", os.O_RDWR)
    os.pwrite(file, raw, layout.counters[area].offset)
    os.close(file)
    box = Box.resume(tmp_path / "b", Hands(), disk=UNSYNCED)
    if area == 1:  # the second copy is only behind the first, which is zero, and was mended from it
        assert box.resumed.mended
        box.zero_report()
        return
    with pytest.raises(CountersNotZero):
        box.zero_report()
    assert box.stage is Stage.PROVISIONED
    assert EventKind.NOT_ZERO in {event.kind for event in box.events}


def test_a_counter_that_changed_under_the_program_stops_the_zero_report(tmp_path: Path) -> None:
    box = box_at(tmp_path / "b")
    file = os.open(tmp_path / "b" / "storage.bin", os.O_RDWR)
    os.pwrite(file, b"\1", layout_of(manifest()).counters[1].offset + WORD)
    os.close(file)
    with pytest.raises(CountersNotZero):
        box.zero_report()


STEPS: dict[str, Callable[[Box], object]] = {
    "zero": Box.zero_report,
    "open": Box.open,
    "count": lambda box: box.count(Ballot("pr", (1,))),
    "close": Box.close,
    "final": Box.final_report,
    "annex": Box.annex_report,
    "copy": lambda box: box.reprint(ReportKind.FINAL),
    "cells": lambda box: box.reprint(ReportKind.CELLS),
}


@pytest.mark.parametrize(
    ("done", "allowed"),
    [
        ([], {"zero"}),
        (["zero"], {"open"}),
        (["zero", "open"], {"count", "close"}),
        (["zero", "open", "close"], {"final"}),
        (["zero", "open", "close", "final"], {"annex", "copy"}),
        (["zero", "open", "close", "final", "annex"], {"copy"}),
    ],
)
def test_stages_move_one_way_only(tmp_path: Path, done: list[str], allowed: set[str]) -> None:
    box = box_at(tmp_path / "b")
    for step in done:
        STEPS[step](box)
    for step in STEPS.keys() - allowed:
        with pytest.raises(WrongStage):
            STEPS[step](box)
    box.stop()
    again = Box.resume(tmp_path / "b", Hands(), disk=UNSYNCED)
    assert not again.resumed.interrupted
    for step in sorted(allowed - {"close"}):
        STEPS[step](again)


def test_a_line_that_is_not_on_the_ballot_counts_nothing_and_stops_nothing(tmp_path: Path) -> None:
    box = box_at(tmp_path / "b")
    box.zero_report()
    box.open()
    for strange in (Ballot("pr", (9,)), Ballot("pr", (1, 9)), Ballot("k-2", (1, 1)), Ballot("president", (1,))):
        with pytest.raises(UnknownBallot):
            box.count(strange)
    assert box.ballots == 0
    assert box.count(Ballot("pr", (1,))) == 1


def test_a_contest_below_the_bound_gives_only_its_number_and_its_votes_travel_sealed(tmp_path: Path) -> None:
    box = day(box_at(tmp_path / "b", of=manifest(small_cell_bound=4)), BALLOTS)
    final, cells = report(box, ReportKind.FINAL), report(box, ReportKind.CELLS)
    assert [(count.contest, count.ballots, count.sealed) for count in final.contests] == [
        ("pr", 5, False),
        ("smd-1", 3, True),
        ("k-2", 3, True),
    ]
    assert figures(cells) == {"smd-1": (3, 1, {1: 0, 2: 0, 7: 2}), "k-2": (3, 1, {1: 1, 2: 1, 3: 1})}
    assert (cells.opened, cells.closed, cells.printed) == (final.opened, final.closed, final.printed)


def test_preferences_of_a_contest_below_the_bound_stay_sealed_too(tmp_path: Path) -> None:
    box = day(box_at(tmp_path / "b", of=manifest(small_cell_bound=6)), BALLOTS)
    box.annex_report()
    assert report(box, ReportKind.ANNEX).preferences == ()
    assert [one.no for one in report(box, ReportKind.CELLS).preferences] == [1, 2, 3]


def test_a_contest_without_a_ballot_is_no_small_cell(tmp_path: Path) -> None:
    box = day(box_at(tmp_path / "b", of=manifest(small_cell_bound=100)), ())
    assert not any(count.sealed for count in report(box, ReportKind.FINAL).contests)
    assert box.note(ReportKind.CELLS) is None


def test_sealed_cells_are_never_printed(tmp_path: Path) -> None:
    paper = Paper()
    box = day(box_at(tmp_path / "b", of=manifest(small_cell_bound=4), paper=paper), BALLOTS)
    box.annex_report()
    assert [tape.report.kind for tape in paper.tapes] == [ReportKind.ZERO, ReportKind.FINAL, ReportKind.ANNEX]


def test_a_copy_carries_both_times_its_number_and_a_signature_of_its_own(tmp_path: Path) -> None:
    clock, paper = Hands(), Paper()
    box = day(box_at(tmp_path / "b", clock=clock, paper=paper), BALLOTS)
    first = report(box, ReportKind.FINAL)
    clock.wait(hours=1)
    for number in (2, 3):
        note = SignedNote.parse(box.reprint(ReportKind.FINAL))
        note.verify(Signer(f"{ELECTION}/{BOX}", key_of()).verifier)
        copy = read_report(note.text)
        assert (copy.copy_no, copy.printed, copy.reprinted) == (number, first.printed, clock.now())
        assert copy.same_figures(first)
    assert report(box, ReportKind.FINAL) == first
    assert paper.tapes[-1].name == "final-3"


def test_a_copys_number_is_never_used_twice_even_when_the_printer_fails(tmp_path: Path) -> None:
    paper = Paper()
    box = day(box_at(tmp_path / "b", paper=paper), BALLOTS)
    paper.failing = 1
    with pytest.raises(PrinterFailed):
        box.reprint(ReportKind.FINAL)
    assert read_report(SignedNote.parse(box.reprint(ReportKind.FINAL)).text).copy_no == 3


def test_a_report_is_copied_at_most_999_times(tmp_path: Path) -> None:
    box = box_at(tmp_path / "b")
    box.zero_report()
    box._replace(zero_copies=999)
    with pytest.raises(TooManyCopies):
        box.reprint(ReportKind.ZERO)


def test_a_printer_without_paper_prints_the_same_report_later(tmp_path: Path) -> None:
    clock, paper = Hands(), Paper(failing=1)
    box = box_at(tmp_path / "b", clock=clock, paper=paper)
    with pytest.raises(PrinterFailed):
        box.zero_report()
    assert box.stage is Stage.PROVISIONED
    signed = box.note(ReportKind.ZERO)
    clock.wait(minutes=10)
    box.zero_report()
    assert paper.tapes[0].note == signed == box.note(ReportKind.ZERO)


def test_an_early_hour_and_a_clock_that_runs_backwards_are_noted_and_stop_nothing(tmp_path: Path) -> None:
    clock = Hands(datetime(2021, 11, 28, 1, tzinfo=UTC))
    box = box_at(tmp_path / "b", clock=clock)
    box.zero_report()
    box.open()
    clock.wait(hours=-5)
    box.close()
    kinds = {event.kind for event in box.events}
    assert {EventKind.EARLY_OPEN, EventKind.EARLY_CLOSE, EventKind.CLOCK} <= kinds
    box.final_report()


def test_without_open_lists_there_is_no_annex(tmp_path: Path) -> None:
    box = day(box_at(tmp_path / "b", of=manifest(contests=CONTESTS[1:])), ())
    with pytest.raises(NothingToReport):
        box.annex_report()


def test_the_next_start_says_that_the_last_one_was_interrupted(tmp_path: Path) -> None:
    box = box_at(tmp_path / "b")
    box.zero_report()
    box.open()
    box.count(BALLOTS[0])
    box.abandon()
    again = Box.resume(tmp_path / "b", Hands(), disk=UNSYNCED)
    assert again.resumed.interrupted
    assert not again.resumed.mended
    last = again.events[-1]
    assert (last.kind, last.detail) == (EventKind.RESUMED, "open")
    assert again.ballots == 1
    again.stop()
    assert not Box.resume(tmp_path / "b", Hands(), disk=UNSYNCED).resumed.interrupted


def test_one_program_holds_a_box_at_a_time(tmp_path: Path) -> None:
    box = box_at(tmp_path / "b")
    with pytest.raises(BoxBusy):
        Box.resume(tmp_path / "b", Hands())
    box.stop()
    Box.resume(tmp_path / "b", Hands()).stop()


def test_a_box_is_provisioned_once(tmp_path: Path) -> None:
    box_at(tmp_path / "b").stop()
    with pytest.raises(AlreadyProvisioned):
        box_at(tmp_path / "b")


def test_an_empty_folder_is_no_box(tmp_path: Path) -> None:
    with pytest.raises(NotProvisioned):
        Box.resume(tmp_path, Hands())


def test_the_key_must_be_the_registered_one(tmp_path: Path) -> None:
    with pytest.raises(WrongKey):
        Box.provision(tmp_path / "b", manifest(), key_of(box="ABB-000001"), Hands(), disk=UNSYNCED)
    assert not (tmp_path / "b").exists()


def test_a_live_election_refuses_a_rehearsals_key(tmp_path: Path) -> None:
    with pytest.raises(WrongKey, match="rehearsal"):
        box_at(tmp_path / "b", of=manifest(mode=Mode.LIVE))


def test_a_live_election_goes_with_a_key_of_its_own(tmp_path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    live = manifest(mode=Mode.LIVE, vkey=Signer(f"{ELECTION}/{BOX}", key).verifier.vkey())
    box = day(Box.provision(tmp_path / "b", live, key, Hands(), disk=UNSYNCED), BALLOTS)
    note = SignedNote.parse(box.note(ReportKind.FINAL) or b"")
    assert read_report(note.text).mode is Mode.LIVE
    assert note.text.splitlines()[2] == "ШАЙЛОО"


def test_the_key_lies_closed(tmp_path: Path) -> None:
    box_at(tmp_path / "b").stop()
    key = tmp_path / "b" / "box.key"
    assert key.stat().st_mode & 0o777 == 0o600
    key.chmod(0o640)
    with pytest.raises(WrongKey):
        Box.resume(tmp_path / "b", Hands())


def test_a_box_whose_two_copies_are_both_torn_is_dead(tmp_path: Path) -> None:
    box_at(tmp_path / "b").stop()
    file = os.open(tmp_path / "b" / "storage.bin", os.O_RDWR)
    for area in layout_of(manifest()).counters:
        os.pwrite(file, b"\xff", area.offset)
    os.close(file)
    with pytest.raises(StorageDamaged):
        Box.resume(tmp_path / "b", Hands())


def test_closing_notices_storage_that_lost_what_it_took(tmp_path: Path) -> None:
    box = box_at(tmp_path / "b")
    box.zero_report()
    box.open()
    box.count(BALLOTS[0])
    file = os.open(tmp_path / "b" / "storage.bin", os.O_RDWR)
    os.pwrite(file, bytes(slot_size(CONTESTS[0])), layout_of(manifest()).counters[1].offset)
    os.close(file)
    with pytest.raises(StorageDamaged):
        box.close()


def test_all_space_is_taken_at_provisioning_and_nothing_is_made_grown_or_removed_after(tmp_path: Path) -> None:
    folder = tmp_path / "b"
    box = box_at(folder, disk=REAL)
    before = {path.name: (path.stat().st_ino, path.stat().st_size) for path in folder.iterdir()}
    storage = (folder / "storage.bin").stat()
    assert storage.st_blocks * 512 >= storage.st_size
    day(box, BALLOTS).annex_report()
    box.stop()
    assert {path.name: (path.stat().st_ino, path.stat().st_size) for path in folder.iterdir()} == before
