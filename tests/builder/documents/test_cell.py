"""Whoever takes over the process that reads a document finds himself in an empty room."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from builder.documents.cell import _FONTS
from tests.law.source import ROOT

CONFINED = """
import os, resource, socket, sys
from builder.documents.cell import confine
from builder.documents.copies import Limits
said = confine(Limits(memory=1 << 32))
try:
    {attempt}
except (OSError, MemoryError, ValueError) as error:
    print(type(error).__name__)
else:
    print("done")
"""


def attempted(what: str) -> str:
    code = CONFINED.format(attempt=what)
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.mark.parametrize(
    "what",
    [
        "socket.socket()",
        "socket.socket(socket.AF_UNIX)",
        "socket.socketpair()",
        "os.fork()",
        "os.execv('/bin/true', ['true'])",
        "os.posix_spawn('/bin/true', ['true'], {})",
        "os.kill(os.getppid(), 0)",
        "open('left-behind', 'wb').write(b'x')",
        "os.mkdir('left-behind')",
        "resource.setrlimit(resource.RLIMIT_CPU, (99, 99))",
        "os.unlink('/etc/hostname')",
        "bytearray(1 << 33)",
    ],
)
def test_the_reading_process_can_neither_speak_nor_start_nor_write_nor_grow(what: str) -> None:
    assert attempted(what) in {"PermissionError", "MemoryError", "ValueError"}
    assert not (ROOT / "left-behind").exists()


def test_it_reads_no_file_but_fonts_and_libraries() -> None:
    assert "landlock" not in attempted("print(*said)") or attempted("open('/etc/passwd').read()") == "PermissionError"
    fonts = [str(font) for folder in _FONTS for font in Path(folder).rglob("*.ttf")]
    assert all(attempted(f"open({font!r}, 'rb').read()") == "done" for font in fonts[:1])


def test_what_it_needs_still_works() -> None:
    assert attempted("bytearray(1 << 26); os.write(1, b''); os.getpid()") == "done"


ORPHANED = """
import os, time
from builder.documents.cell import confine
from builder.documents.copies import Limits
asked_by = os.getpid()
if os.fork() == 0:
    while os.getppid() == asked_by:
        time.sleep(0.001)
    confine(Limits(memory=1 << 32), parent=asked_by)
    print("goes on reading", flush=True)
"""


def test_a_reader_whose_room_died_before_it_was_confined_does_not_go_on() -> None:
    done = subprocess.run([sys.executable, "-c", ORPHANED], cwd=ROOT, check=True, capture_output=True, text=True)
    assert done.stdout == ""
