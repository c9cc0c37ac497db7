"""Everything about numbers as one family of pages, and the section of a station's page.

Counted once, before the publisher forks: what its processes then draw from is the same memory.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from builder.store import PublicFolder
from builder.voters import compare, elections_pages, numbers, numbers_files, voter_changes
from builder.voters.drawn import Drawn, Tizme
from builder.voters.numbers_release import History, release, released_from_json, released_to_json
from builder.voters.numbers_view import Numbers
from shailoo.model.base import Language

STATE = "numbers.json"
"""Which tables are released, in the publisher's own folder. Lost, it is folded again from the first version."""


class NumberPages:
    """The pages of the numbers of one version."""

    def __init__(self, tizme: Tizme, state: PublicFolder) -> None:
        self._state = state
        data = state.read(STATE)
        self._history: History = release(tizme, released_from_json(data) if data is not None else None)
        self._numbers = Numbers(tizme, self._history)
        self.files_made = tuple(numbers_files.files(self._numbers))

    def pages(self, _: Tizme, language: Language) -> Iterable[Drawn]:
        """Every page in one language."""
        families = (numbers, compare, elections_pages, voter_changes)
        return chain.from_iterable(family.pages(self._numbers, language) for family in families)

    def files(self, _: Tizme) -> Iterable[tuple[str, bytes]]:
        """Tables, maps and scripts."""
        return self.files_made

    def of_station(self, station: str, language: Language) -> str:
        """The section of a station's page."""
        return numbers.place_numbers(self._numbers, "station", station, language)

    def keep(self) -> None:
        """After the pages are public: what was released stays so."""
        self._state.write_durably(STATE, released_to_json(self._history))
