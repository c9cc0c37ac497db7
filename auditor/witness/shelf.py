"""The folder of a witness: its key, and the last head of each log, each file whole and flushed before anybody is told.

witness.key           one line `PRIVATE+KEY+<name>+<key id>+<base64>`, rights 0600
lock                  held while a witness runs: two on one folder could each sign what the other would refuse
<sha256 of origin>    the last head of a log, with the log's signature and this witness's own
"""

from __future__ import annotations

import base64
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shailoo.errors import Conflict, Refused
from shailoo.records.cosignature import Cosigner

_PREFIX = "PRIVATE+KEY+"
_TYPE = b"\x04"


class BadWitnessFolder(Refused):
    """The folder holds no key that can be read, or the key bears another name than asked for."""

    code = "bad-witness-folder"


class WitnessBusy(Conflict):
    """Another witness works in this folder."""

    code = "witness-busy"


class FolderShelf:
    """Shelf in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, origin: str) -> bytes | None:
        """See Shelf."""
        return self.named(origin_name(origin))

    def named(self, name: str) -> bytes | None:
        """The head under the digest of its log's origin, or None."""
        try:
            return (self._folder / name).read_bytes()
        except FileNotFoundError:
            return None

    def keep(self, origin: str, note: bytes) -> None:
        """See Shelf. A reader sees the old head or the new one."""
        _write(self._folder / origin_name(origin), note, 0o644)


def origin_name(origin: str) -> str:
    """SHA-256 of an origin in hexadecimal: the name under which its head is read."""
    return sha256(origin.encode()).hexdigest()


def witness_key(folder: Path, name: str | None) -> Cosigner:
    """The key of a witness, drawn at the first start. Raises BadWitnessFolder."""
    path = folder / "witness.key"
    if not path.exists():
        if name is None:
            raise BadWitnessFolder("A new witness needs a name: give one with --name.", folder=folder.name)
        made = Cosigner(name, Ed25519PrivateKey.generate())
        raw = base64.b64encode(_TYPE + made.private_key.private_bytes_raw()).decode()
        _write(path, f"{_PREFIX}{name}+{made.verifier.key_id.hex()}+{raw}\n".encode(), 0o600)
    known, _, rest = path.read_text("utf-8").removeprefix(_PREFIX).strip().partition("+")
    hex_id, _, encoded = rest.partition("+")
    try:
        cosigner = Cosigner(known, Ed25519PrivateKey.from_private_bytes(base64.b64decode(encoded, validate=True)[1:]))
    except ValueError as error:
        raise BadWitnessFolder("witness.key holds no key of a witness.", folder=folder.name) from error
    if cosigner.verifier.key_id.hex() != hex_id or name not in {None, known}:
        raise BadWitnessFolder("witness.key bears another name.", folder=folder.name, name=known)
    return cosigner


@contextmanager
def only_witness(folder: Path) -> Iterator[None]:
    """Be the only witness of a folder on this machine. Raises WitnessBusy."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise WitnessBusy("Another witness works in this folder; end it first.", folder=folder.name) from error
        yield


def _write(path: Path, data: bytes, rights: int) -> None:
    fresh = path.with_name(f"{path.name}.new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, rights)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
