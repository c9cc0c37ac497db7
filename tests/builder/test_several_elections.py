"""Two elections of one installation: what happens to one does not stop the other."""

from __future__ import annotations

from pathlib import Path

import pytest

from builder.publish import Publisher
from rehearsal.paper import finals, store_all
from rehearsal.played import read_played
from shailoo.adapters.memory import MemoryStore
from shailoo.model.record import ReportAccepted
from tests.builder.scene import PACKAGES, election, published, publisher_of, settle, tree

NAMES = ("small", "advisory-sample")


def records_of(name: str) -> list[ReportAccepted]:
    """The final reports of an election as they were played."""
    return finals(election(name), read_played(PACKAGES / name))


def spoil(publisher: Publisher, record: ReportAccepted) -> None:
    """The running totals lose a box, as no record says."""
    state = publisher.nights[record.election].state
    slot = state.slots[record.box]
    station = state.station_of(slot)
    assert station is not None
    state.totals.move(station, slot.counts, None, held=0)


@pytest.fixture
def held(tmp_path: Path) -> tuple[Path, MemoryStore, Publisher]:
    """Two boxes of `small` counted, then its totals spoilt and a third box come in: it is held back."""
    store = MemoryStore()
    publisher = publisher_of(tmp_path / "a", store, NAMES)
    publisher.start()
    small, advisory = records_of("small"), records_of("advisory-sample")
    store_all(store, [*small[:2], advisory[0]])
    settle(publisher)
    spoil(publisher, small[0])
    store_all(store, [small[2]])
    done = publisher.step()
    publisher.wait_for_child()
    assert done is not None
    assert done.held_back == ("small",)
    return tmp_path / "a" / "public", store, publisher


def test_the_other_election_goes_on_and_the_list_of_elections_with_it(
    held: tuple[Path, MemoryStore, Publisher],
) -> None:
    public, store, publisher = held
    before = published(public, "small")
    store_all(store, records_of("advisory-sample")[1:])
    while publisher.step() is not None:
        publisher.wait_for_child()
    figures = published(public, "advisory-sample")["figures"]
    assert figures["boxes_reported"] == len(records_of("advisory-sample"))
    assert published(public, "small") == before
    front = (public / "results/en/index.html").read_text()
    assert f"{figures['participants']:,}".replace(",", "\u202f") in front
    assert f"{before['figures']['participants']:,}".replace(",", "\u202f") in front


def test_what_is_held_back_makes_no_version_by_itself(held: tuple[Path, MemoryStore, Publisher]) -> None:
    _, _, publisher = held
    while publisher.step() is not None:
        publisher.wait_for_child()
    version = publisher.version
    assert publisher.step() is None
    assert publisher.version == version


def test_a_rebuild_shows_the_last_good_state_of_what_is_held_back(
    held: tuple[Path, MemoryStore, Publisher], tmp_path: Path
) -> None:
    public, store, publisher = held
    store_all(store, records_of("advisory-sample")[1:])
    while publisher.step() is not None:
        publisher.wait_for_child()
    before = tree(public)
    assert not publisher_of(tmp_path / "a", store, NAMES).build().problems
    assert tree(public) == before
    empty = tmp_path / "b" / "public"
    publisher_of(tmp_path / "b", store, NAMES, public=empty).build()
    anew = tree(empty)
    assert {path: before[path] for path in anew} == anew
    assert all("/at/" in path for path in before.keys() - anew.keys())


def test_a_start_tries_again_what_was_held_back(held: tuple[Path, MemoryStore, Publisher], tmp_path: Path) -> None:
    public, store, _ = held
    again = publisher_of(tmp_path / "a", store, NAMES)
    again.start()
    settle(again)
    assert published(public, "small")["figures"]["boxes_reported"] == 3
    assert published(public, "small", "pointer")["held_since"] is None
