"""What a program says in English it says in Kyrgyz and Russian, whole and with every figure in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from shailoo.i18n import po_path, read_catalog
from shailoo.model.base import Language
from tests.law import messages
from tests.law.messages import placeholders, sentences, untranslated
from tests.law.source import PROGRAMS, ROOT, project_files

TRANSLATED: tuple[Language, ...] = ("ky", "ru")
SPEAKING = [program for program in PROGRAMS if any(path.parts[:2] == (program, "locale") for path in project_files())]
CATALOGUES = [(program, language) for program in SPEAKING for language in TRANSLATED]


def catalogue(program: str, language: Language) -> Catalog:
    path = po_path(program, language)
    assert path.is_file(), f"{program} speaks, so it needs {path.relative_to(ROOT)}"
    return read_catalog(path, language)


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_that_speaks_has_catalogues(program: str) -> None:
    assert program in SPEAKING or not sentences(program)


@pytest.mark.parametrize(("program", "language"), CATALOGUES)
def test_every_sentence_is_translated(program: str, language: Language) -> None:
    missing = untranslated(program, language)
    assert not missing, f"python -m tests.law.messages {program} {language} prints {len(missing)} entries to fill in"


@pytest.mark.parametrize(("program", "language"), CATALOGUES)
def test_no_translation_loses_or_invents_a_figure(program: str, language: Language) -> None:
    wrong = []
    for message in catalogue(program, language):
        english = message.id if isinstance(message.id, tuple | list) else (message.id,)
        said = message.string if isinstance(message.string, tuple | list) else (message.string,)
        # The plural names every figure; a singular may say "one station" in words.
        needed = placeholders(english[-1])
        wrong += [
            f"{english[0]!r} -> {text!r}" for text in said if message.id and text and placeholders(text) != needed
        ]
    assert wrong == []


@pytest.mark.parametrize(("program", "language"), CATALOGUES)
def test_a_plural_has_as_many_forms_as_its_language(program: str, language: Language) -> None:
    read = catalogue(program, language)
    forms = {message.id[0]: len(message.string or ()) for message in read if isinstance(message.id, tuple | list)}
    assert {first: count for first, count in forms.items() if count != read.num_plurals} == {}
    assert read.num_plurals == {"ky": 2, "ru": 3}[language]


@pytest.mark.parametrize(("program", "language"), CATALOGUES)
def test_a_catalogue_holds_nothing_that_is_no_longer_said(program: str, language: Language) -> None:
    said = {sentence if isinstance(sentence, str) else sentence[0] for sentence in sentences(program)}
    keys = {
        message.id[0] if isinstance(message.id, tuple | list) else message.id
        for message in catalogue(program, language)
    }
    assert keys - said - {""} == set()


@pytest.mark.parametrize("program", SPEAKING)
def test_kyrgyz_strings_that_want_a_native_speaker_say_so(program: str) -> None:
    text = po_path(program, "ky").read_text(encoding="utf-8")
    assert "#. native check" in text


def test_the_extractors_find_marked_sentences(tmp_path: Path) -> None:
    source = tmp_path / "x.py"
    source.write_text('catalog.gettext("A {n}", n=1); _("B" " C"); ngettext("d", "ds", 2); gettext(x); msgid("E")\n')
    assert [said for _, said in messages._python(source)] == ["A {n}", "B C", ("d", "ds"), "E"]
    page = tmp_path / "x.html.j2"
    page.write_text('{{ _("A {n}", n=1) }}{% trans n=3 %}one\n  {{ n }}{% pluralize %}many {{ n }}{% endtrans %}')
    assert [said for _, said in messages._template(page)] == ["A {n}", ("one %(n)s", "many %(n)s")]


def test_placeholders_of_both_kinds_are_seen() -> None:
    assert placeholders("{n} of {base:>5}, %(name)s and 100 %") == {"n", "base", "name"}
