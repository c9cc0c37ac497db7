"""A small public folder for the tests of the shell: prose and stamped pages, served on the loopback as a CDN would."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from builder.render.shell import DataPage, Shell

TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript", ".json": "application/json"}
TYPES |= {".svg": "image/svg+xml"}


@dataclass
class Served:
    """Where the folder answers, what was asked for, and whether the line is cut, the server's clock."""

    origin: str
    asked: list[tuple[str, int]] = field(default_factory=list)
    cut: bool = False
    date: str = "Sun, 28 Nov 2021 15:31:14 GMT"


@contextmanager
def served(public: Path) -> Iterator[Served]:
    """Serve a folder with entity tags and the server's own clock; conditional requests get 304."""
    state = Served("")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.split("?")[0]
            file = public / path.strip("/")
            if file.is_dir():
                file /= "index.html"
            status, body = (200, file.read_bytes()) if file.is_file() else (404, b"nothing here")
            tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
            if state.cut:
                status, body = 503, b""
            elif status == 200 and self.headers.get("If-None-Match") == tag:
                status, body = 304, b""
            state.asked.append((path, status))
            self.send_response_only(status)
            self.send_header("Date", state.date)
            self.send_header("Content-Type", TYPES.get(file.suffix, "text/plain"))
            self.send_header("ETag", tag)
            self.send_header("Cache-Control", "max-age=2")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    state.origin = f"http://127.0.0.1:{server.server_port}"
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()


def data_page(version: int = 1, *, scope: str = "overview", chip: str = "Preliminary", follow: bool = True) -> DataPage:
    return DataPage(
        election="sample",
        scope=scope,
        version=version,
        published_at="2021-11-28T15:31:14Z",
        clock="21:31:14",
        status="preliminary",
        chip=chip,
        sentence="Data of the boxes, of no legal force.",
        follow=follow,
    )


def put_page(public: Path, shell: Shell, main: str, data: DataPage) -> None:
    """Write a data page at `/results/<lang>/sample/`."""
    page = shell.stamp(title=f"Sample {data.version}", main=main, path="sample/", data=data)
    file = public / "results" / shell.language / "sample" / "index.html"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(page, "utf-8")


def put_pointer(
    public: Path, version: int, published_at: str, *, is_open: bool = True, held_since: str | None = None
) -> None:
    file = public / "results" / "data" / "sample" / "pointer.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    pointer = {
        "election": "sample",
        "version": version,
        "published_at": published_at,
        "open": is_open,
        "held_since": held_since,
        "overview": "",
    }
    file.write_text(json.dumps(pointer), "utf-8")
