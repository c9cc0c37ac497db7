"""What the local server does with public files, told to whoever writes nginx's configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shailoo.town import Served


def served() -> Served:
    """The local server's headers, limits and pages, as they stand in its own modules."""
    from functions.server import _LARGEST_FILE_FORM, _LARGEST_FORM
    from functions.static_files import _SMALLEST_GZIP, _STRICT, _TEXT, CHECK, HOME, NOTHING, PORTALS, SECURITY
    from shailoo.records.seal import LARGEST
    from shailoo.rules.upload_parts import MOST_PART
    from shailoo.town import Served

    return Served(
        portals=PORTALS,
        security=SECURITY,
        zipped=_TEXT,
        smallest_gzip=_SMALLEST_GZIP,
        strict=_STRICT,
        home=HOME,
        check=CHECK,
        nothing=NOTHING,
        most={"intake": LARGEST, "staff": max(MOST_PART, _LARGEST_FILE_FORM), "form": _LARGEST_FORM},
    )
