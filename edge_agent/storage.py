"""The folder of a box: manifest, key and one storage file. Made whole at provisioning or not at all."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, Self

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge_agent.counters import Counters
from edge_agent.disk import Bytes, Disk
from edge_agent.errors import AlreadyProvisioned, BoxBusy, NoRoom, NotProvisioned, NotStored, StorageDamaged, WrongKey
from edge_agent.events import EventLog
from edge_agent.layout import FIRST_EVENTS, FIRST_SENDINGS, LAST_EVENTS, LAST_SENDINGS, STATE, layout_of
from edge_agent.manifest import Manifest, read_manifest
from edge_agent.shelf import Document, Register
from shailoo.model.report import ReportKind
from shailoo.records.note import Signer, Verifier
from shailoo.records.rehearsal_key import is_rehearsal_key

MANIFEST = "manifest.json"
KEY = "box.key"
STORAGE = "storage.bin"
Upload = Literal["final", "annex"]
_OWNER_ONLY = 0o600
_OTHERS = 0o077


class Storage:
    """An open box folder. `lock` names the program that holds it: the day's and the sending may run side by side."""

    def __init__(self, folder: Path, manifest: Manifest, disk: Disk, lock: Literal["day", "send"]) -> None:
        self.folder, self.manifest = folder, manifest
        layout = layout_of(manifest)
        self._lock = os.open(folder / (STORAGE if lock == "day" else MANIFEST), os.O_RDWR | os.O_CLOEXEC)
        self._file = os.open(folder / STORAGE, os.O_RDWR | os.O_CLOEXEC)
        self._open: tuple[int, ...] = (self._file, self._lock)
        try:
            _take_lock(self._lock, manifest.box)
            _check_size(self._file, layout.size)
        except BaseException:
            self.close()
            raise
        self.state = Register(disk, self._file, layout.state)
        self.counters = Counters(disk, self._file, layout.counters, manifest)
        self.events = EventLog(disk, self._file, layout.events, FIRST_EVENTS, LAST_EVENTS)
        self.sendings = EventLog(disk, self._file, layout.sendings, FIRST_SENDINGS, LAST_SENDINGS)
        self.notes = {kind: Document(disk, self._file, area) for kind, area in layout.notes.items()}
        self.sealed = {kind: Document(disk, self._file, area) for kind, area in layout.sealed.items()}
        self.receipts = {kind: Document(disk, self._file, area) for kind, area in layout.receipts.items()}

    @classmethod
    def open(cls, folder: Path, disk: Disk, lock: Literal["day", "send"]) -> Self:
        """Open a box's folder. Raises NotProvisioned, BadManifest, BoxBusy or StorageDamaged."""
        if not has_state(folder, disk):
            raise NotProvisioned("There is no prepared box in this folder. Provision it first.", folder=folder.name)
        try:
            return cls(folder, read_manifest((folder / MANIFEST).read_bytes()), disk, lock)
        except FileNotFoundError as error:
            raise StorageDamaged("The manifest of this box is gone. Replace the box.", folder=folder.name) from error

    def close(self) -> None:
        """Give the files back; a second time does nothing."""
        for file in self._open:
            os.close(file)
        self._open = ()

    def note(self, kind: ReportKind) -> bytes | None:
        """The signed note of a kind, if it was written."""
        return self.notes[kind].read()


def create(folder: Path, manifest: Manifest, private_key: Ed25519PrivateKey, disk: Disk) -> None:
    """Make the files of a box, all space reserved, all counters zero, durable on return.

    The state is written by the caller, last.

    An interrupted provisioning is begun again. Raises WrongKey, BadManifest, NoRoom, NotStored, AlreadyProvisioned.
    """
    layout = layout_of(manifest)
    signer_for(manifest, private_key)
    key = private_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if has_state(folder, disk):
            raise AlreadyProvisioned("A box lives in this folder. Take an empty one.", folder=folder.name)
        with _new_file(folder / STORAGE) as file:
            disk.reserve(file, layout.size)
            Counters(disk, file, layout.counters, manifest).create()
        with _new_file(folder / KEY) as file:
            disk.put(file, key, 0)
        with _new_file(folder / MANIFEST) as file:
            disk.put(file, manifest.bytes(), 0)
        _sync_folder(folder, disk)
        _sync_folder(folder.parent, disk)
    except (OSError, NotStored) as error:
        sentence = "The space for a whole day is not there or cannot be written. Make room and provision the box again."
        raise NoRoom(sentence, bytes=layout.size) from error


def read_key(folder: Path, manifest: Manifest) -> Signer:
    """Read the box's key.

    Raises WrongKey when others may read it or it is not the registered one, NotProvisioned without one.
    """
    path = folder / KEY
    try:
        if path.stat().st_mode & _OTHERS:
            raise WrongKey("Others may read the box's key. Set its mode to 0600, and ask whether it leaked.", file=KEY)
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except FileNotFoundError as error:
        raise NotProvisioned("The box has no key. Provision it again.", folder=folder.name) from error
    except ValueError as error:
        raise WrongKey("The key file cannot be read. Replace the box.", file=KEY) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise WrongKey("The box signs with Ed25519; this is another kind of key.", file=KEY)
    return signer_for(manifest, key)


def signer_for(manifest: Manifest, private_key: Ed25519PrivateKey) -> Signer:
    """The signer of a box.

    Raises WrongKey unless the key is the registered one, and for a rehearsal's key in a live election.
    """
    signer = Signer(manifest.signer_name, private_key)
    if signer.verifier.vkey() != Verifier.parse(manifest.vkey).vkey():
        raise WrongKey("This is not the key that the package registers for the box.", box=manifest.box)
    if manifest.mode == "live" and is_rehearsal_key(signer.verifier, manifest.election, manifest.box):
        raise WrongKey("A rehearsal's key is public; a live election refuses it. Make a new key.", box=manifest.box)
    return signer


def _take_lock(file: int, box: str) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise BoxBusy("Another program holds this box. End it first.", box=box) from error


def _check_size(file: int, expected: int) -> None:
    size = os.fstat(file).st_size
    if size != expected:
        sentence = "The storage file has another size than its manifest asks for. Replace the box."
        raise StorageDamaged(sentence, bytes=size, expected=expected)


def has_state(folder: Path, disk: Disk) -> bool:
    """Whether a provisioning ever reached its last step here.

    The state lies at the same place whatever the manifest says.
    """
    try:
        file = os.open(folder / STORAGE, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        return Register(disk, file, STATE).read() is not None
    finally:
        os.close(file)


@contextlib.contextmanager
def _new_file(path: Path) -> Iterator[int]:
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, _OWNER_ONLY)
    try:
        os.fchmod(file, _OWNER_ONLY)
        yield file
    finally:
        os.close(file)


def _sync_folder(folder: Path, disk: Disk) -> None:
    file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        disk.sync(file)
    finally:
        os.close(file)


__all__ = ["KEY", "MANIFEST", "STORAGE", "Bytes", "Storage", "Upload", "create", "read_key", "signer_for"]
