"""Signing keys of rehearsal boxes. See shailoo/records/rehearsal_key.py for why they are public."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shailoo.records.note import Signer
from shailoo.records.rehearsal_key import rehearsal_private_key


def rehearsal_box_key(election: str, box: str) -> Ed25519PrivateKey:
    """Return the private key of a rehearsal box. Public by design; a live package refuses it."""
    return rehearsal_private_key(election, box)


def rehearsal_signer(election: str, box: str) -> Signer:
    """Return the signer of a rehearsal box, named `<election>/<box>` as its verifier key in boxes.csv is."""
    return Signer(f"{election}/{box}", rehearsal_box_key(election, box))
