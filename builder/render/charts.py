"""Charts as SVG text: pure functions of whole numbers, the same bytes every time.

No style attribute and no script (the Content-Security-Policy forbids both): colour comes from classes of
`theme/components/components.css`, geometry from presentation attributes. Every chart carries a title and stands beside
the table it draws, so nothing is told by the picture alone. Floats live only here, as coordinates with one decimal;
no figure is computed from them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from html import escape
from typing import Any

from builder.views import MapArea, Seats, TurnoutTable

FULL = 10_000
"""A hundred percent in hundredths of a percent, the unit of every scale."""
STEPS = 5
"""Colours of a map."""
WIDTH = 616
"""Width of a map's own coordinates."""
LATITUDE = 41.4
"""The country's middle: there a degree of longitude is drawn cos(41.4°) as wide as one of latitude."""


def bar_width(part: int, base: int, scale: int) -> str:
    """Width of a bar, `84.30%`: part/base as a share of `scale` (hundredths of a percent), at most 100 %.

    Rounded half up and computed from the two integers, not from the rounded share that stands beside it. An empty base
    gives `0.00%`.
    """
    if base <= 0 or scale <= 0:
        return "0.00%"
    hundredths = min((2 * part * FULL * FULL + base * scale) // (2 * base * scale), FULL)
    return f"{hundredths // 100}.{hundredths % 100:02d}%"


@dataclass(frozen=True, slots=True)
class Shapes:
    """The country's outlines, projected once: `paths` by region identifier in the order of the file.

    `boxes` are (left, top, right, bottom) of each region in the same coordinates.
    """

    paths: Mapping[str, str]
    boxes: Mapping[str, tuple[float, float, float, float]]
    height: int
    west: float
    north: float
    unit: float

    @classmethod
    def of(cls, collection: Mapping[str, Any]) -> Shapes:
        """Project a GeoJSON FeatureCollection of polygons whose features have `properties.id`."""
        stretch = math.cos(math.radians(LATITUDE))
        rings = {feature["properties"]["id"]: _rings(feature["geometry"]) for feature in collection["features"]}
        points = [point for parts in rings.values() for ring in parts for point in ring]
        west, east = min(p[0] for p in points), max(p[0] for p in points)
        south, north = min(p[1] for p in points), max(p[1] for p in points)
        unit = (WIDTH - 4) / ((east - west) * stretch)
        shapes = cls({}, {}, math.ceil((north - south) * unit) + 4, west, north, unit)
        return cls(
            {name: "".join(shapes.draw(ring) for ring in parts) for name, parts in rings.items()},
            {name: shapes.box([point for ring in parts for point in ring]) for name, parts in rings.items()},
            shapes.height,
            west,
            north,
            unit,
        )

    def point(self, longitude: float, latitude: float) -> tuple[float, float]:
        """Place a point on the map."""
        stretch = math.cos(math.radians(LATITUDE))
        return 2 + (longitude - self.west) * stretch * self.unit, 2 + (self.north - latitude) * self.unit

    def box(self, points: Sequence[Sequence[float]]) -> tuple[float, float, float, float]:
        """The rectangle around some points."""
        placed = [self.point(point[0], point[1]) for point in points]
        return (
            min(x for x, _ in placed),
            min(y for _, y in placed),
            max(x for x, _ in placed),
            max(y for _, y in placed),
        )

    def window(self, names: Sequence[str]) -> str:
        """The `viewBox` around some regions with a margin: a town's election is not a dot in an empty country."""
        boxes = [self.boxes[name] for name in names]
        left, top = max(0.0, min(b[0] for b in boxes) - 4), max(0.0, min(b[1] for b in boxes) - 4)
        right, bottom = min(WIDTH, max(b[2] for b in boxes) + 4), min(self.height, max(b[3] for b in boxes) + 4)
        return f"{left:.0f} {top:.0f} {math.ceil(right - left)} {math.ceil(bottom - top)}"

    def draw(self, ring: Sequence[Sequence[float]]) -> str:
        """Draw one closed ring as path data."""
        return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in (self.point(p[0], p[1]) for p in ring[:-1])) + "Z"


def _rings(geometry: Mapping[str, Any]) -> list[list[list[float]]]:
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    return [ring for polygon in polygons for ring in polygon]


def outline_file(shapes: Shapes) -> bytes:
    """The country as a file of its own that pages point into (`<use href="…#country">`), so that no page repeats it."""
    paths = "".join(f'<path id="{name}" d="{d}"/>' for name, d in shapes.paths.items())
    size = f"0 0 {WIDTH} {shapes.height}"
    group = f'<g id="country" fill-rule="evenodd">{paths}</g>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{size}">{group}</svg>\n'.encode()


def locator(shapes: Shapes, at: tuple[int, int], outline: str, label: str) -> str:
    """Where a station stands: the country from `outline` (the address of `outline_file`) with one dot.

    `at` is (longitude, latitude) in units of 0.00001 degree. A place outside the country is not drawn: "" is returned.
    """
    x, y = shapes.point(at[0] / 100_000, at[1] / 100_000)
    if not (0 <= x <= WIDTH and 0 <= y <= shapes.height):
        return ""
    return (
        f'<svg class="locator" viewBox="0 0 {WIDTH} {shapes.height}" role="img"><title>{escape(label)}</title>'
        f'<use href="{escape(outline)}#country"/><circle class="halo" cx="{x:.1f}" cy="{y:.1f}" r="26"/>'
        f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="9"/></svg>'
    )


def breaks(shares: Sequence[tuple[int, int]]) -> tuple[int, ...]:
    """Lower bounds of the five classes of a map, in whole percent, from the (part, base) pairs that are known.

    Equal steps of whole percents from the lowest share down to the highest, so that a legend can be read aloud.
    """
    known = [(part, base) for part, base in shares if base > 0]
    if not known:
        return tuple(range(0, 100, 100 // STEPS))
    lowest = min(100 * part // base for part, base in known)
    highest = max(100 * part // base for part, base in known)
    step = max(1, -(-(highest - lowest + 1) // STEPS))
    return tuple(lowest + step * n for n in range(STEPS))


def shade(part: int | None, base: int, bounds: Sequence[int]) -> str:
    """Class of an area: `c0` … `c4` by integer comparison with the bounds, `cn` where nothing is known."""
    if part is None or base <= 0:
        return "cn"
    return f"c{max((n for n, bound in enumerate(bounds) if 100 * part >= bound * base), default=0)}"


def choropleth(
    shapes: Shapes,
    areas: Sequence[MapArea],
    title: str,
    href: Callable[[MapArea], str],
    label: Callable[[MapArea], str],
) -> str:
    """Turnout by region: each region is a link; its name and share are its title. Areas without a shape are left out.

    `data-row` of a path is the region, its class the step of the legend that `legend` draws from the same bounds.
    Regions that take no part are the ground on which the others lie. Without any area there is nothing to draw: "".
    """
    drawn = [area for area in areas if area.place.id in shapes.paths]
    if not drawn:
        return ""
    bounds = _bounds(shapes, areas)
    named = {area.place.id for area in drawn}
    ground = "".join(path for name, path in shapes.paths.items() if name not in named)
    under = f'<path class="ground" d="{ground}"/>' if ground else ""
    links = "".join(
        f'<a href="{escape(href(area))}"><path data-row="{area.place.id}" '
        f'class="{shade(area.participants, area.voters, bounds)}" d="{shapes.paths[area.place.id]}">'
        f"<title>{escape(label(area))}</title></path></a>"
        for area in sorted(drawn, key=lambda one: list(shapes.paths).index(one.place.id))
    )
    return (
        f'<svg data-map="turnout" class="choropleth" viewBox="{shapes.window(sorted(named))}" role="group" '
        f'aria-label="{escape(title)}" fill-rule="evenodd">{under}{links}</svg>'
    )


def _bounds(shapes: Shapes, areas: Sequence[MapArea]) -> tuple[int, ...]:
    """Steps for what is on the map: stations abroad are not, and their share must not stretch the scale."""
    return breaks(
        [(a.participants, a.voters) for a in areas if a.participants is not None and a.place.id in shapes.paths]
    )


def legend(shapes: Shapes, areas: Sequence[MapArea], percent: Callable[[int], str], nothing: str) -> str:
    """The five steps with their lower bounds and, where there are such, the colour of areas without data."""
    bounds = _bounds(shapes, areas)
    steps = "".join(f'<li class="c{n}">{escape(percent(bound))}</li>' for n, bound in enumerate(bounds))
    if any(area.participants is None and area.place.id in shapes.paths for area in areas):
        steps += f'<li class="cn">{escape(nothing)}</li>'
    return f'<ol class="scale" data-legend="turnout">{steps}</ol>'


# --- seats ---

_OUTER, _INNER, _PITCH = 114.0, 44.0, 14.0


def places(seats: int) -> tuple[list[tuple[float, float]], float]:
    """Centres of `seats` dots in a half circle 250 wide, from left to right, and their radius.

    The fewest rows that hold them at the usual pitch; beyond that the pitch shrinks. Rows take seats in proportion to
    their length (largest remainder), and the dots are ordered by their angle, compared as fractions.
    """
    pitch = _PITCH
    while True:
        most = int((_OUTER - _INNER) // pitch)
        fit = [rows for rows in range(1, most + 1) if math.pi * sum(_radii(rows, pitch)) >= seats * pitch * 1.05]
        if fit:
            break
        pitch *= 0.95
    radii = _radii(fit[0], pitch)
    whole = sum(radii)
    counts = [int(seats * radius // whole) for radius in radii]
    by_remainder = sorted(range(len(radii)), key=lambda n: (-(seats * radii[n] % whole), -n))
    for n in by_remainder[: seats - sum(counts)]:
        counts[n] += 1
    dots = []
    for row, (radius, count) in enumerate(zip(radii, counts, strict=True)):
        for n in range(count):
            turn = Fraction(n, count - 1) if count > 1 else Fraction(1, 2)
            angle = math.pi * (1 - float(turn))
            dots.append((turn, row, 125 + radius * math.cos(angle), 124 - radius * math.sin(angle)))
    return [(x, y) for _, _, x, y in sorted(dots)], pitch * 0.36


def _radii(rows: int, pitch: float) -> list[float]:
    return [_OUTER - pitch * n for n in range(rows)]


def hemicycle(seats: Seats, title: str, description: str) -> str:
    """Seats as dots: one group per list (`g data-row`), then the undetermined ones, then those elected in districts."""
    groups = [(row.option.key, f"t{row.option.tone}", row.seats) for row in seats.rows]
    groups += [("open", "open", seats.open), ("districts", "open", seats.districts)]
    dots, radius = places(max(1, seats.total + seats.districts))
    drawn, start = [], 0
    for key, tone, count in groups:
        if count:
            circles = "".join(
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"/>' for x, y in dots[start : start + count]
            )
            drawn.append(f'<g data-row="{escape(key)}" class="{tone}">{circles}</g>')
            start += count
    more = f'<tspan class="more"> + <tspan data-figure="seats.districts">{seats.districts}</tspan></tspan>'
    return (
        f'<svg data-seats="{escape(seats.contest)}" class="hemicycle" viewBox="0 0 250 132" role="img" '
        f'aria-label="{escape(title)}">'
        f"<desc>{escape(description)}</desc>{''.join(drawn)}"
        f'<text x="125" y="122" text-anchor="middle"><tspan data-figure="seats.total">{seats.total}</tspan>'
        f"{more if seats.districts else ''}</text></svg>"
    )


# --- turnout through the day ---

_LEFT, _TOP, _BASE, _RIGHT = 56, 14, 172, 586


def turnout_steps(table: TurnoutTable, title: str, percent: Callable[[int], str]) -> str:
    """Share of voters who had voted, hour by hour, as a step line from the opening (`08:00`).

    Figures that commissions enter once an hour are steps: between two of them nothing is known, so nothing is sloped.
    Hours nobody reported leave a gap. The exact numbers stand in the table beside it.
    """
    voters = table.total.voters
    known = [voted for voted in table.total.voted if voted is not None]
    top = max(10, -(-(100 * max(known, default=0) // max(1, voters) + 1) // 10) * 10)
    minutes = [_minutes(hour) for hour in table.hours]
    first, last = min([_minutes(table.opens), *minutes]), max([_minutes(table.opens) + 1, *minutes])

    def across(minute: int) -> str:
        return f"{_LEFT + (_RIGHT - _LEFT) * (minute - first) / (last - first):.1f}"

    def down(part: int, base: int) -> str:
        return f"{_BASE - (_BASE - _TOP) * 100 * part / (max(1, base) * top):.1f}"

    lines = "".join(
        f'<line class="grid" x1="{_LEFT}" x2="{_RIGHT}" y1="{down(n, 100)}" y2="{down(n, 100)}"/>'
        f'<text class="tick" x="{_LEFT - 8}" y="{down(n, 100)}" dy=".35em" text-anchor="end">'
        f"{escape(percent(n))}</text>"
        for n in range(0, top + 1, max(10, top // 40 * 10))
    )
    shown = table.hours[:: 2 if len(table.hours) > 7 else 1]  # noqa: PLR2004 -- what fits a phone's width
    ticks = "".join(
        f'<text class="tick" x="{across(_minutes(hour))}" y="{_BASE + 20}" text-anchor="middle">{escape(hour)}</text>'
        for hour in shown
    )
    path, dots, pen = [f"M{across(first)} {down(0, 1)}"], [], True
    for minute, voted in zip(minutes, table.total.voted, strict=True):
        if voted is None:
            pen = False
            continue
        x, y = across(minute), down(voted, voters)
        path.append(f"H{x}V{y}" if pen else f"M{x} {y}")
        dots.append(f'<circle cx="{x}" cy="{y}" r="3.5"/>')
        pen = True
    return (
        f'<svg data-chart="turnout" data-text="" class="steps-line" viewBox="0 0 620 206" role="img" '
        f'aria-label="{escape(title)}">'
        f'{lines}{ticks}<path class="line" d="{"".join(path)}"/>{"".join(dots)}</svg>'
    )


def _minutes(hour: str) -> int:
    hours, minutes = hour.split(":")
    return int(hours) * 60 + int(minutes)
