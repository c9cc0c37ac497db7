"""Words of the made-up population: names, surnames, streets. Composed from `words.json`, always in the same order."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent
_SOFT = "жчшщц"
_VOWELS = "аеёиоуыэюяөү"
_SHORT = ("алы", "бек")


@dataclass(frozen=True, slots=True)
class Style:
    """Words of one way of naming people. Surnames are pairs (woman, man); so are patronymics, one pair per father."""

    weight: int
    """Families in a thousand."""
    names: tuple[tuple[str, ...], tuple[str, ...]]
    """Given names of women, of men."""
    surnames: tuple[tuple[str, str], ...]
    fathers: tuple[tuple[str, str], ...]
    """In the order of the men's names: `fathers[k]` is the patronymic of the children of `names[1][k]`."""
    common: int
    """How many of the men's names, the first ones, are common; the others are composed of two words."""
    kin: bool
    """Surnames are of the form `Асан уулу`, `Асан кызы`; nobody has a patronymic."""


@cache
def words() -> dict[str, Any]:
    """Return the word lists as they stand in the file."""
    found: dict[str, Any] = json.loads((_HERE / "words.json").read_text("utf-8"))
    return found


@cache
def styles() -> tuple[Style, ...]:
    """Return every way of naming, the most frequent first."""
    kyrgyz = (_split("kyrgyz", "f"), _men())
    uzbek = (_split("uzbek", "f"), _split("uzbek", "m"))
    russian = (_split("russian", "f"), _split("russian", "m"))
    dungan = (_split("dungan", "f"), _split("dungan", "m"))
    fathers = words()["fathers"]["russian"].split()
    kin = tuple((f"{name} кызы", f"{name} уулу") for name in kyrgyz[1])
    common = len(_split("kyrgyz", "m"))
    return (
        Style(560, kyrgyz, _ending(_roots(kyrgyz[1], "kyrgyz_tails")), _patronymics(kyrgyz[1]), common, kin=False),
        Style(110, kyrgyz, _ending(_roots(kyrgyz[1], "kyrgyz_tails")), kin, common, kin=False),
        Style(90, kyrgyz, kin, (("", ""),) * len(kyrgyz[1]), common, kin=True),
        Style(160, uzbek, _ending(_roots(uzbek[1], "uzbek_tails")), _patronymics(uzbek[1]), len(uzbek[1]), kin=False),
        Style(
            65,
            russian,
            tuple((name + "а", name) for name in words()["russian_surnames"].split()),
            tuple((_daughter(father), father) for father in fathers),
            len(russian[1]),
            kin=False,
        ),
        Style(
            15,
            dungan,
            tuple((name, name) for name in words()["dungan_surnames"].split()),
            _patronymics(dungan[1]),
            len(dungan[1]),
            kin=False,
        ),
    )


def _split(style: str, sex: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words()[style][sex].split()))


def _men() -> tuple[str, ...]:
    """Given names of Kyrgyz men: the common ones, then those composed of two words."""
    compound = words()["compound"]
    both = [first + last for first in compound["first"].split() for last in compound["last"].split()]
    women = {name.replace("ү", "у") for name in _split("kyrgyz", "f")}
    return tuple(dict.fromkeys([*_split("kyrgyz", "m"), *(name for name in both if name not in women)]))


def _roots(names: tuple[str, ...], tails: str) -> tuple[str, ...]:
    """Names, then each with a second word: for composed names only a short one."""
    first = words()["compound"]["last"].split()
    return tuple(
        dict.fromkeys(
            name + tail
            for tail in words()[tails]
            for name in names
            if not tail or not (name.endswith(tail) or (tail not in _SHORT and name.endswith(tuple(first))))
        )
    )


def _ending(roots: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Асан -> Асанова, Асанов; Алы -> Алиева, Алиев; Кадырмырза -> Кадырмырзаева, Кадырмырзаев."""
    men = dict.fromkeys(_of(root, "ов", "ев") for root in roots)
    return tuple((man + "а", man) for man in men)


def _patronymics(names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    men = tuple(_of(name, "ович", "евич") for name in names)
    return tuple((_daughter(man), man) for man in men)


def _of(root: str, hard: str, soft: str) -> str:
    last = root[-1]
    if last == "ы":
        return root[:-1] + "и" + soft
    if last in ("й", "ь"):
        return root[:-1] + soft
    if last in _VOWELS or last in _SOFT:
        return root + soft
    return root + hard


def _daughter(patronymic: str) -> str:
    return patronymic.removesuffix("ич") + "на"


_LATIN = dict(
    zip(
        "абвгдеёжзийклмнңоөпрстуүфхцчшщъыьэюя",
        ("a", "b", "v", "g", "d", "e", "yo", "j", "z", "i", "y", "k", "l", "m", "n", "ng", "o", "o", "p", "r", "s",
         "t", "u", "u", "f", "kh", "ts", "ch", "sh", "shch", "", "y", "", "e", "yu", "ya"),
        strict=True,
    )
)  # fmt: skip
_CYRILLIC = (
    ("shch", "щ"), ("kh", "х"), ("zh", "ж"), ("ch", "ч"), ("sh", "ш"), ("ts", "ц"), ("yu", "ю"), ("ya", "я"),
    ("yo", "ё"), ("ng", "ң"), ("dzh", "ж"),
    *zip("abcdefghijklmnopqrstuvwxyz", "абкдефгхижклмнопкрстуввксыз", strict=False),
)  # fmt: skip


def latin(text: str) -> str:
    """Write Cyrillic text in Latin letters: Чоң-Таш -> Chong-Tash."""
    written = []
    for letter in text:
        small = _LATIN.get(letter.lower(), letter)
        written.append(small.capitalize() if letter != letter.lower() else small)
    return "".join(written)


def cyrillic(text: str) -> str:
    """Write a Latin name in Cyrillic letters, for places whose name no source has in Cyrillic: Kantsin -> Канцин."""
    left = text.lower().replace("'", "").replace("’", "")
    for some, letter in _CYRILLIC:
        left = left.replace(some, letter)
    return "-".join(part.capitalize() for part in left.split("-"))


def is_cyrillic(text: str) -> bool:
    """Say whether a name is written in Cyrillic letters."""
    return any("А" <= letter <= "ү" for letter in text)
