"""`python -m builder.documents.child CPU_S WALL_S MEMORY`: the copy room's process.

It reads requests from its input and writes answers to its output until the input ends. It never looks into a document:
for each one it forks a process that does, with limits, and that ends with the document. So no document finds anything
of an earlier one, memory cannot grow from one to the next, and libraries are loaded once.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from typing import TYPE_CHECKING

from pydantic import ValidationError

from builder.documents.cell import confine
from builder.documents.copies import LENGTH, MOST_ANSWER, Answer, Limits, MessageBroken, Order, PageSize, pack, unpack
from builder.documents.remake import remake, warm_up
from shailoo.rules.scan_faults import DocumentBomb, DocumentBroken, DocumentUnfit

if TYPE_CHECKING:
    from typing import BinaryIO

_PIECE = 1 << 16
_ONE_REQUEST, _ONE_ANSWER = 0, 1


def serve(requests: BinaryIO, answers: BinaryIO, limits: Limits) -> None:
    """Answer every request in turn; returns when there are no more."""
    while len(length := requests.read(LENGTH)) == LENGTH:
        body = requests.read(int.from_bytes(length, "big"))
        answers.write(_in_a_process(body, limits))
        answers.flush()


def _in_a_process(body: bytes, limits: Limits) -> bytes:
    """Fork, wait no longer than the limits say, and return the answer, or that there is none."""
    heard, say = os.pipe()
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        _as_child(say, body, limits, parent)
    os.close(say)
    answer = _hear(heard, time.monotonic() + limits.wall_s)
    os.close(heard)
    if answer is None:
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if answer is None or status != 0 or len(answer) < LENGTH:
        return pack(_unfit(DocumentBomb("Reading the file takes too much. Scan the paper again.", status=status)))
    return answer


def _hear(heard: int, until: float) -> bytes | None:
    """All that comes, or None when it takes too long or is too much."""
    pieces: list[bytes] = []
    size = 0
    while size <= MOST_ANSWER:
        left = until - time.monotonic()
        if left <= 0 or not select.select([heard], [], [], left)[0]:
            return None
        piece = os.read(heard, _PIECE)
        if not piece:
            return b"".join(pieces)
        pieces.append(piece)
        size += len(piece)
    return None


def _as_child(say: int, body: bytes, limits: Limits, parent: int) -> None:
    """Make one copy and end, without running anything of the parent's own clean-up."""
    code = 1
    try:
        os.close(_ONE_REQUEST)
        os.close(_ONE_ANSWER)
        confine(limits, parent=parent)
        with os.fdopen(say, "wb") as out:
            out.write(_made(body))
        code = 0
    finally:
        os._exit(code)


def _made(body: bytes) -> bytes:
    try:
        head, (original,) = unpack(body)
        order = Order.model_validate_json(head)
        copy = remake(original, order.media, order.areas)
    except DocumentUnfit as unfit:
        return pack(_unfit(unfit))
    except (MessageBroken, ValidationError):
        raise  # our own fault, not the document's
    except MemoryError:
        return pack(_unfit(DocumentBomb("Reading the file takes too much memory. Scan the paper again.")))
    except Exception:  # noqa: BLE001 -- whatever a library raises over hostile bytes means the same to the sender
        return pack(_unfit(DocumentBroken("The file cannot be read. Scan the paper again.")))
    sizes = tuple(PageSize(width=page.width, height=page.height) for page in copy.pages)
    return pack(Answer(pages=sizes), [copy.pdf, *(page.data for page in copy.pages)])


def _unfit(unfit: DocumentUnfit) -> Answer:
    return Answer(unfit=unfit.code, facts=unfit.facts, sentence=unfit.sentence)


if __name__ == "__main__":
    warm_up()
    cpu_s, wall_s, memory = (int(argument) for argument in sys.argv[1:])
    serve(sys.stdin.buffer, sys.stdout.buffer, Limits(cpu_s, wall_s, memory))
