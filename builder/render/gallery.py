"""Every kind of page with the figures of an election that never was, for editors and designers to look at.

The pages are stamped into the same shell by the same templates as on a night, so what is seen here is what will be seen
then; a component is looked at where it is used. The list of them is prose: `sites/results/pages/<lang>/gallery/`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from builder import samples, views
from builder.render.charts import Shapes, outline_file
from builder.render.pages import Pages
from builder.render.shell import DataPage, Shell
from shailoo.model.base import Language

OUTLINES = Path(__file__).resolve().parents[2] / "elections" / "jk-2021-11-28" / "geo" / "regions_small.geojson"
"""The sample election votes in the real regions; without this file its pages have no map."""
MAP = "results/gallery/outline.svg"
_ELSEWHERE = re.compile(r'href="/results/(?:[a-z]{2}/|data/|log/)[^"]*"')
_IMAGE = re.compile(r'src="/results/data/[^"]*"')


def sample_pages(language: Language, shell: Shell) -> Iterator[tuple[str, bytes]]:
    """Draw one page of each kind: (path below the public folder, bytes).

    The sample election has no other pages: links inside the samples lead to the sample of that kind, or to the list of
    samples where there is none.
    """
    shapes = _shapes()
    name = samples.HEAD.election
    pages = Pages(
        language,
        shapes={} if shapes is None else {name: shapes},
        outlines={} if shapes is None else {name: f"/{MAP}"},
        strict=True,
    )
    home = f"/results/{language}/gallery/"
    shown = samples.every_view()
    addresses = {f"/results/{language}/{views.address(view)}": f"{home}{key}/" for key, view in reversed(shown.items())}

    def here(link: re.Match[str]) -> str:
        return f'href="{addresses.get(link[0][6:-1], home)}"'

    for key, view in shown.items():
        drawn = pages.draw(view)
        page = shell.stamp(
            title=drawn.title,
            main=_IMAGE.sub(f'src="/{MAP}"', _ELSEWHERE.sub(here, drawn.main)),  # a picture that is there
            path=f"gallery/{key}/",
            data=None if isinstance(view, views.OfPortal) else _state(view, drawn.chip, drawn.sentence),
            description=drawn.description,
            head_extra='<meta name="robots" content="noindex">',
        )
        yield f"results/{language}/gallery/{key}/index.html", page.encode()


def outline() -> tuple[str, bytes] | None:
    """Return the small map behind a station, as a file; None without outlines."""
    shapes = _shapes()
    return None if shapes is None else (MAP, outline_file(shapes))


def _shapes() -> Shapes | None:
    return Shapes.of(json.loads(OUTLINES.read_text("utf-8"))) if OUTLINES.is_file() else None


def _state(view: views.OfElection, chip: str, sentence: str) -> DataPage:
    return DataPage(
        election=view.head.election,
        scope=views.scope(view),
        version=312,
        published_at="2021-11-28T15:31:14Z",
        clock="21:31:14",
        status=view.head.status,
        chip=chip,
        sentence=sentence,
        follow=False,
    )
