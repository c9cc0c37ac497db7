"""When two ways of writing an address mean the same place, asked of Python and of the database."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shailoo.adapters.voters.residence_sql import (
    house_key_sql,
    house_number_sql,
    residence_key_sql,
    street_key_sql,
)
from shailoo.rules.residence import KIND_WORDS, house_key, house_number, residence_key, street_key

ANY = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40)
PIECES = (
    *KIND_WORDS,
    "Ленин",
    "Абай",
    "УЛ.",
    "Көч.",
    "50",
    "Ё",
    "ё",
    " ",
    ".",
    "|",
    "\u00a0",
    "\n",
    "0",
    "00",
    "17а",
    "17A",
)
LIKELY = st.lists(st.sampled_from(PIECES), max_size=8).map(" ".join) | st.lists(st.sampled_from(PIECES)).map("".join)
TEXT = ANY | LIKELY


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as db:
        yield db


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.tuples(TEXT, TEXT, TEXT, TEXT), min_size=1, max_size=20))
def test_the_database_makes_the_same_keys(
    database: duckdb.DuckDBPyConnection, texts: list[tuple[str, str, str, str]]
) -> None:
    keys = ", ".join(
        (
            street_key_sql("b"),
            house_key_sql("c"),
            house_number_sql("c"),
            residence_key_sql("a", "b", "c", "d"),
        )
    )
    for a, b, c, d in texts:
        found = database.execute(f"SELECT {keys} FROM (SELECT ? AS a, ? AS b, ? AS c, ? AS d)", [a, b, c, d])  # noqa: S608 -- our own expressions
        assert found.fetchone() == (street_key(b), house_key(c), house_number(c), residence_key(a, b, c, d))


@given(TEXT)
def test_a_key_is_its_own_key(text: str) -> None:
    assert street_key(street_key(text)) == street_key(text)
    assert house_key(house_key(text)) == house_key(text)


@given(TEXT, TEXT, TEXT, TEXT)
def test_the_fields_of_a_key_can_be_told_apart(settlement: str, street: str, house: str, country: str) -> None:
    key = residence_key(settlement, street, house, country.replace("|", ""))
    assert key.count("|") == 3
    assert key.split("|")[1] == street_key(street)


@pytest.mark.parametrize(
    "written",
    ["Ленин көчөсү", "ленин  КӨЧӨСҮ", "көч. Ленин", "ул.Ленин", "улица Ленин", " Ленин\u00a0st.", "проспект ЛЕНИН"],
)
def test_one_street_is_written_in_many_ways(written: str) -> None:
    assert street_key(written) == "ленин"


def test_a_lane_is_not_the_street_beside_it() -> None:
    assert street_key("переулок Ленина") != street_key("улица Ленина")


def test_a_street_called_street_keeps_its_name() -> None:
    assert street_key("Улица") == "улица"
    assert street_key("ул. Улица") == "улица"


@pytest.mark.parametrize(
    ("house", "key", "number"),
    [("17", "17", 17), ("17 А", "17а", 17), ("17A", "17а", 17), ("017/2", "17/2", 17), ("б/н", "б/н", 0), ("", "", 0)],
)
def test_a_house_is_read_as_it_is_meant(house: str, key: str, number: int) -> None:
    assert (house_key(house), house_number(house)) == (key, number)


def test_missing_fields_are_empty_fields(database: duckdb.DuckDBPyConnection) -> None:
    found = database.execute(f"SELECT {residence_key_sql('NULL', 'NULL', 'NULL', 'NULL')}").fetchone()
    assert found == (residence_key("", "", "", ""),)
