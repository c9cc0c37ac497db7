"""What the CDN in front of Tizme must know: how long a file may be kept, and how often one reader may ask for names.

`/tizme/cdn.json` names classes and, in order, the patterns of paths that belong to them: the first that fits counts.
`*` stands for one step of a path, `**` at the end for everything below. Whoever runs the CDN or the local server reads
it there; docs/tizme.md explains the classes.
"""

from __future__ import annotations

from builder.store import open_json
from shailoo.rules.cache_classes import CacheClass

CACHE = {
    "forever": CacheClass.FOR_EVER.value,
    "now": CacheClass.POINTER.value,
    "page": CacheClass.PAGE.value,
}
"""Class -> what the header `cache-control` says."""
RATE = {
    "names": {"burst": 20, "per": "address", "requests": 60, "seconds": 60},
    "open": {"burst": 200, "per": "address", "requests": 600, "seconds": 60},
}
"""Class -> how many requests of one address are answered in how many seconds. A person who reads a list from page to
page stays far below `names`; whoever copies all lists of the country needs days, and is seen."""
PATHS = (
    ("/tizme/assets/**", "forever", "open"),
    ("/tizme/data/pointer.json", "now", "open"),
    ("/tizme/*/updated.html", "now", "open"),
    ("/tizme/*/station/*/list/*", "page", "names"),
    ("/tizme/*/station/*/took-part/*", "page", "names"),
    ("/tizme/**", "page", "open"),
)
"""Pattern, class of keeping, class of asking."""
NAMES = tuple(path for path, _, rate in PATHS if rate == "names")
"""Where names of people are."""


def cdn_file() -> bytes:
    """The file for the CDN."""
    rules = [{"cache": kept, "path": path, "rate": rate} for path, kept, rate in PATHS]
    return open_json({"cache": CACHE, "paths": rules, "rate": RATE})


def robots_file() -> bytes:
    """What asks robots to leave the names alone; the pages themselves say `noindex` to those that come all the same."""
    lines = [f"Disallow: {path.removesuffix('*')}" for path in NAMES]
    return "\n".join(("User-agent: *", *lines, "")).encode()
