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


def share_file(handle: int, folder: Path) -> None:
    """Let the group of a shared folder read an open file; nothing happens in a folder that is not shared."""
    if folder.stat().st_mode & stat.S_ISGID:
        os.fchmod(handle, _GROUP_READS)
