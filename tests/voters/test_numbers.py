"""Pages and files of the numbers: they agree with the list and with each other, and tell of no person."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from builder.voters import compare, elections_pages, numbers, voter_changes
from builder.voters.drawn import Drawn, Tizme
from builder.voters.elections_history import NOTES, past_elections
from builder.voters.numbers_family import NumbersPages
from builder.voters.numbers_release import release, released_from_json, released_to_json
from builder.voters.numbers_view import Numbers
from builder.voters.voter_charts import growth, pyramid
from shailoo.i18n import number
from shailoo.model.base import LANGUAGES, Language
from shailoo.model.voter_list import AGE_BANDS
from shailoo.rules.voter_groups import COUNTRY, Table
from tests.voters.fake_lists import FakeLists, small_tizme, with_versions

GEO = Path(__file__).resolve().parents[2] / "elections" / "jk-2021-11-28" / "geo"


@pytest.fixture(scope="module")
def tizme() -> Tizme:
    outlines = {name: json.loads((GEO / f"{name}.geojson").read_text("utf-8")) for name in ("regions", "rayons")}
    return replace(small_tizme(people=9_000, versions=4, growth=40), outlines=outlines)


@pytest.fixture(scope="module")
def family(tizme: Tizme) -> NumbersPages:
    return NumbersPages(tizme, None)


@pytest.fixture(scope="module")
def counted(family: NumbersPages) -> Numbers:
    return family.numbers


@pytest.fixture(scope="module")
def files(family: NumbersPages, tizme: Tizme) -> dict[str, bytes]:
    return dict(family.files(tizme))


def every_page(counted: Numbers, language: Language) -> Iterable[Drawn]:
    for family in (numbers, compare, voter_changes, elections_pages):
        yield from family.pages(counted, language)


def table(page: Drawn, name: str) -> dict[str, list[str]]:
    found = HTMLParser(page.main).css_first(f'table[data-table="{name}"] tbody')
    assert found is not None
    rows = {}
    for row in found.css("tr"):
        head = row.css_first("th")
        assert head is not None
        rows[head.attributes["data-row"] or ""] = [cell.text(strip=True) for cell in row.css("td")]
    return rows


def test_folding_version_by_version_is_folding_all_at_once(tizme: Tizme) -> None:
    state = None
    for count in range(1, len(tizme.made) + 1):
        state = release(with_versions(tizme, count), state)
        state = released_from_json(released_to_json(state))
    assert state == release(tizme, None)
    assert release(tizme, state) == state


def test_a_list_that_is_distributed_a_day_after_its_import_has_numbers_the_same_month(tizme: Tizme) -> None:
    assert isinstance(tizme.lists, FakeLists)
    stands = tizme.lists.stands(1)
    lists = FakeLists()
    first = lists.make({person: (who, "") for person, (who, _) in stands.items()}, as_of=tizme.made[0].as_of)
    waiting = release(replace(tizme, lists=lists, made=(first,)), None)
    assert not waiting.released.tables
    second = lists.make(stands, as_of=tizme.made[0].as_of)
    state = release(replace(tizme, lists=lists, made=(first, second)), waiting)
    assert state.months == (2,)
    assert state.released.tables[COUNTRY].version == 2
    assert any(place.startswith("station/") for place in state.released.tables)


def test_totals_of_regions_are_the_current_list(counted: Numbers, tizme: Tizme) -> None:
    page = next(iter(numbers.pages(counted, "en")))
    rows = table(page, "regions")
    assert rows["total"][0] == number(tizme.current.voters)
    assert sum(row.voters for row in counted.regions) == tizme.current.voters
    for region in counted.regions:
        assert rows[region.id][0] == number(region.voters)
        assert sum(row.voters for row in counted.commissions(region.id)) == region.voters
        assert sum(row.voters for row in counted.stations("region", region.id)) == region.voters
    rayons = [row for region in counted.regions for row in counted.rayons(region.id)]
    abroad = next(row.voters for row in counted.regions if row.id == "abroad")
    assert sum(row.voters for row in rayons) + abroad == tizme.current.voters


def test_a_rayon_is_the_sum_of_its_commissions(counted: Numbers) -> None:
    rayon = next(row for row in counted.rayons("chuy") if row.id == "alamudun")
    commission = counted.commission("tec-11")
    assert rayon.table == commission.table
    assert rayon.table is not None


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_drawn_in_every_language_without_style_or_script_inside(
    counted: Numbers, language: Language
) -> None:
    paths = set()
    for page in every_page(counted, language):
        paths.add(page.path)
        assert page.title
        assert page.description
        assert "<script" not in page.main
        assert not re.search(r"\sstyle=|\son[a-z]+=", page.main)
        assert "{" not in re.sub(r'data-words="[^"]*"', "", page.main)
        assert page.indexed
    assert {"numbers/", "numbers/chuy/", "numbers/compare/", "numbers/elections/", "changes/", "changes/chuy/"} <= paths


def test_pages_and_files_hold_no_name_of_a_person(counted: Numbers, files: dict[str, bytes], tizme: Tizme) -> None:
    people = tizme.lists.people(tizme.current.number, [c.station for c in tizme.register.centres()])
    names = {f"{name.surname} {name.name}" for _, list_ in people for name in list_}
    text = "".join(page.main for page in every_page(counted, "ky")) + "".join(
        body.decode() for path, body in files.items() if not path.startswith("assets/")
    )
    assert not [name for name in names if name in text]
    assert not re.search(r"P[0-9]{6}", text)


def test_every_table_is_a_file_too_and_says_that_it_is_synthetic(files: dict[str, bytes]) -> None:
    stems = {path.rsplit(".", 1)[0] for path in files if path.startswith("data/")}
    for stem in ("country", "chuy", "bishkek", "abroad", "series", "changes", "past_elections"):
        assert f"data/numbers/{stem}" in stems
        value: dict[str, Any] = json.loads(files[f"data/numbers/{stem}.json"])
        assert value["synthetic"] is (stem != "past_elections")
        assert list(csv.DictReader(io.StringIO(files[f"data/numbers/{stem}.csv"].decode())))


def test_the_files_of_a_region_agree_with_the_list(files: dict[str, bytes], tizme: Tizme) -> None:
    totals = tizme.lists.totals(tizme.current.number)
    for region in ("chuy", "bishkek", "abroad"):
        value = json.loads(files[f"data/numbers/{region}.json"])
        stations = {one["id"]: one["voters"] for one in value["places"] if one["kind"] == "station"}
        assert stations == {station: totals[station] for station in stations}
        for one in value["places"]:
            if one["table"] is not None:
                assert one["table"]["women"] + one["table"]["men"] == one["table"]["voters"]
                assert sum(age["voters"] for age in one["table"]["ages"]) == one["table"]["voters"]
        rows = list(csv.DictReader(io.StringIO(files[f"data/numbers/{region}.csv"].decode())))
        told = {row["place"]: int(row["voters"]) for row in rows if row["what"] == "total" and row["kind"] == "station"}
        assert told == stations


def test_a_new_version_that_changes_nothing_of_the_numbers_gives_the_same_bytes(
    family: NumbersPages, files: dict[str, bytes], tizme: Tizme
) -> None:
    again = NumbersPages(tizme, family.state)
    assert again.state == family.state
    assert again.depends_on(tizme) == family.depends_on(tizme)
    assert dict(again.files(tizme)) == files
    assert list(again.pages(tizme, "ru")) == list(family.pages(tizme, "ru"))


def test_after_it_is_made_the_family_asks_the_list_nothing(family: NumbersPages, tizme: Tizme) -> None:
    alone = NumbersPages(tizme, None)
    alone.numbers.tizme = replace(tizme, lists=FakeLists())  # whoever asks it for a version gets an error
    assert list(alone.pages(tizme, "en")) == list(family.pages(tizme, "en"))
    assert dict(alone.files(tizme)) == dict(family.files(tizme))


def test_the_section_of_a_station_stays_while_its_own_numbers_stay(tizme: Tizme) -> None:
    last = tizme.made[-1]
    lists = tizme.lists
    assert isinstance(lists, FakeLists)
    stands = dict(lists.stands(last.number))
    gone = next(person for person, (_, station) in sorted(stands.items()) if station == "1001")
    copy = FakeLists()
    for made in tizme.made:
        copy.make(lists.stands(made.number), as_of=made.as_of)
    today = replace(tizme, lists=copy, made=tuple(copy.made()))
    del stands[gone]
    copy.make(stands, as_of=last.as_of)  # a second version of the day: no new month
    tomorrow = replace(today, made=tuple(copy.made()))
    before = NumbersPages(today, None)
    after = NumbersPages(tomorrow, before.state)
    changed = {s for s in ("1001", "1002", "7001", "9001") if _section(before, s) != _section(after, s)}
    assert changed == {"1001"}
    areas = {"tec/tec-01", "tec/tec-11", "region/bishkek", "region/chuy"}
    assert {place for place in areas if _section(before, place) != _section(after, place)} == {
        "tec/tec-01",
        "region/bishkek",
    }


def _section(family: NumbersPages, place: str) -> str:
    kind, _, area = place.rpartition("/")
    match kind:
        case "tec" | "region":
            return family.fragment(kind, area, "ky")
        case _:
            return family.fragment("station", area, "ky")


def _together(tizme: Tizme, parts: dict[str, tuple[str, ...]]) -> Numbers:
    """The numbers as they were, had the children of some places been too small to be told alone."""
    history = release(tizme, None)
    tables = {
        place: told
        for place, told in history.released.tables.items()
        if not any(place in together for together in parts.values())
    }
    tables |= {f"small/{parent}": history.released.tables[parent] for parent in parts}
    released = history.released.model_copy(
        update={"tables": tables, "parts": {parent: (together,) for parent, together in parts.items()}}
    )
    return Numbers(tizme, history.model_copy(update={"released": released}))


def test_small_places_counted_together_stand_on_their_regions_page_with_their_names(tizme: Tizme) -> None:
    parts = {
        "region/chuy": ("tec/tec-11", "tec/tec-12"),
        "tec/tec-11": ("station/7001", "station/7002", "station/7999"),  # the register no longer has the last one
        "country": ("region/abroad", "region/bishkek"),
    }
    counted = _together(tizme, parts)
    shown: dict[str, list[list[str]]] = {}
    for page in list(numbers.pages(counted, "en"))[1:]:
        groups = HTMLParser(page.main).css("[data-together]")
        shown[page.path] = [[link.text() for link in group.css("ul a")] for group in groups]
        for group in groups:
            assert group.css_first('[data-figure="women"]') is not None
            assert "are those of" in group.text()
    chuy = next(page for page in numbers.pages(counted, "en") if page.path == "numbers/chuy/")
    assert '<a href="#together">counted with other small places: 2</a>' in chuy.main
    assert 'href="/tizme/en/numbers/chuy/#together"' in numbers.place_numbers(counted, "station", "7001", "en")
    assert 'href="/tizme/en/numbers/bishkek/#together"' in numbers.place_numbers(counted, "region", "bishkek", "en")
    assert "#together" not in numbers.place_numbers(counted, "region", "chuy", "en")
    names = {row.id: row.say("en") for row in (*counted.regions, *counted.commissions("chuy"))}
    assert shown["numbers/chuy/"] == [
        [names["tec-11"], names["tec-12"]],
        ["Lebedinovka, 7001", "Koy-Tash, 7002"],
    ]
    assert shown["numbers/bishkek/"] == shown["numbers/abroad/"] == [[names["abroad"], names["bishkek"]]]


def test_a_region_whose_places_are_told_one_by_one_has_no_such_table(counted: Numbers) -> None:
    page = next(page for page in numbers.pages(counted, "en") if page.path == "numbers/chuy/")
    assert "data-together" not in page.main


def test_the_section_of_a_place_tells_its_numbers_with_their_day(counted: Numbers) -> None:
    section = numbers.place_numbers(counted, "station", "7001", "en")
    row = counted.station("7001")
    assert number(row.voters) in section
    assert row.table is not None
    assert number(row.table.women) in section
    assert "Sexes, ages and first votes are those of" in section
    assert number(counted.commission("tec-11").voters) in numbers.place_numbers(counted, "tec", "tec-11", "ky")
    assert "section" in numbers.place_numbers(counted, "region", "chuy", "ru")


def test_where_there_are_too_few_people_the_section_says_why_it_is_silent() -> None:
    tizme = small_tizme(people=60)
    counted = Numbers(tizme, release(tizme, None))
    section = numbers.place_numbers(counted, "station", "7001", "en")
    assert "are not told here" in section
    assert "Women" not in section
    assert all(page.main for language in LANGUAGES for page in every_page(counted, language))


def test_the_first_version_has_nothing_to_compare_with(tizme: Tizme) -> None:
    first = with_versions(tizme, 1)
    counted = Numbers(first, release(first, None))
    assert "no older version" in next(iter(compare.pages(counted, "en"))).main
    assert "nobody has come or left" in next(iter(voter_changes.pages(counted, "en"))).main


def test_people_who_came_and_left_are_counted_as_the_list_counts_them(counted: Numbers, tizme: Tizme) -> None:
    before, after = (tizme.lists.totals(n) for n in (3, 4))
    assert counted.newest is not None
    for station in (str(c.station) for c in tizme.register.centres()):
        flow = counted.newest.flows.get(f"station/{station}")
        change = after.get(station, 0) - before.get(station, 0)
        assert change == (0 if flow is None else flow.came - flow.gone)


def test_voters_with_a_disability_are_told_by_region_only(counted: Numbers, files: dict[str, bytes]) -> None:
    told = counted.history.released.disabled
    assert told
    assert all(place == COUNTRY or place.startswith("region/") for place in told)
    assert b"disab" not in files["data/numbers/chuy.json"]
    assert "disab" not in numbers.place_numbers(counted, "station", "7001", "en").lower()


def test_the_map_has_figures_for_regions_and_rayons(files: dict[str, bytes]) -> None:
    areas = json.loads(files["data/numbers/areas.geojson"])["features"]
    levels = {(one["properties"]["level"], one["properties"]["id"]) for one in areas}
    assert {("region", "chuy"), ("rayon", "alamudun"), ("rayon", "ysyk-ata")} <= levels


# --- past elections ---


def test_past_elections_say_where_they_come_from_and_what_does_not_follow() -> None:
    rows = past_elections()
    assert len(rows) == 15
    assert all(row.source for row in rows)
    assert all(row.note in {"", *NOTES} for row in rows)
    apart = {row.day for row in rows if not row.follows}
    assert apart == {date(2017, 10, 15), date(2021, 4, 11)}
    assert all(row.note for row in rows if not row.follows or row.precision in {"rounded", "figures-rounded"})


def test_the_referendum_of_april_2021_stands_with_both_shares(counted: Numbers) -> None:
    page = next(iter(elections_pages.pages(counted, "en")))
    cells = [row for row in HTMLParser(page.main).css("tr") if "Constitution" in row.text()]
    assert len(cells) == 1
    told = cells[0].text()
    assert "37.10" in told
    assert "39.30" in told
    assert "does not follow" in told


# --- charts ---


def test_the_area_of_a_bar_of_the_pyramid_is_its_people() -> None:
    women = tuple(100 + n for n in range(len(AGE_BANDS)))
    ages = tuple(2 * n for n in women)
    told = Table(version=1, as_of=date(2026, 1, 1), voters=0, women=0, first_time=0, ages=ages, women_by_age=women)
    rects = re.findall(r'<rect class="t4"[^>]*width="([0-9.]+)" height="([0-9.]+)"', pyramid(told, "t", "w", "m"))
    areas = [float(w) * (float(h) + 1) for w, h in rects]
    unit = areas[0] / women[0]
    assert all(abs(area / unit - people) < 1 for area, people in zip(areas, women, strict=True))


def test_a_growth_curve_needs_two_points_and_survives_no_growth() -> None:
    assert growth([(date(2026, 1, 1), 5)], "t", str) == ""
    assert "<path" in growth([(date(2026, 1, 1), 5), (date(2026, 2, 1), 5)], "t", str)
