"""The three things a box asks of its storage, as a port, so that tests can fail or stop at each of them.

Everything is written in place, inside a file whose blocks were taken at provisioning. After provisioning a box creates,
grows, renames and deletes nothing: a full disk cannot stop it, and no freed page is left that could hold an old
counter.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from edge_agent.errors import NotStored

_CHUNK = 1 << 20
Bytes = bytes | bytearray | memoryview


def take_blocks(file: int, size: int) -> None:
    """Give a file its blocks now, and fill them with zeros, so that no later write needs room. Raises OSError."""
    os.posix_fallocate(file, 0, size)
    zeros = bytes(_CHUNK)
    for start in range(0, size, _CHUNK):
        os.pwrite(file, zeros[: min(_CHUNK, size - start)], start)


@dataclass(frozen=True, slots=True)
class Disk:
    """How bytes get to storage. `sync` returns when they have survived power loss."""

    pwrite: Callable[[int, Bytes, int], int] = os.pwrite
    sync: Callable[[int], None] = os.fdatasync
    reserve: Callable[[int, int], None] = take_blocks

    def put(self, file: int, data: Bytes, offset: int) -> None:
        """Write all bytes at an offset and wait until they are durable. Raises NotStored."""
        try:
            written = self.pwrite(file, data, offset)
            if written != len(data):
                raise NotStored("The storage took only a part of the bytes. Start the program again; it resumes.")
            self.sync(file)
        except OSError as error:
            sentence = "The storage did not take the bytes. Start the program again; it resumes."
            raise NotStored(sentence, errno=error.errno) from error


REAL: Final = Disk()
"""What every real box uses: each step waits for the storage."""


def _wait_for_nothing(_file: int) -> None:
    """Trust the operating system; survives a killed process, not a power cut."""


UNSYNCED: Final = Disk(sync=_wait_for_nothing, reserve=os.ftruncate)
"""For a rehearsal of thousands of boxes on one machine.

Survives kill -9, not a power cut, and takes no room in advance.
"""
