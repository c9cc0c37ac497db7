"""docs/keys.md and docs/ceremonies.md say what there is, and name no command that there is not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest
from typer.main import get_command

from shailoo.cli import app
from tests.keys.keys_page import PAGE, page
from tests.law.source import ROOT

PAGES = ("keys.md", "ceremonies.md")
COMMAND = re.compile(r"\bshailoo ((?:keys|boxes) [a-z-]+|migrate)\b([^`\n#]*)")


def below(command: object) -> Mapping[str, Any]:
    """The commands of a group; none of what is no group."""
    found: Mapping[str, Any] = getattr(command, "commands", {})
    return found


def test_the_table_of_keys_is_that_of_the_code() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert page(text) == text, "docs/keys.md is out of date: run python -m tests.keys.keys_page"


@pytest.mark.parametrize("name", PAGES)
def test_every_command_that_is_told_exists_with_its_options(name: str) -> None:
    text = (ROOT / "docs" / name).read_text(encoding="utf-8").replace("\\\n", " ")
    found = COMMAND.findall(text)
    assert found
    for words, rest in found:
        command: Any = get_command(app)
        for word in words.split():
            command = below(command)[word]
        options = {option for parameter in command.params for option in parameter.opts}
        assert set(re.findall(r"--[a-z-]+", rest)) <= options, (words, rest)


def test_every_command_of_keys_and_boxes_is_told_somewhere() -> None:
    told = "".join((ROOT / "docs" / name).read_text(encoding="utf-8") for name in PAGES)
    for group in ("keys", "boxes"):
        names = below(below(get_command(app))[group])
        assert [name for name in names if f"shailoo {group} {name}" not in told] == []
