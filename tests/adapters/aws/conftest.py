"""Find my station in the cloud of this process, as fixtures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adapters.aws.emulated import cloud
from tests.adapters.aws.finder_scene import FORMER, Scene


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with cloud() as made:
        yield Scene(made, tmp_path / "finder")


@pytest.fixture
def served(scene: Scene) -> Scene:
    """The first version is in force."""
    scene.loader().load(scene.index(FORMER))
    scene.put_secret()
    return scene
