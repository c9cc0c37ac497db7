"""docs/runbook.md names only what there is: events, figures, commands, drills; and every trouble has all its parts."""

from __future__ import annotations

import ast
import re

import pytest
import typer
from typer.core import TyperGroup

from shailoo.cli import app
from shailoo.events import DECLARED, METRICS
from tests.law.source import ROOT

TEXT = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
TROUBLES = re.split(r"^## ", TEXT, flags=re.MULTILINE)[1:]
PARTS = ("You see", "Do", "Do not", "It is over when", "Tell the public", "Drill")


def commands(group: TyperGroup, before: str = "") -> set[str]:
    """Every command by its words."""
    found = set()
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            found |= commands(command, f"{before}{name} ")
        else:
            found.add(f"{before}{name}")
    return found


def test_the_troubles_of_the_night_are_there() -> None:
    names = {trouble.partition("\n")[0] for trouble in TROUBLES}
    assert names >= {
        "Publisher stuck", "Poisoned message", "Key leaked", "Flood", "Wrong protocol published", "Machine lost",
        "Clock wrong", "Disk full", "Box dead",
    }  # fmt: skip


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda text: text.partition("\n")[0])
def test_a_trouble_says_what_is_seen_done_left_over_told_and_where_it_is_drilled(trouble: str) -> None:
    places = [trouble.find(f"**{part}**") for part in PARTS]
    assert -1 not in places
    assert places == sorted(places)


def test_every_drill_is_a_test() -> None:
    drills = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TEXT)
    assert len(drills) >= len(TROUBLES)
    for path, name in drills:
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, f"{path}::{name}"


def test_every_command_of_ours_exists() -> None:
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    known = commands(group)
    asked = {line.split(" --")[0] for line in re.findall(r"shailoo ((?:[a-z-]+ )*[a-z-]+)", TEXT)}
    strangers = {one for one in asked if not any(one == name or one.startswith(f"{name} ") for name in known)}
    assert strangers == set()


def test_every_event_and_figure_exists() -> None:
    events = set(re.findall(r"`([a-z]+(?:-[a-z]+)+)`", TEXT))
    alarms = {"pages-are-old", "publisher-fails"}
    codes = {"storage-failed", "document-broken"}
    units = {word for word in events if word.startswith("shailoo-")}
    assert events - alarms - codes - units - DECLARED.keys() == set()
    template = (ROOT / "infra" / "template.yaml").read_text(encoding="utf-8")
    assert all(f"shailoo-${{Stage}}-{alarm}" in template for alarm in alarms)
    assert all((ROOT / "infra" / "town" / "units" / f"{unit}.service").exists() for unit in units)
    figures = set(re.findall(r"`([A-Z][a-z]+(?:[A-Z][a-z]*)+)`", TEXT))
    parameters = {name for name in figures if re.search(rf"^  {name}:", template, re.MULTILINE)}
    edge = (ROOT / "infra" / "edge.yaml").read_text(encoding="utf-8")
    parameters |= {name for name in figures if re.search(rf"^  {name}:", edge, re.MULTILINE)}
    assert figures - parameters - METRICS.keys() - {"BadRecord", "MemoryError"} == set()
