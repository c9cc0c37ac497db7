"""docs/election-package.md names every file and every column, and every package that ships."""

from __future__ import annotations

from pathlib import Path

from rehearsal import played
from rehearsal.synthesis.catalogue import MAKERS
from shailoo.package import PACKAGE_FILES
from shailoo.package_header import PackageHeader
from shailoo.package_tables import TABLES

TEXT = (Path(__file__).parents[2] / "docs" / "election-package.md").read_text("utf-8")


def test_every_file_and_package_is_described() -> None:
    assert [file for file in PACKAGE_FILES if f"`{file}`" not in TEXT] == []
    assert [name for name in MAKERS if f"`{name}`" not in TEXT] == []


def test_every_column_is_described_in_its_file_s_own_section() -> None:
    sections = {part.split("\n", 1)[0]: part for part in TEXT.split("\n### ")}
    for table in TABLES:
        assert [column for column in table.columns if f"`{column}`" not in sections[table.file]] == []
    assert [field for field in PackageHeader.model_fields if f"`{field}`" not in sections["election.json"]] == []


def test_every_played_column_is_described() -> None:
    headers = (played.BOXES_HEADER, played.ARRIVALS_HEADER, played.IDENTIFIED_HEADER, played.MANUAL_HEADER)
    assert [column for header in headers for column in header if f"`{column}`" not in TEXT] == []
