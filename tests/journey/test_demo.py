"""`make demo` for five stations: addresses that answer, a sign-in that works, and nothing left behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

pytestmark = pytest.mark.night


@pytest.fixture
def demo(free_port: int, tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    command = [sys.executable, "-m", "shailoo.cli", "demo", "--election", "small", "--port", str(free_port)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, encoding="utf-8", env={**os.environ, "TMPDIR": str(tmp_path)}
    )
    yield f"http://127.0.0.1:{free_port}", process
    process.kill()
    process.wait()
    if process.stdout is not None:
        process.stdout.close()


def test_the_demo_plays_a_night_stays_up_and_leaves_nothing(
    demo: tuple[str, subprocess.Popen[str]], tmp_path: Path
) -> None:
    url, process = demo
    assert process.stdout is not None
    said = ""
    while "Ctrl-C ends it" not in said:
        line = process.stdout.readline()
        assert line, said
        said += line
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
