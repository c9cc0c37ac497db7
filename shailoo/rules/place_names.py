"""Towns and villages by what people type: any of three languages, without endings, letters of a foreign keyboard."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from shailoo.model.base import LANGUAGES, Language
from shailoo.model.voter_list import Area, Settlement

MOST: Final = 12
"""So many are offered at once; whoever finds more types more."""
_LONGEST = 100
_SAME_LETTERS: Final = str.maketrans("ёңөүґ", "еноуг")
"""As those write who have no Kyrgyz keyboard."""


@dataclass(frozen=True, slots=True)
class _Entry:
    id: str
    labels: tuple[str, ...]
    """In the order of LANGUAGES: name and what it belongs to."""
    names: frozenset[str]
    words: frozenset[str]
    """Of all labels."""

    def is_called(self, asked: Sequence[str]) -> bool:
        """Whether each word begins one of the own name's, in any language."""
        return _begin(asked, [word for name in self.names for word in name.split()])


class PlaceNames:
    """The settlements of one version of the address register."""

    def __init__(self, settlements: Iterable[Settlement], areas: Iterable[Area]) -> None:
        """`areas` are the regions and rayons that settlements name."""
        above = {area.id: area.name for area in areas}
        self._entries = [_entry(one, above) for one in settlements]
        self._by_id = {one.id: one for one in self._entries}

    def label(self, place: str, language: Language) -> str | None:
        """What a settlement is called, and what it belongs to; None for an identifier that is not here."""
        found = self._by_id.get(place)
        return None if found is None else found.labels[LANGUAGES.index(language)]

    def search(self, text: str, most: int = MOST) -> Sequence[str]:
        """Identifiers of those in whose label each word that was typed begins a word, best first.

        Those whose own name has all of them go before those that only lie in a rayon or region of that name.
        """
        asked = _fold(text).split()
        if not asked:
            return []
        found = []
        for one in self._entries:
            if _begin(asked, one.words):
                whole = sum(start in one.words for start in asked)
                found.append((not one.is_called(asked), -whole, one.labels[0], one.id))
        return [place for *_, place in sorted(found)[:most]]

    def resolve(self, text: str) -> str | None:
        """The one settlement that a text means: its identifier, label or name, or all that a search finds."""
        if text in self._by_id:
            return text
        said = _fold(text)
        for known in (
            [one.id for one in self._entries if said in map(_fold, one.labels)],
            [one.id for one in self._entries if said in one.names],
            [one.id for one in self._entries if said and one.is_called(said.split())],
            self.search(text, 2),
        ):
            if len(known) == 1:
                return known[0]
        return None


def _entry(one: Settlement, above: Mapping[str, tuple[str, str, str]]) -> _Entry:
    labels = []
    for at, name in enumerate(one.name):
        around = [above[part][at] for part in (one.rayon, one.region) if part in above]
        parts = [name, *(part for part in dict.fromkeys(around) if part != name)]
        labels.append(", ".join(parts))
    words = frozenset(word for text in labels for word in _fold(text).split())
    return _Entry(one.id, tuple(labels), frozenset(map(_fold, one.name)), words)


def _begin(asked: Iterable[str], words: Collection[str]) -> bool:
    return all(any(word.startswith(start) for word in words) for start in asked)


def _fold(text: str) -> str:
    """Letters and words alone, small, with those of one shape taken as one."""
    plain = text[:_LONGEST].casefold().translate(_SAME_LETTERS)
    return " ".join("".join(sign if sign.isalnum() else " " for sign in plain).split())
