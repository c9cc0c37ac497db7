"""What stands where the voter list will be, until it is: no portal leads to a page that is not there.

Made by the publisher of results, which every installation has. Also here: the map of polling stations on the results
portal, which is the same page with the same data in the other portal's frame.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from shailoo.i18n import catalog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from builder.render.shell import Shell
    from builder.voters.drawn import Tizme
    from shailoo.model.base import Language
    from shailoo.ports import PublicFiles

MAP = "stations-map/"
"""Below `/results/<language>/`."""


def see_to_first_pages(files: Callable[[str], PublicFiles], results: Shell, tizme: Shell, language: Language) -> None:
    """Write each of the pages below unless one is there already: whatever Tizme's publisher wrote stays."""
    for path, page in first_pages(results, tizme, language):
        portal, _, name = path.partition("/")
        if files(portal).read(name) is None:
            files(portal).write(name, page.encode())


def first_pages(results: Shell, tizme: Shell, language: Language) -> Iterator[tuple[str, str]]:
    """Path below `public/` and page: the map on the results portal, Tizme's front, the strip in its pages."""
    gettext = catalog("builder", language).gettext
    said = gettext("The address register is not published yet: boundaries of stations will be shown here.")
    title = gettext("Map of polling stations")
    yield f"results/{language}/{MAP}index.html", _page(results, language, title, said, MAP)
    said = gettext("The voter list is not published yet. Ask the precinct commission where you vote.")
    yield f"tizme/{language}/index.html", _page(tizme, language, gettext("Voters and their lists"), said, "")
    title = gettext("When the voter list was updated")
    strip = (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8"><meta name="robots" content="noindex">'
        f'<meta name="color-scheme" content="light dark"><title>{escape(title)}</title></head><body></body></html>\n'
    )
    yield f"tizme/{language}/updated.html", strip


def _page(shell: Shell, language: Language, title: str, said: str, path: str) -> str:
    elections = catalog("builder", language).gettext("Elections")
    main = (
        f"<h1>{escape(title)}</h1>\n"
        f'<p class="notice">{escape(said)} <a href="/results/{language}/">{escape(elections)}</a></p>'
    )
    return shell.stamp(title=title, main=main, path=path, description=said)


def publish_on_results(folder: PublicFiles, shell: Shell, tizme: Tizme, language: Language) -> bool:
    """Put the map on the results portal, whose folder is given. Returns whether its page changed."""
    from builder.voters.station_map import results_map_page  # noqa: PLC0415 -- draws with folium's parts, which the results' own start does not need

    drawn = results_map_page(language, tizme)
    page = shell.stamp(
        title=drawn.title, main=drawn.main, path=drawn.path, description=drawn.description, head_extra=drawn.head
    )
    return folder.write(f"{language}/{drawn.path}index.html", page.encode())
