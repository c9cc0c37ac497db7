"""What a witness decides: a submission and what it saw last in, an answer out. Pure, but for the shelf it is given.

A witness answers

| status | when |
| --- | --- |
| 200 | the head continues what was seen; the body is the cosignature |
| 400 | the request is not spelled as it must be, or its old size is beyond the new one |
| 404 | nobody told the witness of this log |
| 403 | no key that the witness knows for this log has signed |
| 409 | another head was seen last: the body is its size, `text/x.tlog.size` |
| 422 | the proof does not show that the log only grew, or there is one where there must be none |
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Protocol, Self

from shailoo.records.checkpoint import Checkpoint
from shailoo.records.cosignature import Cosigner
from shailoo.records.note import BadSignature, SignedNote, Verifier, signature_line
from shailoo.records.submission import SIZE_TYPE, BadSubmission, Submission
from shailoo.records.tlog import EMPTY_ROOT, BadProof, verify_consistency

TEXT = "text/plain; charset=utf-8"
MOST_BYTES = 64 * 1024
"""More than the longest submission: 63 hashes and a checkpoint with 16 signatures."""
_KEY_ID = 4


class Shelf(Protocol):
    """Keeps the last head of each log."""

    def read(self, origin: str) -> bytes | None:
        """The note that was kept last for a log, or None. Raises OSError."""
        ...

    def keep(self, origin: str, note: bytes) -> None:
        """Keep a note in place of the last one; on return it survives a power cut. Raises OSError."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, content type and body."""

    status: HTTPStatus
    body: bytes = b""
    content_type: str = TEXT

    @classmethod
    def says(cls, status: HTTPStatus, sentence: str) -> Self:
        """A refusal with its reason."""
        return cls(status, f"{sentence}\n".encode())


@dataclass(frozen=True, slots=True)
class Witness:
    """Judges submissions. One call at a time: whoever calls holds a lock from the read to the end of the keeping."""

    cosigner: Cosigner
    logs: Mapping[str, tuple[Verifier, ...]]
    """Origin -> the keys that may sign its heads."""
    shelf: Shelf

    def add_checkpoint(self, data: bytes, now: datetime) -> Answer:
        """Cosign a head that continues what was seen, after it was kept. See the table of this module."""
        try:
            asked = Submission.parse(data)
        except BadSubmission as error:
            return Answer.says(HTTPStatus.BAD_REQUEST, error.sentence)
        objection = self._objection(asked)
        if objection is not None:
            return objection
        name, blob = self.cosigner.cosign(asked.note.text, now)
        known = {(key.name, key.key_id) for key in self.logs[asked.head.origin]}
        log_lines = [(by, signed) for by, signed in asked.note.signatures if (by, signed[:_KEY_ID]) in known]
        self.shelf.keep(asked.head.origin, SignedNote(asked.note.text, (*log_lines, (name, blob))).bytes())
        return Answer(HTTPStatus.OK, f"{signature_line(name, blob)}\n".encode())

    def _objection(self, asked: Submission) -> Answer | None:
        """Why a submission is not signed; None when all is well."""
        keys = self.logs.get(asked.head.origin)
        if keys is None:
            return Answer.says(HTTPStatus.NOT_FOUND, "This witness does not know a log of this origin.")
        try:
            asked.note.verify(*keys)
        except BadSignature as error:
            return Answer.says(HTTPStatus.FORBIDDEN, error.sentence)
        if asked.old > asked.head.size:
            return Answer.says(HTTPStatus.BAD_REQUEST, "The old size is beyond the size of the checkpoint.")
        seen = self._seen(asked.head.origin)
        if asked.old != seen.size:
            return Answer(HTTPStatus.CONFLICT, f"{seen.size}\n".encode(), SIZE_TYPE)
        try:
            verify_consistency(seen.size, seen.root, asked.head.size, asked.head.root, asked.path)
        except BadProof as error:
            return Answer.says(HTTPStatus.UNPROCESSABLE_ENTITY, error.sentence)
        return None

    def _seen(self, origin: str) -> Checkpoint:
        kept = self.shelf.read(origin)
        if kept is None:
            return Checkpoint(origin, 0, EMPTY_ROOT)
        note = SignedNote.parse(kept)
        note.verify(*self.logs[origin])
        return Checkpoint.parse(note.text)
