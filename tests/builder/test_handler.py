"""The publisher as a function: same bytes as the one on a machine, one at a time, and nothing lost when it is killed."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from rehearsal.paper import finals, store_all
from rehearsal.played import read_played
from shailoo.adapters.memory import MemoryStore
from shailoo.model.record import ReportAccepted
from tests.builder.functions import Function, Killed, MemoryHome
from tests.builder.scene import PACKAGES, election, publisher_of, tree

NAME = "small"
VARIES = ("log/checkpoint", "pointer.json")


@pytest.fixture
def records() -> list[ReportAccepted]:
    """The final reports of a small election."""
    return finals(election(NAME), read_played(PACKAGES / NAME))


def rebuilt(folder: Path, store: MemoryStore) -> dict[str, str]:
    """What a machine makes of the same records, from nothing."""
    publisher_of(folder, store, [NAME]).build()
    return tree(folder / "public")


def shown(home: MemoryHome) -> dict[str, str]:
    """Path -> digest of what readers see."""
    return {path: hashlib.sha256(data).hexdigest() for path, data in sorted(home.bucket.files.items())}


def test_what_a_function_publishes_is_what_a_machine_builds(tmp_path: Path, records: list[ReportAccepted]) -> None:
    home = MemoryHome([NAME])
    function = Function(home, tmp_path / "room")
    function.until_done()
    store_all(home.store, records[:3])
    function.until_done()
    home.clock.later(60)
    store_all(home.store, records[3:])
    function.until_done()
    assert shown(home) == rebuilt(tmp_path / "machine", home.store)


def test_a_new_process_goes_on_from_the_snapshot(tmp_path: Path, records: list[ReportAccepted]) -> None:
    home = MemoryHome([NAME])
    Function(home, tmp_path / "a").until_done()
    assert home.refolds == 1
    for number, record in enumerate(records):
        store_all(home.store, [record])
        home.clock.later(5)
        Function(home, tmp_path / f"room{number}").until_done()
    assert home.refolds == 1
    assert len(home.snapshots.kept) == 1
    assert shown(home) == rebuilt(tmp_path / "machine", home.store)
