"""A store goes forward whole or not at all, is kept beforehand, and is opened only by software that knows it."""

from __future__ import annotations

import contextlib
import sqlite3
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shailoo.adapters.files import FileObjectStore
from shailoo.adapters.sqlite import SqliteStore
from shailoo.adapters.store_schema import MIGRATIONS, NEWEST, Migration, StoreTooNew, StoreTooOld
from shailoo.adapters.store_upgrade import StoreInUse, plan_upgrade, upgrade
from shailoo.errors import NotFound, StorageFailed

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
NEXT = (*MIGRATIONS, Migration(NEWEST + 1, "a note for each record", ("ALTER TABLE record ADD COLUMN note TEXT",)))
BREAKS = (*NEXT, Migration(NEWEST + 2, "breaks", ("CREATE TABLE more (x) STRICT", "DROP TABLE nowhere")))
LOSES = (*MIGRATIONS, Migration(NEWEST + 1, "loses", ("DELETE FROM record WHERE seq = 2",)))


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A store with records, as it was before versions were counted."""
    path = tmp_path / "store.db"
    with SqliteStore(path) as store:
        for number in range(1, 4):
            store.append(f"k/{number}", b"x" * number)
        store.swap("pointer", b"3", expected=None)
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 0")
    return path


def tables(path: Path) -> tuple[int, list[tuple[str]], list[tuple[object, ...]]]:
    with contextlib.closing(sqlite3.connect(path)) as db:
        schema = db.execute("SELECT sql FROM sqlite_schema ORDER BY name").fetchall()
        rows = db.execute("SELECT seq, key, body FROM record").fetchall()
        return db.execute("PRAGMA user_version").fetchone()[0], schema, rows


def test_a_new_store_has_the_newest_version(tmp_path: Path) -> None:
    SqliteStore(tmp_path / "store.db").close()
    assert tables(tmp_path / "store.db")[0] == NEWEST
    SqliteStore(tmp_path / "store.db").close()


def test_versions_are_counted_without_gaps() -> None:
    assert [step.version for step in MIGRATIONS] == list(range(1, NEWEST + 1))


def test_an_old_store_is_not_opened_but_told_what_to_do(old: Path) -> None:
    before = old.read_bytes()
    with pytest.raises(StoreTooOld, match="shailoo upgrade"):
        SqliteStore(old)
    assert old.read_bytes() == before


def test_looking_changes_nothing(old: Path) -> None:
    before = old.read_bytes()
    plan = plan_upgrade(old)
    assert (plan.version, plan.records, [step.version for step in plan.steps]) == (0, 3, [1])
    assert old.read_bytes() == before
    assert [one.name for one in old.parent.iterdir()] == ["store.db"]


def test_an_upgrade_keeps_the_old_store_and_every_record(old: Path) -> None:
    before = tables(old)
    plan, kept = upgrade(old, now=NOW)
    assert kept is not None
    assert kept.name == "store-v0-2026-11-25T093000Z.db"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert tables(kept) == before
    assert (plan.records, tables(old)) == (3, (NEWEST, *before[1:]))
    with SqliteStore(old) as store:
        assert [entry.key for entry in store.feed(0)] == ["k/1", "k/2", "k/3"]
        assert store.append("k/4", b"").seq == 4


def test_a_second_upgrade_does_nothing(old: Path) -> None:
    upgrade(old, now=NOW)
    listed, before = sorted(old.parent.iterdir()), old.read_bytes()
    assert upgrade(old, now=NOW)[1] is None
    assert (sorted(old.parent.iterdir()), old.read_bytes()) == (listed, before)


def test_several_steps_are_taken_in_order(old: Path) -> None:
    upgrade(old, now=NOW, migrations=NEXT)
    version, schema, _ = tables(old)
    assert version == NEWEST + 1
    assert "note" in str(schema)
    with pytest.raises(StoreTooNew, match="newer software"):
        SqliteStore(old)
    with pytest.raises(StoreTooNew):
        upgrade(old, now=NOW)
    with pytest.raises(StoreTooNew):
        plan_upgrade(old)


@pytest.mark.parametrize("migrations", [BREAKS, LOSES])
def test_a_step_that_fails_leaves_the_store_as_it_was(old: Path, migrations: tuple[Migration, ...]) -> None:
    before = tables(old)
    with pytest.raises(StorageFailed):
        upgrade(old, now=NOW, migrations=migrations)
    assert tables(old) == before


def test_no_store_is_brought_forward_under_a_service_that_uses_it(old: Path) -> None:
    upgrade(old, now=NOW)
    before = tables(old)
    with SqliteStore(old) as store:
        with pytest.raises(StoreInUse):
            upgrade(old, now=NOW, migrations=NEXT)
        store.append("k/4", b"")
    assert tables(old)[:2] == before[:2]


def test_what_is_no_store_or_is_damaged_is_said_to_be(old: Path, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        upgrade(tmp_path / "nowhere.db", now=NOW)
    sqlite3.connect(tmp_path / "empty.db").close()
    (tmp_path / "empty.db").touch()
    with pytest.raises(NotFound):
        upgrade(tmp_path / "empty.db", now=NOW)
    with old.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 8192)
    with pytest.raises(StorageFailed):
        upgrade(old, now=NOW)


@pytest.mark.parametrize(("folder", "file"), [(0o2770, 0o640), (0o770, 0o600)])
def test_an_object_is_read_by_the_group_of_a_shared_folder_and_else_by_its_owner(
    tmp_path: Path, folder: int, file: int
) -> None:
    place = tmp_path / "objects"
    (place / "tmp").mkdir(parents=True)
    (place / "tmp").chmod(folder)
    store = FileObjectStore(place)
    assert stat.S_IMODE(store.file(store.put(b"sealed")).stat().st_mode) == file
