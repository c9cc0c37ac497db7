"""Colours of lists: they follow the package, and the style sheet knows every one."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from builder.tones import PALETTE, TONES, tones
from shailoo.model.base import Name
from shailoo.model.election import Contest, ContestKind, Electorate, Option, OptionKind

ROOT = Path(__file__).resolve().parents[2]


def contest(*colours: str | None) -> Contest:
    name = Name(ky="а", ru="а", en="a")
    lists = [
        Option(no=no, kind=OptionKind.LIST, name=name, colour=colour, synthetic=True)
        for no, colour in enumerate(colours, 1)
    ]
    return Contest(
        id="pr",
        kind=ContestKind.PARTY_LIST,
        name=name,
        electorate=Electorate.ALL,
        district=None,
        seats=5,
        marks=1,
        rule="kg-jk-2021",
        options=(*lists, Option(no=99, kind=OptionKind.AGAINST_ALL, name=name)),
    )


def test_a_list_keeps_the_colour_of_the_package_and_the_others_are_grey() -> None:
    assert tones(contest("#a93226", None, "#1b4f72")) == {1: 5, 2: 0, 3: 1, 99: 0}


def test_without_colours_the_palette_goes_round_in_ballot_order() -> None:
    found = tones(contest(*[None] * 13))
    assert [found[no] for no in range(1, 14)] == [*range(1, TONES + 1), 1]
    assert found[99] == 0


def test_the_style_sheet_has_the_same_colours_by_day() -> None:
    sheet = (ROOT / "builder" / "theme" / "css" / "variables.css").read_text("utf-8")
    for colour, tone in PALETTE.items():
        assert re.search(rf"--list-{tone}: {colour};", sheet)


def test_every_colour_of_every_package_is_in_the_palette() -> None:
    for file in (ROOT / "elections").glob("*/options.csv"):
        with file.open(encoding="utf-8", newline="") as rows:
            colours = {row["colour"] for row in csv.DictReader(rows) if row["colour"]}
        assert colours <= set(PALETTE), file
