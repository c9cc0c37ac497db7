"""The generated packages by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rehearsal.synthesis import small
from rehearsal.synthesis.kit import Files

MAKERS: Mapping[str, Callable[[], Files]] = {
    small.ID: small.make,
}
