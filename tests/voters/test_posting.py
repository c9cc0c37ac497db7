"""Posters for the precinct: every name once and nothing else of a person, the same list the same bytes."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from builder.voters.drawn import Tizme
from builder.voters.poster import FONTS, NoPosterFont, Poster, _broken, _pages, poster
from builder.voters.posting import Posted, post
from shailoo.errors import NotFound
from shailoo.ids import StationNo
from shailoo.model.voter_list import ListStage, PersonName, VoterListMade
from shailoo.ports import AddressRegister, VoterLists
from tests.voters.finder_people import CENTRES

FACTS = Poster(
    CENTRES[0],
    ListStage.PRELIMINARY,
    ("Жогорку Кеңештин депутаттарын шайлоо", "Выборы депутатов Жогорку Кенеша", "Election of the Jogorku Kenesh"),
    date(2025, 6, 1),
    synthetic=True,
)
SOUNDS = "абөүңгд"


def people(count: int) -> list[PersonName]:
    """As many names, no two alike and none a part of another."""
    made = []
    for at in range(count):
        word = "".join(SOUNDS[at // 7**place % 7] for place in range(5))
        made.append(PersonName(f"Ж{word}ев", "Айбек", "Өмүрович" if at % 3 else ""))
    return made


def texts(data: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(data)).pages]


@pytest.mark.parametrize(("count", "pages"), [(0, 1), (1, 1), (90, 1), (100, 2), (1700, 15), (3000, 26)])
def test_every_name_stands_there_once(count: int, pages: int) -> None:
    shown = texts(poster(FACTS, people(count)))
    assert len(shown) == pages
    whole = " ".join(shown)
    for at, (surname, name, patronymic) in enumerate(people(count), start=1):
        assert whole.count(surname) == 1
        assert f"{at} {surname} {name} {patronymic}".strip() in whole
    for at, page in enumerate(shown, start=1):
        assert f"{at} / {pages}" in page
        assert "Предварительный список избирателей избирательного участка № 1001" in page
        assert "шайлоочулардын баштапкы тизмеси" in page
        assert "Синтетикалык маалымат" in page
        assert "1255" in page


def test_the_heading_tells_which_list_of_which_station_for_which_day() -> None:
    (page,) = texts(poster(FACTS, people(3)))
    for said in (
        "Выборы депутатов Жогорку Кенеша",
        "Жогорку Кеңештин депутаттарын шайлоо",
        "средняя школа № 5, улица Манаса, 12",
        "№ 5 орто мектеп, Манас көчөсү, 12",
        "По состоянию на 1 июня 2025 года. Число избирателей: 3",
    ):
        assert said in page


@pytest.mark.parametrize("stage", list(ListStage))
def test_each_stage_has_a_heading_of_its_own(stage: ListStage) -> None:
    others = {one: texts(poster(replace(FACTS, stage=one), people(1)))[0] for one in ListStage}
    assert [one for one, text in others.items() if text == others[stage]] == [stage]


def test_a_list_of_real_people_bears_no_synthetic_mark() -> None:
    assert "Синтет" not in texts(poster(replace(FACTS, synthetic=False), people(1)))[0]


def test_the_same_list_gives_the_same_bytes_and_no_hour_of_its_making() -> None:
    once, again = poster(FACTS, people(40)), poster(FACTS, people(40))
    assert once == again
    reader = PdfReader(BytesIO(once))
    assert reader.metadata is not None
    assert reader.metadata.creation_date == datetime(2025, 6, 1, tzinfo=UTC)
    assert reader.metadata.modification_date is None
    assert str(reader.root_object["/Lang"]) == "ky"
    assert poster(FACTS, people(41)) != once


def test_a_name_wider_than_the_column_is_broken_and_not_cut() -> None:
    long = PersonName("Токтогулова-Мамбетжанова-Абдыкадырова", "Айнагүл-Бермет-Жаңылмырза", "Абдыкадыр кызы")
    shown = texts(poster(FACTS, [long, PersonName("Ж" * 100, "А", ""), *people(2)]))[0]
    assert " ".join(long) in shown
    assert "Ж" * 100 in shown.replace(" ", "")


@settings(max_examples=60)
@given(
    st.lists(st.text("аб ", min_size=1, max_size=90), min_size=15, max_size=60), st.integers(8, 14), st.integers(8, 14)
)
def test_columns_lose_nothing_and_never_overflow(names: list[str], first: int, further: int) -> None:
    entries = [(at, _broken(name, lambda text: 5.0 * len(text)) or [""]) for at, name in enumerate(names)]
    pages = list(_pages(entries, first, further))
    assert [entry for page in pages for column in page for entry in column] == entries
    assert "".join("".join(lines) for _, lines in entries).replace(" ", "") == "".join(names).replace(" ", "")
    for at, page in enumerate(pages):
        assert all(sum(len(lines) for _, lines in column) <= (further if at else first) for column in page)


def test_without_the_font_nothing_is_made() -> None:
    with pytest.raises(NoPosterFont) as failed:
        poster(FACTS, people(1), (FONTS[0], Path("missing.ttf")))
    assert failed.value.facts == {"missing": "missing.ttf"}


@dataclass
class Lists:
    """What `post` asks of a list."""

    names: Mapping[str, Sequence[PersonName]]
    asked: list[StationNo] = field(default_factory=list)

    def people(self, number: int, stations: Sequence[StationNo]) -> Iterator[tuple[StationNo, list[PersonName]]]:
        assert number == 7
        self.asked += stations
        yield from ((station, list(self.names[station])) for station in stations)

    def totals(self, number: int) -> Mapping[str, int]:
        assert number == 7
        return {"": 3, **{station: len(people) for station, people in self.names.items()}}


@dataclass
class Register:
    def centres(self) -> Sequence[object]:
        return CENTRES


def tizme(lists: Lists, stage: ListStage = ListStage.FINAL) -> Tizme:
    made = VoterListMade(
        number=7,
        stage=stage,
        election="small",
        as_of=date(2025, 6, 1),
        made=datetime(2025, 6, 1, tzinfo=UTC),
        because="import",
        extract="0" * 64,
        register_number=1,
        voters=3,
        queued=3,
        stations=3,
        refused=0,
        folder="000007-0123456789ab",
        salted_root="0" * 64,
        shown_root="0" * 64,
        synthetic=True,
    )
    return Tizme(cast("VoterLists", lists), cast("AddressRegister", Register()), (made,), date(2025, 6, 2))


@pytest.mark.parametrize("processes", [1, 2])
def test_posters_are_private_files_and_only_changed_ones_are_written(tmp_path: Path, processes: int) -> None:
    lists = Lists({"1001": people(2), "1002": people(3), "1003": people(1)})
    folder = tmp_path / "posting"
    assert post(tizme(lists), folder, processes=processes) == Posted(3, 0)
    assert sorted(path.name for path in folder.rglob("*") if path.is_file()) == ["1001.pdf", "1002.pdf", "1003.pdf"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*.pdf")} == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in (folder, folder / "final")} == {0o700}
    lists.names = {**lists.names, "1002": people(4)}
    assert post(tizme(lists), folder, processes=processes) == Posted(1, 2)
    lists.asked.clear()
    assert post(tizme(lists), folder, [StationNo("1003")], processes=processes) == Posted(0, 1)
    assert lists.asked == ["1003"]


def test_a_station_that_the_register_does_not_have_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound) as failed:
        post(tizme(Lists({"9999": people(1)})), tmp_path)
    assert failed.value.facts == {"station": "9999"}


def test_a_poster_holds_nothing_of_a_person_but_the_name() -> None:
    whole = " ".join(texts(poster(FACTS, people(200))))
    assert not re.search(r"[0-9]{14}|[0-9]{4}-[0-9]{2}-[0-9]{2}", whole)
