"""The family of the numbers with its state in the publisher's own folder."""

from __future__ import annotations

from builder.store import PublicFolder
from builder.voters.drawn import Tizme
from builder.voters.numbers_family import NumbersPages
from builder.voters.station import PlaceKind
from shailoo.model.base import Language

STATE = "numbers.json"
"""Which tables are released, in the publisher's own folder. Lost, it is folded again from the first version."""


class NumberPages(NumbersPages):
    """The pages of the numbers of one version, after what was released before."""

    def __init__(self, tizme: Tizme, state: PublicFolder) -> None:
        super().__init__(tizme, state.read(STATE))
        self._folder = state

    def of_place(self, kind: PlaceKind, place: str, language: Language) -> str:
        """The section of a place's page; "" for a region or commission in which no station stands."""
        return self.fragment(kind, place, language) if self.numbers.has(kind, place) else ""

    def keep(self) -> None:
        """After the pages are public: what was released stays so."""
        self._folder.write_durably(STATE, self.state)
