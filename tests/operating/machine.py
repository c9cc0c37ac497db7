"""An installation at work with its real processes, for drills: what it says, its figures, its processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import httpx
import psutil
from prometheus_client.parser import text_string_to_metric_families

from shailoo.assembly import Installation
from tests.functions.test_server import HOST, free_port
from tests.journey.nights import keep_prose
from tests.law.source import ROOT
from tests.voting import SMALL, VotingBox

Seen = TypeVar("Seen")


@dataclass
class Machine:
    """A town's machine on the night, as whoever keeps watch sees it."""

    folder: Path
    process: subprocess.Popen[str]
    client: httpx.Client
    said: list[dict[str, object]] = field(default_factory=list)
    other: list[str] = field(default_factory=list)
    """Lines that were no events."""

    def figure(self, name: str, **labels: str) -> float:
        """A figure of /metrics, summed over what was not asked for; 0 where there is none."""
        return sum(
            sample.value
            for family in text_string_to_metric_families(self.client.get("/metrics").text)
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        )

    def named(self, name: str) -> list[dict[str, object]]:
        return [one for one in list(self.said) if one["event"] == name]

    def beside(self, command: str) -> psutil.Process:
        """The process beside the server that runs a command, once it is at work."""

        def found() -> psutil.Process | None:
            children = psutil.Process(self.process.pid).children()
            return next((one for one in children if command in one.cmdline()), None)

        return until(found)

    def send(self, station: str, seed: int = 1) -> httpx.Response:
        """A ballot box sends its report."""
        with Installation.open(self.folder) as installation:
            box = VotingBox.at(installation.elections["small"], station, seed=seed)
            data = box.seal(box.final_bundle(), installation.sealing_public("small"))
        return self.client.post("/api/intake/small", content=data, timeout=60)

    def boxes_on_pages(self) -> int:
        """How many boxes the overview has counted."""
        path = self.folder / "public/results/data/small/overview.json"
        return int(json.loads(path.read_bytes())["figures"]["boxes_reported"]) if path.exists() else -1

    def hear(self) -> None:
        """Take the lines off its error output, so that it never waits for us."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            if line.startswith("{"):
                self.said.append(json.loads(line))
            else:
                self.other.append(line)


def until(look: Callable[[], Seen | None], *, patience_s: float = 60) -> Seen:
    """What `look` finds, as soon as it finds anything."""
    end = time.monotonic() + patience_s
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.1)
    message = "it did not come to pass"
    raise AssertionError(message)


@contextmanager
def at_work(folder: Path) -> Iterator[Machine]:
    """`shailoo serve` over an installation of the five-station election; ends with its whole family."""
    if not (folder / "settings.json").exists():
        keep_prose(folder)
        Installation.create(folder, [SMALL]).close()
    port = free_port()
    command = [sys.executable, "-m", "shailoo.cli", "serve", "--dir", str(folder), "--port", str(port)]
    with (
        subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process,
        httpx.Client(base_url=f"http://{HOST}:{port}", trust_env=False) as client,
    ):
        machine = Machine(folder, process, client)
        ears = threading.Thread(target=machine.hear)
        ears.start()
        try:
            until(lambda: _answers(client))
            yield machine
        finally:
            for child in psutil.Process(process.pid).children():
                child.send_signal(signal.SIGCONT)  # one that a drill has stopped would never hear that it should end
            process.terminate()
            process.wait(60)
            ears.join(60)


def _answers(client: httpx.Client) -> bool:
    try:
        return client.get("/api/health").status_code == 200
    except httpx.TransportError:
        return False


def memory_mb(process: subprocess.Popen[str]) -> float:
    """What a process holds."""
    return float(psutil.Process(process.pid).memory_info().rss) / 1e6


def stop(process: psutil.Process) -> None:
    """Stop a process where it stands: alive, and doing nothing."""
    os.kill(process.pid, signal.SIGSTOP)
