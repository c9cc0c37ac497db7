"""The program of the day: no network, a screen without tallies, a line protocol for the scanner."""

from __future__ import annotations

import io
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from rich.console import Console

from edge_agent.box import Ballot, Box, Stage
from edge_agent.day import Lines, _watch
from edge_agent.disk import UNSYNCED
from edge_agent.feed import answer
from edge_agent.no_network import EXIT_NETWORK
from edge_agent.screen import ERRORS, STAGES, STEPS, Screen
from edge_agent.steps import Step, possible
from shailoo.model.base import Language
from shailoo.model.election import Mode
from shailoo.model.report import ReportKind
from shailoo.records.fingerprint import fingerprint
from shailoo.records.note import Verifier
from tests.edge.boxes import BOX, CONTESTS, STATION, Hands, Paper, box_at, day, key_of, manifest

PEM = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()


def run(*arguments: str, given: str = "", code: str = "") -> subprocess.CompletedProcess[str]:
    """The program in a process of its own; `code` runs before it, in the same process."""
    start = f"import sys\nfrom edge_agent import day\n{code}\nsys.exit(day.main(sys.argv[1:]))"
    command = [sys.executable, "-c", start, *arguments]
    return subprocess.run(command, input=given, capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture
def papers(tmp_path: Path) -> tuple[str, ...]:
    """What provisioning is given: manifest and key as files."""
    (tmp_path / "manifest.json").write_bytes(manifest().bytes())
    (tmp_path / "key.pem").write_bytes(key_of().private_bytes(*PEM))
    return (
        "--dir",
        str(tmp_path / "b"),
        "--provision",
        str(tmp_path / "manifest.json"),
        "--key",
        str(tmp_path / "key.pem"),
    )


LEAKS = {
    "connects": "socket.create_connection(('127.0.0.1', PORT))",
    "asks for a name": "socket.getaddrinfo('shailoo.example', 443)",
    "makes a socket": "socket.socket(socket.AF_UNIX)",
    "fetches": "__import__('urllib.request').request.urlopen('http://127.0.0.1:PORT/')",
    "starts a program": "__import__('subprocess').run(['true'])",
    "uses a shell": "__import__('os').system('true')",
    "forks": "__import__('os').fork()",
    "loads foreign code": "__import__('ctypes').CDLL('libc.so.6')",
}


@pytest.mark.parametrize("leak", LEAKS)
def test_a_process_ends_at_any_attempt_to_leave_the_box(leak: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        wants = LEAKS[leak].replace("PORT", str(server.getsockname()[1]))
        code = "import socket\nfrom edge_agent.no_network import forbid_network\nforbid_network()"
        code = f"{code}\n{wants}\nprint('reached')"
        ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        with pytest.raises(TimeoutError):
            server.accept()
    assert ended.returncode == EXIT_NETWORK
    assert "reached" not in ended.stdout
    assert "is forbidden on the day" in ended.stderr


def test_the_program_of_the_day_is_such_a_process(papers: tuple[str, ...], tmp_path: Path) -> None:
    wants = "socket.create_connection(('127.0.0.1', 9))"
    code = f"import socket\nfrom edge_agent.box import Box\nBox.close = lambda box: ({wants}, print('reached'))"
    ended = run(*papers, "--feed", "-", "--no-pdf", given="zero\nopen\nballot pr 1\nclose\n", code=code)
    assert (ended.returncode, "reached" in ended.stdout) == (EXIT_NETWORK, False)
    box = Box.resume(tmp_path / "b", Hands(), disk=UNSYNCED)
    assert (box.resumed.interrupted, box.stage, box.ballots) == (True, Stage.OPEN, 1)


def test_a_whole_day_wants_no_network(papers: tuple[str, ...], tmp_path: Path) -> None:
    given = "zero\nopen\nballot pr 1 2\nballot pr -\nballot k-2 1,3\nclose\nfinal\nannex\ncopy-final\nstatus\n"
    ended = run(*papers, "--feed", "-", given=given)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.splitlines() == [
        f"started rehearsal {BOX} provisioned 0",
        "ok zeroed 0",
        "ok open 0",
        "ok open 1",
        "ok open 2",
        "ok open 3",
        "ok closed 3",
        "ok reported 3",
        "ok reported 3",
        "ok reported 3",
        "ok reported 3",
    ]
    names = {"zero-1", "final-1", "final-2", "annex-1"}
    assert {path.stem for path in (tmp_path / "b" / "printed").iterdir()} == names


def test_a_box_that_may_not_start_says_why_in_the_stations_language(papers: tuple[str, ...], tmp_path: Path) -> None:
    ended = run("--dir", str(tmp_path / "none"), "--feed", "-")
    assert ended.returncode == 3
    assert "[not-provisioned]" in ended.stderr
    ended = run(*papers[:5], str(tmp_path / "manifest.json"), "--feed", "-")
    assert (ended.returncode, "[wrong-key]" in ended.stderr) == (3, True)


def test_a_key_is_made_where_it_stays_and_only_its_verifier_key_is_shown(tmp_path: Path) -> None:
    made = run("--new-key", "jk-2021/ABB-000001", "--key", str(tmp_path / "key"))
    vkey, printed = made.stdout.splitlines()
    assert Verifier.parse(vkey).name == "jk-2021/ABB-000001"
    assert printed == fingerprint(vkey)
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    assert run("--new-key", "jk-2021/ABB-000001").returncode == 2


def test_the_feed_refuses_lines_without_counting(tmp_path: Path) -> None:
    box = box_at(tmp_path / "b")
    assert answer(box, "ballot pr 1\n").startswith("no wrong-stage ")
    for step in ("zero", "open"):
        answer(box, step)
    for line in ("", "hello", "ballot", "ballot pr", "ballot pr x", "ballot pr 1 2 3", "ballot pr 1,", "zero zero"):
        assert answer(box, line).startswith("no bad-line "), line
    assert answer(box, "ballot pr 9").startswith("no unknown-ballot ")
    assert answer(box, "open").startswith("no wrong-stage ")
    assert answer(box, "status") == "ok open 0"


def shown(box: Box, language: Language = "en") -> str:
    out = io.StringIO()
    Screen(box, Console(file=out, width=100), language).draw()
    return out.getvalue()


def test_the_screen_shows_the_sheets_and_never_a_vote(tmp_path: Path) -> None:
    box = box_at(tmp_path / "b")
    box.zero_report()
    box.open()
    for _ in range(1234):
        box.count(Ballot("pr", (4,)))
    text = shown(box)
    assert "1\u202f234" in text
    assert STATION in text
    assert not any(option.name in text for contest in CONTESTS for option in contest.options)


def test_the_screen_of_a_rehearsal_is_never_taken_for_an_election(tmp_path: Path) -> None:
    box = box_at(tmp_path / "b")
    for language, banner in (("ky", "МАШЫГУУ, ШАЙЛОО ЭМЕС"), ("ru", "РЕПЕТИЦИЯ, НЕ ВЫБОРЫ"), ("en", "REHEARSAL")):
        assert banner in shown(box, language)  # type: ignore[arg-type]  # the pairs are languages
    box.manifest = manifest(mode=Mode.LIVE)
    assert "REHEARSAL" not in shown(box)


def test_the_menu_offers_what_the_box_would_not_refuse(tmp_path: Path) -> None:
    box = box_at(tmp_path / "b")
    seen = []
    for _ in range(6):
        seen.append(possible(box)[0])
        if box.stage is Stage.REPORTED:
            box.annex_report() if not box.annex_printed else box.reprint(ReportKind.FINAL)
        else:
            answer(box, possible(box)[0].value)
    assert seen == [Step.ZERO, Step.OPEN, Step.CLOSE, Step.FINAL, Step.ANNEX, Step.COPY_ANNEX]
    assert set(STEPS) == set(Step)
    assert set(STAGES) == set(Stage)


def watch(box: Box, keys: str, scanner: str | None = None, folder: Path | None = None) -> str:
    """Sit before the screen and press keys, each followed by Enter; a scanner's lines come first."""
    out = io.StringIO()
    reading, writing = os.pipe()
    fed = None
    if scanner is not None and folder is not None:
        fifo = folder / "scanner"
        os.mkfifo(fifo)
        fed = Lines(os.open(fifo, os.O_RDWR | os.O_NONBLOCK))
        os.write(fed.file, scanner.encode())

    def press() -> None:
        for key in keys.split():
            time.sleep(0.05)
            os.write(writing, f"{key}\n".encode())
        os.close(writing)

    fingers = threading.Thread(target=press)
    fingers.start()
    _watch(Screen(box, Console(file=out, width=100), "en"), Lines(reading), fed)
    fingers.join()
    os.close(reading)
    if fed is not None:
        os.close(fed.file)
    return out.getvalue()


def test_a_day_by_the_keys(tmp_path: Path) -> None:
    box = box_at(tmp_path / "b", paper=Paper())
    said = watch(box, f"1 1 wrong 1 {STATION} 1 {STATION} 1 1 2 7 9 0")
    assert box.stage is Stage.REPORTED
    assert box.annex_printed
    assert "Not confirmed." in said
    assert "МАШЫГУУ" in said  # after the key 9 comes the next language, and after English comes Kyrgyz


def test_sheets_come_from_the_scanner_and_steps_only_from_the_commission(tmp_path: Path) -> None:
    box = box_at(tmp_path / "b")
    box.zero_report()
    box.open()
    said = watch(box, "0", "ballot pr 1\nclose\nballot pr 8\n", tmp_path)
    assert (box.stage, box.ballots) == (Stage.OPEN, 1)
    assert "unknown-ballot" in said


def test_after_an_interruption_the_screen_says_what_to_do_with_the_last_sheet(tmp_path: Path) -> None:
    box = box_at(tmp_path / "b")
    box.zero_report()
    box.open()
    box.count(Ballot("pr", (4,)))
    box.abandon()
    text = shown(Box.resume(tmp_path / "b", Hands(), disk=UNSYNCED))
    assert "was interrupted and goes on. 1 ballot papers are counted" in text
    assert "put the last paper in again" in text


def test_a_printer_that_fails_is_told_on_the_screen(tmp_path: Path) -> None:
    box = box_at(tmp_path / "b", paper=Paper(failing=1))
    said = watch(box, "1 0")
    assert "mend the printer and repeat" in said
    assert box.stage is Stage.PROVISIONED


def test_every_error_a_commission_can_meet_has_a_sentence_in_its_language(tmp_path: Path) -> None:
    codes = {"wrong-stage", "counters-not-zero", "printer-failed", "no-font", "not-stored", "storage-damaged"}
    assert codes <= set(ERRORS)


def test_a_remote_station_shows_only_the_sum(tmp_path: Path) -> None:
    contests = tuple(CONTESTS[1].model_copy(update={"id": f"smd-{no}", "title": f"№{no} округ"}) for no in range(1, 31))
    box = day(box_at(tmp_path / "b", of=manifest(contests=contests, small_cell_bound=5)), [Ballot("smd-7", (1,))])
    assert "№7 округ" not in shown(box)
