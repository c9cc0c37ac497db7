"""The five-station election from the ballots to the pages, with every process that a real night has."""

from __future__ import annotations

import json
import shutil
import socket
import sqlite3
import subprocess
from pathlib import Path

import pytest

from rehearsal.night import Outcome
from shailoo.cli import only_publisher
from shailoo.model.record import ReportAccepted, read_record
from shailoo.records.note import SignedNote
from shailoo.records.report_text import read_report
from tests.journey.nights import public_data, rehearsal, shailoo, tree

pytestmark = pytest.mark.night
ELECTION = "small"


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Outcome]:
    folder = tmp_path_factory.mktemp("night") / "installation"
    with rehearsal(folder, ELECTION) as played:
        outcome = played.run(evidence=False)
    return folder, outcome


def reports(folder: Path) -> list[ReportAccepted]:
    with sqlite3.connect(folder / "store.db") as store:
        rows = store.execute("SELECT body FROM record WHERE key LIKE 'report/%' ORDER BY seq").fetchall()
    store.close()
    found = [read_record(bytes(body)) for (body,) in rows]
    return [record for record in found if isinstance(record, ReportAccepted)]


def test_every_report_is_accepted_and_public_and_nothing_is_lost(night: tuple[Path, Outcome]) -> None:
    _, outcome = night
    assert outcome.differences == []
    assert (outcome.sent, outcome.accepted, outcome.published) == (6, 6, 6)
    assert (outcome.held, outcome.conflicts, outcome.lost) == (0, 0, 0)
    assert outcome.annexes == 6
    assert set(outcome.accept_to_public_s) == {"p50", "p99", "max"}


def test_the_public_totals_are_the_ballots_that_went_into_the_boxes(night: tuple[Path, Outcome]) -> None:
    folder, _ = night
    (pr,) = [count for count in public_data(folder, ELECTION, "overview.json")["contests"] if count["contest"] == "pr"]
    assert pr["ballots"] == 400 + 250 + 228 + 12 + 80 + 30
    assert pr["invalid"] == 15 + 5 + 10 + 0 + 2 + 0
    assert [option["votes"] for option in pr["options"]] == [360, 310, 215, 49, 34]


def test_no_box_seems_to_have_a_wrong_clock_though_its_zone_is_another(night: tuple[Path, Outcome]) -> None:
    folder, _ = night
    assert {report.clock_off_s for report in reports(folder)} == {0}
    abroad = public_data(folder, ELECTION, "station/9001.json")
    # Half an hour after its own zone's close, as planned. A busy machine may send later in told time, never earlier.
    assert "2025-06-01T17:30:00Z" <= abroad["boxes"][0]["arrived"] < "2025-06-02"


def test_building_again_leaves_every_byte(night: tuple[Path, Outcome]) -> None:
    folder, _ = night
    before = tree(folder / "public")
    done = shailoo("build", "--dir", str(folder), "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["written"] == 0
    assert said["elections"] == [ELECTION]
    assert tree(folder / "public") == before


def test_building_into_an_empty_folder_gives_the_same_bytes(night: tuple[Path, Outcome], tmp_path: Path) -> None:
    folder, _ = night
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy, symlinks=True)
    shutil.rmtree(copy / "public")
    done = shailoo("build", "--dir", str(copy))
    assert done.returncode == 0, done.stderr
    assert tree(copy / "public") == tree(folder / "public")


def test_votes_of_small_cells_are_in_no_public_byte(night: tuple[Path, Outcome]) -> None:
    folder, _ = night
    sealed = [report for report in reports(folder) if report.cells is not None]
    assert {report.box for report in sealed} == {"ABB-000004", "ABB-000006"}
    everything = {path: path.read_bytes() for path in (folder / "public").rglob("*") if path.is_file()}
    for report in sealed:
        note = SignedNote.parse((report.cells or "").encode())
        for sign in (note.bytes().rsplit("— ".encode(), 1)[1].split()[1], read_heading(note.text)):
            assert [path for path, data in everything.items() if sign in data] == []
    # The box with 7 ballots stands beside one with 226: the station's page shows the votes of the large one only.
    station = public_data(folder, ELECTION, "station/5001.json")
    (district,) = [count for count in station["contests"] if count["contest"] == "smd-2"]
    assert [option["votes"] for option in district["options"]] == [90, 100, 30]
    assert district["sealed_ballots"] == 7
    # No region, TEC or district may reveal a cell by subtraction: only the country has them, as one row.
    for place in ("region/osh-city", "tec/tec-2", "region/bishkek", "tec/tec-1"):
        for count in public_data(folder, ELECTION, f"{place}.json")["contests"]:
            assert count["merged_ballots"] == 0


def read_heading(text: str) -> bytes:
    """The heading by which a text of sealed votes is known."""
    assert read_report(text).kind.value == "cells"
    return text.splitlines()[1].encode()


def test_turnout_of_the_day_is_on_the_pages(night: tuple[Path, Outcome]) -> None:
    folder, _ = night
    rows = public_data(folder, ELECTION, "turnout.json")["turnout"]
    noon = [row["voted"] for row in rows if row["place_kind"] == "country" and row["hour"] == "12:00"]
    assert noon == [133 + 83 + 80 + 26 + 10]


def test_a_folder_that_holds_an_installation_is_not_played_over(night: tuple[Path, Outcome]) -> None:
    folder, _ = night
    done = shailoo("rehearse", "--dir", str(folder), "--election", ELECTION)
    assert done.returncode == 2
    assert "already-installed" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_taken_port_gives_one_clear_sentence(night: tuple[Path, Outcome], free_port: int) -> None:
    folder, _ = night
    with socket.socket() as other:
        other.bind(("127.0.0.1", free_port))
        other.listen()
        for command in (["serve", "--dir", str(folder)], ["demo", "--election", ELECTION]):
            done = shailoo(*command, "--port", str(free_port))
            assert done.returncode == 2
            assert f"Port {free_port} cannot be used" in done.stderr
            assert len(done.stderr.splitlines()) == 1


def test_two_publishers_never_work_at_once(night: tuple[Path, Outcome]) -> None:
    folder, _ = night
    with only_publisher(folder, wait=False):
        done = shailoo("publish", "--dir", str(folder))
    assert done.returncode == 2
    assert "publisher-busy" in done.stderr


def test_every_command_refuses_a_folder_without_installation_in_one_sentence(tmp_path: Path) -> None:
    for command in ("serve", "publish", "build"):
        done = shailoo(command, "--dir", str(tmp_path))
        assert (done.returncode, done.stdout) == (2, "")
        assert "There is no installation in this folder" in done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_a_report_carried_on_a_stick_is_received_and_counted(tmp_path: Path) -> None:
    folder, stick = tmp_path / "installation", tmp_path / "stick"
    stick.mkdir()
    with rehearsal(folder, ELECTION) as played:
        played.day()
        box = played.boxes[0]
        command = [*played.sending_command(box)[:-2], "--usb", str(stick)]
        subprocess.run(command, check=True, capture_output=True)
        (file,) = stick.iterdir()
        done = shailoo("intake", "usb", "--dir", str(folder), str(file))
        assert done.returncode == 0, done.stderr
        again = shailoo("intake", "usb", "--dir", str(folder), str(file))
        assert again.stdout == done.stdout
        receipt = stick / f"{file.name}.receipt"
        command = [*played.sending_command(box)[:-2], "--receipt", str(receipt)]
        assert subprocess.run(command, check=False, capture_output=True).returncode == 0
        assert shailoo("publish", "--dir", str(folder)).returncode == 0
    assert public_data(folder, ELECTION, "overview.json")["figures"]["boxes_reported"] == 1
    broken = stick / "broken.shailoo"
    broken.write_bytes(file.read_bytes()[:-100])
    refused = shailoo("intake", "usb", "--dir", str(folder), str(broken))
    assert refused.returncode == 2
    assert "bad-envelope" in refused.stderr
