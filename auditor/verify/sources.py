"""Where the public files come from: a folder on this machine, or a site that is asked over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

import httpx

from auditor.verify.findings import Broken, Unusable

_MOST = 64 * 1024 * 1024
"""Bytes of one file at most: a site that sends more is not read."""
_AT_ONCE = 6
_PATIENCE_S = 20.0
MALFORMED = "Ask for the file again; if it stays so, keep it and tell the commission."
MISSING = "Ask why the file is not there; a copy that somebody kept earlier shows what it said."


class Source(Protocol):
    """Public files by their path below `results/`."""

    name: str

    def read(self, path: str) -> bytes | None:
        """The bytes of a file; None when there is no such file."""

    def again(self, path: str) -> bytes | None:
        """The bytes of a file as they are now, whatever was read before."""

    def fetch(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes | None]]:
        """Many files, in the order asked for."""

    def listed(self, under: str) -> list[str] | None:
        """Every file below a folder; None where a source cannot list (HTTP)."""


def need(source: Source, path: str) -> bytes:
    """A file that must be there. Raises Broken."""
    data = source.read(path)
    if data is None:
        raise Broken(path, "whole file", expected="a file", found=None, remedy=MISSING)
    return data


def object_of(path: str, data: bytes) -> dict[str, Any]:
    """The JSON object in a file. Raises Broken."""
    try:
        value = json.loads(data)
    except ValueError as error:
        raise Broken(path, "whole file", expected="JSON", found=str(error), remedy=MALFORMED) from error
    if not isinstance(value, dict):
        raise Broken(path, "whole file", expected="an object", found=type(value).__name__, remedy=MALFORMED)
    return value


def read_json(source: Source, path: str) -> dict[str, Any]:
    """A JSON object that must be there. Raises Broken."""
    return object_of(path, need(source, path))


class Folder:
    """A downloaded mirror, or the public folder of an installation."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.name = str(root)

    @classmethod
    def open(cls, path: Path) -> Folder:
        """Accept an installation, its `public/`, or the `results/` in it. Raises Unusable."""
        for root in (path, path / "results", path / "public" / "results"):
            if (root / "data").is_dir() or (root / "log").is_dir():
                return cls(root)
        raise Unusable("There are no published results in this folder.", folder=path.name)

    def read(self, path: str) -> bytes | None:
        """The bytes of a file."""
        try:
            return (self.root / path).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None

    def again(self, path: str) -> bytes | None:
        """The same: nothing is kept here."""
        return self.read(path)

    def fetch(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes | None]]:
        """Many files, one after the other."""
        for path in paths:
            yield path, self.read(path)

    def listed(self, under: str) -> list[str]:
        """Every file below a folder, sorted."""
        return sorted(
            path.relative_to(self.root).as_posix() for path in (self.root / under).rglob("*") if path.is_file()
        )


class Site:
    """A site that publishes results. What was read is kept, so that all steps speak of the same bytes."""

    def __init__(self, address: str) -> None:
        self.address = address.rstrip("/")
        if not self.address.endswith("/results"):
            self.address += "/results"
        self.name = self.address
        self._kept: dict[str, bytes | None] = {}
        self._client = httpx.Client(timeout=_PATIENCE_S, follow_redirects=False)

    def read(self, path: str) -> bytes | None:
        """The bytes of a file; 404 and 410 are None. Raises Unusable for every other answer."""
        if path not in self._kept:
            self._kept[path] = self._get(path)
        return self._kept[path]

    def again(self, path: str) -> bytes | None:
        """Ask the site anew."""
        return self._get(path)

    def _get(self, path: str) -> bytes | None:
        try:
            with self._client.stream("GET", f"{self.address}/{path}") as answer:
                if answer.status_code in {httpx.codes.NOT_FOUND, httpx.codes.GONE}:
                    return None
                if answer.status_code != httpx.codes.OK:
                    raise Unusable("The site does not give a file.", path=path, status=answer.status_code)
                parts, size = [], 0
                for part in answer.iter_bytes():
                    size += len(part)
                    if size > _MOST:
                        raise Unusable("The site sends a file that is larger than any of ours.", path=path)
                    parts.append(part)
                return b"".join(parts)
        except httpx.HTTPError as error:
            raise Unusable("The site does not answer.", address=self.address, path=path) from error

    def fetch(self, paths: Iterable[str]) -> Iterator[tuple[str, bytes | None]]:
        """Many files, a few at once."""
        wanted = list(paths)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            yield from zip(wanted, pool.map(self.read, wanted), strict=True)

    def listed(self, under: str) -> None:
        """A site does not list its files."""
        del under


def open_source(target: str) -> Source:
    """A folder or an address. Raises Unusable."""
    if target.startswith(("http://", "https://")):
        return Site(target)
    return Folder.open(Path(target))
