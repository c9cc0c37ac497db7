"""What templates of the numbers ask for besides rows: links, age lines, charts, words. One for each page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from builder.render.charts import Shapes
from builder.render.components import SITES, environment
from builder.voters import voter_charts
from builder.voters.numbers_together import Together
from builder.voters.numbers_view import Row
from builder.voters.numbers_words import REASON
from shailoo.i18n import Catalog, catalog, number, share
from shailoo.model.base import Language
from shailoo.model.voter_list import VoterListMade
from shailoo.rules.voter_groups import Table
from shailoo.rules.voter_reasons import Flow, Reasons

NOTHING = Markup()
TEMPLATES = SITES / "tizme" / "templates"


@dataclass(frozen=True, slots=True)
class AgeLine:
    """One age group in a table."""

    first: int
    told: str
    women: int | None
    men: int | None
    voters: int


@dataclass(frozen=True, slots=True)
class Named:
    """A line of a small list."""

    id: str
    name: str
    people: int = 0
    reasons: Reasons = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Drawing:
    """A map with its heading."""

    title: str
    drawn: Markup


@dataclass(frozen=True, slots=True)
class GrowthLine:
    """Voters in the first version of a month."""

    number: int
    day: str
    voters: int
    difference: int | None


@dataclass(slots=True)
class Scene:
    """What a page's template may ask for. Fields that a page does not use stay empty."""

    language: Language
    made: VoterListMade
    scope: str = ""
    place: str = ""
    pyramid: Markup = NOTHING
    growth: Markup = NOTHING
    growth_lines: tuple[GrowthLine, ...] = ()
    maps: tuple[Drawing, ...] = ()
    leaf: Markup = NOTHING
    disabled: tuple[Named, ...] = ()
    disabled_total: int = 0
    commissions: tuple[Row, ...] = ()
    rayons: tuple[Row, ...] = ()
    stations: tuple[Row, ...] = ()
    together: tuple[Together, ...] = ()
    month: Flow | None = None

    @property
    def home(self) -> str:
        """The portal in this language."""
        return f"/tizme/{self.language}/"

    def href(self, row: Row) -> str:
        """The page of a place; "" for those without one."""
        match row.kind:
            case "region":
                return f"{self.home}numbers/{row.id}/"
            case "tec" | "station":
                return f"{self.home}{row.kind}/{row.id}/"
            case _:
                return ""

    @staticmethod
    def short(day: date) -> str:
        """A day in a narrow column, the same in every language: `30.12.2026`."""
        return f"{day:%d.%m.%Y}"

    def ages(self, table: Table) -> list[AgeLine]:
        """The age groups of a table, youngest first."""
        ends = [*(f"\u2013{first - 1}" for first in table.groups[1:]), "+"]
        women = table.women_by_age or (None,) * len(table.ages)
        return [
            AgeLine(first, f"{first}{end}", w, None if w is None else all_ - w, all_)
            for first, end, w, all_ in zip(table.groups, ends, women, table.ages, strict=True)
        ]

    def reasons(self, told: Reasons | None) -> list[tuple[str, int]]:
        """Reasons in words, the most frequent first; none where none may be told."""
        gettext = catalog("builder", self.language).gettext
        pairs = sorted((told or {}).items(), key=lambda one: (-one[1], one[0]))
        return [(gettext(REASON[reason]), people) for reason, people in pairs]


@cache
def templates(language: Language) -> Environment:
    """The jinja2 environment of Tizme's templates, kept compiled."""
    return environment(language, [TEMPLATES], strict=False)


def words(language: Language) -> Catalog:
    """The builder's sentences."""
    return catalog("builder", language)


def render(name: str, language: Language, view: object, scene: Scene) -> str:
    """Fill a template of this family."""
    return templates(language).get_template(f"{name}.html.j2").render(v=view, s=scene)


def pyramid(table: Table | None, title: str, language: Language) -> Markup:
    """The age pyramid of a table whose ages are told by sex; nothing otherwise."""
    if table is None or not table.women_by_age:
        return Markup()
    gettext = words(language).gettext
    return Markup(voter_charts.pyramid(table, title, gettext("Women"), gettext("Men")))  # noqa: S704 -- escaped there


def growth(points: list[tuple[date, int]], title: str) -> Markup:
    """The growth curve."""
    return Markup(voter_charts.growth(points, title, lambda day: f"{day:%m.%Y}"))  # noqa: S704 -- escaped there


def titled(title: str, made: VoterListMade, language: Language) -> str:
    """A chart's title says that its figures are made up: a picture travels alone."""
    return f"{title} ({words(language).gettext('synthetic figures')})" if made.synthetic else title


def maps(outlines: Mapping[str, Any] | None, rows: tuple[Row, ...], scene: Scene) -> tuple[Drawing, ...]:
    """Voters, women and people under thirty by region, without a script. Nothing without outlines."""
    if outlines is None:
        return ()
    shapes = _shapes(_Kept(outlines))
    by_id = {row.id: row for row in rows}
    if sum(row.id in shapes.paths for row in rows) < 2:  # noqa: PLR2004 -- one colour alone tells nothing
        return ()
    gettext = words(scene.language).gettext

    def told(value: Callable[[Row], str]) -> Callable[[str], str]:
        return lambda area: f"{by_id[area].say(scene.language)}: {value(by_id[area])}"

    def href(area: str) -> str:
        return scene.href(by_id[area])

    found = [
        Drawing(
            gettext("Voters"),
            Markup(  # noqa: S704 -- escaped there
                voter_charts.count_map(
                    shapes,
                    {row.id: row.voters for row in rows},
                    titled(gettext("Voters by region"), scene.made, scene.language),
                    href,
                    told(lambda row: number(row.voters)),
                )
            ),
        )
    ]
    for title, part in ((gettext("Women"), _women), (gettext("Under thirty"), _young)):
        values = {row.id: (part(row), row.table.voters) for row in rows if row.table is not None}

        def share_of(row: Row, part: Callable[[Row], int] = part) -> str:
            return share(part(row), row.table.voters if row.table else 0, scene.language)

        drawn = voter_charts.share_map(shapes, values, titled(title, scene.made, scene.language), href, told(share_of))
        if drawn:
            found.append(Drawing(title, Markup(drawn)))  # noqa: S704 -- escaped there
    return tuple(found)


def _women(row: Row) -> int:
    return row.table.women if row.table else 0


def _young(row: Row) -> int:
    return row.young or 0


class _Kept:
    """Outlines as a key of a cache: the same object is projected once."""

    def __init__(self, outlines: Mapping[str, Any]) -> None:
        self.outlines = outlines

    def __hash__(self) -> int:
        return id(self.outlines)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Kept) and other.outlines is self.outlines


@cache
def _shapes(kept: _Kept) -> Shapes:
    return Shapes.of(kept.outlines)
