"""Public files in a bucket that the CDN serves: put by many threads at once, with a barrier where order counts.

A put costs some 20 ms of waiting, so files are put on their way and `flush` waits for all of them. A file that is asked
for before it has arrived is given out as it was written; of two writes to one place the later one is the last.

What lies in the bucket is known by its entity tag, the MD5 of an object that was put whole: a thread asks for it before
it puts, unless this object has put or read the file itself. That knowledge is good as long as nobody else publishes:
who takes the lease after another calls `forget`, and so does who gives it back with files on their way: a function's
process stands still between two calls, and what its threads had left to do would come minutes later, over newer pages.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from shailoo.adapters.aws.faults import code_of, failed, kept
from shailoo.adapters.aws.objects import ABSENT, get_bytes
from shailoo.adapters.aws.session import Client
from shailoo.errors import StorageFailed
from shailoo.rules.cache_classes import cache_class, content_type

_AT_ONCE: Final = 24
_MOST_WAITING: Final = 64 << 20
"""Bytes on their way at most: they lie in memory. One file may be larger; it then goes alone."""
_REMOVED_AT_ONCE: Final = 1000
"""Keys in one DeleteObjects."""


class S3PublicFiles:
    """PublicFiles below a prefix of a bucket (`results/`). For one publisher; safe to share between its threads.

    Of a file that it does not know, `write` says True before a thread has looked; the counts are right after `flush`.
    """

    def __init__(self, client: Client, bucket: str, prefix: str) -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="public")
        self._changed = threading.Condition()
        self._waiting: dict[str, bytes] = {}
        """Path -> what is to be there, for each file that is on its way."""
        self._under_way: dict[str, bytes] = {}
        """Those of them that a thread is bringing now, and what it brings."""
        self._bytes = 0
        self._tags: dict[str, str] = {}
        """Path -> entity tag of what is known to be there."""
        self._empty: tuple[str, ...] = ()
        self._problem: StorageFailed | None = None
        self.written = 0
        self.unchanged = 0

    def write(self, path: str, data: bytes) -> bool:
        """Put a file on its way; False where the same is known to be there. See PublicFiles."""
        with self._changed:
            if self._waiting.get(path, data if self._tags.get(path) == _tag(data) else None) == data:
                self.unchanged += 1
                return False
            self._changed.wait_for(lambda: not self._waiting or self._bytes + len(data) <= _MOST_WAITING)
            on_its_way = path in self._waiting
            self._bytes += len(data) - len(self._waiting.get(path, b""))
            self._waiting[path] = data
        if not on_its_way:
            self._pool.submit(self._deliver, path)
        return True

    def write_durably(self, path: str, data: bytes) -> None:
        """Flush, then put a file and wait for it; see PublicFiles."""
        self.flush()
        self._bring(path, data)

    def flush(self) -> None:
        """Wait until everything written is there; see PublicFiles. Raises the first failure, once."""
        with self._changed:
            self._changed.wait_for(lambda: not self._waiting)
            problem, self._problem = self._problem, None
        if problem is not None:
            raise problem

    @contextmanager
    def filling(self, folders: Iterable[str]) -> Iterator[None]:
        """While this is open, no thread looks before it puts into those of the folders that hold nothing yet."""
        self._empty = tuple(f"{folder.strip('/')}/" for folder in folders if not self.names(folder))
        try:
            yield
        finally:
            self._empty = ()

    def forget(self) -> None:
        """Drop what no thread has begun to bring, wait for the rest; then nothing is known. See PublicFiles."""
        with self._changed:
            self._waiting = dict(self._under_way)
            self._bytes = sum(map(len, self._waiting.values()))
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._waiting)
            self._problem = None
            self._tags.clear()

    def read(self, path: str) -> bytes | None:
        """The bytes of a file; see PublicFiles."""
        with self._changed:
            waiting = self._waiting.get(path)
        if waiting is not None:
            return waiting
        data = get_bytes(self._client, self._bucket, self._prefix + path)
        if data is not None:
            with self._changed:
                self._tags.setdefault(path, _tag(data))
        return data

    def names(self, folder: str) -> list[str]:
        """Names directly in a folder, sorted; see PublicFiles."""
        below = f"{folder.strip('/')}/" if folder.strip("/") else ""
        with self._changed:
            paths = {path for path in self._waiting if path.startswith(below)}
        for page in self._pages(Prefix=self._prefix + below, Delimiter="/"):
            paths |= {one["Key"].removeprefix(self._prefix) for one in page.get("Contents", ())}
            paths |= {one["Prefix"].removeprefix(self._prefix) for one in page.get("CommonPrefixes", ())}
        return sorted({path.removeprefix(below).partition("/")[0] for path in paths} - {""})

    def remove(self, path: str) -> None:
        """Take a file away; see PublicFiles."""
        self._settle(path)
        with kept("take a public file away", path=path):
            self._client.delete_object(Bucket=self._bucket, Key=self._prefix + path)
        self._know(path, None)

    def remove_folder(self, path: str) -> None:
        """Take a folder with its files away; see PublicFiles."""
        self.flush()
        keys = [
            one["Key"] for page in self._pages(Prefix=f"{self._prefix}{path.strip('/')}/") for one in page["Contents"]
        ]
        for start in range(0, len(keys), _REMOVED_AT_ONCE):
            gone = keys[start : start + _REMOVED_AT_ONCE]
            with kept("take public files away", path=path):
                answer = self._client.delete_objects(
                    Bucket=self._bucket, Delete={"Objects": [{"Key": key} for key in gone], "Quiet": True}
                )
            for key in gone:
                self._know(key.removeprefix(self._prefix), None)
            if answer.get("Errors"):
                raise StorageFailed("The cloud could not take some public files away. Try again.", path=path)

    def close(self) -> None:
        """Bring what is on its way and let the threads go. Raises StorageFailed as `flush` does."""
        try:
            self.flush()
        finally:
            self._pool.shutdown()

    def _settle(self, path: str) -> None:
        with self._changed:
            self._changed.wait_for(lambda: path not in self._waiting)

    def _deliver(self, path: str) -> None:
        """Bring a file, and what was written to the same place in the meantime, unless it is forgotten by now."""
        with self._changed:
            if path not in self._waiting or path in self._under_way:
                return
            self._under_way[path] = self._waiting[path]
        while True:
            with self._changed:
                data = self._under_way[path] = self._waiting[path]
            problem: StorageFailed | None = None
            try:
                self._bring(path, data)
            except StorageFailed as error:
                problem = error
            except Exception as error:  # noqa: BLE001 -- a thread that dies silently would leave `flush` waiting for ever
                problem = StorageFailed("A public file could not be written.", path=path, cause=type(error).__name__)
            with self._changed:
                self._problem = self._problem or problem
                if self._waiting[path] is data or problem is not None:
                    del self._under_way[path]
                    self._bytes -= len(self._waiting.pop(path))
                    self._changed.notify_all()
                    return

    def _bring(self, path: str, data: bytes) -> None:
        """Put a file unless it is there already."""
        tag = _tag(data)
        known = self._tags.get(path)
        if known is None and not path.startswith(self._empty or ("\0",)):
            known = self._look(path)
        if known == tag:
            self._know(path, tag)
            with self._changed:
                self.unchanged += 1
            return
        self._know(path, None)  # until the answer is here, nobody knows which of the two is there
        with kept("write a public file", path=path):
            self._client.put_object(
                Bucket=self._bucket,
                Key=self._prefix + path,
                Body=data,
                ContentType=content_type(path),
                CacheControl=cache_class(f"/{self._prefix}{path}").value,
            )
        self._know(path, tag)
        with self._changed:
            self.written += 1

    def _know(self, path: str, tag: str | None) -> None:
        with self._changed:
            if tag is None:
                self._tags.pop(path, None)
            else:
                self._tags[path] = tag

    def _look(self, path: str) -> str | None:
        """The entity tag of what is there."""
        try:
            about = self._client.head_object(Bucket=self._bucket, Key=self._prefix + path)
        except (ClientError, BotoCoreError) as error:
            if code_of(error) in ABSENT:
                return None
            raise failed(error, "look at a public file", path=path) from error
        return str(about["ETag"]).strip('"')

    def _pages(self, **asked: str) -> Iterator[dict[str, Any]]:
        with kept("list public files"):
            for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, **asked):
                yield {"Contents": (), **page}


def _tag(data: bytes) -> str:
    """The entity tag that S3 gives an object that was put whole and is not encrypted by a key of KMS: its MD5."""
    return hashlib.md5(data, usedforsecurity=False).hexdigest()
