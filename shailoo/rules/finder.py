"""How a person is named to "find my station": one digest over PIN and surname together, and nothing else.

Because one key mixes both, "no such person" and "another surname" are the same miss: no code further on could tell
them apart. The key is HMAC (RFC 2104) with a secret of the installation: whoever sees the index alone cannot try PINs
against it. A PIN is guessable (it holds sex and date of birth), so the secret is what protects, not the digest.
"""

from __future__ import annotations

import hmac
import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

from shailoo.errors import Refused

KEY_BYTES: Final = 16
LONGEST_SURNAME: Final = 100
"""As in the extract (`shailoo.model.voter_tables`)."""
_LONGEST_PIN = 40
"""Characters of a PIN as it is typed, with its spaces."""
_PIECES = 4
"""Of one letter, at most, as somebody's keyboard sends it."""
_PIN = re.compile(r"[0-9]{14}")
_GAPS = re.compile(r"[\s\-\u00ad\u2010-\u2015\u2212]+")
_AS_TYPED = str.maketrans({"ё": "е", "ө": "о", "ү": "у", "ң": "н"})
"""What people type who have only a Russian keyboard, or take no care of ё."""


class NotAQuestion(Refused):
    """The PIN does not have 14 digits, or the surname is missing: nothing was looked for."""

    code = "pin-and-surname-wanted"


def read_pin(text: str) -> str:
    """The 14 digits of a PIN as somebody typed it, spaces left out. Raises NotAQuestion."""
    digits = "".join(text.split()) if len(text) <= _LONGEST_PIN else ""
    if not _PIN.fullmatch(digits):
        raise NotAQuestion("A PIN has 14 digits, and the surname stands beside it.")
    return digits


def read_surname(text: str) -> str:
    """The key of a surname as somebody typed it. Raises NotAQuestion when it is blank or longer than one may be."""
    # A letter that comes in two pieces, as и and a breve, is one letter of the longest surname.
    short = len(text) <= _PIECES * LONGEST_SURNAME and len(unicodedata.normalize("NFC", text)) <= LONGEST_SURNAME
    key = surname_key(text) if short else ""
    if not key:
        raise NotAQuestion("A PIN has 14 digits, and the surname stands beside it.")
    return key


def surname_key(text: str) -> str:
    """A surname without what people write differently.

    Case, spaces and hyphens, ё, and ө ү ң as a Russian keyboard has them. Idempotent. "" for a blank.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return _GAPS.sub(" ", folded.translate(_AS_TYPED)).strip()


def finder_key(secret: bytes, pin: str, surname: str) -> bytes:
    """The 16 bytes under which a person's station lies: HMAC-SHA-256 over PIN and folded surname, cut off.

    Takes both as typed. Raises NotAQuestion.
    """
    return _digest(secret, read_pin(pin), _bytes(read_surname(surname)))


def finder_keys(secret: bytes, people: Iterable[tuple[str, str, str]]) -> Iterator[bytes]:
    """For (PIN, surname, station) of every person on a list: key and station in one, 16 bytes and the rest.

    The same key as `finder_key` gives; quick enough for millions, because most surnames come again and again.
    """
    known: dict[str, bytes] = {}
    for pin, surname, station in people:
        folded = known.get(surname)
        if folded is None:
            folded = known[surname] = _bytes(surname_key(surname))
        yield _digest(secret, pin, folded) + station.encode("ascii")


def secret_id(secret: bytes) -> str:
    """By which two secrets can be told apart: 16 hexadecimal digits that say nothing about a secret of 32 bytes."""
    return hmac.digest(secret, b"tizme-secret-1", "sha256")[:8].hex()


def _digest(secret: bytes, pin: str, folded: bytes) -> bytes:
    return hmac.digest(secret, b"tizme-1\n%b\n%b" % (pin.encode("ascii"), folded), "sha256")[:KEY_BYTES]


def _bytes(folded: str) -> bytes:
    return folded.encode("utf-8", "replace")  # half a surrogate pair, which JSON can carry, is nobody's name
