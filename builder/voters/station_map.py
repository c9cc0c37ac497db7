"""The page of the map of polling stations, on Tizme and on the results portal: the same map on the same data."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Final

from markupsafe import Markup

from builder.render import components, maps
from builder.voters import find_pages, map_data
from builder.voters.drawn import Drawn, Tizme
from builder.voters.find import ABROAD, TEMPLATES, Step
from shailoo.i18n import Catalog
from shailoo.i18n import msgid as _
from shailoo.model.base import LANGUAGES, Language

NAME = "map_stations"
"""The identifier of the map's element."""
DEEPEST = 18
"""How far one zooms in: to a house."""
WORDS: Final[Mapping[str, str]] = {
    "station": _("Polling station № {number}"),
    "building": _("Building"),
    "address": _("Address"),
    "hours": _("Open on election day"),
    "access": _("Access"),
    "commission": _("Commission"),
    "step_free_yes": _("one gets in without steps"),
    "step_free_no": _("there are steps"),
    "step_free_unknown": _("not known whether there are steps"),
    "inside": _("The point lies within the boundaries of this station:"),
    "overlap": _(
        "The point lies within the boundaries of more than one station. Ask by address or by PIN and surname."
    ),
    "outside": _(
        "The point lies within no boundaries. The nearest station is below; yours may be another one, so look by "
        "address or by PIN and surname."
    ),
    "not_loaded": _("The data of the map did not arrive. Try again, or look by address below."),
    "none": _("No station fits. Try its number, the street or the town."),
    "more": _("and {count} more"),
    "zoom_in": _("Zoom in"),
    "zoom_out": _("Zoom out"),
    "close": _("Close"),
}
"""What the script of the map says; it has no words of its own."""


@cache
def assets() -> maps.MapFiles:
    """The map's script and sheet, below `/tizme/`."""
    return maps.bundle("tizme", "stations.js", maps.drawing("stations", "shailooStationMap", DEEPEST))


@dataclass(frozen=True, slots=True)
class StationMap:
    """The family with outlines of regions: `map_data.files` says what they are."""

    outline: Mapping[str, object] | None

    def depends_on(self, tizme: Tizme) -> str:
        """What the family is made from: a version of the register, which never changes, and the outlines."""
        return f"{depends_on(tizme)} {json.dumps(self.outline, sort_keys=True)}"

    def pages(self, tizme: Tizme, language: Language) -> Iterator[Drawn]:
        """The map's page."""
        return pages(tizme, language)

    def files(self, tizme: Tizme) -> Iterator[tuple[str, bytes]]:
        """Script, sheet and data."""
        return files(tizme, self.outline)


def depends_on(tizme: Tizme) -> str:
    """What the family is made from without outlines."""
    return f"register {tizme.register.number}"


def files(tizme: Tizme, outline: Mapping[str, object] | None = None) -> Iterator[tuple[str, bytes]]:
    """Script, sheet and data: (path below `/tizme/`, bytes). `outline`: see `map_data.files`."""
    yield from assets().files.items()
    yield from map_data.files(tizme.register, outline)


def pages(tizme: Tizme, language: Language) -> Iterator[Drawn]:
    """The map's page on Tizme."""
    yield _page(tizme, language, "map/")


def results_map_page(language: Language, tizme: Tizme) -> Drawn:
    """The same page for the results portal: its path is below `/results/<language>/`, its links lead to Tizme."""
    return _page(tizme, language, "stations-map/")


def _page(tizme: Tizme, language: Language, path: str) -> Drawn:
    env = components.environment(language, [TEMPLATES])
    at, home = LANGUAGES.index(language), f"/tizme/{language}/"
    gettext = env.words.gettext
    title = gettext("Map of polling stations")
    told = gettext("Polling stations with their boundaries; tap on your house to see where you vote.")
    rayons = tizme.register.rayons()
    regions = [area for area in tizme.register.regions() if area.id != ABROAD]
    choices = [
        (
            area.name[at],
            sorted(
                ((one.id, one.name[at]) for one in rayons if one.region == area.id),
                key=lambda pair: find_pages.alphabetical(pair[1]),
            ),
        )
        for area in regions
    ]
    main = env.get_template("map.html.j2").render(
        home=home,
        title=title,
        container=_container(language, home, env.words),
        choices=choices,
        regions=[Step(f"{home}find/{area.id}/", area.name[at]) for area in regions],
    )
    return Drawn(path=path, title=title, description=told, main=main, head=assets().head)


def _container(language: Language, home: str, words: Catalog) -> Markup:
    """The map's element with the addresses and words that its script reads."""
    said = json.dumps({key: words.gettext(sentence) for key, sentence in WORDS.items()}, ensure_ascii=False)
    data = f"/tizme/{map_data.FOLDER}/"
    label = words.gettext("Map of polling stations. Enter asks whose boundaries its middle lies in.")
    return Markup(  # noqa: S704 -- escaped here
        f'<div id="{NAME}" class="leaf" data-index="{data}index.json" data-centres="{data}centres-{language}.geojson" '
        f'data-places="{data}places.geojson" data-home="{home}" data-language="{language}" '
        f'data-words="{escape(said)}" role="region" aria-label="{escape(label)}"></div>'
    )
