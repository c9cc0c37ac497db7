"""Compiled templates are kept between runs, and never used for something else than they were made from."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import patch

from builder import samples
from builder.render import compiled
from builder.render.pages import Pages
from shailoo.model.base import LANGUAGES


def test_pages_drawn_from_kept_templates_are_the_same(tmp_path: Path) -> None:
    view = samples.station()
    for language in LANGUAGES:
        fresh = Pages(language).main(view)
        assert Pages(language, compiled=tmp_path).main(view) == fresh
        assert list(tmp_path.glob(f"{language}-*.cache"))
        assert Pages(language, compiled=tmp_path).main(view) == fresh


def test_a_kept_template_is_used_only_with_the_catalogue_it_was_made_from(tmp_path: Path) -> None:
    old = compiled.Compiled(tmp_path, "ky").get_source_checksum("{{ 1 }}")
    assert compiled.Compiled(tmp_path, "ky").get_source_checksum("{{ 1 }}") == old
    assert compiled.Compiled(tmp_path, "ru").get_source_checksum("{{ 1 }}") != old
    catalogue = tmp_path / "builder.po"
    catalogue.write_bytes(b"other words")
    compiled.made_by.cache_clear()
    with patch.object(compiled, "po_path", lambda *_: catalogue):
        assert compiled.Compiled(tmp_path, "ky").get_source_checksum("{{ 1 }}") != old
    compiled.made_by.cache_clear()
    assert compiled.Compiled(tmp_path, "ky").get_source_checksum("{{ 2 }}") != old
