"""`make demo` for five stations: addresses that answer, a sign-in that works, and nothing left behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

pytestmark = pytest.mark.night


Running = tuple[str, subprocess.Popen[str]]


@contextmanager
def running(port: int, room: Path, *more: str) -> Iterator[Running]:
    """`shailoo demo` of five stations in a process of its own."""
    command = [sys.executable, "-m", "shailoo.cli", "demo", "--election", "small", "--port", str(port), *more]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, encoding="utf-8", env={**os.environ, "TMPDIR": str(room)}
    )
    yield f"http://127.0.0.1:{port}", process
    process.kill()
    process.wait()
    if process.stdout is not None:
        process.stdout.close()


@pytest.fixture
def demo(free_port: int, tmp_path: Path) -> Iterator[Running]:
    with running(free_port, tmp_path) as one:
        yield one


@pytest.fixture
def month_before(free_port: int, tmp_path: Path) -> Iterator[Running]:
    with running(free_port, tmp_path, "--applications") as one:
        yield one


def said_by(process: subprocess.Popen[str]) -> str:
    """What it says until it is up."""
    assert process.stdout is not None
    said = ""
    while "Ctrl-C ends it" not in said:
        line = process.stdout.readline()
        assert line, said
        said += line
    return said


def test_the_demo_plays_a_night_stays_up_and_leaves_nothing(demo: Running, tmp_path: Path) -> None:
    url, process = demo
    said = said_by(process)
    for language in ("ky", "ru", "en"):
        address = f"{url}/results/{language}/small/"
        assert address in said
        assert httpx.get(address).status_code == 200
    for page in ("small/counts/", "small/documents/", "small/station/1001/", "about/check/"):
        address = f"{url}/results/ky/{page}"
        assert address in said
        assert httpx.get(address).status_code == 200
    assert f"{url}/results/ky/log/" in said
    assert re.search(r"verified by a stranger\s*│\s*yes", said)
    assert "DIFFERENCE" not in said
    with httpx.Client(headers={"accept-language": "en"}) as browser:
        form = browser.get(f"{url}/staff/login").headers["location"]
        back = browser.post(form, data={"sub": "pec-1001"}).headers["location"]
        home = browser.get(back, follow_redirects=True)
        assert home.status_code == 200
        assert "1001" in re.sub(r"<[^>]*>", " ", home.text)
    assert list(tmp_path.glob("shailoo-demo-*"))
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0
    assert list(tmp_path.glob("shailoo-demo-*")) == []


def test_the_month_before_is_open_to_voters_and_their_commissions(month_before: Running, tmp_path: Path) -> None:
    url, process = month_before
    said = said_by(process)
    assert f"{url}/api/cabinet/" in said
    kinds = httpx.get(f"{url}/api/cases/?lang=en", headers={"accept": "text/html"}).text
    assert "This is a rehearsal" in kinds
    assert "not today" not in kinds
    for door, name, seen in (
        ("/api/cabinet/", "voter-new", "You have not applied for anything."),
        ("/api/cabinet/", re.findall(r"voter-\d+", said)[-1], "Being processed"),
        ("/staff/", "pec-1001-second", "Applications at the station"),
        ("/staff/", "tec-1", "Cases of my commission"),
    ):
        assert name in said
        with httpx.Client(headers={"accept-language": "en", "accept": "text/html"}) as browser:
            form = browser.get(f"{url}{door}login?next={door}").headers["location"]
            back = browser.post(form, data={"sub": name}).headers["location"]
            page = browser.get(back, follow_redirects=True)
            assert (page.status_code, seen in page.text) == (200, True), (name, page.text)
            if name == "tec-1":
                assert "overdue" in browser.get(f"{url}/staff/cases/").text
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0
    assert list(tmp_path.glob("shailoo-demo-*")) == []
