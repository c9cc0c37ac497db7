"""The gallery: every component with made-up figures, for editors who change a template or the sheet.

Each part is drawn by the same templates as the pages themselves, from `builder.samples`, so that nothing can look right
here and wrong there. The page says on top that nothing on it is real.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

from builder import samples
from builder.render.pages import Pages
from shailoo.i18n import catalog
from shailoo.model.base import Language

PATH = "gallery/"
"""Below `/results/<lang>/`."""
_ROOT = re.compile(r'<div data-page="[^"]*" data-scope="[^"]*" data-election="[^"]*">')
_HEADING = re.compile(r"<(/?)h([1-5])\b")
_NAMED = re.compile(r'\b(id|for|data-live|data-table|data-figure)="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Part:
    """One page as a part of the gallery."""

    name: str
    template: str
    main: str


def parts(pages: Pages) -> list[Part]:
    """Draw every page from the samples."""
    names = {"place": "place", "troubled-station": "station", "archive": "overview", "turnout": "day"}
    return [
        Part(name, f"{names.get(name, name)}.html.j2", pages.main(view)) for name, view in samples.every_view().items()
    ]


def title(language: Language) -> str:
    """The page's title."""
    return catalog("builder", language).gettext("Gallery of components")


def gallery(pages: Pages) -> str:
    """Return the HTML for `<main>`: one article per page, headings one level down, identities kept apart."""
    found = parts(pages)
    lead = catalog("builder", pages.language).gettext(
        "Every part that data pages are made of, with made-up figures. No list, person or station here exists."
    )
    contents = "".join(
        f'<li><a href="#{part.name}"><code>{escape(part.template)}</code> {part.name}</a></li>' for part in found
    )
    articles = "".join(_article(part) for part in found)
    return (
        f'<div data-page="gallery" data-scope="gallery" data-election="" data-text><h1>{escape(title(pages.language))}</h1>'
        f'<p class="notice strong">{escape(lead)}</p><ul class="columns">{contents}</ul>{articles}</div>'
    )


def _article(part: Part) -> str:
    body = _ROOT.sub('<div class="sample">', part.main)
    body = _HEADING.sub(lambda found: f"<{found[1]}h{int(found[2]) + 1}", body)
    body = _NAMED.sub(lambda found: f'{found[1]}="{part.name}.{found[2]}"', body)
    name = f'<p class="crumbs"><code>{escape(part.template)}</code></p>'
    return f'<article class="gallery" id="{part.name}">{name}{body}</article>'
