"""All pages and files of the numbers as one family for the publisher, and the section on the page of a place.

Made before the publisher forks: tables are released and changes are read here, once; what the processes then ask for is
in memory.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from builder.voters import compare, elections_pages, numbers, numbers_files, voter_changes
from builder.voters.drawn import Drawn, Tizme
from builder.voters.numbers_release import release, released_from_json, released_to_json
from builder.voters.numbers_view import Kind, Numbers
from shailoo.model.base import Language
from shailoo.records.canonical import digest

_PAGES = (numbers.pages, compare.pages, elections_pages.pages, voter_changes.pages)


class NumbersPages:
    """`before` is what `state` gave at the last publication, None at first; keep `state` once this one is public."""

    def __init__(self, tizme: Tizme, before: bytes | None) -> None:
        history = release(tizme, None if before is None else released_from_json(before))
        self.state = released_to_json(history)
        self.numbers = Numbers(tizme, history)
        self.numbers.gather()

    def pages(self, tizme: Tizme, language: Language) -> Iterable[Drawn]:
        """Every page in one language. The versions are those that this family was made of."""
        del tizme
        return chain.from_iterable(draw(self.numbers, language) for draw in _PAGES)

    def files(self, tizme: Tizme) -> Iterable[tuple[str, bytes]]:
        """Data, scripts and sheets."""
        del tizme
        return numbers_files.files(self.numbers)

    def depends_on(self, tizme: Tizme) -> str:
        """The version, the register, what was released, and the outlines."""
        made = digest(self.state + repr(sorted(self.numbers.outlines.items())).encode())
        return f"{tizme.current.number} {tizme.register.number} {made}"

    def fragment(self, kind: Kind, place: str, language: Language) -> str:
        """The section on a place's page: it changes with the place's own numbers, not with every version."""
        return numbers.place_numbers(self.numbers, kind, place, language)
