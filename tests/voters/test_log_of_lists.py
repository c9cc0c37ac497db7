"""Versions of the voter list in the transparency log, beside an election and between elections."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from shailoo.adapters.memory import MemoryStore
from shailoo.model.record import record_bytes, record_key
from shailoo.model.voter_list import ListStage, VoterListMade, list_facts
from shailoo.records.canonical import canonical_json, digest
from shailoo.records.log_entry import VoterListEntry, read_entry
from tests.builder.scene import publisher_of, settle, tree
from tests.builder.test_log import kinds, read_log


def made(number: int) -> VoterListMade:
    return VoterListMade(
        number=number,
        stage=ListStage.PRELIMINARY,
        election="an-election-with-as-long-a-name-as-is-ok",
        as_of=date(2026, 11, 25),
        made=datetime(2026, 11, 25, 3, tzinfo=UTC),
        because="import",
        extract="0" * 64,
        register_number=1,
        voters=20_000_000,
        queued=20_000_000,
        stations=2_494,
        refused=7,
        folder=f"{number:06}-{'0' * 12}",
        salted_root="1" * 64,
        shown_root="2" * 64,
        synthetic=True,
    )


@pytest.mark.parametrize("elections", [(), ("small",)])
def test_a_version_of_the_list_is_in_the_log_once_and_a_rebuild_gives_the_same_bytes(
    tmp_path: Path, elections: tuple[str, ...]
) -> None:
    store = MemoryStore()
    publisher = publisher_of(tmp_path, store, elections)
    publisher.start()
    settle(publisher)
    before = len(kinds(tmp_path / "public"))
    for number in (1, 2):
        store.append(record_key(made(number)), record_bytes(made(number)))
        assert publisher.step() is not None
    settle(publisher)
    entries = [read_entry(entry) for entry in read_log(tmp_path / "public")[1]]
    assert [entry.type for entry in entries[before:]] == ["voter-list", "voter-list"]
    last = entries[-1]
    assert isinstance(last, VoterListEntry)
    assert last.sha256 == digest(canonical_json(list_facts(made(2))))
    again = publisher_of(tmp_path, store, elections)
    again.start()
    assert again.step() is None
    rebuilt = publisher_of(tmp_path, store, elections, public=tmp_path / "rebuilt" / "public")
    rebuilt.build()
    assert tree(tmp_path / "rebuilt" / "public" / "results" / "log") == tree(tmp_path / "public" / "results" / "log")
