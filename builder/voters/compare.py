"""Comparison of dates: tables of totals against fixed older versions, and any two dates with a small script."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from builder.voters import numbers_draw as draw
from builder.voters.drawn import Drawn
from builder.voters.numbers_draw import Scene
from builder.voters.numbers_view import Numbers
from builder.voters.numbers_words import COMPARED
from shailoo.model.base import Language
from shailoo.rules.voter_groups import COUNTRY

SCRIPT = Path(__file__).resolve().parents[1] / "theme" / "js" / "tizme" / "compare.js"


@dataclass(frozen=True, slots=True)
class Line:
    """A region then and now."""

    id: str
    name: str
    before: int
    now: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """The newest version against an older one."""

    key: str
    title: str
    number: int
    day: str
    rows: tuple[Line, ...]


def pages(numbers: Numbers, language: Language) -> Iterable[Drawn]:
    """The one page of this family."""
    gettext = draw.words(language).gettext
    now = numbers.point.places
    found = []
    for key, point in numbers.compared():
        rows = [
            Line(region.id, region.say(language), point.places.get(region.key, 0), now.get(region.key, 0))
            for region in numbers.regions
        ]
        rows.append(Line("total", gettext("Together"), point.places[COUNTRY], now[COUNTRY]))
        found.append(Comparison(key, gettext(COMPARED[key]), point.number, point.as_of.isoformat(), tuple(rows)))
    yield Drawn(
        path="numbers/compare/",
        title=gettext("Compare two dates"),
        description=gettext("How many voters there were on two dates, by region, rayon and commission."),
        main=draw.render("compare", language, found, Scene(language, numbers.made)),
        head=f'<script src="/tizme/{script()[0]}" defer></script>',
    )


@cache
def script() -> tuple[str, bytes]:
    """The script under a name made of its content: (path below `/tizme/`, bytes)."""
    body = SCRIPT.read_bytes()
    return f"assets/compare.{sha256(body).hexdigest()[:12]}.js", body
