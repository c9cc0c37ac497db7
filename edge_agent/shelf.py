"""Two shapes of durable value in a reserved area.

A document written once, and a register replaced in two places by turns.
"""

from __future__ import annotations

import hashlib
import os
import struct

from edge_agent.disk import Disk
from edge_agent.errors import NotStored, StorageDamaged
from edge_agent.layout import Area

_HEAD = struct.Struct(">4sI32s")
_DOCUMENT = b"SHD1"
_REGISTER = struct.Struct(">4sQI32s")
_VALUE = b"SHR1"


class Document:
    """Bytes that are written once. Torn by a crash, they are as if they had never been.

    Nobody was told that they were there.
    """

    def __init__(self, disk: Disk, file: int, area: Area) -> None:
        self._disk, self._file, self._area = disk, file, area

    def read(self) -> bytes | None:
        """Return the bytes, or None when nothing whole was written yet."""
        raw = os.pread(self._file, self._area.size, self._area.offset)
        if len(raw) < _HEAD.size:
            return None
        magic, size, digest = _HEAD.unpack_from(raw)
        data = raw[_HEAD.size : _HEAD.size + size]
        if magic != _DOCUMENT or len(data) != size or hashlib.sha256(data).digest() != digest:
            return None
        return data

    def write(self, data: bytes) -> None:
        """Write the bytes, durable on return, also when they stand there already: a read may come from a cache.

        Raises NotStored, also when they do not fit or others stand there.
        """
        if _HEAD.size + len(data) > self._area.size:
            raise NotStored("More bytes than were reserved at provisioning.", bytes=len(data), reserved=self._area.size)
        standing = self.read()
        if standing is not None and standing != data:
            raise NotStored("A document is written once, and another one stands there.", bytes=len(standing))
        whole = _HEAD.pack(_DOCUMENT, len(data), hashlib.sha256(data).digest()) + data
        self._disk.put(self._file, whole.ljust(self._area.size, b"\0"), self._area.offset)


class Register:
    """A small value that is replaced.

    The newer one goes where the older stood before it, so one of both is always whole.
    """

    def __init__(self, disk: Disk, file: int, areas: tuple[Area, Area]) -> None:
        self._disk, self._file, self._areas = disk, file, areas
        self._turn = 0

    def read(self) -> bytes | None:
        """Return the newest whole value; None when the first was never written to its end. Raises StorageDamaged."""
        found = [place for place in map(self._read, self._areas) if place is not None]
        if not found:
            # The first value goes to the second area: while the first area is untouched, only that write can be torn.
            if any(os.pread(self._file, self._areas[0].size, self._areas[0].offset)):
                raise StorageDamaged("Neither copy of the box's state can be read. Replace the box, or count by hand.")
            return None
        self._turn, value = max(found)
        return value

    def write(self, value: bytes) -> None:
        """Replace the value, durable on return. Raises NotStored; the former value then still stands."""
        turn = self._turn + 1
        area = self._areas[turn % 2]
        digest = hashlib.sha256(struct.pack(">Q", turn) + value).digest()
        whole = _REGISTER.pack(_VALUE, turn, len(value), digest) + value
        if len(whole) > area.size:
            raise NotStored("More bytes than were reserved at provisioning.", bytes=len(whole), reserved=area.size)
        self._disk.put(self._file, whole.ljust(area.size, b"\0"), area.offset)
        self._turn = turn

    def _read(self, area: Area) -> tuple[int, bytes] | None:
        raw = os.pread(self._file, area.size, area.offset)
        if len(raw) < _REGISTER.size:
            return None
        magic, turn, size, digest = _REGISTER.unpack_from(raw)
        value = raw[_REGISTER.size : _REGISTER.size + size]
        if magic != _VALUE or len(value) != size:
            return None
        return (turn, value) if hashlib.sha256(struct.pack(">Q", turn) + value).digest() == digest else None
