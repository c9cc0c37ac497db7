"""Letters that come in two pieces: й as и and a breve is the same letter, wherever a name enters."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import duckdb
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shailoo.adapters.voters.register import RegisterFolder
from shailoo.adapters.voters.row_checks import cell_sql, whole_letters_sql
from shailoo.model.voter_tables import EXTRACT
from shailoo.rules.finder import LONGEST_SURNAME, NotAQuestion, finder_key, read_surname
from shailoo.rules.voter_rows import LETTERS, cell_text, row_faults
from tests.voters.list_scene import AS_OF, Scene, row
from tests.voters.registers import boundaries, tables, write_register

EVERY_SIGN = "".join(chr(point) for point in range(1, 0x110000) if not 0xD800 <= point < 0xE000)
MARKED = st.text(st.sampled_from("аеийоуЁЙiA\u0306\u0308\u0301\u0327\u0338\u1100\u1161\u212b\u037e"), max_size=12)


def pieces_of(one: dict[str, str]) -> dict[str, str]:
    """The row of a person with every й in two pieces."""
    return {name: apart(cell) if "й" in cell else cell for name, cell in one.items()}


def apart(text: str) -> str:
    """The same letters in as many pieces as Unicode has for them."""
    pieces = unicodedata.normalize("NFD", text)
    assert pieces != text
    return pieces


def test_the_database_makes_letters_whole_as_the_rule_does(db: duckdb.DuckDBPyConnection) -> None:
    signs = [*EVERY_SIGN, *(unicodedata.normalize("NFD", sign) for sign in EVERY_SIGN)]
    query = f"SELECT {whole_letters_sql('t.sign')} FROM (SELECT unnest(?) AS sign) AS t"  # noqa: S608  our rule
    found = db.execute(query, [signs]).fetchall()
    expected = [unicodedata.normalize("NFC", sign) for sign in signs]
    wrong = [sign for sign, (whole,), right in zip(signs, found, expected, strict=True) if whole != right]
    assert not wrong


@example(text="  Юсуфжаи\u0306  ")
@given(text=MARKED | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20))
def test_a_cell_is_kept_alike_by_the_database_and_the_rule(db: duckdb.DuckDBPyConnection, text: str) -> None:
    for column in ("surname", "person"):
        found = db.execute(f"SELECT {cell_sql(column)} FROM (SELECT ? AS {column})", [text]).fetchone()  # noqa: S608  our rule
        assert found == (cell_text(column, text),)
    assert cell_text("surname", cell_text("surname", text)) == cell_text("surname", text)


def test_columns_with_letters_are_those_that_people_write() -> None:
    assert {column.name for column in EXTRACT} >= LETTERS
    assert not LETTERS & {"person", "pin", "birth_date", "status"}


def test_an_extract_in_pieces_makes_the_list_that_the_same_in_whole_letters_makes(tmp_path: Path) -> None:
    rows = [
        row(1, surname="Майоров", name="Сергей", patronymic="Андреевич", street="улица Районная", house="17й"),
        row(2, surname="Ёлкин", name="Йусуф", street="Ыйман көчөсү", house="3й"),
        row(3, surname="Майоров", name="Сергей", street="улица Районная", house="17й"),
    ]
    whole, pieces = Scene(tmp_path / "whole"), Scene(tmp_path / "pieces")
    made = whole.bring(rows)
    again = pieces.bring([pieces_of(one) for one in rows])
    assert (made.refused, again.refused) == (0, 0)
    assert again.record.shown_root == made.record.shown_root
    columns = "person, surname, name, patronymic, street, house, residence"
    kept = []
    for scene in (whole, pieces):
        (file,) = scene.root.glob("lists/*/voters.parquet")
        with duckdb.connect() as db:
            found = db.execute(f"SELECT {columns} FROM '{file}' ORDER BY person").fetchall()  # noqa: S608  our own file
            kept.append(found)
    assert kept[0] == kept[1]
    assert whole.bring([pieces_of(one) for one in rows]).record.number == 2
    assert whole.reader.changes(1, 2) == []


def test_a_name_is_measured_in_letters_not_in_pieces() -> None:
    assert not row_faults(row(1, surname="и\u0306" * 100), AS_OF)
    assert row_faults(row(1, surname="й" * 101), AS_OF)
    assert read_surname("и\u0306" * LONGEST_SURNAME) == "й" * LONGEST_SURNAME
    for long in ("й" * (LONGEST_SURNAME + 1), "и\u0306" * (LONGEST_SURNAME + 1), "\u0306" * 5000):
        with pytest.raises(NotAQuestion):
            read_surname(long)


def test_who_types_in_pieces_is_found() -> None:
    secret, pin = b"s" * 32, "20000000000001"
    assert finder_key(secret, pin, apart("Майоров")) == finder_key(secret, pin, "Майоров")
    assert finder_key(secret, pin, apart("Ёлкин")) == finder_key(secret, pin, "Елкин")


def test_an_address_register_in_pieces_is_kept_in_whole_letters(tmp_path: Path) -> None:
    rows = tables()
    for table in ("streets", "settlements"):
        for one in rows[table]:
            for column in ("name_ky", "name_ru"):
                one[column] = unicodedata.normalize("NFD", one[column] + "й")
    folder = RegisterFolder(tmp_path / "register")
    number = folder.load(write_register(tmp_path / "source", rows, boundaries())).number
    names = [name for place in folder.open(number).settlements() for name in place.name]
    stored = folder.path(number)
    with duckdb.connect() as db:
        streets = db.execute(f"SELECT name_ky, name_ru FROM '{stored / 'streets.parquet'}'").fetchall()  # noqa: S608  our own file
        keys = db.execute(f"SELECT key FROM '{stored / 'street_keys.parquet'}'").fetchall()  # noqa: S608  our own file
    for text in (*names, *(name for street in streets for name in street), *(key for (key,) in keys)):
        assert unicodedata.is_normalized("NFC", text)
    assert any(name.endswith("й") for name in names)


@pytest.fixture(scope="module")
def db() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()
