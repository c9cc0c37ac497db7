"""Families of pages that depend on the address register alone: a daily version of the list leaves them as they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from builder.voters import find, station_map
from builder.voters.drawn import Drawn, Tizme
from shailoo.model.base import Language
from shailoo.records.canonical import digest


class FindPages:
    """`builder.voters.find`, drawn again only when the register is another."""

    def pages(self, tizme: Tizme, language: Language) -> Iterable[Drawn]:
        """Its pages in one language."""
        return find.pages(tizme, language)

    def files(self, tizme: Tizme) -> Iterable[tuple[str, bytes]]:
        """Its script."""
        return find.files(tizme)

    def depends_on(self, tizme: Tizme) -> str:
        """The register, and whether its people are made up."""
        return f"{tizme.register.number} {tizme.current.synthetic}"


class MapPages:
    """`builder.voters.station_map` with the outlines of the regions."""

    def __init__(self, outline: Mapping[str, object] | None) -> None:
        self._outline = outline

    def pages(self, tizme: Tizme, language: Language) -> Iterable[Drawn]:
        """The map's page in one language."""
        return station_map.pages(tizme, language)

    def files(self, tizme: Tizme) -> Iterable[tuple[str, bytes]]:
        """Script, sheet and data."""
        return station_map.files(tizme, self._outline)

    def depends_on(self, tizme: Tizme) -> str:
        """The register, whether its people are made up, and the outlines."""
        return f"{tizme.register.number} {tizme.current.synthetic} {digest(repr(self._outline).encode())}"
