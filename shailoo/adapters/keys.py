"""Private keys as files that only their owner may read: X25519 for opening seals, Ed25519 for signing notes.

An X25519 key is PKCS #8 in PEM. An Ed25519 key is one line `PRIVATE+KEY+<name>+<key id>+<base64>`, as the reference
implementation of signed notes writes it, so that the name under which it signs lies with it.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from shailoo.errors import Refused
from shailoo.records.note import Signer, Verifier
from shailoo.records.seal import sealing_key_id

_PREFIX = "PRIVATE+KEY+"
_ED25519 = b"\x01"
_OTHERS_MAY = 0o077


class BadKeyFile(Refused):
    """A key file cannot be read, holds another kind of key, or may be read by others."""

    code = "bad-key-file"


@dataclass(frozen=True, slots=True)
class FileNoteSigner:
    """NoteSigner with a key that was read from a file."""

    signer: Signer

    def sign(self, text: str) -> bytes:
        """See NoteSigner."""
        return self.signer.sign(text).bytes()

    @property
    def verifier(self) -> Verifier:
        """The key that anyone may have."""
        return self.signer.verifier


def new_note_key(name: str) -> Signer:
    """Draw a signing key."""
    return Signer(name, Ed25519PrivateKey.generate())


def save_note_key(signer: Signer, path: Path) -> None:
    """Write a signing key into a new file. Raises BadKeyFile if there is one already."""
    raw = base64.b64encode(_ED25519 + signer.private_key.private_bytes_raw()).decode()
    _write_new(path, f"{_PREFIX}{signer.name}+{signer.verifier.key_id.hex()}+{raw}\n".encode())


def load_note_key(path: Path) -> Signer:
    """Read a signing key. Raises BadKeyFile."""
    line = _read(path).decode("ascii", errors="replace")
    name, _, rest = line.removeprefix(_PREFIX).strip().partition("+")
    hex_id, _, encoded = rest.partition("+")
    try:
        blob = base64.b64decode(encoded, validate=True)
        signer = Signer(name, Ed25519PrivateKey.from_private_bytes(blob[1:]))
    except ValueError as error:
        raise BadKeyFile("This file holds no Ed25519 signing key.", file=path.name) from error
    if not line.startswith(_PREFIX) or blob[:1] != _ED25519 or signer.verifier.key_id.hex() != hex_id:
        raise BadKeyFile("This file holds no Ed25519 signing key, or its name was changed.", file=path.name)
    return signer


def save_sealing_key(key: X25519PrivateKey, folder: Path) -> str:
    """Write a key that opens seals as `sealing-<id>.key`; returns its id. Raises BadKeyFile if there is one already."""
    name = sealing_key_id(key.public_key())
    _write_new(folder / f"sealing-{name}.key", key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return name


def load_sealing_keys(folder: Path) -> Mapping[str, X25519PrivateKey]:
    """Read every `sealing-<id>.key` of a folder. Raises BadKeyFile."""
    found: dict[str, X25519PrivateKey] = {}
    for path in sorted(folder.glob("sealing-*.key")):
        try:
            key = load_pem_private_key(_read(path), password=None)
        except (ValueError, TypeError) as error:
            raise BadKeyFile("This file holds no X25519 key.", file=path.name) from error
        if not isinstance(key, X25519PrivateKey) or path.stem != f"sealing-{sealing_key_id(key.public_key())}":
            raise BadKeyFile("This file holds another key than its name says.", file=path.name)
        found[sealing_key_id(key.public_key())] = key
    return found


def read_secret(path: Path) -> str:
    """Read a secret of one line, such as a client secret. Raises BadKeyFile."""
    try:
        return _read(path).decode().strip()
    except UnicodeDecodeError as error:
        raise BadKeyFile("A secret is one line of text.", file=path.name) from error


def write_secret(path: Path, text: str) -> None:
    """Write a secret of one line into a new file that only its owner may read.

    Raises BadKeyFile if there is one already.
    """
    _write_new(path, f"{text}\n".encode())


def _write_new(path: Path, data: bytes) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise BadKeyFile("The key file could not be made.", file=path.name, cause=type(error).__name__) from error


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_mode & _OTHERS_MAY:
                raise BadKeyFile("Others may read this key; set its rights to 0600.", file=path.name)
            return file.read()
    except OSError as error:
        raise BadKeyFile("The key file cannot be read.", file=path.name, cause=type(error).__name__) from error
