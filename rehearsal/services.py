"""The server and its publisher, as an operator would start them, watched from outside."""

from __future__ import annotations

import socket
import time
from pathlib import Path
from typing import Any

import httpx

from rehearsal.lines import Program, ProgramFailed

_START_S = 120.0
_AGAIN = "the publisher ended with 1;"
_MOST_STARTS = 2
"""A publisher that cannot even make its first version is not waited for."""


def free_port() -> int:
    """A port of the loopback that nothing listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Services:
    """`shailoo serve` in a process of its own; it starts the publisher and starts it again when it dies."""

    def __init__(self, folder: Path, port: int, logs: Path) -> None:
        self.folder = folder
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self._logs = logs
        self.program = self._start()
        self._client = httpx.Client(base_url=self.url, timeout=30, trust_env=False)

    def _start(self) -> Program:
        program = Program(
            "serve", ["-m", "shailoo.cli", "serve", "--dir", str(self.folder), "--port", str(self.port)], self._logs
        )
        program.follow(lambda _: None)
        return program

    def start_again(self) -> None:
        """Start after a kill."""
        self.program.close()
        self.program = self._start()

    def wait_until_up(self, election: str) -> None:
        """Return when the server answers and the first version of an election is public. Raises ProgramFailed."""
        deadline = time.monotonic() + _START_S
        while time.monotonic() < deadline:
            if not self.program.alive or self.program.last_words().count(_AGAIN) > _MOST_STARTS:
                break
            if self.get(f"/results/data/{election}/pointer.json") is not None:
                return
            time.sleep(0.05)
        raise ProgramFailed("The server or its publisher does not start.", log=self.program.last_words())

    def get(self, path: str) -> httpx.Response | None:
        """Fetch a file; None when it is not there or nobody answers."""
        try:
            answer = self._client.get(path)
        except httpx.HTTPError:
            return None
        return answer if answer.status_code == httpx.codes.OK else None

    def data(self, election: str, name: str) -> Any:  # noqa: ANN401 -- JSON has no narrower type
        """A public JSON file of an election. Raises ProgramFailed when it cannot be had."""
        answer = self.get(f"/results/data/{election}/{name}")
        if answer is None:
            raise ProgramFailed("A public file cannot be fetched.", file=name, log=self.program.last_words())
        return answer.json()

    def end(self) -> None:
        """Stop the server and its publisher; both finish what was begun."""
        self._client.close()
        self.program.end(60)
