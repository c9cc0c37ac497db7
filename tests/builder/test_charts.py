"""Charts: what a bar, a hemicycle, a map say follows from whole numbers."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder import samples, views
from builder.render import charts

GEO = Path(__file__).resolve().parents[2] / "elections" / "jk-2021-11-28" / "geo" / "regions_small.geojson"
SHAPES = charts.Shapes.of(json.loads(GEO.read_text("utf-8")))


@given(st.integers(0, 10**7), st.integers(1, 10**7), st.integers(1, 10_000))
def test_a_bar_is_the_share_on_its_scale_to_a_hundredth(part: int, base: int, scale: int) -> None:
    width = float(charts.bar_width(part, base, scale)[:-1])
    assert abs(width - min(100.0, 1_000_000 * part / base / scale)) <= 0.0051


def test_a_bar_of_nothing_is_empty() -> None:
    assert charts.bar_width(0, 0, 2000) == "0.00%"


@given(st.integers(1, 200))
def test_every_seat_has_its_own_place_in_the_half_circle(seats: int) -> None:
    dots, radius = charts.places(seats)
    assert len(set(dots)) == seats
    assert all(0 <= x <= 250 and 0 <= y <= 132 for x, y in dots)
    gaps = [math.dist(a, b) for n, a in enumerate(dots) for b in dots[:n]]
    assert min(gaps, default=99.0) >= 2 * radius


def test_dots_go_from_left_to_right_so_that_lists_are_wedges() -> None:
    dots, _ = charts.places(90)
    assert dots[0][0] < 125 < dots[-1][0]


def test_the_hemicycle_draws_as_many_dots_as_there_are_seats() -> None:
    root = ET.fromstring(charts.hemicycle(samples.SEATS, "t", "d"))  # noqa: S314 -- our own text
    dots = {group.get("data-row"): len(list(group)) for group in root.iter("g")}
    assert dots == {"21": 15, "9": 12, "8": 9, "3": 7, "2": 6, "5": 4, "open": 1, "districts": 36}
    assert root.find("desc") is not None


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(1, 10**6)).filter(lambda p: p[0] <= p[1]), max_size=12))
def test_every_known_share_falls_into_a_step_of_the_legend(shares: list[tuple[int, int]]) -> None:
    bounds = charts.breaks(shares)
    assert len(bounds) == charts.STEPS
    assert list(bounds) == sorted(set(bounds))
    for part, base in shares:
        step = int(charts.shade(part, base, bounds)[1:])
        assert 100 * part >= bounds[step] * base
        assert step == charts.STEPS - 1 or 100 * part < bounds[step + 1] * base


def test_nothing_known_has_a_colour_of_its_own() -> None:
    assert charts.shade(None, 10, (0, 1, 2, 3, 4)) == "cn"
    assert charts.shade(0, 10, (0, 1, 2, 3, 4)) == "c0"


def test_each_region_of_the_map_is_a_link_with_its_name() -> None:
    drawn = charts.choropleth(
        SHAPES, samples.AREAS, "Turnout", lambda area: f"/r/{area.place.id}/", lambda area: area.place.name.en
    )
    root = ET.fromstring(drawn)  # noqa: S314 -- our own text
    links = list(root.iter("a"))
    assert sorted(path.get("data-row") or "" for path in root.iter("path")) == sorted(SHAPES.paths)
    assert all(link.get("href", "").startswith("/r/") and link.find("path/title") is not None for link in links)


def test_a_place_outside_the_country_is_not_drawn() -> None:
    assert charts.locator(SHAPES, (3_761_000, 5_575_000), "/o.svg", "here") == ""
    assert 'href="/o.svg#country"' in charts.locator(SHAPES, (7_459_000, 4_287_000), "/o.svg", "here")


def test_the_outline_is_one_group_that_pages_point_into() -> None:
    root = ET.fromstring(charts.outline_file(SHAPES))  # noqa: S314 -- our own text
    assert [group.get("id") for group in root.iter("{http://www.w3.org/2000/svg}g")] == ["country"]


def percent(n: int) -> str:
    return f"{n} %"


def test_an_hour_nobody_reported_leaves_a_gap() -> None:
    row = views.TurnoutRow(samples.COUNTRY, 1000, (100, None, 300))
    table = views.TurnoutTable(("10:00", "12:00", "14:00"), (), row)
    line = re.search(r'class="line" d="([^"]*)"', charts.turnout_steps(table, "t", percent))
    assert line is not None
    assert line[1].count("M") == 2
    assert charts.turnout_steps(table, "t", percent).count("<circle") == 2


@pytest.mark.parametrize("voted", [(None, None), (0, 0), (1000, 1000)])
def test_turnout_is_drawn_inside_the_chart_at_the_ends_of_the_scale(voted: tuple[int | None, ...]) -> None:
    table = views.TurnoutTable(("10:00", "12:00"), (), views.TurnoutRow(samples.COUNTRY, 1000, voted))
    drawn = charts.turnout_steps(table, "t", percent)
    heights = [float(y) for y in re.findall(r'cy="([-0-9.]+)"', drawn)]
    assert all(0 <= y <= 206 for y in heights)
