"""Names of streets. No street is meant: words, two words together, given names, and people who never were."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from rehearsal.voters.words import latin, words

_PEOPLE = 220
"""With how many other men's names each common name is put together."""


_EARLY = 0.35
"""Towns use up the short names among the first third of all."""


class StreetName(NamedTuple):
    """A street's bare name, without the word for its kind, which each language puts elsewhere."""

    ky: str
    ru: str
    en: str

    def full(self) -> tuple[str, str, str]:
        """As the address register has it."""
        return f"{self.ky} көчөсү", f"улица {self.ru}", f"{self.en} Street"

    def forms(self) -> tuple[str, ...]:
        """As the population register writes it: in either language, the kind in full, abbreviated, or left out."""
        return (
            f"{self.ky} көчөсү", f"{self.ky} көч.", f"улица {self.ru}", f"ул. {self.ru}", self.ky, self.ru
        )  # fmt: skip


FORMS = 6


@cache
def pool() -> tuple[tuple[StreetName, ...], int]:
    """Return every name, and how many of them (the first ones) villages have as well.

    No name of one street is, in either language, a name of another: whatever is taken, a settlement's are unique.
    """
    found: list[StreetName] = []
    taken: set[str] = set()

    def add(name: StreetName) -> None:
        keys = {text.casefold().replace("ё", "е") for text in (name.ky, name.ru)}
        if not keys & taken:
            taken.update(keys)
            found.append(name)

    for ky, ru, en in words()["street_words"]:
        add(StreetName(ky, ru, en))
    for first in words()["street_first"].split():
        for last in words()["street_last"].split():
            add(_plain(f"{first}-{last}"))
    men = words()["kyrgyz"]["m"].split()
    for name in [*men, *words()["kyrgyz"]["f"].split()]:
        add(_plain(name))
    villages = len(found)
    hard = [name for name in men if name[-1] not in "аеёиоуыэюяөүйь"]
    for step in range(1, _PEOPLE):
        for at, name in enumerate(hard):
            other = hard[(at + step) % len(hard)]
            tail = ("", "бек", "бай")[step // len(hard)]
            if other.endswith(("бек", "бай")) and tail:
                continue
            add(_person(name, other + tail))
    return tuple(found), villages


def _russian(name: str) -> str:
    return name.translate(str.maketrans("өүңӨҮҢ", "оунОУН"))


def _plain(name: str) -> StreetName:
    return StreetName(name, _russian(name), latin(name))


def _person(name: str, root: str) -> StreetName:
    surname = f"{root[:-1]}ев" if root.endswith("й") else f"{root}ов"
    return StreetName(f"{name} {surname}", _russian(f"{name}а {surname}а"), latin(f"{name} {surname}"))


class Namer:
    """Gives the streets of each settlement their names, none twice."""

    def __init__(self, chance: np.random.Generator) -> None:
        self._chance = chance
        self._left: dict[str, list[int]] = {}

    def next(self, settlement: str, kind: str) -> StreetName:
        """Return a name that the settlement's streets do not have yet."""
        names, villages = pool()
        if settlement not in self._left:
            turn = self._chance.random(villages if kind == "village" else len(names))
            turn[:villages] *= _EARLY
            self._left[settlement] = turn.argsort(kind="stable")[::-1].tolist()
        left = self._left[settlement]
        if left:
            return names[left.pop()]
        # More streets than names: the big villages go on with the names that only towns have, then with numbers.
        further = self._left.setdefault(f"{settlement}/more", [villages if kind == "village" else len(names)])
        at = further[0]
        further[0] += 1
        name, again = names[at % len(names)], at // len(names)
        return name if not again else StreetName(*(f"{text} {again + 1}" for text in name))
