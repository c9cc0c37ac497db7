"""Proof of work at the door: whose browser has counted a little may file more often from the same address.

A telephone company puts a whole district behind one address; a program that floods the door sits behind one too. A task
is a random text with its hour, under the installation's secret, so nothing is stored for it. Its solution is a number:
SHA-256 over `task:number` begins with `BITS` zero bits. Without a script nothing is asked for, and a lower limit holds.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

BITS: Final = 16
"""Some 65,000 digests: a second on a cheap telephone, done while the page is read."""
LASTS_S: Final = 3600
_RANDOM: Final = 12
_LONGEST: Final = 120


def make_task(secret: bytes, random: bytes, now: int) -> str:
    """A task of this second. `random` are 12 fresh bytes."""
    text = f"{now}.{random[:_RANDOM].hex()}"
    return f"{text}.{_mark(secret, text)}"


def is_solved(secret: bytes, task: str, number: str, now: int) -> bool:
    """Whether a task is ours, not older than an hour, and solved by a number."""
    text, _, mark = task.rpartition(".")
    made = text.partition(".")[0]
    if len(task) > _LONGEST or len(number) > _LONGEST or not (made.isascii() and made.isdecimal()):
        return False
    if not hmac.compare_digest(mark.encode(), _mark(secret, text).encode()) or not 0 <= now - int(made) <= LASTS_S:
        return False
    digest = hashlib.sha256(f"{task}:{number}".encode()).digest()
    return int.from_bytes(digest) >> (8 * len(digest) - BITS) == 0


def solve(task: str) -> str:
    """The smallest number that solves a task: what the script does, for programs and tests."""
    number = 0
    while int.from_bytes(hashlib.sha256(f"{task}:{number}".encode()).digest()) >> (256 - BITS):
        number += 1
    return str(number)


def _mark(secret: bytes, text: str) -> str:
    return hmac.digest(secret, f"task of the door of cases\n{text}".encode(), "sha256").hex()[:32]
