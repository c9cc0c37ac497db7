"""Uploads in parts as files: `uploads/<owner>/<name>/{about.json, 1, 2, …}`; and the same in memory.

The order that survives a power cut:

    about.json by rename   stop before: a folder without it is no upload and is swept
    part to `.new`, fsync  stop here: a stray, written over by whoever sends the part again
    link to its number     stop here: the part is there whole, or not at all
    fsync of the folder    stop here: it may be lost; the sender was not told and sends it again
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import shutil
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import ValidationError

from shailoo.adapters.sharing import share_file
from shailoo.errors import StorageFailed
from shailoo.model.base import Frozen, Moment
from shailoo.ports import Upload
from shailoo.rules.upload_parts import (
    LEAST_PART,
    MOST_OPEN,
    OPEN_HOURS,
    BadPart,
    NoSuchUpload,
    TooManyUploadsOpen,
    UploadDamaged,
    UploadIncomplete,
    check_part,
    check_whole,
    part_count,
)

NAME = re.compile(r"[0-9a-f]{32}")
OWNER = re.compile(r"[0-9a-f]{64}")


class About(Frozen):
    """What is known of an upload from its beginning."""

    bytes: int
    sha256: str | None
    part_bytes: int
    expires: Moment


class FileUploads:
    """Uploads in a folder. Safe to share between threads and processes."""

    def __init__(self, folder: Path, part_bytes: int = LEAST_PART) -> None:
        self._folder = folder
        self._part_bytes = part_bytes

    @property
    def origin(self) -> str | None:
        """Our own door; see Uploads."""
        return None

    def begin(self, owner: str, total: int, sha256: str | None, *, now: datetime) -> Upload:
        """Open an upload or go on with it; see Uploads."""
        name = upload_name(owner, total, sha256)
        with contextlib.suppress(NoSuchUpload):
            return self.state(owner, name, now=now)
        self._sweep_of(self._folder / owner, now, strays=False)  # a folder just made by another thread has no about yet
        place = self._place(owner, name)
        about = About(
            bytes=total, sha256=sha256, part_bytes=self._part_bytes, expires=now + timedelta(hours=OPEN_HOURS)
        )
        with _kept(name):
            if place.parent.exists() and len(list(place.parent.iterdir())) >= MOST_OPEN:
                raise TooManyUploadsOpen("Finish an upload, or wait until it expires.", most=MOST_OPEN)
            place.mkdir(parents=True, exist_ok=True)
            _write(place, "about.json", about.model_dump_json().encode(), fresh=True)
            for folder in (place.parent, self._folder):
                _sync(folder)
        return self.state(owner, name, now=now)

    def state(self, owner: str, name: str, *, now: datetime) -> Upload:
        """Which parts are there; see Uploads."""
        place = self._place(owner, name)
        about = _about(place)
        if about is None or about.expires <= now:
            raise NoSuchUpload("This upload is not known or has expired.")
        with _kept(name):
            parts = sorted(int(one.name) for one in place.iterdir() if one.name.isdecimal())
        return Upload(name, owner, about.bytes, about.sha256, about.part_bytes, tuple(parts), about.expires)

    def address(self, upload: Upload, number: int) -> str | None:
        """Our own door; see Uploads."""
        del upload, number
        return None

    def put(self, owner: str, name: str, number: int, data: bytes, *, now: datetime) -> None:
        """Keep a part; see Uploads."""
        upload = self.state(owner, name, now=now)
        check_part(number, data, upload.bytes, upload.part_bytes)
        place = self._place(owner, name)
        with _kept(name):
            _write(place, str(number), data, fresh=False)

    def complete(self, owner: str, name: str, *, now: datetime) -> bytes:
        """The whole file; see Uploads."""
        upload = self.state(owner, name, now=now)
        place = self._place(owner, name)
        all_there(upload)
        with _kept(name):
            data = b"".join((place / str(number)).read_bytes() for number in upload.parts)
        try:
            check_whole(data, upload.bytes, upload.sha256)
        except UploadDamaged:
            self.drop(owner, name)
            raise
        return data

    def drop(self, owner: str, name: str) -> None:
        """Throw an upload away; see Uploads."""
        place = self._place(owner, name)
        with _kept(name):
            (place / "about.json").unlink(missing_ok=True)  # first what makes it an upload
            shutil.rmtree(place, ignore_errors=True)

    def sweep(self, *, now: datetime) -> int:
        """Throw away what has expired; see Uploads."""
        if not self._folder.exists():
            return 0
        return sum(self._sweep_of(owner, now, strays=True) for owner in list(self._folder.iterdir()))

    def _sweep_of(self, owner: Path, now: datetime, *, strays: bool) -> int:
        count = 0
        for place in list(owner.iterdir()) if owner.exists() else ():
            about = _about(place)
            if strays if about is None else about.expires <= now:
                shutil.rmtree(place, ignore_errors=True)
                count += 1
        return count

    def _place(self, owner: str, name: str) -> Path:
        if not (OWNER.fullmatch(owner) and NAME.fullmatch(name)):
            raise NoSuchUpload("This upload is not known or has expired.")
        return self._folder / owner / name


@dataclass
class MemoryUploads:
    """Uploads in memory, for tests of what stands on them."""

    part_bytes: int = LEAST_PART
    _open: dict[tuple[str, str], tuple[Upload, dict[int, bytes]]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def origin(self) -> str | None:
        """Our own door; see Uploads."""
        return None

    def begin(self, owner: str, total: int, sha256: str | None, *, now: datetime) -> Upload:
        """Open an upload or go on with it; see Uploads."""
        name = upload_name(owner, total, sha256)
        with contextlib.suppress(NoSuchUpload):
            return self.state(owner, name, now=now)
        self.sweep(now=now)
        with self._lock:
            if sum(of == owner for of, _ in self._open) >= MOST_OPEN:
                raise TooManyUploadsOpen("Finish an upload, or wait until it expires.", most=MOST_OPEN)
            expires = now + timedelta(hours=OPEN_HOURS)
            made = Upload(name, owner, total, sha256, self.part_bytes, (), expires)
            return self._open.setdefault((owner, name), (made, {}))[0]

    def state(self, owner: str, name: str, *, now: datetime) -> Upload:
        """Which parts are there; see Uploads."""
        with self._lock:
            found = self._open.get((owner, name))
            if found is None or found[0].expires <= now:
                raise NoSuchUpload("This upload is not known or has expired.")
            return replace(found[0], parts=tuple(sorted(found[1])))

    def address(self, upload: Upload, number: int) -> str | None:
        """Our own door; see Uploads."""
        del upload, number
        return None

    def put(self, owner: str, name: str, number: int, data: bytes, *, now: datetime) -> None:
        """Keep a part; see Uploads."""
        upload = self.state(owner, name, now=now)
        check_part(number, data, upload.bytes, upload.part_bytes)
        with self._lock:
            if self._open[(owner, name)][1].setdefault(number, data) != data:
                raise BadPart("Other bytes came for this part before.", part=number)

    def complete(self, owner: str, name: str, *, now: datetime) -> bytes:
        """The whole file; see Uploads."""
        upload = self.state(owner, name, now=now)
        all_there(upload)
        with self._lock:
            parts = self._open[(owner, name)][1]
            data = b"".join(parts[number] for number in upload.parts)
        try:
            check_whole(data, upload.bytes, upload.sha256)
        except UploadDamaged:
            self.drop(owner, name)
            raise
        return data

    def drop(self, owner: str, name: str) -> None:
        """Throw an upload away; see Uploads."""
        with self._lock:
            self._open.pop((owner, name), None)

    def sweep(self, *, now: datetime) -> int:
        """Throw away what has expired; see Uploads."""
        with self._lock:
            old = [key for key, (upload, _) in self._open.items() if upload.expires <= now]
            for key in old:
                del self._open[key]
        return len(old)


def upload_name(owner: str, total: int, sha256: str | None) -> str:
    """The same file of the same owner has the same name, so that a page that was loaded again goes on with it."""
    if sha256 is None:
        return secrets.token_hex(16)
    return hashlib.sha256(f"{owner}\n{total}\n{sha256}".encode()).hexdigest()[:32]


def all_there(upload: Upload) -> None:
    """Raises UploadIncomplete when parts are missing."""
    missing = part_count(upload.bytes, upload.part_bytes) - len(upload.parts)
    if missing:
        raise UploadIncomplete("Parts of the file are missing. Send them and try again.", missing=missing)


def _about(place: Path) -> About | None:
    try:
        return About.model_validate_json((place / "about.json").read_bytes())
    except (OSError, ValidationError):
        return None


@contextlib.contextmanager
def _kept(name: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise NoSuchUpload("This upload is not known or has expired.") from error
    except OSError as error:
        raise StorageFailed("The upload could not be kept.", upload=name, cause=type(error).__name__) from error


def _write(place: Path, name: str, data: bytes, *, fresh: bool) -> None:
    """Write a file whole; unless `fresh`, whatever is there stays, and other bytes are refused."""
    handle, stray = tempfile.mkstemp(dir=place, suffix=".new")
    try:
        with os.fdopen(handle, "wb") as file:
            share_file(handle, place)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if fresh:
            Path(stray).replace(place / name)
        else:
            try:
                os.link(stray, place / name)
            except FileExistsError:
                if (place / name).read_bytes() != data:
                    raise BadPart("Other bytes came for this part before.", part=int(name)) from None
    finally:
        Path(stray).unlink(missing_ok=True)
    _sync(place)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
