"""Writes the public files: each whole, each by replacing the old one, and none that did not change.

A file is written beside its place and renamed over it, so a reader sees the old or the new one. Pages are not flushed
to the disk one by one: they can be made again from the records, and the publisher does so when it finds that it did not
come to its end, or that the machine was started anew.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


_READABLE = 0o644


class PublicFolder:
    """The folder that the CDN would serve. Counts what it writes."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._start = f"{root}/"
        self.written = 0
        self.unchanged = 0
        self._folders: set[str] = set()
        self._empty: set[str] = set()
        self._temporary = f".part-{os.getpid()}"

    def write(self, path: str, data: bytes) -> bool:
        """Put bytes at a path below the root. Returns False when they were there already."""
        text, before = f"{self._start}{path}", 0
        folder = os.path.dirname(text)  # noqa: PTH120 -- a Path costs three times as much, 20,000 times
        if folder not in self._empty and not self._new_folder(folder):
            try:
                with open(text, "rb") as present:  # noqa: PTH123 -- as above
                    if present.read() == data:
                        self.unchanged += 1
                        return False
                    before = int(os.fstat(present.fileno()).st_mtime)
            except FileNotFoundError:
                pass
        beside = text + self._temporary
        _put(beside, data)
        if before >= int(time.time()):
            # Servers know a version of a file by its size and the second of its time: no two versions share one.
            os.utime(beside, (before + 1, before + 1))
        os.replace(beside, text)  # noqa: PTH105 -- as above
        self.written += 1
        return True

    @contextmanager
    def filling(self, folders: Iterable[str]) -> Iterator[None]:
        """While this is open, nobody looks for an older file in those of the folders that are not there yet."""
        self._empty = {text for folder in folders if self._new_folder(text := f"{self._start}{folder}")}
        try:
            yield
        finally:
            self._empty = set()

    def _new_folder(self, folder: str) -> bool:
        """See that a folder is there. True when this call has made it: then it holds nothing yet."""
        if folder in self._folders:
            return False
        self._folders.add(folder)
        try:
            os.mkdir(folder)  # noqa: PTH102 -- as in write
        except FileExistsError:
            return False
        except FileNotFoundError:
            os.makedirs(folder, exist_ok=True)  # noqa: PTH103 -- as in write
        return True

    def write_durably(self, path: str, data: bytes) -> None:
        """Put bytes at a path and return when they survive a power cut: for pointers and marks."""
        if not self.write(path, data):
            return
        place = self.root / path
        for target in (place, place.parent):
            handle = os.open(target, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)

    def link(self, path: str, source: Path) -> bool:
        """Give a file of this machine a second name below the root. False where it has it already.

        Raises OSError on another disk, or on one without links.
        """
        target = self.root / path
        if target.exists() and target.samefile(source):
            return False
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(f"{target.name}{self._temporary}")
        beside.unlink(missing_ok=True)
        os.link(source, beside)
        beside.chmod(_READABLE)
        beside.replace(target)
        return True

    def flush(self) -> None:
        """Nothing is on its way: a write is done when it returns."""

    def forget(self) -> None:
        """Nothing is on its way, and every write looks at what is there."""

    def read(self, path: str) -> bytes | None:
        """The bytes at a path, or None."""
        try:
            return (self.root / path).read_bytes()
        except FileNotFoundError:
            return None

    def names(self, folder: str) -> list[str]:
        """The names of the files in a folder, sorted; none when there is no such folder."""
        try:
            return sorted(os.listdir(self.root / folder))  # noqa: PTH208 -- 80,000 names, each once
        except FileNotFoundError:
            return []

    def remove(self, path: str) -> None:
        """Take a file away; nothing happens when it is not there."""
        (self.root / path).unlink(missing_ok=True)

    def remove_folder(self, path: str) -> None:
        """Take a folder with its files away; nothing happens when it is not there."""
        shutil.rmtree(self.root / path, ignore_errors=True)
        self._folders.discard(f"{self._start}{path}")


def _put(path: str, data: bytes) -> None:
    """Write a file. The system's own calls: Python's file object costs as much again for a page of a few kilobytes."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o666)
    try:
        left = memoryview(data)
        while left:
            left = left[os.write(handle, left) :]
    finally:
        os.close(handle)


def open_json(value: Any) -> bytes:  # noqa: ANN401 -- JSON has no narrower type
    """JSON as people download it: UTF-8, sorted keys, a newline at the end. Not indented: that would cost six times."""
    return (json.dumps(value, ensure_ascii=False, sort_keys=True) + "\n").encode()
