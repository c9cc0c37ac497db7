"""How the list of one polling station is cut into pages: by its content, so that one more name changes one page.

A list is halved where the surname with the lowest hash begins, and its parts again, until each is short enough. Where a
cut falls depends on the surnames themselves and not on how many stand before them: somebody who comes to the list
changes the page on which they stand, and the cuts of all other pages stay, but for rare cases at the ends of a part.
Pages are named by the surname they begin with, for the same reason.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

from shailoo.model.voter_list import PersonName

LEAST = 200
"""Names on a page, unless the list is shorter or surnames are so frequent that no cut fits."""
MOST = 600
"""Names on a page."""
FIRST = "1"
"""Name of a list's first page, whoever stands on it."""
_KEY = 8


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page: the people from `start` up to and without `end`; `key` is its folder below the list's."""

    key: str
    start: int
    end: int


def leaves(people: Sequence[PersonName], *, least: int = LEAST, most: int = MOST) -> list[Leaf]:
    """Cut a list, sorted by surname, into pages of `least` to `most` names.

    A surname never stands on two pages, unless more than `most` people share it. A page is shorter than `least` only
    where frequent surnames leave no other cut. Nobody on the list: no page.

    Raises:
        ValueError: `most` is less than twice `least`: there would not always be a place to cut.
    """
    if not 0 < 2 * least <= most:
        message = f"pages of {least} to {most} names cannot always be cut"
        raise ValueError(message)
    if not people:
        return []
    starts = [at for at in range(1, len(people)) if people[at].surname != people[at - 1].surname]
    ranks = {at: (_hash(people[at].surname), at) for at in starts}
    cuts: list[int] = []
    open_parts = [(0, len(people))]
    while open_parts:
        low, high = open_parts.pop()
        if high - low <= most:
            cuts.append(low)
            continue
        fit = starts[bisect_left(starts, low + least) : bisect_right(starts, high - least)]
        fit = fit or starts[bisect_right(starts, low) : bisect_left(starts, high)]
        cut = min(fit, key=ranks.__getitem__) if fit else low + most
        open_parts += [(low, cut), (cut, high)]
    cuts.sort()
    return _named(people, cuts)


def _named(people: Sequence[PersonName], cuts: list[int]) -> list[Leaf]:
    found: list[Leaf] = []
    taken = {FIRST}
    for number, start in enumerate(cuts):
        end = cuts[number + 1] if number + 1 < len(cuts) else len(people)
        key = FIRST
        if start:
            inside = people[start].surname == people[start - 1].surname
            whole = _hash("\t".join(people[start]) if inside else people[start].surname)
            key = whole[-_KEY:]  # cuts are where hashes are low: their beginnings are all alike
            while key in taken:
                whole = _hash(whole)
                key = whole[-_KEY:]
        taken.add(key)
        found.append(Leaf(key, start, end))
    return found


def _hash(text: str) -> str:
    return blake2b(text.encode(), digest_size=16).hexdigest()
