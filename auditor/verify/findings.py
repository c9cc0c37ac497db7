"""What a verification says: steps that held, or the first link that broke, with the place and what to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from shailoo.errors import Refused


class Unusable(Refused):
    """What was given cannot be verified at all: no such folder, no results in it, nothing that answers."""

    code = "unusable-input"


class Broken(Exception):
    """A link of the chain does not hold: in which file, at which place, what was expected and what was found."""

    def __init__(self, file: str, place: str, *, expected: object, found: object, remedy: str) -> None:
        super().__init__(f"{file}: {place}: expected {expected}, found {found}")
        self.file = file
        self.place = place
        self.expected = "nothing" if expected is None else str(expected)
        self.found = "nothing" if found is None else str(found)
        self.remedy = remedy
        self.step: tuple[int, str] | None = None
        """The step that found it, where it is not the one that is under way."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel whole between processes: an exception's own way would lose what is passed by keyword."""
        return _again, (self.file, self.place, self.expected, self.found, self.remedy, self.step)


def _again(*said: Any) -> Broken:  # noqa: ANN401 -- what `__reduce__` gave
    file, place, expected, found, remedy, step = said
    broken = Broken(file, place, expected=expected, found=found, remedy=remedy)
    broken.step = step
    return broken


@dataclass(frozen=True, slots=True)
class Step:
    """One step: how many things were looked at, and what a reader must know beside "well"."""

    number: int
    name: str
    checked: int
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class Verification:
    """The report: steps in order, and the break at which it ended, if any."""

    target: str
    elections: list[str] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    broken: Broken | None = None
    broken_step: tuple[int, str] = (0, "")
    head: tuple[str, int, str] | None = None
    """Origin, size and root of the log that was verified: what a reader keeps to compare the next time."""

    @property
    def good(self) -> bool:
        """Whether every step held."""
        return self.broken is None

    def value(self) -> dict[str, Any]:
        """For `--json`."""
        said: dict[str, Any] = {
            "target": self.target,
            "ok": self.good,
            "elections": self.elections,
            "steps": [
                {"number": step.number, "name": step.name, "checked": step.checked, "notes": list(step.notes)}
                for step in self.steps
            ],
        }
        if self.head is not None:
            said["log"] = dict(zip(("origin", "size", "root"), self.head, strict=True))
        if self.broken is not None:
            number, name = self.broken_step
            said["broken"] = {
                "step": number,
                "name": name,
                "file": self.broken.file,
                "place": self.broken.place,
                "expected": self.broken.expected,
                "found": self.broken.found,
                "remedy": self.broken.remedy,
            }
        return said

    def text(self) -> str:
        """For a terminal."""
        lines = [f"Verifying {self.target}: {', '.join(self.elections) or 'no election'}"]
        for step in self.steps:
            lines.append(f"{step.number:>3}  {step.name}: {step.checked:,} checked, all well")
            lines += [f"       note: {note}" for note in step.notes]
        if self.broken is not None:
            number, name = self.broken_step
            lines += [
                f"{number:>3}  {name}: BROKEN",
                f"       file:     {self.broken.file}",
                f"       place:    {self.broken.place}",
                f"       expected: {self.broken.expected}",
                f"       found:    {self.broken.found}",
                f"       remedy:   {self.broken.remedy}",
                "BROKEN",
            ]
        else:
            if self.head is not None:
                origin, size, root = self.head
                lines.append(f"Keep this head and compare it the next time: {origin} {size} {root}")
            lines.append("OK")
        return "\n".join(lines)
