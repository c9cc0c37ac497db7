"""The keys of an installation as its folder `keys/` holds them: what there is, and how one is turned.

A key is turned in an order that survives a power cut: the new file whole, the old one under its former name, then one
rename. What is true if we stop stands beside each step.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from shailoo.adapters.keys import (
    FORMER,
    BadKeyFile,
    load_note_key,
    load_sealing_public,
    new_note_key,
    save_note_key,
    write_secret,
)
from shailoo.errors import NotFound
from shailoo.records.fingerprint import fingerprint

KeyKind = Literal[
    "sealing", "receipt", "log", "session", "client secret", "finder", "persons", "cabinet", "citizens secret"
]  # fmt: skip
USES: Mapping[KeyKind, str] = {
    "sealing": "opens what boxes have sealed",
    "receipt": "signs the receipts of the intake",
    "log": "signs heads of the transparency log",
    "session": "signs the cookies of the commissions' members",
    "client secret": "names us to the identity provider",
    "finder": "hides the entries of find-my-station",
    "persons": "hides who filed what: people are known in records of cases by a digest under it",
    "cabinet": "seals the cookies of voters",
    "citizens secret": "names us to the provider at which voters sign in",
}


@dataclass(frozen=True, slots=True)
class KindOfKey:
    """What is to be known of a kind of key by those who keep it; docs/keys.md is written from it."""

    file: str
    reader: str
    cloud: str
    lost: str
    leaked: str


KINDS: Mapping[KeyKind, KindOfKey] = {
    "sealing": KindOfKey(
        "keys/sealing-<id>.key",
        "the intake",
        "a secret that the intake alone reads",
        "bring it back from its trustees; boxes try again until then",
        "turn it; boxes that are not armed are prepared anew",
    ),
    "receipt": KindOfKey(
        "keys/receipt.key, keys/receipt-former-<id>.key",
        "the intake; the present one also the doors and desks of cases",
        "KMS, or a secret after a move",
        "armed boxes know no other: their reports arrive all the same, and stand on the page",
        "turn it; a forged receipt is worth nothing against the public page",
    ),
    "log": KindOfKey(
        "keys/log.key",
        "the publisher",
        "KMS, or a secret after a move",
        "the log ends; a new one points to its last head",
        "witnesses show a forged head; the log ends and a new one points to the last good head",
    ),
    "session": KindOfKey(
        "keys/session.key",
        "staff pages",
        "a secret, drawn there",
        "turn it; everybody signs in anew",
        "turn it at once",
    ),
    "client secret": KindOfKey(
        "keys/identity.secret",
        "staff pages",
        "a secret",
        "ask the identity provider for another",
        "the provider revokes it; enter another",
    ),
    "finder": KindOfKey(
        "voters/finder/secret.key",
        "find-my-station",
        "a secret, only with personal data in the cloud",
        "make the index anew",
        "make the index anew under a new secret",
    ),
    "persons": KindOfKey(
        "keys/persons.key",
        "the doors and desks of cases",
        "a secret, drawn there",
        "nobody sees in the cabinet what they filed before; their codes open it all the same",
        "somebody who also has the records may try PINs against them; a new one hides what is filed from now on",
    ),
    "cabinet": KindOfKey(
        "keys/cabinet.key",
        "the voters' cabinet",
        "a secret, drawn there",
        "remove it, another is drawn; voters sign in anew",
        "remove it at once, another is drawn",
    ),
    "citizens secret": KindOfKey(
        "the `secret_file` of `citizens` in settings.json",
        "the voters' cabinet",
        "a secret",
        "ask the identity provider for another",
        "the provider revokes it; put another there",
    ),
}


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A key as it may be shown to anybody."""

    kind: KeyKind
    name: str
    """Key id, or the name under which it signs; empty for a shared secret, which has no public form."""
    public: str
    file: str
    rights: str
    used: str
    wrong: str = ""
    """What is wrong with it, and what to do; empty when all is well."""


def list_keys(folder: Path, sealing: Mapping[str, str], client_secret: str | None) -> Iterator[KnownKey]:
    """Every key of an installation. `sealing` is election -> id of the key in use. No sealing key is opened."""
    keys = folder / "keys"
    yield from _sealing(keys, sealing)
    receipts = [keys / "receipt.key", *sorted(keys.glob(f"{FORMER}*.key"))]
    for path in receipts:
        used = USES["receipt"] if path.name == "receipt.key" else "signs beside it for boxes prepared earlier"
        yield _note_key("receipt", path, folder, used)
    yield _note_key("log", keys / "log.key", folder, USES["log"])
    yield _secret("session", keys / "session.key", folder)
    if client_secret is not None:
        yield _secret("client secret", folder / client_secret, folder)
    later: dict[KeyKind, Path] = {
        "finder": folder / "voters" / "finder" / "secret.key",
        "persons": keys / "persons.key",
        "cabinet": keys / "cabinet.key",
    }
    for kind, path in later.items():  # drawn when they are first needed
        if path.exists():
            yield _secret(kind, path, folder)


def _sealing(keys: Path, sealing: Mapping[str, str]) -> Iterator[KnownKey]:
    names = {path.stem.removeprefix("sealing-") for path in keys.glob("sealing-*.*")} | set(sealing.values())
    for name in sorted(names):
        elections = sorted(election for election, key in sealing.items() if key == name)
        path = keys / f"sealing-{name}.key"
        wrong, public = _rights_of(path), ""
        try:
            public = load_sealing_public(path.with_suffix(".pub")).public_bytes_raw().hex()
        except BadKeyFile:
            wrong = wrong or "its public half is missing: `shailoo keys write-public`"
        used = f"boxes of {', '.join(elections)} seal to it" if elections else "opens seals of boxes prepared earlier"
        yield KnownKey("sealing", name, public, f"keys/{path.name}", _rights(path), used, wrong)


def _note_key(kind: KeyKind, path: Path, folder: Path, used: str) -> KnownKey:
    name, public, wrong = "", "", _rights_of(path)
    if not wrong:
        try:
            verifier = load_note_key(path).verifier
        except BadKeyFile as error:
            wrong = error.sentence
        else:
            name, public = verifier.name, verifier.vkey()
    return KnownKey(kind, name, public, path.relative_to(folder).as_posix(), _rights(path), used, wrong)


def _secret(kind: KeyKind, path: Path, folder: Path) -> KnownKey:
    file = path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name
    return KnownKey(kind, "", "", file, _rights(path), USES[kind], _rights_of(path))


def _rights(path: Path) -> str:
    with contextlib.suppress(OSError):
        return f"{stat.S_IMODE(path.stat().st_mode):04o}"
    return ""


def _rights_of(path: Path) -> str:
    rights = _rights(path)
    if not rights:
        return "it is not here: bring it back from its backup"
    return "" if rights in {"0600", "0400"} else "others may read it: set its rights to 0600"


def turn_receipt_key(keys: Path, name: str) -> tuple[str, str]:
    """Draw a new receipt key; the present one goes on signing beside it. Returns the old and the new verifier key.

    Raises BadKeyFile.
    """
    path, fresh = keys / "receipt.key", keys / "receipt.key.new"
    old = load_note_key(path).verifier
    fresh.unlink(missing_ok=True)  # of a turn that was cut short; nobody has seen it
    new = new_note_key(name)
    save_note_key(new, fresh)
    former = keys / f"{FORMER}{old.key_id.hex()}.key"
    with contextlib.suppress(FileExistsError):
        os.link(path, former)
    _sync(keys)  # stop here: the old key has two names and signs once, for the installation drops what is double
    fresh.replace(path)
    _sync(keys)  # stop before: the new key was never used
    return old.vkey(), new.verifier.vkey()


def turn_session_key(keys: Path) -> None:
    """Draw a new key for cookies: whoever is signed in must sign in anew."""
    fresh = keys / "session.key.new"
    fresh.unlink(missing_ok=True)
    write_secret(fresh, secrets.token_hex(32))
    fresh.replace(keys / "session.key")
    _sync(keys)


def put_client_secret(keys: Path, secret: str) -> None:
    """Put another secret of the identity provider in the place of the present one."""
    fresh = keys / "identity.secret.new"
    fresh.unlink(missing_ok=True)
    write_secret(fresh, secret)
    fresh.replace(keys / "identity.secret")
    _sync(keys)


def remove_key(path: Path) -> None:
    """Take a private key out of the folder; its public half stays, as a note that there was one. Raises NotFound.

    Taking a file away does not erase it from the medium, nor from copies.
    """
    try:
        path.unlink()
    except FileNotFoundError as error:
        raise NotFound("There is no such key here.", file=path.name) from error
    _sync(path.parent)


def shown(key: KnownKey) -> str:
    """A key in three lines for a terminal."""
    lines = [
        f"{key.kind}: {key.name or '(a shared secret)'}",
        f"    {key.used}; {key.file}, rights {key.rights or '-'}",
    ]
    if key.public:
        lines.append(f"    public {key.public}")
        lines.append(f"    fingerprint {fingerprint(key.public)}")
    if key.wrong:
        lines.append(f"    WRONG: {key.wrong}")
    return "\n".join(lines)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
