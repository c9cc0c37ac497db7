"""The pages of the results site, drawn from the sample election in three languages."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from builder import samples, views
from builder.render import charts, components, words
from builder.render.pages import Pages
from shailoo.i18n import catalog
from shailoo.model.base import LANGUAGES, Language, Name
from shailoo.rules.arithmetic import SENTENCES

ROOT = Path(__file__).resolve().parents[2]
SHAPES = charts.Shapes.of(
    json.loads((ROOT / "elections" / "jk-2021-11-28" / "geo" / "regions_small.geojson").read_text("utf-8"))
)
PAGES = {
    language: Pages(language, shapes={"sample": SHAPES}, outlines={"sample": "/o.svg"}, strict=True)
    for language in LANGUAGES
}
VIEWS = samples.every_view()
CASES = [(language, name) for language in LANGUAGES for name in VIEWS]
INLINE = re.compile(r"\sstyle=|\son[a-z]+=|<script|<style|javascript:")


def read(language: Language, name: str) -> LexborNode:
    root = LexborHTMLParser(PAGES[language].main(VIEWS[name])).css_first("[data-page]")
    assert root is not None
    return root


@pytest.mark.parametrize(("language", "name"), CASES)
def test_a_page_has_no_inline_style_and_no_script(language: Language, name: str) -> None:
    assert not INLINE.search(PAGES[language].main(VIEWS[name]))


@pytest.mark.parametrize(("language", "name"), CASES)
def test_every_row_of_a_table_has_as_many_cells_as_the_head_has_headers(language: Language, name: str) -> None:
    for table in read(language, name).css("table"):
        assert table.attributes["data-table"]
        assert table.css_first("caption") is not None
        headers = table.css("thead th[scope=col][data-col]")
        assert len({header.attributes["data-col"] for header in headers}) == len(headers)
        for row in table.css("tbody tr"):
            assert len(row.css("th[scope=row][data-row]")) == 1
            assert len(row.css("td")) == len(headers) - 1


@pytest.mark.parametrize(("language", "name"), CASES)
def test_no_digit_stands_outside_of_figures_and_text(language: Language, name: str) -> None:
    root = read(language, name)
    for known in root.css("[data-text], [data-figure], td, svg, ul.key b, ol[data-legend]"):
        known.decompose()
    assert not re.search(r"\d", root.text())


@pytest.mark.parametrize(("language", "name"), CASES)
def test_live_keys_stand_once_on_a_page_and_not_inside_each_other(language: Language, name: str) -> None:
    root = read(language, name)
    keys = [node.attributes["data-live"] for node in root.css("[data-live]")]
    assert len(set(keys)) == len(keys)
    assert not root.css("[data-live] [data-live]")


@pytest.mark.parametrize(("language", "name"), CASES)
def test_the_title_says_status_and_that_figures_are_synthetic(language: Language, name: str) -> None:
    title = PAGES[language].title(VIEWS[name])
    if name in {"elections", "log"}:
        return
    say = catalog("builder", language).gettext
    assert say(words.STATUS_TITLE["preliminary"]) in title
    assert title.endswith(say("synthetic figures"))


def test_the_three_languages_say_the_same_figures() -> None:
    for name in VIEWS:
        told = []
        for language in LANGUAGES:
            cells = [cell.text() for cell in read(language, name).css("td:not([data-text]), [data-figure]")]
            told.append([re.sub(r"[^\d]", "", text) for text in cells])
        assert told[0] == told[1] == told[2], name


def test_shares_stand_beside_the_integers_they_are_taken_from() -> None:
    table = read("ru", "overview").css_first('table[data-table="contest:pr"]')
    assert table is not None
    row = next(row for row in table.css("tbody tr") if "21" in (row.attributes.get("data-key") or ""))
    assert [cell.text() for cell in row.css("td")] == ["", "18,65\u202f%", "199\u202f334"]
    rect = row.css_first("svg.bar rect")
    assert rect is not None
    assert rect.attributes["width"] == charts.bar_width(199_334, samples.BALLOTS, 2000)


def test_a_small_cell_shows_only_the_number_of_its_ballots() -> None:
    table = read("en", "troubled-station").css_first('table[data-table="contest:pr"]')
    assert table is not None
    assert [row.attributes["data-row"] for row in table.css("th[data-row]")] == ["ballots"]


def test_a_held_report_says_the_rule_the_line_and_both_figures() -> None:
    row = read("en", "troubled-station").css_first('table[data-table="held"] tbody tr')
    assert row is not None
    text = [cell.text() for cell in row.css("td")]
    assert text[0] == "Votes for all options, against all included, add up to the valid ballots."
    assert text[1:4] == ["pr Valid ballots", "468", "486"]


def test_what_is_not_known_is_a_dash_and_never_zero() -> None:
    view = replace(samples.overview(), figures=views.Figures(1000, None, 0, 5, 0))
    root = LexborHTMLParser(PAGES["ky"].overview(view))
    figure = root.css_first('[data-figure="participants"]')
    assert figure is not None
    assert figure.text() == "—"


def test_names_are_escaped() -> None:
    wicked = Name(ky="<b>&", ru="<b>&", en="<script>alert(1)</script>")
    view = replace(samples.station(), address=wicked, place=views.Place("station", "9", wicked, "9"))
    assert "<script" not in PAGES["en"].station(view)
    assert "&lt;script&gt;" in PAGES["en"].station(view)


def test_the_day_stands_once_in_a_heading_even_when_the_name_has_it() -> None:
    name = Name(ky="Шайлоо, 2021-жылдын 28-ноябры", ru="Выборы 28 ноября 2021 года", en="Election, 28 November 2021")
    head = replace(samples.HEAD, name=name)
    assert components.bare(head, "ru") == "Выборы"
    assert components.bare(head, "en") == "Election"
    assert components.bare(head, "ky") == "Шайлоо"


def test_a_station_page_is_light() -> None:
    for language in LANGUAGES:
        html = PAGES[language].station(samples.station()).encode()
        assert len(gzip.compress(html)) < 10_000


def test_the_same_view_gives_the_same_bytes() -> None:
    fresh = Pages("ky", shapes={"sample": SHAPES}, outlines={"sample": "/o.svg"})
    for view in VIEWS.values():
        assert PAGES["ky"].main(view) == fresh.main(view)


def test_the_rules_are_said_as_the_kernel_says_them() -> None:
    assert words.RULE == SENTENCES
