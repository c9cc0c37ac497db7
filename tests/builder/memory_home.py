"""An installation in memory as a publisher's function sees it: public files are on their way until a flush."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shailoo.adapters.keys import FileNoteSigner
from shailoo.adapters.memory import MemoryObjectStore, MemoryQueue, MemoryStore
from shailoo.adapters.package_folder import read_folder
from shailoo.model.election import Election
from shailoo.records.note import Signer

PACKAGES = Path(__file__).resolve().parents[2] / "elections"
_SIGNER = Signer("127.0.0.1:8021/results/log", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))


@cache
def election(name: str) -> Election:
    """A package of the repository, read once."""
    return read_folder(PACKAGES / name)


class Killed(BaseException):
    """The function's process ends here: nothing of it runs any more."""


@dataclass
class Clock:
    """Tells what it was told."""

    moment: datetime

    def now(self) -> datetime:
        """The moment."""
        return self.moment

    def later(self, seconds: int) -> None:
        """Time passes."""
        self.moment += timedelta(seconds=seconds)


@dataclass
class Bucket:
    """What readers see, and when the process dies: after so many puts."""

    files: dict[str, bytes] = field(default_factory=dict)
    dies_after: int | None = None
    puts: int = 0

    def put(self, path: str, data: bytes) -> None:
        """A file is there for readers, or the process ends."""
        if self.dies_after is not None and self.puts >= self.dies_after:
            raise Killed
        self.puts += 1
        self.files[path] = data

    def remove(self, path: str) -> None:
        """A file is gone."""
        self.files.pop(path, None)


class BucketFiles:
    """PublicFiles: nothing is there before `flush`, and then in the order of the names, the last first."""

    def __init__(self, bucket: Bucket, portal: str) -> None:
        self._bucket = bucket
        self._prefix = f"{portal}/"
        self._waiting: dict[str, bytes] = {}
        self.written = 0
        self.unchanged = 0

    def write(self, path: str, data: bytes) -> bool:
        """See PublicFiles."""
        if self.read(path) == data:
            self.unchanged += 1
            return False
        self._waiting[path] = data
        self.written += 1
        return True

    def write_durably(self, path: str, data: bytes) -> None:
        """See PublicFiles."""
        self.flush()
        if self.write(path, data):
            self.flush()

    def flush(self) -> None:
        """See PublicFiles."""
        for path in sorted(self._waiting, reverse=True):
            self._bucket.put(self._prefix + path, self._waiting[path])
        self._waiting.clear()

    @property
    def on_their_way(self) -> list[str]:
        """What was written and is not there."""
        return sorted(self._waiting)

    def forget(self) -> None:
        """See PublicFiles."""
        self._waiting.clear()

    @contextmanager
    def filling(self, folders: Iterable[str]) -> Iterator[None]:
        """See PublicFiles."""
        del folders
        yield

    def read(self, path: str) -> bytes | None:
        """See PublicFiles."""
        return self._waiting.get(path, self._bucket.files.get(self._prefix + path))

    def names(self, folder: str) -> list[str]:
        """See PublicFiles."""
        below = f"{self._prefix}{folder}/"
        here = {*self._bucket.files, *(self._prefix + path for path in self._waiting)}
        return sorted({path.removeprefix(below).partition("/")[0] for path in here if path.startswith(below)})

    def remove(self, path: str) -> None:
        """See PublicFiles."""
        self._waiting.pop(path, None)
        self._bucket.remove(self._prefix + path)

    def remove_folder(self, path: str) -> None:
        """See PublicFiles."""
        for known in [one for one in self._bucket.files if one.startswith(f"{self._prefix}{path}/")]:
            self._bucket.remove(known)


class MemorySnapshots:
    """Snapshots in a dictionary."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def get(self, name: str) -> bytes | None:
        """The bytes, or None."""
        return self.kept.get(name)

    def put(self, name: str, data: bytes) -> None:
        """Keep bytes."""
        self.kept[name] = data

    def delete(self, name: str) -> None:
        """Throw them away."""
        self.kept.pop(name, None)


class MemoryHome:
    """One installation for as many functions as a test wants."""

    def __init__(self, names: Iterable[str], clock: Clock | None = None) -> None:
        self.names = tuple(names)
        self.clock = clock or Clock(max(election(name).evening_of for name in self.names))
        self.settings: Any = SimpleNamespace(witnesses=(), sealing=dict.fromkeys(self.names, ""))
        self.store = MemoryStore()
        self.objects = MemoryObjectStore()
        self.log_signer = FileNoteSigner(_SIGNER)
        self.snapshots = MemorySnapshots()
        self.publish_queue: MemoryQueue | None = MemoryQueue()
        self.bucket = Bucket()
        self.opened: list[BucketFiles] = []
        """Every process's public files, also of those that have ended."""
        self.refolds = 0
        """How often packages had to be read."""

    @property
    def elections(self) -> Mapping[str, Election]:
        """The packages, read."""
        self.refolds += 1
        return self._elections

    @cached_property
    def _elections(self) -> Mapping[str, Election]:
        return {name: election(name) for name in self.names}

    def package(self, name: str) -> bytes:
        """The package as an archive."""
        return package_archive(name)

    def public_files(self, portal: str) -> BucketFiles:
        """The bucket's files of a portal."""
        self.opened.append(BucketFiles(self.bucket, portal))
        return self.opened[-1]


@cache
def package_archive(name: str) -> bytes:
    """A package's files, without what was played."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(path for path in (PACKAGES / name).rglob("*") if path.is_file()):
            inside = path.relative_to(PACKAGES / name).as_posix()
            if not inside.startswith("played/"):
                archive.writestr(zipfile.ZipInfo(inside), path.read_bytes())
    return out.getvalue()
