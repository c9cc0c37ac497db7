"""Files of `public/` as a CDN would serve them: type, cache class, ETag, gzip, and nothing outside the folder.

The local server stands where CloudFront stands in the cloud; no page is made here.
"""

from __future__ import annotations

import gzip
import json
import os
import threading
from collections import OrderedDict
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from stat import S_ISREG
from typing import BinaryIO, Final

from functions.web import HTML, Response
from shailoo.rules.cache_classes import CacheClass, cache_class, content_type

PORTALS: Final = ("results", "tizme", "talapker")
HOME: Final = "/results/ky/"
TAPE: Final = ("/Q", "/Q/", "/q", "/q/")
"""The address in the code on the tape. What stands behind its `#` stays in the browser, through the redirect too."""
CHECK: Final = "/results/ky/about/check/"
NOTHING: Final = (
    "<!doctype html><html lang=en><title>404</title><p>Nothing answers at this address. <a href=/>Results</a>"
)
"""The page for an address of no portal."""
ZIPPED = (
    "text/",
    "application/json",
    "application/atom+xml",
    "application/geo+json",
    "application/javascript",
    "image/svg+xml",
    "application/xml",
)
"""Beginnings of the types that are worth packing."""
SMALLEST_GZIP = 300
"""Bytes of a file below which packing gains nothing."""
_LONGEST_NAME = 200
_KEPT_BYTES = 32 * 1_048_576
SECURITY: Final = (
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("x-frame-options", "SAMEORIGIN"),
    ("cross-origin-opener-policy", "same-origin"),
    ("permissions-policy", "geolocation=(), camera=(), microphone=()"),
)
STRICT = "default-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
"""What holds for a portal whose builder has left no `csp.json`."""


class StaticFiles:
    """Serves one `public/` folder. Safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._zipped: OrderedDict[tuple[str, str], bytes] = OrderedDict()
        self._zipped_bytes = 0
        self._lock = threading.Lock()
        self._policies: dict[Path, tuple[int, str]] = {}

    def answer(self, method: str, path: str, headers: Mapping[str, str]) -> Response:
        """Answer GET and HEAD. `path` is decoded; header names are in lower case."""
        if path == "/":
            return Response(HTTPStatus.FOUND, (("location", HOME), ("cache-control", CacheClass.PAGE)))
        if path in TAPE:
            return Response(HTTPStatus.FOUND, (("location", CHECK), ("cache-control", CacheClass.PAGE)))
        if method not in ("GET", "HEAD"):
            return Response(HTTPStatus.METHOD_NOT_ALLOWED, (("allow", "GET, HEAD"), *SECURITY))
        parts = path.split("/")[1:]
        if not _harmless(parts):
            return self._missing(parts, headers)
        place = self._folder.joinpath(*parts)
        if path.endswith("/"):
            place /= "index.html"
        elif place.is_dir():
            return Response(
                HTTPStatus.MOVED_PERMANENTLY, (("location", f"{path}/"), ("cache-control", CacheClass.PAGE))
            )
        return self._file(place, parts, headers) or self._missing(parts, headers)

    def _file(
        self, place: Path, parts: list[str], headers: Mapping[str, str], status: int = HTTPStatus.OK
    ) -> Response | None:
        try:
            with place.open("rb") as file:
                about = os.fstat(file.fileno())
                if not S_ISREG(about.st_mode) or not place.resolve().is_relative_to(self._folder):
                    return None
                etag = f'"{about.st_mtime_ns:x}-{about.st_size:x}"'
                kind = content_type(place.name)
                zips = kind.startswith(ZIPPED) and "gzip" in headers.get("accept-encoding", "")
                zips = zips and about.st_size >= SMALLEST_GZIP
                common = [
                    ("cache-control", cache_class("/".join(("", *parts)))),
                    ("etag", f"W/{etag}" if zips else etag),
                    *SECURITY,
                ]
                if kind.startswith(ZIPPED):
                    common.append(("vary", "accept-encoding"))
                if kind == HTML:
                    common.append(("content-security-policy", self._policy(parts[0])))
                else:
                    common.append(("access-control-allow-origin", "*"))  # data and log are for everyone to check
                if status == HTTPStatus.OK and _matches(headers.get("if-none-match", ""), etag):
                    return Response(HTTPStatus.NOT_MODIFIED, tuple(common))
                common.append(("content-type", kind))
                if not zips:
                    return Response(status, tuple(common), file.read())
                common.append(("content-encoding", "gzip"))
                return Response(status, tuple(common), self._gzipped((str(place), etag), file))
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError, PermissionError):
            return None

    def _gzipped(self, key: tuple[str, str], file: BinaryIO) -> bytes:
        with self._lock:
            known = self._zipped.get(key)
            if known is not None:
                self._zipped.move_to_end(key)
                return known
        data = gzip.compress(file.read(), 6, mtime=0)
        with self._lock:
            self._zipped_bytes += len(data) - len(self._zipped.get(key, b""))
            self._zipped[key] = data
            while self._zipped_bytes > _KEPT_BYTES:
                self._zipped_bytes -= len(self._zipped.popitem(last=False)[1])
        return data

    def _missing(self, parts: list[str], headers: Mapping[str, str]) -> Response:
        """The portal's own 404 page in the language of the address, as far as there is one."""
        if parts and parts[0] in PORTALS:
            for folder in ([parts[0], parts[1]] if len(parts) > 1 and _harmless(parts[:2]) else [parts[0]], [parts[0]]):
                page = self._file(self._folder.joinpath(*folder, "404.html"), [*folder, "404.html"], headers, 404)
                if page is not None:
                    return page
        return Response(
            HTTPStatus.NOT_FOUND,
            (
                ("content-type", HTML),
                ("cache-control", CacheClass.PAGE),
                ("content-security-policy", STRICT),
                *SECURITY,
            ),
            NOTHING.encode(),
        )

    def _policy(self, portal: str) -> str:
        """The Content-Security-Policy that the builder left for a portal in `csp.json`, read again when it changes."""
        path = self._folder / portal / "csp.json"
        try:
            changed = path.stat().st_mtime_ns
            known = self._policies.get(path)
            if known is None or known[0] != changed:
                said = json.loads(path.read_text(encoding="utf-8"))
                known = self._policies[path] = (changed, str(said["content-security-policy"]))
        except (OSError, ValueError, KeyError, TypeError):
            return STRICT
        return known[1]


def _harmless(parts: list[str]) -> bool:
    """Names that a builder could have written: no way up, nothing hidden, no empty step but the last."""
    names = parts[:-1] if parts[-1:] == [""] else parts
    return all(
        0 < len(name) <= _LONGEST_NAME and not name.startswith(".") and not set(name) & {"\x00", "\\"} for name in names
    )


def _matches(asked: str, etag: str) -> bool:
    return any(one.strip().removeprefix("W/") in (etag, "*") for one in asked.split(","))
