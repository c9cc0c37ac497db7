"""The code that an applicant holds: 100 bits, written so that it can be read out on the telephone.

Crockford's Base32 (no I, L, O, U) in four groups of five: `7K3M9-0QXPA-…`. Reading forgives case, blanks, hyphens and
the letters that look like digits. A case is known by a digest of the code, so that no record gives the code away.
"""

from __future__ import annotations

import hashlib
from typing import Final

from shailoo.errors import Refused

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH: Final = 20
RANDOM_BYTES: Final = 13
"""How many random bytes a code is drawn from; 100 of their 104 bits."""
_GROUP = 5
_FORGIVEN = str.maketrans({"O": "0", "I": "1", "L": "1", "О": "0", "І": "1", "А": "A", "В": "B", "С": "C", "Е": "E"})
"""Also Cyrillic letters that a Kyrgyz or Russian keyboard gives for the same shape."""
_MORE = str.maketrans({"Н": "H", "К": "K", "М": "M", "Р": "P", "Т": "T", "Х": "X"})
_LONGEST = 60


class BadCode(Refused):
    """This is no code of a case: 20 letters and digits."""

    code = "bad-case-code"


def write_code(random: bytes) -> str:
    """The code of 13 random bytes. Raises ValueError for another length."""
    if len(random) != RANDOM_BYTES:
        message = f"a code is drawn from {RANDOM_BYTES} bytes, not {len(random)}"
        raise ValueError(message)
    value = int.from_bytes(random) >> (8 * RANDOM_BYTES - 5 * LENGTH)
    letters = "".join(ALPHABET[value >> (5 * place) & 31] for place in reversed(range(LENGTH)))
    return "-".join(letters[at : at + _GROUP] for at in range(0, LENGTH, _GROUP))


def read_code(text: str) -> str:
    """The code as `write_code` writes it, from what somebody typed. Raises BadCode."""
    signs = "" if len(text) > _LONGEST else "".join(text.upper().split()).replace("-", "")
    letters = signs.translate(_FORGIVEN).translate(_MORE)
    if len(letters) != LENGTH or not set(letters) <= set(ALPHABET):
        raise BadCode("A code has 20 letters and digits. Type it as it stands on the receipt.")
    return "-".join(letters[at : at + _GROUP] for at in range(0, LENGTH, _GROUP))


def case_of(code: str) -> str:
    """The id of the case that a code opens: half of a SHA-256, so that the id tells nothing of the code."""
    return hashlib.sha256(f"shailoo case\n{read_code(code)}".encode()).hexdigest()[:32]


def nonce_of(code: str) -> str:
    """The nonce of the content filed with a code: the same filing again has the same digest."""
    return hashlib.sha256(f"shailoo case content\n{read_code(code)}".encode()).hexdigest()
