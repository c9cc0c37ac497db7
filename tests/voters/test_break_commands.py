"""`shailoo voters publish` on a full disk and beside another: a sentence for the operator, and nothing half done."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

FULL = """
import errno, os, sys
at, root = int(sys.argv.pop(1)), sys.argv[sys.argv.index("--dir") + 1]
told = 0
def note(event, arguments):
    global told
    writes = event in ("os.rename", "os.mkdir")
    if event == "open" and isinstance(arguments[2], int):
        writes = bool(arguments[2] & (os.O_WRONLY | os.O_RDWR))
    if writes and str(arguments[0]).startswith(root) and "lock" not in str(arguments[0]):
        told += 1
        if told >= at:
            raise OSError(errno.ENOSPC, "no space left on device", str(arguments[0]))
sys.addaudithook(note)
from shailoo.cli import main
sys.argv[0] = "shailoo"
main()
"""


def voters(*arguments: str | Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "shailoo.cli", "voters", *map(str, arguments)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    return done


def version(home: Path) -> int:
    found = json.loads((home / "public/tizme/data/pointer.json").read_text("utf-8"))["version"]
    assert isinstance(found, int)
    return found


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation whose newest version is not published yet."""
    room = tmp_path_factory.mktemp("commands")
    extract, home = room / "first.csv", room / "home"
    voters("generate", "--count", "90", "--out", extract, "--district", "d01", "--day", "2026-11-25", "--json")
    voters("import", extract, "--dir", home, "--as-of", "2026-11-25", "--json")
    voters("assign", "--dir", home, "--json")
    voters("publish", "--dir", home, "--json")
    voters("assign", "--dir", home, "--json")
    return home


@pytest.fixture
def home(first: Path, tmp_path: Path) -> Path:
    shutil.copytree(first, tmp_path / "home")
    return tmp_path / "home"


@pytest.mark.parametrize("at", [1, 9, 60])
def test_on_a_full_disk_the_operator_is_told_so_and_the_former_version_stays(home: Path, at: int) -> None:
    before = version(home)
    words = [sys.executable, "-c", FULL, str(at), "voters", "publish", "--dir", str(home), "--json"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "the disk is full" in done.stderr or "stays" in done.stderr
    assert "Traceback" not in done.stderr
    assert str(home) not in done.stderr
    assert not done.stdout
    assert version(home) == before
    voters("publish", "--dir", home, "--json")
    assert version(home) == before + 1


def test_whoever_publishes_second_is_told_so_and_changes_nothing(home: Path) -> None:
    before = version(home)
    with (home / "tizme.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = voters("publish", "--dir", home, "--json", code=2)
        assert "tizme-busy" in done.stderr
        assert "Traceback" not in done.stderr
        assert version(home) == before
    assert json.loads(voters("publish", "--dir", home, "--json").stdout)["version"] == before + 1


def test_of_two_publications_at_once_one_is_whole(home: Path) -> None:
    words = [sys.executable, "-m", "shailoo.cli", "voters", "publish", "--dir", str(home), "--json"]
    both = [subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = [one.communicate() for one in both]
    codes = sorted(one.returncode for one in both)
    assert codes in ([0, 2], [0, 0])  # the second may come when the first is done
    for (_, told), one in zip(said, both, strict=True):
        assert one.returncode == 0 or "tizme-busy" in told
    after = tree(home)
    assert json.loads(voters("publish", "--dir", home, "--json").stdout)["written"] == 0
    assert tree(home) == after


def tree(home: Path) -> dict[str, bytes]:
    """Every public file of Tizme."""
    root = home / "public" / "tizme"
    return {os.fspath(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}
