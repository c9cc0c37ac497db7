"""What the journeys share: prose kept between installations, digests of a tree, the command as an operator types it."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from rehearsal.night import PROCESSES, Rehearsal

_CACHE = Path(tempfile.gettempdir()) / f"shailoo-prose-{os.getuid()}-{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
"""MkDocs' prose under the digest of its sources; the same folder that the builder's tests keep."""


def keep_prose(folder: Path) -> None:
    """Let an installation find the prose that an earlier one made."""
    _CACHE.mkdir(parents=True, exist_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cache").symlink_to(_CACHE)


def rehearsal(
    folder: Path, package: str, *, processes: int = PROCESSES, seconds: float | None = None, boxes: int | None = None
) -> Rehearsal:
    """A rehearsal in a folder, with kept prose."""
    keep_prose(folder)
    return Rehearsal(folder, package, processes=processes, seconds=seconds, boxes=boxes)


def tree(folder: Path) -> dict[str, str]:
    """Digest of every file below a folder, by path."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def shailoo(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command as an operator would."""
    command = [sys.executable, "-m", "shailoo.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)


def public_data(folder: Path, election: str, name: str) -> Any:  # noqa: ANN401 -- JSON has no narrower type
    """A public JSON file of an installation."""
    return json.loads((folder / "public" / "results" / "data" / election / name).read_bytes())
