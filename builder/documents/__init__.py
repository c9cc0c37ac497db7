"""Public copies of scanned documents: made again from their pixels, in a process apart (docs/documents.md)."""

from __future__ import annotations

import atexit
from collections.abc import Sequence
from typing import Final

from builder.documents.copies import Limits, PageImage, PublicCopy
from builder.documents.room import CopyRoom, CopyRoomLost
from shailoo.model.document import Blackout
from shailoo.rules.scan_faults import DocumentUnfit

__all__ = ["Blackout", "CopyRoom", "CopyRoomLost", "DocumentUnfit", "Limits", "PageImage", "PublicCopy", "make_copy"]

_ROOM: Final = CopyRoom()
atexit.register(_ROOM.close)


def make_copy(original: bytes, *, blackouts: Sequence[Blackout] = ()) -> PublicCopy:
    """Make what the public may see of an uploaded PDF, JPEG or PNG of at most 20 MiB; type by content.

    Every page is drawn, `blackouts` are painted into its pixels, and the pictures make a new PDF that holds nothing
    else. The same bytes and areas give the same bytes. Raises DocumentUnfit with one stable code for each reason when
    no copy can be made of these bytes, and CopyRoomLost when the machine failed and another try may succeed.
    """
    return _ROOM.copy(original, blackouts)
