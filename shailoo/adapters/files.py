"""Immutable objects as files under their own digest: `ab/abcdef…`.

The order that survives a power cut:

    temporary file   stop here: a stray file in `tmp/`, swept at the next start
    fsync the file   stop here: as above
    link the name    stop here: the object may or may not be there, but never half of it
    fsync the folder stop here: the object is there; the caller was not told and may put it again

The link fails if the name is taken; then the bytes there are compared with the new ones, so that nothing is ever
overwritten.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import tempfile
from pathlib import Path

from shailoo.adapters.sharing import share_file
from shailoo.errors import NotFound, StorageFailed
from shailoo.ids import Digest

_DIGEST = re.compile(r"[0-9a-f]{64}")


class FileObjectStore:
    """ObjectStore in a folder. Safe to share between threads and processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._tmp = folder / "tmp"
        self._tmp.mkdir(parents=True, exist_ok=True)

    def put(self, data: bytes) -> Digest:
        """Store bytes under their digest; see ObjectStore."""
        name = Digest(hashlib.sha256(data).hexdigest())
        place = self._place(name)
        try:
            if not place.exists():
                self._create(place, data)
            elif hashlib.sha256(place.read_bytes()).hexdigest() != name:
                raise StorageFailed("What lies under this digest is something else.", sha256=name)
            else:
                _sync(place.parent)  # whoever made it may not have come so far, and we answer for it too
        except OSError as error:
            raise StorageFailed("The object could not be kept.", sha256=name, cause=type(error).__name__) from error
        return name

    def get(self, digest: Digest) -> bytes:
        """Return bytes whose digest was checked; see ObjectStore."""
        if not _DIGEST.fullmatch(digest):
            raise NotFound("This is not a digest.", sha256=digest[:80])
        try:
            data = self._place(digest).read_bytes()
        except FileNotFoundError as error:
            raise NotFound("There is no object with this digest.", sha256=digest) from error
        except OSError as error:
            raise StorageFailed("The object cannot be read.", sha256=digest, cause=type(error).__name__) from error
        if hashlib.sha256(data).hexdigest() != digest:
            raise StorageFailed("What lies under this digest is something else.", sha256=digest)
        return data

    def file(self, digest: Digest) -> Path:
        """Where an object lies, or would lie: for a second name of the same bytes."""
        return self._place(digest)

    def sweep(self) -> int:
        """Remove what a power cut left in `tmp/`; returns how many files. Only while nobody else writes."""
        strays = list(self._tmp.iterdir())
        for stray in strays:
            stray.unlink()
        return len(strays)

    def _place(self, name: Digest) -> Path:
        return self._folder / name[:2] / name

    def _create(self, place: Path, data: bytes) -> None:
        if not place.parent.exists():
            place.parent.mkdir(exist_ok=True)
            _sync(self._folder)
        handle, stray = tempfile.mkstemp(dir=self._tmp)
        try:
            with os.fdopen(handle, "wb") as file:
                share_file(handle, self._tmp)
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            # Whoever else has put the same digest meanwhile may not have come to the fsync of the folder: ours serves
            # both.
            with contextlib.suppress(FileExistsError):
                os.link(stray, place)
        finally:
            Path(stray).unlink()
        _sync(place.parent)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
