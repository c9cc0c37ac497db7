"""Private keys as files that only their owner may read: X25519 for opening seals, Ed25519 for signing notes.

An X25519 key is PKCS #8 in PEM, `sealing-<id>.key`; its public half lies beside it as `sealing-<id>.pub`, so that
whoever prepares boxes, or looks after the folder, need not open the other. An Ed25519 key is one line
`PRIVATE+KEY+<name>+<key id>+<base64>`, as the reference implementation of signed notes writes it, so that the name
under which it signs lies with it.
"""

from __future__ import annotations

import base64
import contextlib
import grp
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from shailoo.errors import Refused, StorageFailed
from shailoo.records.note import SignedNote, Signer, Verifier
from shailoo.records.seal import sealing_key_id

_PREFIX = "PRIVATE+KEY+"
_ED25519 = b"\x01"
_OTHERS_MAY = 0o077
SHARED_BY: Final = "shailoo-private"
"""The group of a town's machine whose programs share a few keys: the door of cases and the desks."""
_GROUP_MAY: Final = 0o040
_KEY_ID = re.compile(r"[0-9a-f]{16}")
FORMER = "receipt-former-"
"""Receipt keys that boxes were prepared with before the present one: they sign beside it until those have sent."""


class BadKeyFile(Refused):
    """A key file cannot be read, holds another kind of key, or may be read by others."""

    code = "bad-key-file"


@dataclass(frozen=True, slots=True)
class FileNoteSigner:
    """NoteSigner with a key that was read from a file; `also` sign beside it, each on a line of its own."""

    signer: Signer
    also: tuple[Signer, ...] = ()

    def sign(self, text: str) -> bytes:
        """See NoteSigner."""
        notes = [one.sign(text) for one in (self.signer, *self.also)]
        return SignedNote(text, tuple(line for note in notes for line in note.signatures)).bytes()

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
    return read_note_key(_read(path).decode("ascii", errors="replace"), path.name)


def read_note_key(line: str, file: str) -> Signer:
    """Read one signing key; `file` is what to call it when it is none. Raises BadKeyFile."""
    name, _, rest = line.removeprefix(_PREFIX).strip().partition("+")
    hex_id, _, encoded = rest.partition("+")
    try:
        blob = base64.b64decode(encoded, validate=True)
        signer = Signer(name, Ed25519PrivateKey.from_private_bytes(blob[1:]))
    except ValueError as error:
        raise BadKeyFile("This file holds no Ed25519 signing key.", file=file) from error
    if not line.startswith(_PREFIX) or blob[:1] != _ED25519 or signer.verifier.key_id.hex() != hex_id:
        raise BadKeyFile("This file holds no Ed25519 signing key, or its name was changed.", file=file)
    return signer


def save_sealing_key(key: X25519PrivateKey, folder: Path) -> str:
    """Write a key that opens seals as `sealing-<id>.key`, and its public half beside it; returns its id.

    The same public half may be there already. Raises BadKeyFile if the key itself is.
    """
    name = sealing_key_id(key.public_key())
    _write_new(folder / f"sealing-{name}.key", sealing_pem(key))
    save_sealing_public(key.public_key(), folder)
    return name


def sealing_pem(key: X25519PrivateKey) -> bytes:
    """A key that opens seals as it lies in its file."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def save_sealing_public(public: X25519PublicKey, folder: Path) -> Path:
    """Write the public half as `sealing-<id>.pub`: 64 hexadecimal digits. Raises BadKeyFile for another one there."""
    path = folder / f"sealing-{sealing_key_id(public)}.pub"
    if path.exists():
        load_sealing_public(path)
    else:
        _write_new(path, f"{public.public_bytes_raw().hex()}\n".encode(), rights=0o644)
    return path


def load_sealing_public(path: Path) -> X25519PublicKey:
    """Read a public half; its name must be that of the key. Raises BadKeyFile."""
    try:
        public = X25519PublicKey.from_public_bytes(bytes.fromhex(path.read_text(encoding="ascii").strip()))
    except (OSError, ValueError) as error:
        raise BadKeyFile("The public half of a sealing key cannot be read.", file=path.name) from error
    if path.stem != f"sealing-{sealing_key_id(public)}":
        raise BadKeyFile("This file holds another key than its name says.", file=path.name)
    return public


def load_sealing_key(path: Path) -> X25519PrivateKey:
    """Read one `sealing-<id>.key`. Raises BadKeyFile."""
    key = read_sealing_pem(_read(path), path.name)
    if path.stem != f"sealing-{sealing_key_id(key.public_key())}":
        raise BadKeyFile("This file holds another key than its name says.", file=path.name)
    return key


def read_sealing_pem(data: bytes, name: str) -> X25519PrivateKey:
    """Read one key that opens seals; `name` is what to call it when it is none. Raises BadKeyFile."""
    try:
        key = load_pem_private_key(data, password=None)
    except (ValueError, TypeError) as error:
        raise BadKeyFile("This is no X25519 key.", file=name) from error
    if not isinstance(key, X25519PrivateKey):
        raise BadKeyFile("This is another kind of key; a seal opens with X25519.", file=name)
    return key


def load_sealing_keys(folder: Path) -> Mapping[str, X25519PrivateKey]:
    """Read every `sealing-<id>.key` of a folder, by id. Raises BadKeyFile.

    A key that is put into the folder later is found when the first seal asks for it, so that one which the trustees
    brought back opens what waits without a new start. Until then asking for it raises StorageFailed, if its public half
    says that it is ours: whoever sends must try again, not give up.
    """
    opened = {path.stem.removeprefix("sealing-"): load_sealing_key(path) for path in folder.glob("sealing-*.key")}
    return _SealingKeys(folder, opened)


class _SealingKeys(Mapping[str, X25519PrivateKey]):
    def __init__(self, folder: Path, opened: dict[str, X25519PrivateKey]) -> None:
        self._folder = folder
        self._open = opened

    def __getitem__(self, name: str) -> X25519PrivateKey:
        if name not in self._open:
            path = self._folder / f"sealing-{name}.key"
            if not _KEY_ID.fullmatch(name) or not (path.exists() or path.with_suffix(".pub").exists()):
                raise KeyError(name)
            if not path.exists():
                raise StorageFailed("A sealing key of ours is not in its place; bring it back.", key=name)
            try:
                self._open[name] = load_sealing_key(path)
            except BadKeyFile as error:  # our fault, not the sender's
                raise StorageFailed("A sealing key of ours cannot be used.", key=name, cause=error.sentence) from error
        return self._open[name]

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(path.stem.removeprefix("sealing-") for path in self._folder.glob("sealing-*.key")))

    def __len__(self) -> int:
        return len(list(iter(self)))


def load_former_receipt_keys(folder: Path) -> tuple[Signer, ...]:
    """The receipt keys that sign beside the present one, by name of their files. Raises BadKeyFile."""
    return tuple(load_note_key(path) for path in sorted(folder.glob(f"{FORMER}*.key")))


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


def _write_new(path: Path, data: bytes, *, rights: int = 0o600) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, rights)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise BadKeyFile("The key file could not be made.", file=path.name, cause=type(error).__name__) from error


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            if _others_may(os.fstat(file.fileno())):
                raise BadKeyFile("Others may read this key; set its rights to 0600.", file=path.name)
            return file.read()
    except OSError as error:
        raise BadKeyFile("The key file cannot be read.", file=path.name, cause=type(error).__name__) from error


def _others_may(about: os.stat_result) -> int:
    """What others may do with a key. Reading is allowed to one group, which exists for nothing else."""
    theirs = about.st_mode & _OTHERS_MAY
    if theirs == _GROUP_MAY:
        with contextlib.suppress(KeyError):
            if grp.getgrgid(about.st_gid).gr_name == SHARED_BY:
                return 0
    return theirs
