"""Fingerprints that two people read to each other: 128 bits of a digest in groups that a voice can carry."""

from __future__ import annotations

import hashlib

_GROUPS = 8
_DIGITS = 4


def fingerprint(key: str) -> str:
    """Eight groups of four hexadecimal digits: the first half of SHA-256 over a public key as it is printed."""
    digits = hashlib.sha256(key.encode()).hexdigest()
    return " ".join(digits[at : at + _DIGITS] for at in range(0, _GROUPS * _DIGITS, _DIGITS))


def typed_fingerprint(text: str) -> str:
    """A fingerprint as a person typed it, in the form in which it is compared: blanks and case do not count."""
    digits = "".join(text.split()).lower()
    return " ".join(digits[at : at + _DIGITS] for at in range(0, len(digits), _DIGITS))
