"""How a person is named to the index: PIN and surname together, however the surname is typed."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shailoo.rules.finder import NotAQuestion, finder_key, finder_keys, surname_key

SECRET = bytes(range(32))
PIN = "20101199900017"


@pytest.mark.parametrize(
    ("registered", "typed"),
    [
        ("Өмүралиева", "омуралиева"),
        ("Дүйшөналиев", "ДУЙШОНАЛИЕВ"),
        ("Саңгинова", "сангинова"),
        ("Королёв", "Королев"),
        ("Асанова-Бекова", "  асанова  —  бекова "),
        ("Асанова-Бекова", "Асанова Бекова"),
        ("Айтматов", "А\u0438\u0306тматов"),
        ("Ким", "Ким\u00a0"),
    ],
)
def test_a_surname_is_found_however_it_is_typed(registered: str, typed: str) -> None:
    assert finder_key(SECRET, PIN, registered) == finder_key(SECRET, PIN, typed)


def test_another_surname_or_pin_is_another_key() -> None:
    keys = {finder_key(SECRET, pin, name) for pin in (PIN, PIN[:-1] + "8") for name in ("Асанов", "Асанова")}
    assert len(keys) == 4
    assert finder_key(b"another secret", PIN, "Асанов") not in keys


def test_the_key_is_the_first_half_of_an_hmac_over_both() -> None:
    whole = hmac.new(SECRET, f"tizme-1\n{PIN}\nасанов".encode(), hashlib.sha256).digest()
    assert finder_key(SECRET, "2 0101 1999 00017", "Асанов") == whole[:16]


@pytest.mark.parametrize("pin", ["", "2010119990001", PIN + "1", "٢٠١٠١١٩٩٩٠٠٠١٧", "2010119990001a", " " * 60 + PIN])
def test_what_is_no_pin_is_refused_without_repeating_it(pin: str) -> None:
    with pytest.raises(NotAQuestion) as refused:
        finder_key(SECRET, pin, "Асанов")
    assert refused.value.facts == {}
    assert pin not in str(refused.value) or not pin


@pytest.mark.parametrize("surname", ["", "  - ", "а" * 101])
def test_a_pin_alone_is_no_question(surname: str) -> None:
    with pytest.raises(NotAQuestion):
        finder_key(SECRET, PIN, surname)


@given(st.text(max_size=100))
def test_folding_a_surname_twice_changes_nothing(text: str) -> None:
    assert surname_key(surname_key(text)) == surname_key(text)


@given(
    st.lists(
        st.tuples(
            st.from_regex(r"[0-9]{14}", fullmatch=True),
            st.text(alphabet="АБӨүңё -к", min_size=1, max_size=9).filter(lambda name: bool(surname_key(name))),
            st.from_regex(r"[0-9]{4}", fullmatch=True),
        )
    )
)
def test_the_index_and_the_question_make_the_same_key(people: list[tuple[str, str, str]]) -> None:
    asked = [finder_key(SECRET, pin, surname) + station.encode() for pin, surname, station in people]
    assert list(finder_keys(SECRET, people)) == asked
