"""What an installation publishes with: the digest of its software, and of each election's package and rules."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from shailoo.model.log import OpenedElection, Opening
from shailoo.records.canonical import canonical_json, digest
from shailoo.rules.rulebook import LIST_RULES, RULES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from shailoo.model.election import Election

_ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("builder", "shailoo", "sites")
"""What decides on the bytes that are published."""


@cache
def software_digest() -> str:
    """SHA-256 of the canonical JSON that maps the path of every source file to its SHA-256."""
    files = {
        path.relative_to(_ROOT).as_posix(): digest(path.read_bytes())
        for folder in FOLDERS
        for path in (_ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    return digest(canonical_json(files))


def rules_digest(election: Election) -> str:
    """SHA-256 of the canonical JSON of the rules that an election names: name, version, citation, by name."""
    names = {contest.rule for contest in election.contests} | {
        contest.list_rule for contest in election.contests if contest.list_rule is not None
    }
    known = {**RULES, **LIST_RULES}
    rules = [
        {"citation": known[name].citation, "name": name, "version": known[name].version}
        for name in sorted(names & known.keys())
    ]
    return digest(canonical_json(rules))


def opening(elections: Mapping[str, Election], packages: Mapping[str, bytes], number: int, now: datetime) -> Opening:
    """With what a publisher begins. `packages` are the archives that lie in public, by election."""
    return Opening(
        number=number,
        software=software_digest(),
        version=version("shailoo"),
        elections=tuple(
            OpenedElection(
                election=name,
                package=digest(packages[name]),
                rules=rules_digest(elections[name]),
                boxes=len(elections[name].boxes),
            )
            for name in sorted(elections)
        ),
        opened=now,
    )
