"""The numbers go through Tizme's publisher: strict translations, the gate, and nothing written twice."""

from __future__ import annotations

from pathlib import Path

from builder.store import PublicFolder
from builder.voters.drawn import Tizme
from builder.voters.number_pages import NumberPages
from builder.voters.publish import Published, TizmePublisher
from tests.voters.fake_lists import small_tizme, with_versions


def published(room: Path, tizme: Tizme) -> tuple[Published, bytes]:
    family = NumberPages(tizme, PublicFolder(room / "state"))
    publisher = TizmePublisher(
        room / "public",
        room / "cache",
        room / "state",
        lists=tizme.lists,
        register=tizme.register,
        made=tizme.made,
        next_update=tizme.next_update,
        families=[family],
        sections={"numbers", "changes"},
        fragments=family.of_place,
        processes=1,
        strict=True,
    )
    done = publisher.publish()
    family.keep()
    return done, family.state


def test_numbers_are_published_with_the_list_and_only_once(tmp_path: Path) -> None:
    tizme = small_tizme(people=3_000, versions=3, growth=40)
    first, _ = published(tmp_path, with_versions(tizme, 2))
    assert first.written
    second, state = published(tmp_path, tizme)
    assert second.written
    again, state_again = published(tmp_path, tizme)
    assert again.written == 0
    assert state_again == state
    public = tmp_path / "public" / "tizme"
    for language in ("ky", "ru", "en"):
        for page in ("numbers", "numbers/chuy", "numbers/compare", "numbers/elections", "changes", "changes/chuy"):
            assert (public / language / page / "index.html").is_file()
        for place in ("station/7001", "tec/tec-11", "region/chuy"):
            assert f'data-numbers="{place}"' in (public / language / place / "index.html").read_text("utf-8")
    assert (public / "data" / "numbers" / "series.json").is_file()
