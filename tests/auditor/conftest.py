"""Two evenings that every test of this folder looks at: one in which all went well, and one with troubles."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.auditor.publishing import Published, evening, troubles
from tests.builder.scene import scene


@pytest.fixture(scope="package")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Published:
    """Five stations, six boxes, small cells; nothing wrong."""
    return evening(tmp_path_factory.mktemp("quiet"))


@pytest.fixture(scope="package")
def troubled(tmp_path_factory: pytest.TempPathFactory) -> Published:
    """The same election with a held report, a conflict, and two acts."""
    folder = tmp_path_factory.mktemp("troubled")
    return evening(folder / "public-evening", records=troubles(scene(folder, "small")))


@pytest.fixture
def spoilt(quiet: Published, tmp_path: Path) -> Published:
    """A copy of the quiet evening, to be spoilt."""
    return quiet.copy(tmp_path)
