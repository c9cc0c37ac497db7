"""The copy room: a process apart, in which documents are read, and the way to it.

The process knows nothing of ours: no open file, no setting and no secret of this process, no folder to write to.
"""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Final, Self

from pydantic import ValidationError

from builder.documents.copies import (
    LENGTH,
    MOST_ANSWER,
    Answer,
    Limits,
    MessageBroken,
    Order,
    PageImage,
    PublicCopy,
    pack,
    unpack,
)
from shailoo.errors import ShailooError
from shailoo.model.document import Blackout
from shailoo.rules.scan_faults import BY_CODE
from shailoo.rules.scan_kinds import look

_SOURCE: Final = str(Path(__file__).resolve().parents[2])
_GRACE_S: Final = 20
"""The room keeps the time of a document itself; only when it fails to, this much later, is it ended from here."""
_PIECE: Final = 1 << 20


class CopyRoomLost(ShailooError):
    """The copy room's process ended or answered nonsense. Says nothing about the document: try again."""

    code = "copy-room-lost"


class CopyRoom:
    """Makes copies one after the other, in a process that starts with the first. Any thread may ask."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def process_id(self) -> int | None:
        """The room's process, for those who watch its memory; None before the first copy."""
        return self._process.pid if self._process is not None else None

    def copy(self, original: bytes, areas: Sequence[Blackout] = ()) -> PublicCopy:
        """Make the public copy of a document.

        Raises DocumentUnfit when there can be none, CopyRoomLost when the machine failed.
        """
        media = look(original)
        request = pack(Order(media=media, areas=tuple(areas)), [original])
        with self._lock:
            answer, pieces = self._ask(request)
        if answer.unfit is not None:
            raise BY_CODE[answer.unfit](answer.sentence, **answer.facts)
        pages = (PageImage(data, size.width, size.height) for data, size in zip(pieces[1:], answer.pages, strict=True))
        return PublicCopy(pieces[0], tuple(pages), media)

    def close(self) -> None:
        """End the process; the next copy starts another."""
        process, self._process = self._process, None
        if process is None or self._owner != os.getpid():  # a forked process has no right to end its parent's
            return
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
        process.kill()
        process.wait()

    def _ask(self, request: bytes) -> tuple[Answer, list[bytes]]:
        try:
            process = self._running()
            assert process.stdin is not None  # noqa: S101 -- for the type checker: it was opened as a pipe
            assert process.stdout is not None  # noqa: S101 -- as above
            process.stdin.write(request)
            process.stdin.flush()
            until = time.monotonic() + self._limits.wall_s + _GRACE_S
            return _answer(process.stdout.fileno(), until)
        except (OSError, MessageBroken, ValidationError) as error:
            self.close()
            raise CopyRoomLost("The process that copies documents failed. Try again.") from error
        except BaseException:
            self.close()  # an answer may be half read: nobody must take it for the next document's
            raise

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._owner == os.getpid() and self._process.poll() is None:
            return self._process
        self.close()
        limits = self._limits
        command = [sys.executable, "-P", "-s", "-B", "-m", "builder.documents.child"]
        command += [str(limits.cpu_s), str(limits.wall_s), str(limits.memory)]
        self._process = subprocess.Popen(  # noqa: S603 -- our own module, with numbers
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={"PYTHONPATH": _SOURCE, "LC_ALL": "C.UTF-8"},
        )
        self._owner = os.getpid()
        return self._process


def _read(pipe: int, size: int, until: float) -> bytes:
    pieces = []
    while size:
        left = until - time.monotonic()
        if left <= 0 or not select.select([pipe], [], [], left)[0]:
            raise MessageBroken("no answer in time")
        piece = os.read(pipe, min(size, _PIECE))
        if not piece:
            raise MessageBroken("the answer ends early")
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


def _answer(pipe: int, until: float) -> tuple[Answer, list[bytes]]:
    length = int.from_bytes(_read(pipe, LENGTH, until), "big")
    if length > MOST_ANSWER:
        raise MessageBroken("an answer longer than any copy")
    head, pieces = unpack(_read(pipe, length, until))
    answer = Answer.model_validate_json(head)
    if answer.unfit is None:
        _believable(answer, pieces)
    elif answer.unfit not in BY_CODE:
        raise MessageBroken("an unknown reason")
    return answer, pieces


def _believable(answer: Answer, pieces: Sequence[bytes]) -> None:
    """The least that a copy looks like; whoever took over the reading process could still paint pages of its own."""
    begins = [b"%PDF-", *(b"\xff\xd8\xff" for _ in answer.pages)]
    if len(pieces) != len(begins) or not answer.pages:
        raise MessageBroken("a copy without its pages")
    if not all(piece.startswith(begin) for piece, begin in zip(pieces, begins, strict=True)):
        raise MessageBroken("a copy of another format")
