"""What a witness signs: "I saw this head at this time, and it continues all I saw before".

C2SP tlog-cosignature, `cosignature/v1`: Ed25519, signature type 0x04.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from shailoo.records.note import BadNote, BadSignature, SignedNote, signature_line, split_vkey

_TYPE = b"\x04"
_KEY_ID = 4
_TIME = 8
_SIGNATURE = 64
_LATEST = 253_402_300_799
"""The last second of the year 9999: what a date can still tell."""


@dataclass(frozen=True, slots=True)
class Cosignature:
    """A verified statement of one witness. `line` is its signature line without the newline."""

    witness: str
    seen: datetime
    line: str


@dataclass(frozen=True, slots=True)
class WitnessVerifier:
    """The key by which a witness is known: `name+hex8(key id)+base64(0x04 || public key)`."""

    name: str
    key_id: bytes
    public_key: Ed25519PublicKey

    @classmethod
    def of(cls, name: str, public_key: Ed25519PublicKey) -> Self:
        """The verifier of a public key."""
        identity = hashlib.sha256(name.encode() + b"\n" + _TYPE + public_key.public_bytes_raw()).digest()
        return cls(name, identity[:_KEY_ID], public_key)

    @classmethod
    def parse(cls, vkey: str) -> Self:
        """Read a witness's key as it is published. Raises BadNote."""
        name, hex_id, raw = split_vkey(vkey, _TYPE)
        verifier = cls.of(name, Ed25519PublicKey.from_public_bytes(raw))
        if verifier.key_id.hex() != hex_id:
            raise BadNote("The verifier key's identifier does not belong to its name and key.", vkey=vkey[:80])
        return verifier

    def vkey(self) -> str:
        """Write the key."""
        raw = _TYPE + self.public_key.public_bytes_raw()
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(raw).decode()}"

    def find(self, note: SignedNote) -> Cosignature | None:
        """What this witness says of a checkpoint, or None when it is silent.

        Raises BadSignature when a signature bears its name and key and does not verify.
        """
        newest: Cosignature | None = None
        for name, blob in note.signatures:
            if name == self.name and blob[:_KEY_ID] == self.key_id:
                found = self._verified(note.text, blob)
                newest = found if newest is None or found.seen > newest.seen else newest
        return newest

    def _verified(self, text: str, blob: bytes) -> Cosignature:
        seconds = int.from_bytes(blob[_KEY_ID : _KEY_ID + _TIME], "big")
        if len(blob) != _KEY_ID + _TIME + _SIGNATURE or not 0 < seconds <= _LATEST:
            raise BadSignature("This cosignature has no time, or another length.", key=self.name)
        try:
            self.public_key.verify(blob[_KEY_ID + _TIME :], _message(text, seconds))
        except InvalidSignature as error:
            raise BadSignature("The cosignature does not belong to this checkpoint.", key=self.name) from error
        return Cosignature(self.name, datetime.fromtimestamp(seconds, UTC), signature_line(self.name, blob))


@dataclass(frozen=True, slots=True)
class Cosigner:
    """The private key of a witness, with its name."""

    name: str
    private_key: Ed25519PrivateKey

    @property
    def verifier(self) -> WitnessVerifier:
        """The key that anyone may have."""
        return WitnessVerifier.of(self.name, self.private_key.public_key())

    def cosign(self, text: str, seen: datetime) -> tuple[str, bytes]:
        """Sign the text of a checkpoint that was seen at a moment (whole seconds). A name and blob for a note."""
        seconds = int(seen.timestamp())
        signature = self.private_key.sign(_message(text, seconds))
        return self.name, self.verifier.key_id + seconds.to_bytes(_TIME, "big") + signature


def _message(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()
