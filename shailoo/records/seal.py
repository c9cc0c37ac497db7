"""Sealing: a bundle of signed notes, encrypted to the commission's key by HPKE (RFC 9180, base mode).

DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305. Election, mode and box are in HPKE's `info`, so a bundle
sealed for a rehearsal cannot be opened as a live one. Every failure of HPKE looks alike; the envelope therefore names
in clear which election, mode, box and key it claims, and those claims are believed only after the seal opened under
them.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Annotated, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from pydantic import Field, StringConstraints, ValidationError

from shailoo.errors import Refused
from shailoo.model.base import Frozen
from shailoo.model.election import Mode
from shailoo.records.canonical import NotCanonical, canonical_json, read_canonical_json

MEDIA_TYPE = "application/vnd.shailoo.sealed+json"
LARGEST = 1_048_576
"""A sealed upload is at most 1 MiB."""
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)


class BadSeal(Refused):
    """The envelope does not open: wrong key, wrong election or mode, or changed on the way."""

    code = "bad-seal"


class BadEnvelope(Refused):
    """The bytes are not an envelope or not a bundle."""

    code = "bad-envelope"


class TooLarge(Refused):
    """More than 1 MiB."""

    code = "too-large"


class Envelope(Frozen):
    """What travels: claims in clear, and the sealed bytes (`enc` and ciphertext together, base64)."""

    shailoo: Literal["sealed-1"]
    election: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{2,39}$")]
    mode: Literal["live", "rehearsal"]
    box: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9-]{2,23}$")]
    key: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
    sealed: Annotated[str, StringConstraints(min_length=24)]

    def bytes(self) -> bytes:
        """Canonical bytes."""
        return canonical_json(self.model_dump())


class Bundle(Frozen):
    """What a box sends at once: `final` carries zero and final report and any sealed cells, `annex` the annex."""

    kind: Literal["final", "annex"]
    notes: Annotated[tuple[str, ...], Field(min_length=1, max_length=4)]
    """Signed notes, whole, in the order zero, final, cells; or the annex alone."""
    events: str | None = None
    """The box's event log (NIST SP 1500-101 JSON), without selections."""


def sealing_key_id(public: X25519PublicKey) -> str:
    """First 16 hexadecimal digits of SHA-256 over the raw public key."""
    return hashlib.sha256(public.public_bytes_raw()).hexdigest()[:16]


def seal(bundle: Bundle, *, election: str, mode: Mode, box: str, public: X25519PublicKey) -> bytes:
    """Seal a bundle: the envelope's bytes. HPKE draws fresh randomness, so keep them if you may send twice."""
    plain = canonical_json(bundle.model_dump())
    sealed = _SUITE.encrypt(plain, public, info=_info(election, mode.value, box))
    return Envelope(
        shailoo="sealed-1",
        election=election,
        mode=mode.value,
        box=box,
        key=sealing_key_id(public),
        sealed=base64.b64encode(sealed).decode(),
    ).bytes()


def read_envelope(data: bytes) -> Envelope:
    """Read the claims. Raises TooLarge or BadEnvelope."""
    if len(data) > LARGEST:
        raise TooLarge("A sealed upload is at most 1 MiB.", bytes=len(data))
    try:
        return Envelope.model_validate(read_canonical_json(data))
    except (NotCanonical, ValidationError) as error:
        raise BadEnvelope("These bytes are not a sealed envelope.", bytes=len(data)) from error


def open_envelope(envelope: Envelope, private: X25519PrivateKey) -> Bundle:
    """Open a seal. Raises BadSeal when it does not open under its own claims, BadEnvelope when no bundle is inside."""
    try:
        sealed = base64.b64decode(envelope.sealed, validate=True)
        plain = _SUITE.decrypt(sealed, private, info=_info(envelope.election, envelope.mode, envelope.box))
    except (InvalidTag, ValueError, binascii.Error) as error:
        raise BadSeal(
            "The seal does not open with this key for the election, mode and box that it names.",
            election=envelope.election,
            box=envelope.box,
        ) from error
    try:
        value = read_canonical_json(plain)
        if isinstance(value, dict) and isinstance(value.get("notes"), list):
            value["notes"] = tuple(value["notes"])
        return Bundle.model_validate(value)
    except (NotCanonical, ValidationError) as error:
        raise BadEnvelope("The seal opens, but no bundle of notes is inside.", box=envelope.box) from error


def _info(election: str, mode: str, box: str) -> bytes:
    return f"shailoo-seal-1\n{election}\n{mode}\n{box}\n".encode()
