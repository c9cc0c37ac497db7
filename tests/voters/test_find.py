"""Find my station by address: every registered house leads to its station, in pages that a phone can carry."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Literal
from urllib.parse import urljoin

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from selectolax.lexbor import LexborNode as Node

from builder.voters import find, find_pages
from builder.voters.drawn import Drawn
from shailoo.ids import StationNo
from shailoo.model.base import LANGUAGES, Language
from shailoo.model.voter_list import HouseRun
from tests.voters.place_scene import HOSTILE, Places, tizme

LIMIT = 50_000
"""Bytes of a page's main part; the shell around it is below ten thousand."""


@cache
def drawn(language: Language, streets: int = 400) -> dict[str, Drawn]:
    pages = list(find.Finder(tizme(Places(streets)), language, strict=True).pages())
    found = {f"/tizme/{language}/{page.path}": page for page in pages}
    assert len(found) == len(pages), "two pages have one address"
    return found


def tree(page: Drawn) -> HTMLParser:
    return HTMLParser(page.main)


def links(page: Drawn, at: str) -> dict[str, str]:
    """Text of a link -> where it leads."""
    return {node.text().strip(): urljoin(at, node.attributes["href"] or "") for node in tree(page).css("a[href]")}


def read(line: Node) -> tuple[set[int], str]:
    """The houses that a line of the English page names, up to 200 (0: without a number), and its station."""
    said, _, link = line.text().partition(" → ")
    digits = [int(n) for n in re.findall(r"\d+", said)]
    if said == "houses without a number":
        houses = {0}
    elif "on" in said.replace(",", " ").split() or said.startswith("all "):
        houses = set(range(digits[0] if digits else 1, 200))
    else:
        houses = set(range(digits[0], digits[-1] + 1))
    if "odd" in said:
        houses = {n for n in houses if n % 2}
    if "even" in said:
        houses = {n for n in houses if n % 2 == 0}
    return houses, link.removeprefix("station № ")


def way_to(pages: dict[str, Drawn], settlement: str, language: Language = "en") -> Iterator[tuple[str, Drawn]]:
    """The page of a town and all that it leads to, as a reader follows links from the first page on."""
    seen, queue = set(), [f"/tizme/{language}/find/"]
    while queue:
        at = queue.pop()
        if at in seen or at not in pages:
            continue
        seen.add(at)
        queue += links(pages[at], at).values()
        if f"/find/at/{settlement}/" in at:
            yield at, pages[at]


def answers(pages: dict[str, Drawn], settlement: str, language: Language = "en") -> dict[tuple[str, int], set[str]]:
    """(street, house) -> stations, as the pages tell."""
    found: dict[tuple[str, int], set[str]] = {}
    for _, page in way_to(pages, settlement, language):
        for row in tree(page).css(".streets > div"):
            term = row.css_first("dt")
            assert term is not None
            for line in row.css("dd"):
                houses, station = read(line)
                link = line.css_first("a")
                assert link is not None
                assert link.attributes["href"] == f"/tizme/{language}/station/{station}/"
                for house in houses:
                    found.setdefault((term.text(), house), set()).add(station)
    return found


def numbers(run: HouseRun) -> set[int]:
    houses = set(range(run.first, min(run.last, 199) + 1))
    return {n for n in houses if run.parity == "all" or (n % 2 == 1) == (run.parity == "odd")}


@pytest.mark.parametrize(("settlement", "streets"), [("capital", 40), ("capital", 400), ("town", 40), ("hostile", 40)])
def test_every_registered_house_leads_to_its_station(settlement: str, streets: int) -> None:
    told = answers(drawn("en", streets), settlement)
    registered: dict[tuple[str, int], set[str]] = {}
    for run in Places(streets).runs(settlement):
        for house in numbers(run):
            registered.setdefault((run.street[2] or "Houses without a street", house), set()).add(run.station)
    assert told == registered


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_street_stands_on_a_page_that_links_reach(language: Language) -> None:
    at = LANGUAGES.index(language)
    pages = drawn(language)
    shown = [row.text() for _, page in way_to(pages, "capital", language) for row in tree(page).css(".streets dt")]
    assert sorted(shown) == sorted({run.street[at] for run in Places(400).runs("capital")})


def test_a_place_with_one_station_says_it_at_once() -> None:
    page = drawn("en")["/tizme/en/find/at/one/"]
    card = tree(page).css_first(".found-station")
    assert card is not None
    assert "Polling station № 7011" in card.text()
    assert "08:00–20:00" in card.text()
    assert not tree(page).css(".streets")


def test_a_place_of_which_nothing_is_registered_shows_the_nearest_stations() -> None:
    page = drawn("en")["/tizme/en/find/at/silent/"]
    assert [link for link in links(page, "/") if "Polling station" in link] == [
        "Polling station № 7101",
        "Polling station № 7111",
        "Polling station № 7112",
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_offers_what_to_do_next(language: Language) -> None:
    home = f"/tizme/{language}/"
    for at, page in drawn(language).items():
        there = set(links(page, at).values())
        assert f"{home}about/correct/" in there, at
        assert f"{home}find/abroad/" in there or at.endswith("/abroad/"), at
        assert any(link.startswith(f"{home}map/") for link in there), at


@pytest.mark.parametrize("language", LANGUAGES)
def test_links_within_the_family_lead_to_pages_of_it(language: Language) -> None:
    pages = drawn(language)
    for at, page in pages.items():
        for link in links(page, at).values():
            if f"/tizme/{language}/find/" in link:
                assert link.partition("#")[0] in pages, (at, link)


def test_the_switch_of_languages_never_leads_to_a_missing_page() -> None:
    paths = [{page.path for page in drawn(language).values()} for language in LANGUAGES]
    assert paths[0] == paths[1] == paths[2]


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_stay_small_with_three_thousand_streets(language: Language) -> None:
    pages = drawn(language, 3_000)
    assert max(len(page.main.encode()) for page in pages.values()) < LIMIT
    assert sum("/find/at/capital/" in at for at in pages) > 10


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_name_is_text_and_never_a_tag(language: Language) -> None:
    for at, page in drawn(language).items():
        assert not tree(page).css("script"), at
        assert "<script" not in page.main
    place = tree(drawn(language)["/tizme/" + language + "/find/at/hostile/"])
    heading, street = place.css_first("h1"), place.css(".streets dt")
    assert heading is not None
    assert heading.text().strip() == HOSTILE
    assert HOSTILE in [one.text() for one in street]


def test_the_form_asks_without_leaving_a_trace() -> None:
    form = tree(drawn("ru")["/tizme/ru/find/"]).css_first("form")
    assert form is not None
    assert (form.attributes["method"], form.attributes["action"]) == ("post", "/api/tizme/station")
    assert form.attributes["autocomplete"] == "off"
    fields = {node.attributes["name"]: node for node in form.css("input")}
    assert set(fields) == {"pin", "surname", "lang"}
    assert fields["lang"].attributes["value"] == "ru"
    assert fields["pin"].attributes["inputmode"] == "numeric"
    assert fields["pin"].attributes["autocomplete"] == "off"
    for name in ("pin", "surname"):
        label = form.css_first(f'label[for="{name}"]')
        assert label is not None
        assert label.text()


def test_the_form_works_and_pages_read_without_a_script() -> None:
    for page in drawn("en").values():
        assert " style=" not in page.main
        assert " onclick" not in page.main
        assert ("streets." in page.head) == bool(tree(page).css(".streets"))


def test_stations_abroad_stand_in_a_table() -> None:
    table = tree(drawn("en")["/tizme/en/find/abroad/"]).css_first('table[data-table="stations"]')
    assert table is not None
    assert "Moscow" in table.text()
    assert "9001" in table.text()


@pytest.mark.parametrize(
    ("language", "names"),
    [("ky", ["Беларусь", "Россия", "XX"]), ("ru", ["Беларусь", "Россия", "XX"]), ("en", ["XX", "Belarus", "Russia"])],
)
def test_a_country_leads_to_its_station_by_its_name_in_each_language(language: Language, names: list[str]) -> None:
    table = tree(drawn(language)[f"/tizme/{language}/find/abroad/"]).css_first('table[data-table="countries"] tbody')
    assert table is not None
    assert sorted(node.text() for node in table.css("th")) == sorted(names)
    assert {node.attributes["href"] for node in table.css("a")} == {f"/tizme/{language}/station/9001/"}


def test_a_region_with_one_rayon_and_one_town_is_one_step() -> None:
    assert links(drawn("en")["/tizme/en/find/"], "/")["City en"] == "/tizme/en/find/at/capital/"
    assert links(drawn("en")["/tizme/en/find/"], "/")["North en"] == "/tizme/en/find/north/"


def test_towns_stand_in_the_order_of_the_kyrgyz_alphabet() -> None:
    names = ["Ысык-Көл", "Өзгөн", "ул. Аба", "Оргочор", "Ёлка", "Ноокен", "Ңа", "Елена", "Жети-Өгүз", "улица Абая"]
    assert sorted(names, key=find_pages.alphabetical) == [
        "ул. Аба", "улица Абая", "Елена", "Ёлка", "Жети-Өгүз", "Ноокен", "Ңа", "Оргочор", "Өзгөн", "Ысык-Көл",
    ]  # fmt: skip


def test_the_same_register_gives_the_same_bytes() -> None:
    again = find.Finder(tizme(Places(400)), "ky").pages()
    assert [page.main for page in again] == [page.main for page in drawn("ky").values()]


runs = st.builds(
    lambda first, extent, parity: HouseRun(("а", "б", "c"), first, first + extent, parity, StationNo("1001")),
    st.integers(0, 150),
    st.sampled_from([0, 1, 2, 7, 40, 99_999]),
    st.sampled_from(["all", "odd", "even"]),
)


@given(runs)
def test_a_line_says_exactly_the_houses_of_its_run(run: HouseRun) -> None:
    first: int = run.first
    parity: Literal["all", "odd", "even"] = run.parity
    street = find_pages.Street(run.street, (run,))
    html = find_pages.row(street, 2, "/tizme/en/", lambda sentence, **values: sentence.format(**values))
    line = HTMLParser(str(html)).css_first("dd")
    assert line is not None
    told, station = read(line)
    assert station == "1001"
    if first == run.last:
        assert told == {first}
    else:
        expected = numbers(run._replace(last=min(run.last, 199)))
        assert told - {0} == expected - {0}, (line.text(), parity)


@given(st.sets(st.text("абЁңzЖA7- улиц", min_size=1, max_size=6).map(str.strip).filter(bool), max_size=40))
def test_no_street_is_lost_or_doubled_when_a_town_is_cut(names: set[str]) -> None:
    known = [
        find_pages.Street((name, name, name), (HouseRun((name, name, name), 1, 9, "all", StationNo("1001")),))
        for name in sorted(names)
    ]
    cut = find_pages.leaves(known, 0, "/tizme/ky/", lambda sentence, **values: sentence.format(**values))
    assert len({leaf.key for leaf in cut}) == len(cut), "a page would be written over another"
    shown = [term.text() for leaf in cut for term in HTMLParser(str(leaf.rows)).css("dt")]
    assert sorted(shown) == sorted(names)
    assert sum(leaf.count for leaf in cut) == len(names)


def test_houses_of_one_number_that_vote_apart_are_named_one_by_one() -> None:
    run = HouseRun(("көчө", "улица", "Street"), 17, 17, "all", StationNo("1001"), ("17", "17а"))
    assert find_pages.houses(run, lambda text, **_: text) == "17, 17а"
