"""Before there is a voter list, no portal leads to a page that is not there."""

from __future__ import annotations

from pathlib import Path

from shailoo.adapters.memory import MemoryStore
from shailoo.model.base import LANGUAGES
from tests.builder.scene import publisher_of


def test_the_front_of_tizme_and_the_map_on_results_are_there_from_the_first_day(tmp_path: Path) -> None:
    publisher_of(tmp_path, MemoryStore(), ()).start()
    for language in LANGUAGES:
        for path in (
            f"tizme/{language}/index.html",
            f"tizme/{language}/updated.html",
            f"results/{language}/stations-map/index.html",
        ):
            assert f'lang="{language}"' in (tmp_path / "public" / path).read_text("utf-8"), path


def test_what_the_publisher_of_tizme_wrote_stays(tmp_path: Path) -> None:
    place = tmp_path / "public" / "tizme" / "ky" / "index.html"
    place.parent.mkdir(parents=True)
    place.write_text("the list", "utf-8")
    publisher_of(tmp_path, MemoryStore(), ()).start()
    assert place.read_text("utf-8") == "the list"
