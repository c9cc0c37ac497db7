"""Sentences and figures in three languages."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from textwrap import dedent

import pytest
from babel.messages.catalog import Catalog as PoCatalog
from hypothesis import given
from hypothesis import strategies as st

from shailoo.errors import NotFound
from shailoo.i18n import (
    NARROW_SPACE,
    Catalog,
    CatalogBroken,
    Untranslated,
    catalog,
    local_date,
    local_moment,
    local_time,
    msgid,
    number,
    po_path,
    read_catalog,
    share,
    signed,
)
from shailoo.model.base import LANGUAGES, Language

RUSSIAN = r"""
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\n"
"Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);\n"

msgid "Turnout"
msgstr "Явка"

msgid "{n} of {base} stations"
msgstr "Участков: {n} из {base}"

#, fuzzy
msgid "Held"
msgstr "Быть может"

msgid "Seats"
msgstr ""

msgid "{n} station"
msgid_plural "{n} stations"
msgstr[0] "{n} участок"
msgstr[1] "{n} участка"
msgstr[2] "{n} участков"
"""


@pytest.fixture
def russian_po(tmp_path: Path) -> PoCatalog:
    path = tmp_path / "some.po"
    path.write_text(dedent(RUSSIAN).lstrip(), encoding="utf-8")
    return read_catalog(path, "ru")


def test_a_sentence_is_translated_and_its_values_are_filled_in(russian_po: PoCatalog) -> None:
    russian = Catalog("some", "ru", russian_po, strict=True)
    assert russian.gettext("Turnout") == "Явка"
    assert russian.gettext("{n} of {base} stations", n=number(2494), base=5) == f"Участков: 2{NARROW_SPACE}494 из 5"
    assert russian.gettext("{n} of {base} stations") == "Участков: {n} из {base}", "without values braces stay"


@pytest.mark.parametrize(("n", "said"), [(1, "1 участок"), (2, "2 участка"), (5, "5 участков"), (21, "21 участок")])
def test_russian_has_three_forms_of_number(russian_po: PoCatalog, n: int, said: str) -> None:
    assert Catalog("some", "ru", russian_po, strict=True).ngettext("{n} station", "{n} stations", n, n=n) == said


@pytest.mark.parametrize("missing", ["Held", "Seats", "Never written"])
def test_what_is_doubtful_empty_or_absent_is_not_translated(russian_po: PoCatalog, missing: str) -> None:
    assert Catalog("some", "ru", russian_po, strict=False).gettext(missing) == missing
    with pytest.raises(Untranslated) as caught:
        Catalog("some", "ru", russian_po, strict=True).gettext(missing)
    assert caught.value.facts == {"program": "some", "language": "ru", "missing": missing}


def test_english_is_what_the_code_says() -> None:
    english = catalog("shailoo", "en", strict=True)
    assert english.gettext(msgid("Turnout {n}"), n=3) == "Turnout 3"
    assert [english.ngettext("{n} seat", "{n} seats", n, n=n) for n in (0, 1, 2)] == ["0 seats", "1 seat", "2 seats"]


def test_a_catalogue_is_read_once() -> None:
    assert catalog("builder", "ky") is catalog("builder", "ky")


def test_an_unknown_program_and_a_broken_file_are_different_errors(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        po_path("no_such_program", "ky")
    broken = tmp_path / "broken.po"
    broken.write_text('msgid "a"\nmsgstr "b"\nnonsense\n', encoding="utf-8")
    with pytest.raises(CatalogBroken) as caught:
        read_catalog(broken, "ky")
    assert caught.value.facts["file"] == "broken.po"


@pytest.mark.parametrize(
    ("n", "written", "with_sign"),
    [
        (0, "0", "0"),
        (999, "999", "+999"),
        (1293947, "1\u202f293\u202f947", "+1\u202f293\u202f947"),
        (-3926, "\u22123\u202f926", "\u22123\u202f926"),
    ],
)
def test_figures_are_grouped_and_signed_alike_in_all_languages(n: int, written: str, with_sign: str) -> None:
    assert number(n) == written
    assert signed(n) == with_sign


@pytest.mark.parametrize(
    ("part", "base", "language", "written"),
    [
        (0, 7, "ky", "0,00\u202f%"),
        (1, 3, "ru", "33,33\u202f%"),
        (2, 3, "en", "66.67\u202f%"),
        (7, 7, "en", "100.00\u202f%"),
        (1, 800, "en", "0.13\u202f%"),  # 0.125 goes up; rounding half to even would say 0.12
        (432, 1262500, "ky", "0,03\u202f%"),
        (0, 0, "ky", "\u2014"),
    ],
)
def test_a_share_is_written_as_its_language_does(part: int, base: int, language: Language, written: str) -> None:
    assert share(part, base, language) == written


@given(st.integers(1, 10**7).flatmap(lambda base: st.tuples(st.integers(0, base), st.just(base))))
def test_a_share_agrees_with_decimal_arithmetic(pair: tuple[int, int]) -> None:
    part, base = pair
    exact = (Decimal(100 * part) / Decimal(base)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert share(part, base, "en") == f"{exact}{NARROW_SPACE}%"


@pytest.mark.parametrize(("part", "base"), [(-1, 5), (6, 5), (1, 0)])
def test_a_share_outside_its_base_is_never_written(part: int, base: int) -> None:
    with pytest.raises(ValueError, match="between 0 and its base"):
        share(part, base, "ky")


def test_days_are_written_in_full() -> None:
    assert [local_date(date(2021, 11, 28), language) for language in LANGUAGES] == [
        "2021-жылдын 28-ноябры",
        "28 ноября 2021 года",
        "28 November 2021",
    ]


def test_a_moment_is_shown_on_the_clocks_of_its_station() -> None:
    closing = datetime(2021, 11, 28, 14, 0, 59, tzinfo=UTC)
    assert local_time(closing, "Asia/Bishkek") == "20:00"
    assert local_time(closing, "America/New_York") == "09:00"
    assert local_moment(datetime(2021, 11, 28, 18, 30, tzinfo=UTC), "Asia/Bishkek", "en") == "29 November 2021, 00:30"


def test_a_moment_without_zone_is_not_shown() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        local_time(datetime(2021, 11, 28, 14, 0), "Asia/Bishkek")  # noqa: DTZ001  # the missing zone is what is tested
