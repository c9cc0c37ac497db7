"""Open an installation as commands do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

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
