"""What the interactive map of voters needs: its element, its head, and the file with its figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from markupsafe import Markup

from builder.render import voter_maps
from builder.voters.numbers_view import Numbers, Row
from builder.voters.numbers_words import SCRIPT
from shailoo.i18n import catalog
from shailoo.model.base import Language

AREAS = "data/numbers/areas.geojson"
"""Below `/tizme/`."""


def container(numbers: Numbers, language: Language) -> Markup:
    """The map's element."""
    del numbers
    gettext = catalog("builder", language).gettext
    return Markup(  # noqa: S704 -- escaped there
        voter_maps.container(
            areas=f"/tizme/{AREAS}",
            home=f"/tizme/{language}/",
            language=language,
            said={key: gettext(sentence) for key, sentence in SCRIPT.items()},
            label=gettext("Map"),
        )
    )


def head() -> str:
    """What goes into the head of the page."""
    return voter_maps.assets().head


def files(numbers: Numbers) -> Iterable[tuple[str, bytes]]:
    """Script, sheet and figures; nothing without outlines."""
    if not numbers.outlines:
        return ()
    figures = [*map(_figures, numbers.regions), *(_figures(row) for row in _rayons(numbers))]
    return [*voter_maps.assets().files.items(), (AREAS, voter_maps.areas_geojson(figures, numbers.outlines))]


def _rayons(numbers: Numbers) -> Iterator[Row]:
    for region in numbers.regions:
        yield from numbers.rayons(region.id)


def _figures(row: Row) -> dict[str, Any]:
    told = row.table if row.table is not None and row.table.ages else None
    return {
        "id": row.id,
        "level": row.kind,
        "name": dict(zip(("ky", "ru", "en"), row.name, strict=True)),
        "voters": row.voters,
        "as_of": told.as_of.isoformat() if told else None,
        "base": told.voters if told else None,
        "women": told.women if told else None,
        "young": row.young if told else None,
        "first_time": told.first_time if told else None,
    }
