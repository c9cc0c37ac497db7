"""The newest index of a folder, as it is carried elsewhere: its people in the order of their keys, and its stations."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from shailoo.adapters.places import places_bytes
from shailoo.adapters.voters.finder import finder_secret, versions
from shailoo.errors import NotFound, StorageFailed
from shailoo.rules.finder import secret_id


@dataclass(frozen=True)
class IndexFile:
    """One version of the index. Nothing of it is a PIN or a name."""

    path: Path
    secret_id: str
    """Of the secret under which its keys were made."""

    @classmethod
    def newest(cls, folder: Path) -> IndexFile:
        """The newest index of a folder. Raises NotFound when there is none."""
        found = versions(folder) if folder.is_dir() else ()
        if not found:
            raise NotFound("There is no index of find-my-station here yet: `shailoo voters publish --dir DIR`.")
        return cls(found[-1], secret_id(finder_secret(folder)))

    @property
    def number(self) -> int:
        """The version of the list."""
        return int(self.path.stem)

    @cached_property
    def places(self) -> bytes:
        """The stations, as one file."""
        with self._opened() as db:
            return places_bytes(dict(db.execute("SELECT station, facts FROM place")))

    @cached_property
    def people(self) -> int:
        """How many people it finds."""
        with self._opened() as db:
            return int(db.execute("SELECT count(*) FROM person").fetchone()[0])

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over everything in it: the same for the same people and stations under the same secret."""
        whole = hashlib.sha256(f"{self.secret_id}\n{self.number}\n".encode())
        for key, station in self.rows():
            whole.update(key)
            whole.update(station.encode() + b"\n")
        whole.update(self.places)
        return whole.hexdigest()

    def rows(self, after: bytes = b"") -> Iterator[tuple[bytes, str]]:
        """Key and station of the people behind a key, in the order of the keys. Raises StorageFailed."""
        with self._opened() as db:
            yield from db.execute("SELECT key, station FROM person WHERE key > ? ORDER BY key", (after,))

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        try:
            address = f"{self.path.resolve().as_uri()}?mode=ro&immutable=1"
            with closing(sqlite3.connect(address, uri=True)) as db:
                yield db
        except sqlite3.Error as error:
            raise StorageFailed(
                "The index cannot be read: make it again with `shailoo voters publish`.", file=self.path.name
            ) from error
