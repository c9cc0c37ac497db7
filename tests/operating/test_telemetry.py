"""How lines are written: whole, never waited for, not too many of what strangers cause; what else is heard."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from shailoo.adapters.metrics import PrometheusMeter, gathered
from shailoo.errors import NotFound
from shailoo.events.doors import HandlerFailed, RequestAnswered, UploadRefused
from shailoo.events.pages import PublisherBeat, VersionPublished
from shailoo.telemetry import MOST_LINES, WINDOW_S, Telemetry, say
from tests.law.source import ROOT
from tests.operating.conftest import Said
from tests.operating.secrets import PIN, SURNAME, in_it


def test_what_strangers_bring_about_fills_no_disk() -> None:
    lines: list[str] = []
    now = [100.0]
    log = Telemetry("server", lines.append, PrometheusMeter(), ticks=lambda: now[0])
    for _ in range(5000):
        log.say(UploadRefused(code=NotFound.code))
    assert len(lines) == MOST_LINES
    now[0] += WINDOW_S
    log.say(UploadRefused(code=NotFound.code))
    assert [json.loads(line)["event"] for line in lines[MOST_LINES:]] == ["lines-held-back", "upload-refused"]
    assert json.loads(lines[MOST_LINES])["count"] == 5000 - MOST_LINES
    assert isinstance(log.meter, PrometheusMeter)
    assert log.meter.registry.get_sample_value(
        "shailoo_uploads_refused_total", {"program": "server", "code": "not-found"}
    ) == pytest.approx(5001)


def test_a_log_that_cannot_be_written_stops_nobody() -> None:
    def full(_: str) -> None:
        raise OSError

    Telemetry("server", full).say(UploadRefused(code=NotFound.code))


def test_a_program_whose_lines_nobody_reads_goes_on() -> None:
    program = (
        "from shailoo.telemetry import say\nfrom shailoo.events.life import ProgramStarted\n"
        "for _ in range(5000): say(ProgramStarted())\n"
        "print('done')\n"
    )
    reader, writer = os.pipe()
    try:
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, stderr=writer, timeout=60, check=True
        )
    finally:
        os.close(reader)
        os.close(writer)
    assert done.stdout == b"done\n"


def test_a_fault_is_told_by_type_and_place_and_not_by_what_it_says(said: Said) -> None:
    try:
        int(f"{SURNAME} {PIN}")
    except ValueError as fault:
        say(HandlerFailed(fault=fault))
    line = said.events[0]
    assert str(line["fault"]).startswith("builtins.ValueError at tests.operating.test_telemetry:")
    assert in_it(said.text[0]) == []


def test_of_a_library_and_of_a_death_only_type_and_place_are_heard() -> None:
    program = f"""
import logging, threading, sys
from shailoo.telemetry import start
start("server")
logging.getLogger("uvicorn.error").error("refused %s", "{PIN}")
logging.getLogger("{SURNAME}").warning("about {SURNAME}")
try:
    int("{PIN} {SURNAME}")
except ValueError:
    logging.getLogger("asyncio").exception("{SURNAME}")
def die(): raise KeyError("{PIN}")
thread = threading.Thread(target=die, name="{SURNAME}"); thread.start(); thread.join()
raise RuntimeError("{SURNAME} {PIN}")
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, check=False, timeout=60)
    assert done.returncode == 1
    assert in_it(done.stderr) == []
    found = [json.loads(line) for line in done.stderr.splitlines()]
    assert [(one["event"], one.get("library")) for one in found] == [
        ("library-spoke", "uvicorn"), ("library-spoke", "another"), ("library-spoke", "asyncio"),
        ("program-died", None), ("program-died", None),
    ]  # fmt: skip
    assert [one["fault"].partition(" at ")[0] for one in found[2:]] == [
        "builtins.ValueError", "builtins.KeyError", "builtins.RuntimeError",
    ]  # fmt: skip


def test_lines_of_many_threads_are_whole(said: Said) -> None:
    def work() -> None:
        for _ in range(50):
            say(VersionPublished(trace="0" * 32, version=1, upto=1, stations=1, files=1, wide=True, trail=False, ms=1))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(said.events) == 400


def test_the_server_gathers_the_figures_of_the_programs_beside_it(tmp_path: Path) -> None:
    own, beside = PrometheusMeter(), PrometheusMeter(tmp_path / "publisher.prom")
    Telemetry("server", lambda _: None, own).say(RequestAnswered(route=None, status=200, ms=3))
    publisher = Telemetry("publisher", lambda _: None, beside)
    publisher.say(PublisherBeat(waiting=7, oldest_s=61))
    beside.leave()
    (tmp_path / "torn.prom").write_text("not { figures")
    text = gathered(own, tmp_path).decode()
    assert 'shailoo_requests_total{program="server",route="",status="200"} 1.0' in text
    assert 'shailoo_oldest_waiting_s{program="publisher"} 61.0' in text
    assert 'shailoo_program_heard_s{program="publisher"} 0.0' in text
    assert text.count("# TYPE shailoo_requests_total counter") == 1


def test_a_quiet_event_writes_no_line_on_one_machine(said: Said) -> None:
    say(PublisherBeat(waiting=0, oldest_s=0))
    assert said.text == []


def test_this_test_did_not_change_the_logging_of_the_others() -> None:
    assert all(type(handler).__name__ != "_Ears" for handler in logging.getLogger().handlers)
