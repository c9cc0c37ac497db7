"""A version is made whole or not at all: whatever stops it, wherever, and whoever else is at it."""

from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from shailoo.adapters.sqlite import SqliteStore
from shailoo.adapters.voters.shelf import ImportBusy
from shailoo.errors import Conflict, StorageFailed
from shailoo.model.record import record_bytes, record_key
from tests.voters.list_scene import Scene, row

STEPS = ("take", "check", "write", "compare", "count", "seal", "sync", "rename", "record", "recorded")
FIRST, SECOND = [row(n) for n in range(40)], [row(n) for n in range(1, 43)]


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def test_these_are_the_steps(scene: Scene) -> None:
    scene.bring(FIRST)
    assert tuple(scene.steps) == STEPS


@pytest.mark.parametrize("step", STEPS[:-1])
def test_a_failure_at_any_step_before_the_record_changes_nothing(scene: Scene, step: str) -> None:
    scene.bring(FIRST)
    files, totals = scene.files(), scene.reader.totals(1)
    scene.stop_at, scene.failure = step, OSError(errno.ENOSPC, "no space")
    with pytest.raises((StorageFailed, OSError)):
        scene.bring(SECOND)
    assert len(scene.reader.made()) == 1
    assert scene.reader.totals(1) == totals
    scene.stop_at = None
    made = scene.bring(SECOND)
    assert (made.record.number, made.record.queued) == (2, 42)
    assert {path.split("/")[1] for path in scene.files()} == {one.folder for one in scene.reader.made()}
    assert files < scene.files()


@pytest.mark.parametrize("step", ["take", "write", "count", "sync"])
def test_a_full_disk_is_told_as_such(scene: Scene, step: str) -> None:
    scene.stop_at, scene.failure = step, OSError(errno.ENOSPC, "no space")
    with pytest.raises(StorageFailed, match="the disk is full"):
        scene.bring(FIRST)
    assert scene.files() == set()


BRING = """
import os, signal, sys
from pathlib import Path
from shailoo.adapters.sqlite import SqliteStore
from tests.voters.list_scene import Scene
from tests.voters.test_list_whole_or_not import SECOND
root, step = Path(sys.argv[1]), sys.argv[2]
scene = Scene(root, SqliteStore(root / "store.db"))
def stop(name):
    if name == step:
        os.kill(os.getpid(), signal.SIGKILL)
scene.folder._shelf._step = scene.folder._step = stop
scene.bring(SECOND)
"""


@pytest.mark.parametrize("step", STEPS)
def test_a_killed_import_changes_nothing_or_everything(tmp_path: Path, step: str) -> None:
    with SqliteStore(tmp_path / "store.db") as store:
        scene = Scene(tmp_path, store)
        scene.bring(FIRST)
        ran = subprocess.run([sys.executable, "-c", BRING, str(tmp_path), step], check=False, env={**os.environ})
        assert ran.returncode == -signal.SIGKILL
        made = scene.reader.made()
        assert len(made) == (2 if step == "recorded" else 1)
        for record in made:
            assert sum(scene.reader.totals(record.number).values()) == record.voters + record.queued
        after = scene.bring(SECOND)
        assert after.record.number == len(made) + 1
        assert {path.name for path in (scene.root / "lists").iterdir()} == {one.folder for one in scene.reader.made()}
        assert not list((scene.root / "work").iterdir())


def test_of_two_imports_at_once_the_second_is_told_to_wait(tmp_path: Path) -> None:
    scene, other = Scene(tmp_path), Scene(tmp_path)
    reached, go_on = threading.Event(), threading.Event()

    def hold(step: str) -> None:
        if step == "count":
            reached.set()
            assert go_on.wait(60)

    scene.folder._step = hold
    first = threading.Thread(target=scene.bring, args=(FIRST,))
    first.start()
    assert reached.wait(60)
    with pytest.raises(ImportBusy):
        other.bring(SECOND)
    go_on.set()
    first.join()
    assert [one.queued for one in scene.reader.made()] == [40]


def test_of_two_imports_that_do_not_see_each_other_the_store_lets_one_in(scene: Scene, tmp_path: Path) -> None:
    elsewhere = Scene(tmp_path / "elsewhere")
    theirs = elsewhere.bring(SECOND).record

    def other_first(step: str) -> None:
        if step == "record":
            scene.store.append(record_key(theirs), record_bytes(theirs))

    scene.folder._shelf._step = other_first
    with pytest.raises(Conflict, match="took this number first"):
        scene.bring(FIRST)
    assert scene.reader.made() == [theirs]
    assert scene.files() == set()


def test_files_are_for_their_owner_alone(scene: Scene) -> None:
    scene.bring(FIRST)
    for path in [scene.root, *scene.root.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path.name


def test_no_copy_of_the_extract_stays(scene: Scene) -> None:
    scene.bring(FIRST)
    assert not list((scene.root / "work").iterdir())
