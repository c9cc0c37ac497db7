"""When two ways of writing an address mean the same place.

Two tables that were kept by two offices must meet: the extract of the population register and the address register.
What differs only in capitals, in spaces, in dots, in ё, or in the word for "street" is the same street. Nothing is
guessed beyond that: lanes and boulevards keep their word, because a lane may bear the name of a street beside it.

Only letters of the Kyrgyz, Russian and Latin alphabets are made small, letter by letter, so that the database
(`shailoo.adapters.voters.residence_sql`) does exactly the same; a test compares both for arbitrary text.
"""

from __future__ import annotations

import re
from typing import Final

_LATIN: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_CYRILLIC: Final = "АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯҢӨҮ"

CAPITALS: Final = _LATIN + _CYRILLIC + "Ёё"
SMALL: Final = _LATIN.lower() + _CYRILLIC.lower() + "ее"
"""What stands for each of CAPITALS; ё is written е by whoever is in a hurry."""

BLANKS: Final = "\t\n\v\f\r\u00a0\u2007\u2009\u202f\u3000"
"""Spaces that are not the space."""
MARKS: Final = ".,|«»“”„"
"""Between words of a street's name these are as good as a space; `|` parts the fields of a key."""

LATIN_TWINS: Final = "abcehkmoptxy"
CYRILLIC_TWINS: Final = "авсенкмортху"
"""In a house number 17a and 17а are one house: the letter is what it looks like."""

KIND_WORDS: Final = (
    "көчөсү", "көчө", "көч", "улица", "ул", "проспектиси", "проспекти", "проспект", "просп", "пр", "пр-т", "пр-кт",
    "street", "str", "st", "avenue", "ave",
)  # fmt: skip
"""Words that say "street" or "avenue" before or after a name."""

_KINDS: Final = "|".join(KIND_WORDS)
KIND_BEFORE: Final = f"^(?:(?:{_KINDS}) )+"
KIND_AFTER: Final = f"(?: (?:{_KINDS}))+$"
"""Both leave a word: a street that is called nothing but "street" keeps its name."""

NUMBER_DIGITS: Final = 9
"""Digits of a house that are read as its number: no rule goes so far, and it fits 32 bits."""

_STREET_TABLE = str.maketrans(CAPITALS + BLANKS + MARKS, SMALL + " " * len(BLANKS + MARKS))
_HOUSE_TABLE = str.maketrans(CAPITALS + BLANKS, SMALL + " " * len(BLANKS))
_TWIN_TABLE = str.maketrans(LATIN_TWINS, CYRILLIC_TWINS)
_SPACES = re.compile(" +")
_BEFORE = re.compile(KIND_BEFORE)
_AFTER = re.compile(KIND_AFTER)
_ZEROS = re.compile("^0+([0-9])")
_DIGITS = re.compile(f"[0-9]{{1,{NUMBER_DIGITS}}}")


def street_key(text: str) -> str:
    """What a street's name is compared by; the same again when it is applied twice. Empty for an empty name."""
    words = _SPACES.sub(" ", text.translate(_STREET_TABLE)).strip(" ")
    return _AFTER.sub("", _BEFORE.sub("", words))


def house_key(text: str) -> str:
    """What a house is compared by: small letters, no spaces, no zeros in front; the same again when applied twice."""
    return _ZEROS.sub(r"\1", text.translate(_HOUSE_TABLE).replace(" ", "").translate(_TWIN_TABLE))


def house_number(text: str) -> int:
    """The number that a house begins with; 0 when there is none. 17а and 17/2 are on the side of 17."""
    found = _DIGITS.match(house_key(text))
    return int(found[0]) if found else 0


def residence_key(settlement: str, street: str, house: str, country: str) -> str:
    """The key of a place of residence: `settlement|street|house|country`. Flats of one house share it."""
    where = settlement.translate(_HOUSE_TABLE).replace("|", " ")
    return f"{where}|{street_key(street)}|{house_key(house).replace('|', ' ')}|{country}"
