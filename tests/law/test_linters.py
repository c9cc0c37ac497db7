"""The linters read the settings that we wrote for them, and the settings give their reasons."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
import warnings
from pathlib import Path
from typing import Any

import pytest

from tests.law.source import PROGRAMS, ROOT, read

SETTINGS: dict[str, Any] = tomllib.loads(read(Path("pyproject.toml")))["tool"]

BAD_STYLE = f"""from datetime import datetime
def late(station, password="x"):
    assert station
    print({"x " * 60!r})
    return datetime(2021, 11, 28)
"""

BAD_TYPES = """from shailoo.model.base import Frozen, Language, Name

def votes(station):
    return station

def either(language: Language) -> str:
    match language:
        case "ky":
            return "ky"
    return ""

class Box(Frozen):
    serial: str

Box(serial=7)
Box(serial="7", colour="red")
Name(ky="a", ru="b", en="c").ky = "d"
"""


def style_faults(pretended: str) -> set[str]:
    """Codes that ruff reports for BAD_STYLE at a path of the project; ruff looks for its settings by itself."""
    command = [sys.executable, "-m", "ruff", "check", "--output-format=json", "--stdin-filename", pretended, "-"]
    done = subprocess.run(command, cwd=ROOT, input=BAD_STYLE, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    return {fault["code"] for fault in json.loads(done.stdout)}


def test_ruff_reads_our_settings_in_a_program() -> None:
    faults = style_faults("shailoo/rules/late.py")
    assert {"ANN001", "ANN201", "D100", "D103", "DTZ001", "E501"} <= faults
    assert {"S101", "S107", "T201"} <= faults


def test_ruff_reads_what_we_allow_in_tests_only() -> None:
    faults = style_faults("tests/rules/test_late.py")
    assert {"ANN001", "DTZ001", "E501", "T201"} <= faults
    assert not {"S101", "D100", "D103"} & faults


def test_ruff_selects_everything_and_every_exception_gives_its_reason() -> None:
    lint = SETTINGS["ruff"]["lint"]
    assert lint["select"] == ["ALL"]
    excepted = set(lint["ignore"]).union(*lint["per-file-ignores"].values())
    reasoned = set(re.findall(r'^    "([A-Z]+[0-9]*)",\s+# \w.{3,}$', read(Path("pyproject.toml")), re.MULTILINE))
    assert excepted - reasoned == set()


def test_mypy_reads_our_settings(tmp_path: Path) -> None:
    bad = tmp_path / "bad_types.py"
    bad.write_text(BAD_TYPES, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--no-error-summary", str(bad)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    faults = re.findall(r"bad_types\.py:(\d+): error: .*\[([a-z-]+)\]$", done.stdout, re.MULTILINE)
    assert faults == [
        ("3", "no-untyped-def"),  # strict
        ("7", "exhaustive-match"),  # a closed union is matched to the end
        ("15", "arg-type"),  # the pydantic plugin, typed
        ("16", "call-arg"),  # the pydantic plugin, no unknown fields
        ("17", "misc"),  # the pydantic plugin, frozen
    ], done.stdout + done.stderr


def test_mypy_judges_every_program_and_the_tests() -> None:
    assert SETTINGS["mypy"]["strict"] is True
    assert set(SETTINGS["mypy"]["packages"]) == {*PROGRAMS, "infra", "tests"}


def test_a_warning_is_an_error_here() -> None:
    with pytest.raises(UserWarning, match="as an error"):
        warnings.warn("as an error", UserWarning, stacklevel=1)
