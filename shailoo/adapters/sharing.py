"""Rights of files in a folder that several users of one machine share.

In a town's installation every program runs as a user of its own, and a folder that they share bears the set-group-id
bit: what is made below it belongs to the folder's group. A file that came out of `mkstemp` is closed to the group even
there; it is opened for reading, to that group and to nobody else. In any other folder it stays with its owner.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

_GROUP_READS = 0o640
_GROUP_ENTERS = 0o750


def shared(folder: Path) -> bool:
    """Whether a folder is shared with its group; one that is not there is not."""
    return folder.is_dir() and bool(folder.stat().st_mode & stat.S_ISGID)


def share_file(handle: int, folder: Path) -> None:
    """Let the group of a shared folder read an open file; nothing happens in a folder that is not shared."""
    if shared(folder):
        os.fchmod(handle, _GROUP_READS)


def folder_mode(above: Path) -> int:
    """The rights with which a folder is made: its group may enter it where the one above is shared."""
    return _GROUP_ENTERS if shared(above) else 0o700


def share_path(path: Path, folder: Path | None = None) -> None:
    """Let the group of a shared folder read what is made below it, a file or a folder; elsewhere nothing happens.

    `folder` None: the one in which it lies. The set-group-id bit of a folder goes: only what is above bears it.
    """
    if shared(path.parent if folder is None else folder):
        path.chmod(_GROUP_ENTERS if path.is_dir() else _GROUP_READS)
