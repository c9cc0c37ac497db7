"""The public bucket, as everybody reads it through a CDN: over HTTP on the loopback, or as a folder."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from botocore.exceptions import ClientError

from infra.store import Client

_AT_ONCE = 16


@dataclass(frozen=True)
class PublicBucket:
    """Reads of the bucket."""

    client: Client
    name: str

    def read(self, key: str) -> bytes | None:
        """What lies under a key, or None."""
        try:
            data: bytes = self.client.get_object(Bucket=self.name, Key=key)["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
                return None
            raise
        return data

    def keys(self, prefix: str = "") -> list[str]:
        """Every key with a prefix."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix)
        return [one["Key"] for page in pages for one in page.get("Contents", ())]

    def copy_to(self, folder: Path, prefix: str = "") -> int:
        """Copy everything into a folder; returns how many files."""

        def one(key: str) -> None:
            data = self.read(key)
            if data is not None:  # what was taken away in between is not there
                place = folder / key
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(data)

        keys = self.keys(prefix)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(one, keys))
        return len(keys)

    @contextlib.contextmanager
    def served(self) -> Iterator[str]:
        """Serve it on the loopback, a folder as its index, like the function before the CDN; gives the address."""
        bucket = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                path = self.path.partition("?")[0].lstrip("/")
                try:
                    found = bucket.client.get_object(
                        Bucket=bucket.name, Key=path + "index.html" if path.endswith("/") else path
                    )
                    status, data = HTTPStatus.OK, found["Body"].read()
                    headers = {"Content-Type": found["ContentType"], "Cache-Control": found.get("CacheControl", "")}
                except ClientError:
                    status, data, headers = HTTPStatus.NOT_FOUND, b"", {}
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(data))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                return

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
