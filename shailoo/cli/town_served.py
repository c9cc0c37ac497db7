"""What the local server does with public files, told to whoever writes nginx's configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shailoo.town import Served


def served() -> Served:
    """The local server's headers, limits and pages, as they stand in its own modules."""
    from functions.server import LARGEST_FILE_FORM, LARGEST_FORM
    from functions.static_files import CHECK, HOME, NOTHING, PORTALS, SECURITY, SMALLEST_GZIP, STRICT, ZIPPED
    from shailoo.records.seal import LARGEST
    from shailoo.rules.upload_parts import MOST_PART
    from shailoo.town import Served

    files = max(MOST_PART, LARGEST_FILE_FORM)
    return Served(
        portals=PORTALS,
        security=SECURITY,
        zipped=ZIPPED,
        smallest_gzip=SMALLEST_GZIP,
        strict=STRICT,
        home=HOME,
        check=CHECK,
        nothing=NOTHING,
        most={"intake": LARGEST, "staff": files, "cases": files, "form": LARGEST_FORM},
    )
