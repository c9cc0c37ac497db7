"""What a program of this test says, kept in a list."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from shailoo.telemetry import Telemetry, instead


@dataclass
class Said:
    """Lines of a log."""

    text: list[str] = field(default_factory=list)

    @property
    def events(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.text]

    def named(self, *names: str) -> list[dict[str, object]]:
        return [one for one in self.events if one["event"] in names]


@pytest.fixture
def said() -> Iterator[Said]:
    heard = Said()
    with instead(Telemetry("server", heard.text.append)):
        yield heard
