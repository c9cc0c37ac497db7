"""The embedded home among processes: one winner, no gaps, and nothing acknowledged is lost by kill -9."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from shailoo.adapters.files import FileObjectStore
from shailoo.adapters.sqlite import SqliteStore
from shailoo.ids import Digest
from tests.law.source import ROOT


def writer(folder: Path, name: str, what: str, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.contract.writer", str(folder), name, what, str(count)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def acknowledged(said: str) -> list[tuple[int, Digest, str]]:
    """Whole lines only: what was cut off by the kill was not acknowledged."""
    whole = said[: said.rfind("\n") + 1].splitlines()
    return [(int(seq), Digest(sha256), key) for seq, sha256, key in (line.split() for line in whole)]


def test_of_processes_that_create_the_same_keys_exactly_one_wins_each(tmp_path: Path) -> None:
    writers = [writer(tmp_path, name, "race", 60) for name in ("a", "b", "c")]
    told = [acknowledged(one.communicate(timeout=60)[0]) for one in writers]
    assert [one.returncode for one in writers] == [0, 0, 0]
    keys = [key for one in told for _, _, key in one]
    assert sorted(keys) == sorted(f"race/{at}" for at in range(60))
    with SqliteStore(tmp_path / "store.db") as store:
        feed = store.feed(0)
    assert [entry.seq for entry in feed] == list(range(1, 61))
    by_name = dict(zip(("a", "b", "c"), told, strict=True))
    for name, one in by_name.items():
        for seq, _, key in one:
            assert feed[seq - 1].key == key
            assert feed[seq - 1].body.decode() == f"{name} {key.removeprefix('race/')}"


def test_what_a_killed_writer_acknowledged_is_there_and_the_feed_goes_on_without_a_gap(tmp_path: Path) -> None:
    for round_ in range(2):
        victim = writer(tmp_path, f"v{round_}", "own", 100_000)
        assert victim.stdout is not None
        lines = [victim.stdout.readline() for _ in range(30 + 50 * round_)]
        victim.kill()
        told = acknowledged("".join(lines) + victim.stdout.read())  # not communicate(): it forgets what was read ahead
        victim.wait(30)
        victim.stdout.close()
        assert len(told) >= len(lines)
        objects = FileObjectStore(tmp_path / "objects")
        with SqliteStore(tmp_path / "store.db") as store:
            numbers: list[int] = []
            while entries := store.feed(len(numbers)):
                numbers += [entry.seq for entry in entries]
            assert numbers == list(range(1, len(numbers) + 1))
            for seq, sha256, key in told:
                kept = store.get(key)
                assert kept is not None
                assert kept.seq == seq
                assert objects.get(sha256) == kept.body
            assert store.append(f"after/{round_}", b"").seq == len(numbers) + 1
