"""What a log says to a witness: which head was seen last, a proof from there, and the new head (C2SP tlog-witness)."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Self

from shailoo.errors import Refused
from shailoo.records.checkpoint import BadCheckpoint, Checkpoint
from shailoo.records.note import BadNote, SignedNote
from shailoo.records.tlog import HASH_BYTES

SIZE_TYPE = "text/x.tlog.size"
"""Content type of the answer 409: the size of the head that the witness saw last."""
_MOST_HASHES = 63
_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})")


class BadSubmission(Refused):
    """The body is not a submission as logs write it."""

    code = "bad-submission"


@dataclass(frozen=True, slots=True)
class Submission:
    """The size that the log believes was seen last, a proof from it to the new head, and the head as it is signed."""

    old: int
    path: tuple[bytes, ...]
    note: SignedNote
    head: Checkpoint

    def body(self) -> bytes:
        """Write the submission."""
        lines = [f"old {self.old}", *(base64.b64encode(one).decode() for one in self.path), ""]
        return "".join(f"{line}\n" for line in lines).encode() + self.note.bytes()

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read what `body` writes, and nothing else. Raises BadSubmission."""
        top, blank, rest = data.partition(b"\n\n")
        lines = top.decode("ascii", errors="replace").split("\n")
        old = _OLD.fullmatch(lines[0])
        if not blank or old is None or len(lines) - 1 > _MOST_HASHES:
            raise BadSubmission("A submission begins with the old size and at most 63 hashes.", lines=len(lines))
        try:
            path = tuple(base64.b64decode(line, validate=True) for line in lines[1:])
            note = SignedNote.parse(rest)
            submission = cls(int(old[1]), path, note, Checkpoint.parse(note.text))
        except (binascii.Error, ValueError, BadNote, BadCheckpoint) as error:
            raise BadSubmission("A hash of the submission or its checkpoint cannot be read.") from error
        if any(len(one) != HASH_BYTES for one in path) or submission.body() != data:
            raise BadSubmission("The submission is spelled differently from what a log writes.")
        return submission
