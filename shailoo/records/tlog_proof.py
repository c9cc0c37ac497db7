"""A proof that an entry is in the log, in one file that needs nothing else (C2SP tlog-proof).

A line that names the form, the number of the entry, hashes from the leaf upward in base64, a blank line, and then the
checkpoint: a signed note with all its signatures.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from shailoo.records.checkpoint import SignedCheckpoint
from shailoo.records.cosignature import Cosignature, WitnessVerifier
from shailoo.records.note import BadSignature, SignedNote, Verifier
from shailoo.records.tlog import HASH_BYTES, BadProof, verify_inclusion

HEADER = "c2sp.org/tlog-proof@v1"
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})")
_EXTRA = "extra "
_MOST_HASHES = 63


@dataclass(frozen=True, slots=True)
class Policy:
    """Whom a verifier believes: the log, and so many of the witnesses that must have seen the head."""

    log: Verifier
    witnesses: tuple[WitnessVerifier, ...] = ()
    quorum: int = 0


@dataclass(frozen=True, slots=True)
class TlogProof:
    """The proof of one entry. `extra` is carried along and proves nothing."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: SignedNote
    extra: bytes | None = None

    def encode(self) -> bytes:
        """Write the proof."""
        lines = [HEADER]
        if self.extra is not None:
            lines.append(f"{_EXTRA}{base64.b64encode(self.extra).decode()}")
        lines.append(f"index {self.index}")
        lines += [base64.b64encode(one).decode() for one in self.path]
        return "".join(f"{line}\n" for line in [*lines, ""]).encode() + self.checkpoint.bytes()

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read what `encode` writes, and nothing else. Raises BadProof, and BadNote for its checkpoint."""
        head, blank, rest = data.partition(b"\n\n")
        lines = head.decode("ascii", errors="replace").split("\n")
        if not blank or lines[0] != HEADER:
            raise BadProof("This is not a proof of the form tlog-proof@v1.")
        extra = None
        if len(lines) > 1 and lines[1].startswith(_EXTRA):
            extra = _unbase64(lines.pop(1).removeprefix(_EXTRA))
        index = _INDEX.fullmatch(lines[1]) if len(lines) > 1 else None
        path = tuple(_unbase64(line) for line in lines[2:])
        if index is None or len(path) > _MOST_HASHES or any(len(one) != HASH_BYTES for one in path):
            raise BadProof("The proof lacks the entry's number, or a hash is not 32 bytes.", hashes=len(path))
        proof = cls(int(index[1]), path, SignedNote.parse(rest), extra)
        if proof.encode() != data:
            raise BadProof("This proof is spelled differently from what a log writes.")
        return proof

    def verify(self, leaf: bytes, policy: Policy) -> tuple[SignedCheckpoint, tuple[Cosignature, ...]]:
        """See that the entry with the hash `leaf` is in the log.

        1. the checkpoint is of the policy's log and signed by it;
        2. at least `quorum` of the witnesses have seen it;
        3. the hashes lead from the leaf to the checkpoint's root.

        Raises BadNote, BadCheckpoint, BadSignature, BadProof.
        """
        signed = SignedCheckpoint.read(self.checkpoint.bytes(), policy.log)
        seen = cosignatures(self.checkpoint, policy.witnesses)
        if len(seen) < policy.quorum:
            raise BadSignature("Too few witnesses have seen this head.", seen=len(seen), quorum=policy.quorum)
        verify_inclusion(leaf, self.index, signed.head.size, signed.head.root, self.path)
        return signed, seen


def cosignatures(note: SignedNote, witnesses: Sequence[WitnessVerifier]) -> tuple[Cosignature, ...]:
    """What each of the witnesses says of a checkpoint, at most one word each. Raises BadSignature."""
    return tuple(found for witness in witnesses if (found := witness.find(note)) is not None)


def _unbase64(line: str) -> bytes:
    try:
        return base64.b64decode(line, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadProof("A line of the proof is not base64.", line=line[:60]) from error
