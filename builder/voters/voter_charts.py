"""Charts of the voters as SVG text: an age pyramid, a growth curve, a map in five steps. Pure, same bytes every time.

As in `builder.render.charts`: no style attribute and no script, colour from classes, and nothing that is not also in a
table beside the picture. Coordinates are the only floats.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from html import escape

from builder.render.charts import STEPS, Shapes, breaks, shade
from shailoo.i18n import number
from shailoo.rules.voter_groups import Table

_WIDE, _MIDDLE, _LABEL = 620, 310, 34
_OLDEST = 10
"""Years that the open group is drawn as."""
_YEAR = 6.0
_LEFT, _TOP, _BASE, _RIGHT = 92, 14, 172, 600
_NICE = (1, 2, 5)
_APART = 140
"""Least distance of two words below an axis: what a phone can show."""


def pyramid(table: Table, title: str, women: str, men: str) -> str:
    """Women to the left, men to the right, the young at the foot: one bar for each age group and sex.

    A bar is as high as its group has years and as wide as the people in one of them, so its *area* is the group: groups
    of two, five and more years stand side by side. The open group is drawn as ten years.
    """
    groups = [(first, nxt - first) for first, nxt in zip(table.groups, (*table.groups[1:], 0), strict=True)]
    groups = [(first, years if years > 0 else _OLDEST) for first, years in groups]
    pairs = [(w, all_ - w) for w, all_ in zip(table.women_by_age, table.ages, strict=True)]
    widest = max((max(pair) / years for pair, (_, years) in zip(pairs, groups, strict=True)), default=1) or 1
    unit = (_MIDDLE - _LABEL - 12) / widest
    foot = 34 + sum(years for _, years in groups) * _YEAR
    drawn, y = [], foot
    for (first, years), pair in zip(groups, pairs, strict=True):
        high = years * _YEAR
        y -= high
        told = f"{first}\u2013{first + years - 1}" if first != table.groups[-1] else f"{first}+"
        for way, tone, people, sex in ((-1, "t4", pair[0], women), (1, "t6", pair[1], men)):
            wide = people / years * unit
            x = _MIDDLE + _LABEL if way > 0 else _MIDDLE - _LABEL - wide
            drawn.append(
                f'<rect class="{tone}" x="{x:.1f}" y="{y + 0.5:.1f}" width="{wide:.1f}" height="{high - 1:.1f}">'
                f"<title>{escape(f'{told}, {sex}: {number(people)}')}</title></rect>"
            )
        drawn.append(
            f'<text class="tick" x="{_MIDDLE}" y="{y + high / 2:.1f}" dy=".35em" text-anchor="middle">{told}</text>'
        )
    heads = (
        f'<text class="head" x="{_MIDDLE - _LABEL}" y="20" text-anchor="end">{escape(women)}</text>'
        f'<text class="head" x="{_MIDDLE + _LABEL}" y="20">{escape(men)}</text>'
    )
    return (
        f'<svg data-chart="pyramid" data-text="" class="pyramid" viewBox="0 0 {_WIDE} {foot + 4:.0f}" role="img" '
        f'aria-label="{escape(title)}">{heads}{"".join(drawn)}</svg>'
    )


def growth(points: Sequence[tuple[date, int]], title: str, months: Callable[[date], str]) -> str:
    """Voters over time as a line; fewer than two points are no line: "". The scale does not begin at zero."""
    if len(points) < 2:  # noqa: PLR2004 -- a line has two ends
        return ""
    days = [(day - points[0][0]).days for day, _ in points]
    low, high = min(v for _, v in points), max(v for _, v in points)
    step = _step(high - low)
    floor, top = low // step * step, -(-high // step) * step
    if floor == top:
        top += step

    def across(day: int) -> str:
        return f"{_LEFT + (_RIGHT - _LEFT) * day / max(1, days[-1]):.1f}"

    def down(value: int) -> str:
        return f"{_BASE - (_BASE - _TOP) * (value - floor) / (top - floor):.1f}"

    lines = "".join(
        f'<line class="grid" x1="{_LEFT}" x2="{_RIGHT}" y1="{down(n)}" y2="{down(n)}"/>'
        f'<text class="tick" x="{_LEFT - 8}" y="{down(n)}" dy=".35em" text-anchor="end">{number(n)}</text>'
        for n in range(floor, top + 1, step)
    )
    ticks = "".join(
        f'<text class="tick" x="{across(days[n])}" y="{_BASE + 20}" text-anchor="{_anchor(n, len(points))}">'
        f"{escape(months(points[n][0]))}</text>"
        for n in _apart([(_RIGHT - _LEFT) * day / max(1, days[-1]) for day in days])
    )
    path = "L".join(f"{across(at)} {down(value)}" for at, (_, value) in zip(days, points, strict=True))
    dots = "".join(
        f'<circle cx="{across(at)}" cy="{down(value)}" r="3.5">'
        f"<title>{escape(months(day))}: {number(value)}</title></circle>"
        for at, (day, value) in zip(days, points, strict=True)
    )
    return (
        f'<svg data-chart="growth" data-text="" class="steps-line" viewBox="0 0 620 206" role="img" '
        f'aria-label="{escape(title)}">{lines}{ticks}<path class="line" d="M{path}"/>{dots}</svg>'
    )


def _apart(places: Sequence[float]) -> list[int]:
    """Which of the places get a word: the first, the last, and those between that leave room."""
    kept = [0]
    for n in range(1, len(places) - 1):
        if places[n] - places[kept[-1]] >= _APART and places[-1] - places[n] >= _APART:
            kept.append(n)
    return [*kept, len(places) - 1]


def _anchor(n: int, count: int) -> str:
    return "start" if n == 0 else "end" if n == count - 1 else "middle"


def _step(span: int) -> int:
    """A round step that gives at most five lines: 1, 2 or 5 and noughts."""
    power = 1
    while True:
        for nice in _NICE:
            if span <= nice * power * (STEPS - 1):
                return nice * power
        power *= 10


def share_map(
    shapes: Shapes,
    values: Mapping[str, tuple[int, int]],
    title: str,
    href: Callable[[str], str],
    label: Callable[[str], str],
) -> str:
    """A map of shares with its legend, in whole percents. `values`: area -> (part, base); areas that lack are grey."""
    known = {area: value for area, value in values.items() if area in shapes.paths and value[1] > 0}
    if not known:
        return ""
    bounds = breaks(list(known.values()))
    steps = {area: shade(part, base, bounds) for area, (part, base) in known.items()}
    legend = [f"{bound}\u202f%" for bound in bounds]
    return _map(shapes, (steps, legend), title, href, label)


def count_map(
    shapes: Shapes, values: Mapping[str, int], title: str, href: Callable[[str], str], label: Callable[[str], str]
) -> str:
    """A map of counts with its legend: five equal steps of a round number, from the fewest."""
    known = {area: value for area, value in values.items() if area in shapes.paths}
    if not known:
        return ""
    step = _step(max(known.values()) - min(known.values()) + 1)
    floor = min(known.values()) // step * step
    steps = {area: f"c{min(STEPS - 1, (value - floor) // step)}" for area, value in known.items()}
    return _map(shapes, (steps, [number(floor + step * n) for n in range(STEPS)]), title, href, label)


def _map(
    shapes: Shapes,
    drawn: tuple[Mapping[str, str], Sequence[str]],
    title: str,
    href: Callable[[str], str],
    label: Callable[[str], str],
) -> str:
    steps, legend = drawn
    ground = "".join(path for area, path in shapes.paths.items() if area not in steps)
    under = f'<path class="ground" d="{ground}"/>' if ground else ""
    links = "".join(
        f'<a href="{escape(href(area))}"><path data-row="{escape(area)}" class="{steps[area]}" d="{path}">'
        f"<title>{escape(label(area))}</title></path></a>"
        for area, path in shapes.paths.items()
        if area in steps
    )
    scale = "".join(f'<li class="c{n}">{escape(text)}</li>' for n, text in enumerate(legend))
    return (
        f'<svg class="choropleth" viewBox="{shapes.window(sorted(steps))}" role="group" '
        f'aria-label="{escape(title)}" fill-rule="evenodd">{under}{links}</svg><ol class="scale" data-text>{scale}</ol>'
    )
