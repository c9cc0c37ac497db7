"""Compressed files beside those public files that never change, for a server that sends them as they lie.

Only what is named by its own content: a page may be replaced at any moment, and a compressed file beside it would then
be the page of a minute ago. Pages are compressed on their way, lightly.
"""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator
from pathlib import Path

from shailoo.adapters.town.front_door import Served
from shailoo.rules.cache_classes import CacheClass, cache_class, content_type

_SUFFIX = ".gz"
_LEVEL = 9


def compress(public: Path, served: Served) -> tuple[int, int]:
    """Make the compressed files that are missing and take away those of files that are gone; returns both numbers.

    Each is written whole beside its place and renamed. It bears the time of its file.
    """
    made = gone = 0
    for file in _files(public):
        if file.suffix == _SUFFIX:
            if not file.with_suffix("").exists():
                file.unlink(missing_ok=True)
                gone += 1
            continue
        path = f"/{file.relative_to(public).as_posix()}"
        if cache_class(path) is not CacheClass.FOR_EVER or not served.travels_zipped(content_type(path)):
            continue
        try:
            about = file.stat()
            beside = file.with_name(f"{file.name}{_SUFFIX}")
            if about.st_size < served.smallest_gzip or beside.exists():
                continue
            fresh = file.with_name(f".{file.name}{_SUFFIX}.part")
            fresh.write_bytes(gzip.compress(file.read_bytes(), _LEVEL, mtime=0))
            os.utime(fresh, ns=(about.st_mtime_ns, about.st_mtime_ns))
            fresh.replace(beside)
            made += 1
        except FileNotFoundError:  # taken away meanwhile
            continue
    return made, gone


def _files(folder: Path) -> Iterator[Path]:
    """Every file below a folder that is no link; files that come or go meanwhile may be missed until the next time."""
    for where, _, names in os.walk(folder):
        for name in names:
            if not name.startswith("."):
                yield Path(where) / name
