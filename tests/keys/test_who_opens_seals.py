"""Only the intake opens the live key: shown by the source, and by running everything else without it."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from shailoo.assembly import Installation
from tests.journey.nights import keep_prose
from tests.keys.desk import good, vote
from tests.law.source import ROOT, modules
from tests.voting import SMALL

OPENERS = {"load_sealing_keys", "load_sealing_key", "read_sealing_pem"}
"""What reads a private sealing key."""
MAY = {
    "shailoo.adapters.keys": {"load_sealing_keys", "load_sealing_key", "__getitem__"},
    "shailoo.assembly": {"intake_desk"},
    "shailoo.cloud": {"intake_desk", "sealing_keys"},
    # an operator's own command, at a ceremony
    "shailoo.cli.key_sharing": {"split"},
    "shailoo.cli.keys": {"rotate_sealing", "write_public"},
}
"""Module -> the functions in it that may."""
DESK = {
    "functions.doors", "functions.routers", "shailoo.cli", "functions.intake.lambda_handler",
    "rehearsal.night", "rehearsal.chaos", "rehearsal.evening",
}  # fmt: skip
"""Who may ask for the desk of the intake."""


def functions_that(wanted: str) -> list[tuple[str, str, str]]:
    """Module, function and name for every use of one of the openers, or of an attribute."""
    found = []
    for name, module in modules().items():
        for function in ast.walk(module.tree):
            if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            for node in ast.walk(function):
                if wanted == "call" and isinstance(node, ast.Name) and node.id in OPENERS:
                    found.append((name, function.name, node.id))
                if wanted == "desk" and isinstance(node, ast.Attribute) and node.attr == "intake_desk":
                    found.append((name, function.name, node.attr))
    return found


def test_no_function_but_the_intakes_reads_a_sealing_key() -> None:
    calls = functions_that("call")
    assert {"intake_desk"} <= {function for _, function, _ in calls}
    assert [one for one in calls if one[1] not in MAY.get(one[0], set())] == []


def test_nobody_but_the_intake_asks_for_its_desk() -> None:
    asked = functions_that("desk")
    assert {module for module, _, _ in asked} & DESK
    assert [one for one in asked if one[0] not in DESK] == []
    assert {function for module, function, _ in asked if module == "shailoo.cli"} == {"take_in"}


WATCHED = """
import sys
from pathlib import Path
def hook(event, arguments):
    if event == "open" and str(arguments[0]).endswith(".key") and "sealing-" in str(arguments[0]):
        raise SystemExit("a sealing key was opened")
sys.addaudithook(hook)
from shailoo.cli import app
app(sys.argv[1:])
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "installation"
    keep_prose(made)
    Installation.create(made, [SMALL]).close()
    good("publish", "--dir", made)  # a log begins with the package, before the first report
    with Installation.open(made) as installation:
        vote(installation, "1001")
        vote(installation, "1002")
    return made


def watched(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", WATCHED, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_publishing_rebuilding_showing_and_preparing_never_open_it(folder: Path, tmp_path: Path) -> None:
    for arguments in (
        ("publish", "--dir", str(folder)),
        ("build", "--dir", str(folder)),
        ("cosign", "--dir", str(folder)),
        ("copies", "--dir", str(folder)),
        ("keys", "show", "--dir", str(folder)),
        ("boxes", "manifest", "--dir", str(folder), "--out", str(tmp_path / "manifests")),
        ("boxes", "list", "--dir", str(folder)),
        ("verify", str(folder / "public")),
    ):
        done = watched(*arguments)
        assert done.returncode == 0, (arguments, done.stderr)
    caught = watched("intake", "usb", "--dir", str(folder), str(SMALL / "boxes.csv"))
    assert "a sealing key was opened" in caught.stderr  # so the watch is awake


def test_without_the_key_file_everything_is_published_and_rebuilt(folder: Path) -> None:
    for path in (folder / "keys").glob("sealing-*.key"):
        path.unlink()
    for command in ("publish", "build"):
        done = watched(command, "--dir", str(folder))
        assert done.returncode == 0, done.stderr
    assert (folder / "public" / "results" / "log" / "checkpoint").is_file()
