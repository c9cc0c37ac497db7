"""The generated packages by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rehearsal.synthesis import small
from rehearsal.synthesis.kit import Files
from rehearsal.synthesis.parliament import ID, package

MAKERS: Mapping[str, Callable[[], Files]] = {
    ID: package.make,
    small.ID: small.make,
}
