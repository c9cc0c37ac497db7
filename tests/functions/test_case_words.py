"""What a kind says of the law is read in the reader's language, on every page that says it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from functions.cases.door import PREFIX
from shailoo.i18n import catalog
from shailoo.kinds import KINDS
from shailoo.model.base import Language
from tests.functions.case_desk_scene import desk_scene, file, member
from tests.functions.case_scene import case_scene

ARTICLES = {"ky": "Шайлоо жөнүндө конституциялык мыйзам, 15-берене", "ru": "Конституционный закон о выборах, ст. 15"}


def law_of_kinds() -> Iterator[str]:
    """Every article that a declaration names."""
    for kind in KINDS.values():
        yield kind.article
        yield from (act.article for act in kind.acts if act.article)
        yield from (clock.article for clock in kind.clocks)


@pytest.mark.parametrize("language", ["ky", "ru"])
def test_every_article_has_words_in_every_language(language: Language) -> None:
    words = catalog("shailoo", language, strict=True)
    assert all(words.gettext(article) for article in law_of_kinds())


@pytest.mark.parametrize("language", ["ky", "ru"])
def test_who_thinks_about_filing_reads_the_law_in_their_language(language: Language, tmp_path: Path) -> None:
    scene = case_scene(tmp_path / "i")
    with scene.installation:
        shown = scene.get(f"{PREFIX}new/voter-missing", **{"accept-language": language}).body.decode()
    assert ARTICLES[language] in shown
    assert "Constitutional law" not in shown


@pytest.mark.parametrize("language", ["ky", "ru"])
def test_an_official_reads_the_law_in_their_language(language: Language, tmp_path: Path) -> None:
    with desk_scene(tmp_path / "i") as installation:
        number = file(installation).number
        browser = member(installation, "territorial")
        browser.cookies["lang"] = language
        shown = browser.get(f"/staff/cases/{number}?lang={language}").body.decode()
    assert ARTICLES[language] in shown
    assert "Constitutional law" not in shown
