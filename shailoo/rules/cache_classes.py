"""How long a public file may be kept, and of what kind it is: one table for local server, nginx, bucket and CDN.

Paths are those below the host: `/results/ky/…`. Three classes: what changes with every version is asked for again after
seconds; pages after fifteen, and an old one may be shown while the new one is fetched; what is named by its own content
never changes. Copies of papers are named by their content too, but may be withdrawn or blackened when they show what
they must not: they are kept no longer than pages.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

HTML: Final = "text/html; charset=utf-8"
PLAIN: Final = "text/plain; charset=utf-8"
OTHERWISE: Final = "application/octet-stream"
TYPES: Final = {
    ".atom": "application/atom+xml; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".geojson": "application/geo+json",
    ".html": HTML,
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".md": PLAIN,
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".tlog-proof": PLAIN,
    ".txt": PLAIN,
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
    ".xml": "application/xml",
    ".zip": "application/zip",
}
"""Suffix -> type. A file of another kind is `application/octet-stream`."""
PLAIN_NAMES: Final = ("checkpoint", "vkey")
"""Files of the log that are text and have no suffix."""
FRESH: Final = ("pointer.json", "status.json", "checkpoint", "updated.html")
"""Small files that change with every version."""
NAMED_BY_CONTENT: Final = r"(?:^|[./-])[0-9a-f]{12,64}(?:\.|$)|^log/tile/"
"""A path below the portal that has a digest in it, and every tile of the log: a partial tile is named by its width."""
MAY_BE_WITHDRAWN: Final = r"^data/[^/]+/document/"
"""Copies of papers, below the portal."""
_MAY_BE_WITHDRAWN = re.compile(MAY_BE_WITHDRAWN)
_NAMED_BY_CONTENT = re.compile(NAMED_BY_CONTENT)


class CacheClass(StrEnum):
    """What the header `cache-control` says."""

    POINTER = "public, max-age=2"
    PAGE = "public, max-age=15, stale-while-revalidate=60"
    FOR_EVER = "public, max-age=31536000, immutable"


def cache_class(path: str) -> CacheClass:
    """The class of a file by its path below the host: `/results/data/<election>/pointer.json`."""
    _, _, inside = path.removeprefix("/").partition("/")
    name = path.rpartition("/")[2]
    if name in FRESH:
        return CacheClass.POINTER
    if content_type(path) == HTML or _MAY_BE_WITHDRAWN.search(inside):
        return CacheClass.PAGE
    if _NAMED_BY_CONTENT.search(inside):
        return CacheClass.FOR_EVER
    return CacheClass.PAGE


def content_type(path: str) -> str:
    """The type of a file by its name."""
    name = path.rpartition("/")[2]
    if name in PLAIN_NAMES:
        return PLAIN
    _, dot, suffix = name.rpartition(".")
    return TYPES.get(dot + suffix.lower(), OTHERWISE) if dot else OTHERWISE
