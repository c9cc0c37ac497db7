"""The index of "find my station": one SQLite file for a version of the list, and the secret that its keys need.

    finder/secret.key     drawn once, 64 hexadecimal digits, rights 0600
    finder/000017.db      person(key, station) and place(station, facts) of version 17

The file holds neither PIN nor name, and without the secret nobody can try any against it.
"""

from __future__ import annotations

import contextlib
import re
import secrets
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Final

from shailoo.adapters.keys import BadKeyFile, read_secret, write_secret
from shailoo.adapters.places import read_place
from shailoo.adapters.sharing import folder_mode
from shailoo.errors import StorageFailed
from shailoo.ids import StationNo
from shailoo.usecases.find_station import IndexNotReady, Place

_KEY_FILE: Final = "secret.key"
_VERSION = re.compile(r"[0-9]{6}\.db")


def finder_secret(folder: Path) -> bytes:
    """The secret of an index folder, drawn at the first call. Raises BadKeyFile."""
    folder.mkdir(mode=folder_mode(folder.parent), parents=True, exist_ok=True)
    path = folder / _KEY_FILE
    if not path.exists():
        with contextlib.suppress(BadKeyFile):  # another process draws it at this moment; what counts is what lies there
            write_secret(path, secrets.token_hex(32))
    return bytes.fromhex(read_secret(path))


class SqliteFinder:
    """StationFinder over the newest index of a folder, which it notices by itself. Safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._seen = ("", 0)
        self._db: sqlite3.Connection | None = None
        self._places: dict[StationNo, Place] = {}

    @cached_property
    def secret(self) -> bytes:
        """The secret of the index: read by whoever asks for people; who asks for stations never opens it."""
        return finder_secret(self._folder)

    def find(self, key: bytes) -> StationNo | None:
        """One look into the index, whatever is found; see StationFinder. Raises StorageFailed without an index."""
        try:
            with self._lock:
                row = self._newest().execute("SELECT station FROM person WHERE key = ?", (key,)).fetchone()
        except (sqlite3.Error, OSError) as error:
            raise StorageFailed("The index cannot be read.", cause=type(error).__name__) from error
        return None if row is None else StationNo(row[0])

    def place(self, station: StationNo) -> Place:
        """A station of the index. Raises StorageFailed when a newer index has just dropped it, or there is none."""
        try:
            with self._lock:
                self._newest()
        except (sqlite3.Error, OSError) as error:
            raise StorageFailed("The index cannot be read.", cause=type(error).__name__) from error
        found = self._places.get(station)
        if found is None:
            raise StorageFailed("The index has just been replaced; ask again.")
        return found

    def close(self) -> None:
        """Close the file; the next question would open it again."""
        with self._lock:
            if self._db is not None:
                self._db.close()
            self._db = None

    def _newest(self) -> sqlite3.Connection:
        """The newest index, looked for at every question: the same work each time, and no restart after an update."""
        found = versions(self._folder)
        if not found:
            raise IndexNotReady("There is no index yet; publish the voter list first.")
        seen = (found[-1].name, found[-1].stat().st_ino)
        if self._db is None or seen != self._seen:
            if self._db is not None:
                self._db.close()
            address = f"{found[-1].resolve().as_uri()}?mode=ro&immutable=1"
            self._db = sqlite3.connect(address, uri=True, check_same_thread=False)
            self._places = dict(_places(self._db))
            self._seen = seen
        return self._db


def _places(db: sqlite3.Connection) -> Iterator[tuple[StationNo, Place]]:
    for station, facts in db.execute("SELECT station, facts FROM place"):
        yield StationNo(station), read_place(facts)


def versions(folder: Path) -> Sequence[Path]:
    """The indexes of a folder, newest last."""
    return sorted(path for path in folder.iterdir() if _VERSION.fullmatch(path.name))
