"""Open an installation as commands do."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from shailoo.errors import Conflict

if TYPE_CHECKING:
    from shailoo.assembly import Installation


@contextmanager
def opened(folder: Path) -> Iterator[Installation]:
    """Open an installation; one that plays a pressed evening gets the evening's clock."""
    from rehearsal.evening import CLOCK, EveningClock, is_pressed
    from shailoo.assembly import Installation

    with Installation.open(folder) as installation:
        if is_pressed(folder):
            pressed = replace(installation, clock=EveningClock.open(folder / CLOCK))
            yield pressed
            pressed.close()
        else:
            yield installation


@contextmanager
def only_one(folder: Path, name: str, busy: type[Conflict], *, wait: bool) -> Iterator[None]:
    """Hold a lock of an installation on this machine; the system lets go of it when the process ends, however."""
    with (folder / name).open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError as error:
            raise busy("Another such program is at work here; end it first.", folder=folder.name) from error
        yield
