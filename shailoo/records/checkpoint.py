"""The head of the log: how many entries there are and the root over all of them (C2SP tlog-checkpoint v1.0.0).

A checkpoint is the text of a signed note: origin, size, root in base64, a line each. Whoever has one can be shown that
an entry is in the log, and that a later log has lost nothing.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Self

from shailoo.errors import Refused
from shailoo.records.note import SignedNote, Verifier
from shailoo.records.tlog import HASH_BYTES

_HEAD_LINES = 3
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_ORIGIN = re.compile(r"[^\s+]+")


class BadCheckpoint(Refused):
    """The text is not the head of a log, or of another log than expected."""

    code = "bad-checkpoint"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of the log `origin`: `size` entries under `root`, 32 bytes.

    `extensions` are lines that other logs may add; ours adds none, because nobody can audit them.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def text(self) -> str:
        """The text that is signed."""
        root = base64.b64encode(self.root).decode()
        return "".join(f"{line}\n" for line in (self.origin, self.size, root, *self.extensions))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what `text` writes, and nothing else. Raises BadCheckpoint."""
        lines = text.split("\n")
        if len(lines) <= _HEAD_LINES or lines[-1] != "" or "" in lines[:-1]:
            raise BadCheckpoint("A checkpoint has three lines: origin, size and root.", lines=len(lines) - 1)
        origin, size, root = lines[:_HEAD_LINES]
        if not _ORIGIN.fullmatch(origin):
            raise BadCheckpoint("The origin of a log has neither spaces nor a plus.", origin=origin[:80])
        if not _SIZE.fullmatch(size):
            raise BadCheckpoint("The size of a log is a whole number without leading zeros.", size=size[:30])
        try:
            raw = base64.b64decode(root, validate=True)
        except (binascii.Error, ValueError) as error:
            raise BadCheckpoint("The root of a log is written in base64.", root=root[:60]) from error
        head = cls(origin, int(size), raw, tuple(lines[_HEAD_LINES:-1]))
        if len(raw) != HASH_BYTES or head.text() != text:
            raise BadCheckpoint("The root of a log is 32 bytes in base64.", root=root[:60])
        return head


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """A checkpoint with the signatures beside it, of which its log's was verified."""

    head: Checkpoint
    note: SignedNote

    @classmethod
    def read(cls, data: bytes, log: Verifier) -> Self:
        """Read a checkpoint that a log has signed. The key's name is the log's origin.

        Raises BadNote, BadSignature, and BadCheckpoint for the head of another log.
        """
        note = SignedNote.parse(data)
        head = Checkpoint.parse(note.text)
        if head.origin != log.name:
            raise BadCheckpoint("This is the head of another log.", origin=head.origin[:80], expected=log.name)
        note.verify(log)
        return cls(head, note)

    def with_signatures(self, *lines: tuple[str, bytes]) -> SignedNote:
        """The same note with further signatures after those it has; the same signature is not written twice."""
        return SignedNote(self.note.text, tuple(dict.fromkeys((*self.note.signatures, *lines))))
