"""The order of the Kyrgyz alphabet, in which people stand on a list.

Letters go а to я with ё after е, ң after н, ө after о, ү after у, in capitals or not; spaces and hyphens come before
every letter, digits before letters, Latin letters after them, whatever else is left after those. The key is a string
that sorts by bytes (UTF-8 sorts as code points do), so that a database sorts as Python does.
"""

from __future__ import annotations

KYRGYZ = "абвгдеёжзийклмнңоөпрстуүфхцчшщъыьэюя"
_LATIN = "abcdefghijklmnopqrstuvwxyz"
_BEFORE = (" ", "-", "'’ʼ`", *"0123456789")
_AFTER = tuple('!"#$%&()*+,./:;<=>?@[\\]^_{|}~')
_RANKS = (*_BEFORE, *(letter + letter.upper() for letter in KYRGYZ + _LATIN), *_AFTER)
"""Characters that sort alike, in order. All of them get a code below 128, so what is not here comes after them."""
_FIRST = 2
"""Code of the first rank; 1 ends a part of the key, so that a shorter surname comes before a longer one."""
_FROM = "".join(_RANKS)
_TO = "".join(chr(_FIRST + rank) * len(alike) for rank, alike in enumerate(_RANKS))
_TABLE = str.maketrans(_FROM, _TO)
_END = "\x01"


def kyrgyz_key(*parts: str) -> str:
    """A string by which `parts` (surname, name, patronymic) sort, the first part first."""
    return _END.join(part.translate(_TABLE) for part in parts)


def kyrgyz_sql(*columns: str) -> str:
    """The same as an SQL expression over columns of text."""
    source, target = (text.replace("'", "''") for text in (_FROM, _TO))
    return f" || '{_END}' || ".join(f"translate({column}, '{source}', '{target}')" for column in columns)
