"""Small tables of counts beside a version, as canonical JSON: one list for each row."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from shailoo.model.voter_list import ChangeReason, StationChange, TouchedCell, VoterCell
from shailoo.records.canonical import canonical_json

CELLS = "cells.json"
CHANGES = "changes.json"
TOUCHED = "touched.json"


def write_rows(path: Path, rows: Sequence[tuple[object, ...]]) -> None:
    """Write rows of strings, integers and booleans."""
    path.write_bytes(canonical_json(list(rows)))


def read_cells(folder: Path) -> list[VoterCell]:
    """The cells of a version."""
    return [VoterCell(*row) for row in json.loads((folder / CELLS).read_bytes())]


def read_touched(folder: Path) -> list[TouchedCell]:
    """What happened to cells since the version before."""
    return [TouchedCell(*row) for row in json.loads((folder / TOUCHED).read_bytes())]


def read_changes(folder: Path) -> list[StationChange]:
    """Why people came and left since the version before."""
    return [
        StationChange(station, ChangeReason(reason), people)
        for station, reason, people in json.loads((folder / CHANGES).read_bytes())
    ]
