"""C2SP signed notes (signed-note.md v1.0.0) with Ed25519 keys.

A note is a text that ends in a newline, a blank line, and signature lines. The text is read by people; the signature
lines by machines. Only what `SignedNote.bytes` writes is accepted by `SignedNote.parse`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from shailoo.errors import Refused

_ED25519 = b"\x01"
_DASH = "\u2014 "
_MOST_SIGNATURES = 16
_KEY_ID = 4
_VERIFIER_BYTES = 33
"""One byte of type and 32 of key."""
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f]")


class BadNote(Refused):
    """The bytes are not a signed note, or not spelled as one must be."""

    code = "bad-note"


class BadSignature(Refused):
    """A known key's signature does not verify, or no known key signed."""

    code = "bad-signature"


@dataclass(frozen=True, slots=True)
class Verifier:
    """A verifier key: `name+hex8(key id)+base64(type || public key)`."""

    name: str
    key_id: bytes
    public_key: Ed25519PublicKey

    @classmethod
    def parse(cls, vkey: str) -> Self:
        """Read a verifier key as it is published. Raises BadNote."""
        name, hex_id, raw = split_vkey(vkey, _ED25519)
        key_id = _key_id(name, raw)
        if key_id.hex() != hex_id:
            raise BadNote("The verifier key's identifier does not belong to its name and key.", vkey=vkey[:80])
        return cls(name, key_id, Ed25519PublicKey.from_public_bytes(raw))

    @classmethod
    def of(cls, name: str, public_key: Ed25519PublicKey) -> Self:
        """The verifier key of a public key under a name."""
        return cls(name, _key_id(name, public_key.public_bytes_raw()), public_key)

    def vkey(self) -> str:
        """Write the verifier key."""
        raw = self.public_key.public_bytes_raw()
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(_ED25519 + raw).decode()}"


@dataclass(frozen=True, slots=True)
class Signer:
    """A private Ed25519 key with the name under which it signs."""

    name: str
    private_key: Ed25519PrivateKey

    @property
    def verifier(self) -> Verifier:
        """The key that anyone may have."""
        return Verifier.of(self.name, self.private_key.public_key())

    def sign(self, text: str) -> SignedNote:
        """Sign a text that ends in a newline. Raises BadNote for a text that no note may carry."""
        return SignedNote.of(text, self.verifier, self.private_key.sign)


@dataclass(frozen=True, slots=True)
class SignedNote:
    """The text and its signatures, each a name and a blob of key id and signature."""

    text: str
    signatures: tuple[tuple[str, bytes], ...]

    @classmethod
    def of(cls, text: str, verifier: Verifier, sign: Callable[[bytes], bytes]) -> Self:
        """A text signed by whoever holds the key. Raises BadNote for a text that no note may carry."""
        _check_text(text)
        return cls(text, ((verifier.name, verifier.key_id + sign(text.encode())),))

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a note. Raises BadNote unless writing it again gives the same bytes."""
        try:
            whole = data.decode()
        except UnicodeDecodeError as error:
            raise BadNote("A signed note is UTF-8 text.", byte=error.start) from error
        cut = whole.rfind("\n\n")
        if cut < 0:
            raise BadNote("A signed note has a blank line before its signatures.")
        text, tail = whole[: cut + 1], whole[cut + 2 :]
        _check_text(text)
        lines = tail.split("\n")
        if lines[-1] != "" or not 1 <= len(lines) - 1 <= _MOST_SIGNATURES:
            raise BadNote("A signed note ends in 1 to 16 signature lines.", lines=len(lines) - 1)
        note = cls(text, tuple(read_signature_line(line) for line in lines[:-1]))
        if note.bytes() != data:
            raise BadNote("This note is spelled differently from what a signer writes.")
        return note

    def bytes(self) -> bytes:
        """Write the note."""
        lines = "".join(f"{signature_line(name, blob)}\n" for name, blob in self.signatures)
        return f"{self.text}\n{lines}".encode()

    def verify(self, *known: Verifier) -> None:
        """Accept if at least one known key signed and no known key's signature fails. Raises BadSignature."""
        good = False
        for name, blob in self.signatures:
            for verifier in known:
                if verifier.name == name and verifier.key_id == blob[:_KEY_ID]:
                    try:
                        verifier.public_key.verify(blob[_KEY_ID:], self.text.encode())
                    except InvalidSignature as error:
                        raise BadSignature("The signature does not belong to this text.", key=name) from error
                    good = True
        if not good:
            raise BadSignature("No known key has signed this note.", known=len(known))


def split_vkey(vkey: str, kind: bytes) -> tuple[str, str, bytes]:
    """Take a verifier key of one signature type apart: name, key id in hexadecimal, public key. Raises BadNote."""
    name, plus, rest = vkey.partition("+")
    hex_id, plus2, encoded = rest.partition("+")
    blob = _unbase64(encoded)
    if (
        not plus
        or not plus2
        or not _good_name(name)
        or blob is None
        or blob[:1] != kind
        or len(blob) != _VERIFIER_BYTES
    ):
        raise BadNote("This is not a verifier key of the kind that is expected.", vkey=vkey[:80], kind=kind.hex())
    return name, hex_id, blob[1:]


def signature_line(name: str, blob: bytes) -> str:
    """Write one signature line, without its newline."""
    return f"{_DASH}{name} {base64.b64encode(blob).decode()}"


def read_signature_line(line: str) -> tuple[str, bytes]:
    """Read a signature line without its newline: name, and blob of key id and signature. Raises BadNote."""
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    blob = _unbase64(encoded)
    if not line.startswith(_DASH) or not space or not _good_name(name) or blob is None or len(blob) <= _KEY_ID:
        raise BadNote("This is not a signature line.", line=line[:80])
    return name, blob


def _key_id(name: str, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:_KEY_ID]


def _good_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(character.isspace() for character in name)


def _check_text(text: str) -> None:
    if not text.endswith("\n"):
        raise BadNote("The text of a note ends in a newline.")
    if _CONTROL.search(text):
        raise BadNote("The text of a note has no control characters but newlines.")


def _unbase64(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
