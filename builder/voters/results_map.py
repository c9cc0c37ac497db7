"""The map of polling stations on the results portal: the same page, the same data, the other portal's frame.

The results portal links to it from its first day. Until an address register is published the page says so.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from shailoo.i18n import catalog

if TYPE_CHECKING:
    from pathlib import Path

    from builder.render.shell import Shell
    from builder.store import PublicFolder
    from builder.voters.drawn import Tizme
    from shailoo.model.base import Language

ADDRESS = "stations-map/"
"""Below `/results/<language>/`."""


def empty_page(shell: Shell, language: Language) -> bytes:
    """The page while no address register is published."""
    gettext = catalog("builder", language).gettext
    title = gettext("Map of polling stations")
    told = gettext("The address register is not published yet: boundaries of stations will be shown here.")
    main = (
        f"<h1>{escape(title)}</h1>\n"
        f'<p class="notice">{escape(told)} <a href="/results/{language}/">{escape(gettext("Elections"))}</a></p>'
    )
    return shell.stamp(title=title, main=main, path=ADDRESS, description=told).encode()


def see_to_empty_page(public: Path, shell: Shell, language: Language) -> None:
    """Write the page without a register, unless some page is there already."""
    place = public / "results" / language / ADDRESS / "index.html"
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(empty_page(shell, language))


def publish_on_results(folder: PublicFolder, shell: Shell, tizme: Tizme, language: Language) -> bool:
    """Put the map on the results portal, whose folder is given. Returns whether its page changed."""
    from builder.voters.station_map import results_map_page  # noqa: PLC0415 -- draws with folium's parts, which the results' own start does not need

    drawn = results_map_page(language, tizme)
    page = shell.stamp(
        title=drawn.title, main=drawn.main, path=drawn.path, description=drawn.description, head_extra=drawn.head
    )
    return folder.write(f"{language}/{drawn.path}index.html", page.encode())
