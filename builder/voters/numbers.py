"""Pages of the numbers: the country, a region, and the part that pages of stations and commissions carry.

`history` is what `numbers_release.release` gave for the same versions. Addresses below `/tizme/<language>/`:
`numbers/` and `numbers/<region>/`; the files beside them are `numbers_files`.
"""

from __future__ import annotations

from collections.abc import Iterable

from builder.voters import numbers_draw as draw
from builder.voters import numbers_map
from builder.voters.drawn import Drawn
from builder.voters.numbers_draw import GrowthLine, Named, Scene
from builder.voters.numbers_together import region_of, together_in
from builder.voters.numbers_view import NOBODY, Kind, Numbers, Row
from shailoo.model.base import Language
from shailoo.rules.voter_groups import COUNTRY


def pages(numbers: Numbers, language: Language) -> Iterable[Drawn]:
    """The country's page and one for each region."""
    gettext = draw.words(language).gettext
    scene = Scene(language, numbers.made)
    country = numbers.country
    scene.pyramid = draw.pyramid(
        country.table, draw.titled(gettext("Voters by age and sex"), numbers.made, language), language
    )
    scene.growth_lines = _growth(numbers)
    by_number = {point.number: point for point in numbers.history.series}
    points = [(by_number[n].as_of, by_number[n].places[COUNTRY]) for n in numbers.history.months]
    scene.growth = draw.growth(points, draw.titled(gettext("Growth of the list"), numbers.made, language))
    scene.maps = draw.maps(numbers.outlines.get("regions"), numbers.regions, scene)
    scene.leaf = numbers_map.container(numbers, language) if scene.maps else scene.leaf
    scene.disabled = _disabled(numbers, language)
    scene.disabled_total = numbers.history.released.disabled.get(COUNTRY, 0)
    yield Drawn(
        path="numbers/",
        title=gettext("Numbers of voters"),
        description=gettext(
            "Voters by region, sex and age, first votes, growth of the list; as tables, maps and files."
        ),
        main=draw.render("numbers", language, numbers, scene),
        head=numbers_map.head() if scene.maps else "",
    )
    for region in numbers.regions:
        yield _region(numbers, region, language)


def _region(numbers: Numbers, region: Row, language: Language) -> Drawn:
    gettext = draw.words(language).gettext
    name = region.say(language)
    scene = Scene(language, numbers.made)
    title = draw.titled(f"{gettext('Voters by age and sex')}: {name}", numbers.made, language)
    scene.pyramid = draw.pyramid(region.table, title, language)
    scene.commissions = numbers.commissions(region.id)
    scene.rayons = numbers.rayons(region.id)
    scene.stations = numbers.stations("region", region.id)
    scene.together = together_in(numbers, region.id)
    return Drawn(
        path=f"numbers/{region.id}/",
        title=f"{gettext('Numbers of voters')}: {name}",
        description=gettext("Voters by commission, rayon and polling station."),
        main=draw.render("numbers_place", language, region, scene),
    )


def place_numbers(numbers: Numbers, kind: Kind, area: str, language: Language) -> str:
    """The section about numbers on the page of a station, commission or region: HTML.

    It says nothing of the version, so that a page is written anew only when the place's own numbers change.

    Raises KeyError for a place that the register does not have.
    """
    if kind == "station":
        row = numbers.station(area)
    elif kind == "tec":
        row = numbers.commission(area)
    else:
        row = numbers.region(area)
    scene = Scene(language, numbers.made)
    scene.place = region_of(numbers, row) if row.together else ""
    month = numbers.month
    scene.month = month.flows.get(row.key, NOBODY) if month is not None else None
    return draw.render("numbers_of_place", language, row, scene)


def _growth(numbers: Numbers) -> tuple[GrowthLine, ...]:
    """The newest month first."""
    by_number = {point.number: point for point in numbers.history.series}
    lines, before = [], None
    for n in numbers.history.months:
        voters = by_number[n].places[COUNTRY]
        lines.append(GrowthLine(n, by_number[n].as_of.isoformat(), voters, None if before is None else voters - before))
        before = voters
    return tuple(reversed(lines))


def _disabled(numbers: Numbers, language: Language) -> tuple[Named, ...]:
    shown = numbers.history.released.disabled
    return tuple(
        Named(region.id, region.say(language), shown[region.key]) for region in numbers.regions if region.key in shown
    )
