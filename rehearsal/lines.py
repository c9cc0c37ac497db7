"""Programs of a rehearsal talk in lines.

Each line one JSON object on standard output, the cause of a failure on the error output.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from shailoo.errors import ShailooError


class ProgramFailed(ShailooError):
    """A program of the rehearsal ended in disorder; the last lines of its log are in the facts."""

    code = "program-failed"


def say(**facts: object) -> None:
    """Write one line and flush it, so that the reader has it even if this process is killed the next moment."""
    sys.stdout.write(json.dumps(facts, ensure_ascii=False) + "\n")
    sys.stdout.flush()


class Program:
    """A child process of the rehearsal. Its error output goes to a file in the folder of logs."""

    def __init__(self, name: str, arguments: Sequence[str], logs: Path, *, fed: bool = False) -> None:
        logs.mkdir(parents=True, exist_ok=True)
        self.name = name
        self._log = logs / f"{name}.log"
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *arguments],
                stdin=subprocess.PIPE if fed else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                encoding="utf-8",
            )

    def lines(self) -> Iterator[Mapping[str, Any]]:
        """What the program says, until it ends. A line torn by a kill is left out: nothing was promised by it."""
        assert self.process.stdout is not None  # noqa: S101 -- we asked for a pipe
        for line in self.process.stdout:
            if line.endswith("\n"):
                yield json.loads(line)

    def follow(self, hear: Callable[[Mapping[str, Any]], None]) -> threading.Thread:
        """Hear every line in a thread of its own."""

        def read() -> None:
            for line in self.lines():
                hear(line)

        thread = threading.Thread(target=read, name=f"hears {self.name}", daemon=True)
        thread.start()
        return thread

    def tell(self, **facts: object) -> None:
        """Feed one line. A program that is gone hears nothing."""
        if self.process.stdin is None:
            return
        try:
            self.process.stdin.write(json.dumps(facts) + "\n")
            self.process.stdin.flush()
        except (BrokenPipeError, ValueError):
            return

    def hush(self) -> None:
        """No more lines will be fed."""
        if self.process.stdin is not None and not self.process.stdin.closed:
            try:
                self.process.stdin.close()
            except BrokenPipeError:
                return

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self.process.poll() is None

    def wait(self, timeout: float | None = None) -> None:
        """Wait until it ended. Raises ProgramFailed unless it ended well."""
        code = self.process.wait(timeout)
        if code != 0:
            raise ProgramFailed(f"A program of the rehearsal failed: {self.name}.", code=code, log=self.last_words())

    def last_words(self) -> str:
        """The end of its log."""
        return self._log.read_text(encoding="utf-8", errors="replace")[-2000:].strip()

    def end(self, patience_s: float = 30) -> None:
        """Ask it to end, then insist. Its pipes are closed."""
        if self.alive:
            self.process.terminate()
            try:
                self.process.wait(patience_s)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.close()

    def kill(self) -> None:
        """End it without a word, as a power cut would."""
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        """Close its pipes."""
        self.hush()
        if self.process.stdout is not None:
            self.process.stdout.close()
