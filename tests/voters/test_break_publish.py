"""A publication that the disk or the machine stops, at any file: the old version stays, and the next completes."""

from __future__ import annotations

import errno
import json
import os
import random
import shutil
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from builder.crew import CrewLost
from builder.voters.drawn import Tizme
from shailoo.model.base import LANGUAGES
from shailoo.model.voter_list import ListStage
from tests.voters.published import Installation, people
from tests.voters.test_publish import Numbers, later

TRIALS = int(os.environ.get("SHAILOO_TRIALS", "30"))
"""At how many of the files a publication is stopped, in each way; 0 means at every one."""
SIZES = {"1001": 300, "1002": 60, "1003": 12, "7001": 1, "9001": 40, "": 3}
FULL, KILLED, DONE = 3, 4, 0


class Totals(Numbers):
    """A family that changes with every version."""

    def depends_on(self, tizme: Tizme) -> str:
        return str(tizme.made[-1].number)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """An installation with one version in public and another that waits."""
    home = Installation(tmp_path_factory.mktemp("first") / "home", tmp_path_factory.mktemp("tizme-cache"))
    home.lists.make(people(1, SIZES))
    home.publish(families=(Totals(),))
    home.lists.make(later(people(1, SIZES), 8, moves=40), ListStage.PRELIMINARY, "small")
    return home


@pytest.fixture(scope="module")
def right(first: Installation, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What the version that waits looks like in a folder where nothing was before."""
    anew = first.anew(tmp_path_factory.mktemp("anew"))
    anew.publish(families=(Totals(),))
    return anew.files()


def in_child(work: Callable[[], object], root: Path, stop: Callable[[int], None]) -> tuple[int, int]:
    """Do work in a forked process in which `stop` is told, before it happens, of every file that is made or moved.

    `stop` counts in each process of a crew by itself. Returns how the process ended (its code, or minus the signal)
    and of how many files `stop` was told.
    """
    hear, say = os.pipe()
    child = os.fork()
    if child == 0:
        told = 0

        def note(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal told
            writes = event in {"os.rename", "os.mkdir"}
            if event == "open":
                flags = arguments[2]
                writes = isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR))
            if writes and os.fsdecode(str(arguments[0])).startswith(str(root)):
                told += 1
                os.write(say, b".")
                stop(told)

        sys.addaudithook(note)
        code = 1
        try:
            work()
            code = DONE
        except OSError as error:
            code = FULL if error.errno == errno.ENOSPC else 1
        except CrewLost:
            code = FULL
        finally:
            os._exit(code)
    os.close(say)
    with os.fdopen(hear, "rb") as heard:
        files = len(heard.read())
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), files


def full(at: int) -> Callable[[int], None]:
    """From the n-th file on the disk is full, and stays so."""

    def stop(told: int) -> None:
        if told >= at:
            raise OSError(errno.ENOSPC, "no space left on device")

    return stop


def killed(at: int) -> Callable[[int], None]:
    """At the n-th file the machine stops."""

    def stop(told: int) -> None:
        if told == at:
            os.kill(os.getpid(), signal.SIGKILL)

    return stop


@pytest.mark.timeout(3600 if TRIALS != 30 else 120)
@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.parametrize(("stopped", "end"), [(full, FULL), (killed, -signal.SIGKILL)])
def test_a_publication_that_is_stopped_leaves_the_old_pointer_and_the_next_completes_it(
    first: Installation, right: dict[str, bytes], tmp_path: Path, *,
    stopped: Callable[[int], Callable[[int], None]], end: int, processes: int,
) -> None:  # fmt: skip
    def copy(name: str) -> Installation:
        shutil.copytree(first.room, tmp_path / name)
        return replace(first, room=tmp_path / name)

    whole = copy("whole")
    ended, files = in_child(lambda: whole.publish(families=(Totals(),)), whole.room, lambda _: None)
    assert ended == DONE
    assert whole.files() == right
    chance = random.Random(processes)
    points = {1, 2, files - 1, files, *chance.sample(range(1, files + 1), max(0, min(TRIALS - 4, files)))}
    for at in sorted(points if TRIALS else range(1, files + 1)):
        home = copy(f"at-{at}")
        was = (home.public / "tizme/data/pointer.json").read_bytes()
        publish = partial(home.publish, families=(Totals(),), processes=processes)
        ended, _ = in_child(publish, home.room, stopped(at))
        assert ended in ({end} if processes == 1 else {end, FULL, DONE}), at
        now = (home.public / "tizme/data/pointer.json").read_bytes()
        assert now == was or json.loads(now)["version"] == 2, at
        if now == was:
            torn = [path for path, data in home.files().items() if path.endswith(".html") and b"</html>" not in data]
            assert not torn, at
        home.publish(families=(Totals(),), processes=processes)
        assert home.files() == right, at
        assert not list(home.public.rglob("*.part-*")), at
        shutil.rmtree(home.room)
    assert {path.split("/")[0] for path in right} >= set(LANGUAGES)
