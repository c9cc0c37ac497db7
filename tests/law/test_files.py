"""What may not stand in any file of the project, and what must stand beside an exception."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.law.source import project_files, read

# Put together here, so that this file does not name what it forbids.
REGISTRIES = (
    "py" + "pi.org",
    "python" + "hosted.org",
    "npm" + "js.org",
    "npm" + "js.com",
    "yarn" + "pkg.com",
    "crates" + ".io",
    "ruby" + "gems.org",
    "proxy.go" + "lang.org",
    "ana" + "conda.org",
    "repo.maven." + "apache.org",
)
MACHINE_PATH = re.compile(
    r"(?<![\w.\-/])/(?:" + "|".join(["wo" + "rk", "ro" + "ot", "ho" + "me", "opt/wh" + "eels"]) + r")/"
)
PRIVATE_KEY = re.compile("-----BEGIN [A-Z ]*" + "PRIVATE KEY-----")
UNFINISHED = re.compile(r"\b(?:" + "|".join(["TO" + "DO", "FIX" + "ME", "X" * 3, "HA" + "CK"]) + r")\b")

REASONED_NOQA = re.compile(r"# noqa: [A-Z]+[0-9]+(?:, ?[A-Z]+[0-9]+)*\s+(?:#|--?|—|:)?\s*\w.{6,}")
REASONED_IGNORE = re.compile(r"# type: ignore\[[a-z, -]+\]\s+(?:#|--?|—)\s*\w.{6,}")
SKIPS = re.compile(r"pytest\.(?:mark\.(?:skip|skipif|xfail)|skip|xfail|importorskip)\b")


def lines() -> Iterator[tuple[Path, int, str]]:
    for path in project_files():
        for at, line in enumerate(read(path).splitlines(), start=1):
            yield path, at, line


def comments(path: Path) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(read(path)).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def python_files() -> list[Path]:
    return [path for path in project_files() if path.suffix == ".py"]


def places(pattern: re.Pattern[str]) -> list[str]:
    return [f"{path}:{at}" for path, at, line in lines() if pattern.search(line)]


@pytest.mark.parametrize("host", REGISTRIES)
def test_no_file_names_the_host_of_a_package_registry(host: str) -> None:
    assert places(re.compile(re.escape(host), re.IGNORECASE)) == []


def test_no_file_names_a_path_of_a_machine() -> None:
    assert places(MACHINE_PATH) == []


def test_no_file_holds_a_private_key() -> None:
    assert places(PRIVATE_KEY) == []


def test_nothing_is_marked_as_unfinished() -> None:
    assert places(UNFINISHED) == []


def test_every_silenced_rule_gives_its_reason_on_the_same_line() -> None:
    silent = [
        f"{path}:{at} {comment}"
        for path in python_files()
        for at, comment in comments(path)
        if ("noqa" in comment and not REASONED_NOQA.search(comment))
        or ("type: ignore" in comment and not REASONED_IGNORE.search(comment))
        or "mypy: ignore-errors" in comment
    ]
    assert silent == []


def test_no_test_is_skipped_or_expected_to_fail() -> None:
    here = Path(__file__).name
    assert [place for place in places(SKIPS) if here not in place] == []


@pytest.mark.parametrize("name", ["all.txt", "emulator.txt"])
def test_a_lock_names_every_library_with_a_digest_and_no_index(name: str) -> None:
    lock = read(Path("requirements") / name)
    entries = re.split(r"\n(?=\S)", lock.strip())
    assert all(re.match(r"[a-z0-9.-]+==\S+( ; [^\\]+)? \\\n    --hash=sha256:[0-9a-f]{64}", entry) for entry in entries)
    assert "http" + "://" not in lock
    assert "https" + "://" not in lock
    assert "--index" not in lock
