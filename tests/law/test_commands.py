"""The newcomer's commands do what the README says, whatever else the Makefile learns."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.law.source import ROOT, read


def planned(*arguments: str) -> list[str]:
    """The commands that make would run, without running them."""
    command = ["make", "--dry-run", "--no-print-directory", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip().splitlines()


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        ((), ".venv/bin/shailoo demo --election 'jk-2021-11-28' --port '8021'"),
        (("ELECTION=small", "PORT=9000"), ".venv/bin/shailoo demo --election 'small' --port '9000'"),
    ],
)
def test_the_demo_installs_and_plays_the_chosen_election(arguments: tuple[str, ...], command: str) -> None:
    lines = planned("demo", *arguments)
    assert "requirements/setup.sh" in lines[0]
    assert lines[-1] == command


def test_the_tests_install_judge_the_style_and_end_with_pytest() -> None:
    lines = planned("test")
    assert "requirements/setup.sh" in lines[0]
    assert [line.split("/")[-1].split()[0] for line in lines[1:]] == ["ruff", "ruff", "mypy", "setup.sh", "pytest"]
    assert lines[-2].endswith("requirements/setup.sh emulator")


def test_continuous_integration_runs_make_test_and_nothing_else() -> None:
    commands = [line for line in read(Path(".ci/run")).splitlines() if line and not line.startswith("#")]
    assert commands == ["set -euo pipefail", 'cd "$(dirname "$0")/.."', "exec make --no-print-directory test"]
    assert (ROOT / ".ci/run").stat().st_mode & 0o111
