"""The keys of rehearsal boxes: derived in public, so that nobody can mistake a rehearsal for an election.

The private key of a box is the SHA-256 of a fixed line, the election and the serial number. That is no secret and is
not meant to be; a package in live mode refuses a box that carries such a key.
"""

from __future__ import annotations

import hashlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shailoo.records.note import Verifier

_LINE = b"shailoo rehearsal box key, not a secret\n"


def rehearsal_private_key(election: str, box: str) -> Ed25519PrivateKey:
    """Return the Ed25519 key whose 32 private bytes are SHA-256(line || election || LF || box)."""
    seed = hashlib.sha256(_LINE + election.encode() + b"\n" + box.encode()).digest()
    return Ed25519PrivateKey.from_private_bytes(seed)


def is_rehearsal_key(verifier: Verifier, election: str, box: str) -> bool:
    """Say whether a box's verifier key is the one that anyone can derive."""
    derived = rehearsal_private_key(election, box).public_key()
    return verifier.public_key.public_bytes_raw() == derived.public_bytes_raw()
