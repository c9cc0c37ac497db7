"""Work shared out between this process and forked ones, for a full build.

Forked processes see the state of this one without copying it. They take their next piece from a pipe, so a slow piece
holds nobody up, and they end by themselves when this process dies: what it left half done is mended by its successor,
and two must not write at the same time.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, TypeVar

from shailoo.errors import ShailooError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

Piece = TypeVar("Piece")
_PLACE = 4
"""Bytes of a piece's number in the pipe."""
_MOST = 8_000
"""So many numbers fit into a pipe before anybody reads."""


class CrewLost(ShailooError):
    """A forked process ended before its work was done."""

    code = "crew-lost"


def share_out(pieces: Sequence[Piece], work: Callable[[Piece], list[str]], *, processes: int) -> list[str]:
    """Do every piece once, in any order and in several processes; returns all that the pieces had to say.

    Raises CrewLost when a process was killed or its work raised.
    """
    if processes < 2 or len(pieces) < 2 or len(pieces) > _MOST:  # noqa: PLR2004 -- one piece or process shares nothing
        return [line for piece in pieces for line in work(piece)]
    queue, feed = os.pipe()
    os.write(feed, b"".join(number.to_bytes(_PLACE, "big") for number in range(len(pieces))))
    os.close(feed)
    parent = os.getpid()
    answers: list[tuple[int, int]] = []
    try:
        for _ in range(processes - 1):
            answer, say = os.pipe()
            child = os.fork()
            if child == 0:
                os.close(answer)
                _as_child(say, lambda: _take(queue, pieces, work, alive=lambda: os.getppid() == parent))
            os.close(say)
            answers.append((child, answer))
        found = list(_take(queue, pieces, work, alive=lambda: True))
    finally:
        os.close(queue)
        told = [_hear(child, answer) for child, answer in answers]
    for status, lines in told:
        if status != 0:
            raise CrewLost("A process that made pages ended early; make them again.", status=status)
        found += lines
    return found


def _take(
    queue: int, pieces: Sequence[Piece], work: Callable[[Piece], list[str]], *, alive: Callable[[], bool]
) -> Iterable[str]:
    while (number := os.read(queue, _PLACE)) and alive():
        yield from work(pieces[int.from_bytes(number, "big")])


def _as_child(say: int, do: Callable[[], Iterable[str]]) -> None:
    """Say what the work said, and end without running anything of the parent's own clean-up."""
    code = 1
    try:
        data = json.dumps(list(do())).encode()
        with os.fdopen(say, "wb") as out:
            out.write(data)
        code = 0
    finally:
        os._exit(code)


def _hear(child: int, answer: int) -> tuple[int, list[str]]:
    with os.fdopen(answer, "rb") as heard:
        data = heard.read()
    _, status = os.waitpid(child, 0)
    lines = json.loads(data) if status == 0 else []
    return status, [str(line) for line in lines]
