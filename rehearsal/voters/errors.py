"""What a made-up population refuses."""

from __future__ import annotations

from shailoo.errors import Refused


class CannotBeMadeUp(Refused):
    """The arguments or the files ask for a population that cannot be."""

    code = "cannot-be-made-up"
