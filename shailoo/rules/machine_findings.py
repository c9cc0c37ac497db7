"""What a look at a machine finds, how bad it is, and what of it is news. Nothing here looks anywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "warn", "bad"]
_ORDER: tuple[Level, ...] = ("ok", "warn", "bad")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `says` tells figures and files, no person; `advice` is for what is not well."""

    name: str
    level: Level
    says: str
    advice: str = ""

    def facts(self) -> dict[str, str]:
        """As JSON."""
        return {"name": self.name, "level": self.level, "says": self.says, "advice": self.advice}


def worst(findings: Sequence[Finding]) -> Level:
    """The worst level of all; "ok" of none."""
    return max((one.level for one in findings), key=_ORDER.index, default="ok")


def graded(value: float, *, warn: float, bad: float) -> Level:
    """The level of a figure that should be large: below `bad` bad, below `warn` a warning."""
    if value < bad:
        return "bad"
    return "warn" if value < warn else "ok"


def changes(before: Mapping[str, str], findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """What differs from the last look by its level: what has become worse or better, and what is new and not well.

    A figure that changes within its level is no news: nobody reads the twentieth mail of a night.
    """
    return tuple(one for one in findings if one.level != before.get(one.name, "ok"))
