"""Which houses vote where, as lines of a page: streets in the order of an alphabet, cut into pages of a bounded size.

A page of a town is one letter of the Kyrgyz alphabet (which holds every Russian one), or a part of it. The letter and
part are the same address in every language, so that the switch of languages never leads to a missing page: a letter
that one language has and another has not is an empty page there, and says so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup

from shailoo.model.base import LANGUAGES, Language
from shailoo.model.voter_list import HouseRun

ALPHABET = "абвгдеёжзийклмнңоөпрстуүфхцчшщъыьэюя"
LATIN = (
    ("a", "а"), ("b", "б"), ("c", "ц"), ("d", "д"), ("e", "э"), ("f", "ф"), ("g", "г"), ("h", "х"), ("i", "и"),
    ("j", "ж"), ("k", "к"), ("l", "л"), ("m", "м"), ("n", "н"), ("o", "о"), ("p", "п"), ("q", "к"), ("r", "р"),
    ("s", "с"), ("t", "т"), ("u", "у"), ("v", "в"), ("w", "в"), ("x", "х"), ("y", "ы"), ("z", "з"),
)  # fmt: skip
"""At which Kyrgyz letter a name in Latin letters stands."""
_RANK = {letter: place for place, letter in enumerate(ALPHABET, 1)}
_LETTER = _RANK | {latin: _RANK[letter] for latin, letter in LATIN}
OTHER = 0
"""The letter of names that begin with a digit or another sign."""
MANY = 150
"""A town with more streets is split by letter."""
BYTES = 42_000
"""Of streets on a page: with the shell around them and a form it stays below 60 000."""
_RUN = 170
"""Bytes of a run in the longest language, at most."""
_OPEN = 9_999
"""A range up to here or beyond has no end: no street has such a house."""

Say = Callable[..., str]
Name = tuple[str, str, str]


def alphabetical(name: str) -> tuple[tuple[int, ...], str]:
    """Key of the order in which people look for a name: without `street` or `ул.` before it, in the Kyrgyz alphabet."""
    bare = _bare(name).casefold()
    return tuple(_RANK.get(sign, ord(sign) + 100 if sign.isalpha() else 0) for sign in bare), name


def letter(name: str) -> int:
    """The place in the alphabet of the first letter of a name, or OTHER."""
    return _LETTER.get(_bare(name)[:1].casefold(), OTHER)


def _bare(name: str) -> str:
    """Leave out words that say what it is: they are written small (`улица`, `пр.`, `мкр`)."""
    words = name.split()
    while len(words) > 1 and words[0][:1].islower():
        words.pop(0)
    return " ".join(words)


@dataclass(frozen=True, slots=True)
class Street:
    """A street of a settlement; `name` is empty for houses without a street."""

    name: Name
    runs: tuple[HouseRun, ...]


def streets(runs: Iterable[HouseRun]) -> list[Street]:
    """Put the runs of each street together, in the order of the register."""
    found: dict[Name, list[HouseRun]] = defaultdict(list)
    for run in runs:
        found[run.street].append(run)
    return [Street(name, tuple(of)) for name, of in found.items()]


def houses(run: HouseRun, gettext: Say) -> str:
    """Which houses a run is, in words: `1–37, odd`."""
    first, last = run.first, run.last
    if last == 0:
        return gettext("houses without a number")
    if run.houses or first == last:
        return ", ".join(run.houses) or str(first)
    if last >= _OPEN:
        return _without_end(run, gettext)
    if run.parity == "odd":
        return gettext("{first}–{last}, odd", first=first, last=last)
    if run.parity == "even":
        return gettext("{first}–{last}, even", first=first, last=last)
    return f"{first}–{last}"


def _without_end(run: HouseRun, gettext: Say) -> str:
    if run.parity == "odd":
        return gettext("all odd numbers") if run.first <= 1 else gettext("from {first} on, odd", first=run.first)
    if run.parity == "even":
        return gettext("all even numbers") if run.first <= 2 else gettext("from {first} on, even", first=run.first)  # noqa: PLR2004 -- the first even number
    return gettext("all houses") if run.first <= 1 else gettext("from {first} on", first=run.first)


def row(street: Street, language: int, home: str, gettext: Say) -> Markup:
    """A street with its houses and their stations. `data-n` is for the filter: first, last, parity."""
    lines = Markup("").join(
        Markup('<dd data-n="{} {} {}">{} → <a href="{}station/{}/">{}</a></dd>').format(
            run.first,
            run.last,
            run.parity,
            houses(run, gettext),
            home,
            run.station,
            gettext("station № {no}", no=run.station),
        )
        for run in street.runs
    )
    name = street.name[language] or gettext("Houses without a street")
    return Markup("<div><dt>{}</dt>{}</div>\n").format(name, lines)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A page of a town: its address, which streets it holds from which to which, and their rows."""

    key: str
    """`17`, or `17-2` for the second part of a letter."""
    head: str
    """The letter itself; "" for names that begin with another sign."""
    first: str
    last: str
    count: int
    rows: Markup

    @property
    def within(self) -> str:
        """From which street to which."""
        return self.first if self.first == self.last else f"{self.first} – {self.last}"


def leaves(known: Sequence[Street], language: int, home: str, gettext: Say) -> list[Leaf]:
    """Cut the streets of a town into pages: by letter, and a letter by size."""
    ordered = sorted(known, key=lambda street: alphabetical(street.name[language]))
    made: list[Leaf] = []
    by_letter = sorted(ordered, key=lambda street: letter(street.name[language]))
    for place, group in groupby(by_letter, key=lambda street: letter(street.name[language])):
        rows = [(street.name[language], row(street, language, home, gettext)) for street in group]
        for part, held in enumerate(_parts(rows), 1):
            named = [_bare(name) for name, _ in held if name] or [gettext("Houses without a street")]
            head = named[0][:1].upper() if place else ""
            key = f"{place}-{part}" if part > 1 else f"{place}"
            made.append(Leaf(key, head, named[0], named[-1], len(held), Markup("").join(line for _, line in held)))
    return made


def _parts(rows: Sequence[tuple[str, Markup]]) -> list[list[tuple[str, Markup]]]:
    parts: list[list[tuple[str, Markup]]] = [[]]
    size = 0
    for name, line in rows:
        weight = len(line.encode())
        if parts[-1] and size + weight > BYTES:
            parts.append([])
            size = 0
        parts[-1].append((name, line))
        size += weight
    return parts


def keys(known: Sequence[Street], says: Mapping[Language, Say]) -> list[str]:
    """Every page that a town has in some language, in order."""
    found = {
        leaf.key
        for place, language in enumerate(LANGUAGES)
        for leaf in leaves(known, place, f"/tizme/{language}/", says[language])
    }
    return sorted(found, key=lambda key: [int(part) for part in key.split("-")])


def split(known: Sequence[Street]) -> bool:
    """Whether a town needs more than one page; the same in every language."""
    if len(known) > MANY:
        return True
    return (
        sum(max(len(name.encode()) for name in street.name) + _RUN * (1 + len(street.runs)) for street in known) > BYTES
    )
