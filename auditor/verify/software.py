"""Which software published: the last digest in the log beside that of the source which verifies.

They may differ without any wrong: an older program can verify what a newer one wrote. So the answer is a note.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from auditor.verify.log_steps import Log
from shailoo.records.canonical import canonical_json
from shailoo.records.log_entry import SoftwareEntry

FOLDERS = ("builder", "shailoo", "sites")
"""What decides on the bytes that are published; docs/log.md says how they are digested."""


_ROOT = Path(__file__).resolve().parents[2]


def software_note(log: Log, root: Path = _ROOT) -> str:
    """What a reader should know of the software that published last."""
    logged = next((one for one in reversed(log.entries) if isinstance(one, SoftwareEntry)), None)
    if logged is None:
        return "the log names no software"
    named = f"the software that published last is {logged.version}, {logged.sha256}"
    if not all((root / folder).is_dir() for folder in FOLDERS):
        return f"{named}; compare it with a copy of the source"
    if source_digest(root) == logged.sha256:
        return f"{named}: the very source that verifies here"
    return f"{named}; the source that verifies here is another, so compare that digest with a copy of its source"


def source_digest(root: Path) -> str:
    """SHA-256 of the canonical JSON that maps the path of every source file to its SHA-256."""
    files = {
        path.relative_to(root).as_posix(): sha256(path.read_bytes()).hexdigest()
        for folder in FOLDERS
        for path in (root / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    return sha256(canonical_json(files)).hexdigest()
