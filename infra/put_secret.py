"""`python -m infra.put_secret --stage STAGE NAME < VALUE`: a step of the ceremony; `CHOICES` has the names.

The value comes from the standard input, touches no disk and is never printed. Of a sealing key its id is told, which
must be that of settings.json; of the secret of find-my-station the id that `shailoo voters finder-to-cloud` tells; of a
key that signs its public half. `log` and `receipt` are there for an installation that moved here, where the stack has
LogKeyOf=secret or ReceiptKeyOf=secret.
Who runs this must be the role of the ceremony: the policy of the secret refuses everybody else.
"""

from __future__ import annotations

import argparse
import re
import sys
from typing import Final

import botocore.session
from botocore.exceptions import BotoCoreError, ClientError
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from infra.stack import Client
from infra.stage import read_stage
from shailoo.adapters.keys import BadKeyFile, read_note_key
from shailoo.errors import Refused, ShailooError
from shailoo.records.seal import sealing_key_id
from shailoo.rules.finder import secret_id

CHOICES: Final = ("sealing", "client", "citizens", "device", "mail", "sms", "persons", "finder", "log", "receipt")
"""Secrets that are put; what seals and signs cookies is drawn by the cloud and seen by nobody."""
_END: Final = b"-----END PRIVATE KEY-----"
_HEX: Final = re.compile(r"[0-9a-f]{64}")
_LONGEST: Final = 60_000
"""The service takes 64 KB."""


_MOST_RECEIPT_KEYS: Final = 10
"""A receipt has room for so many signatures in a box."""


class NotASecret(Refused):
    """What came is not what this secret holds."""

    code = "not-a-secret"


class SecretNotPut(ShailooError):
    """The cloud did not take the secret."""

    code = "secret-not-put"


def sealing_ids(value: bytes) -> list[str]:
    """The ids of the sealing keys in a value, PEM after PEM, the newest first. Raises NotASecret."""
    parts = [part + _END for part in value.split(_END)]
    if len(value) > _LONGEST or parts.pop().removesuffix(_END).strip():
        raise NotASecret("Give private keys as PEM, one after another, and nothing else.")
    ids: list[str] = []
    for part in parts:
        try:
            key = load_pem_private_key(part.strip() + b"\n", None)
        except (ValueError, TypeError) as error:
            raise NotASecret(
                "One of these is no private key in PEM without a password.", number=len(ids) + 1
            ) from error
        if not isinstance(key, X25519PrivateKey):
            raise NotASecret("One of these is a private key, but not of X25519.", number=len(ids) + 1)
        ids.append(sealing_key_id(key.public_key()))
    if not ids:
        raise NotASecret("Nothing came on the standard input.")
    return ids


def signing_keys(name: str, value: bytes) -> list[str]:
    """The public halves of keys that sign, a line each, the present one first. Raises NotASecret."""
    lines = value.decode("ascii", errors="replace").split()
    most = 1 if name == "log" else _MOST_RECEIPT_KEYS
    if not 1 <= len(lines) <= most:
        raise NotASecret("Give lines of private keys and nothing else.", lines=len(lines), most=most)
    try:
        return [read_note_key(line, f"line {at}").verifier.vkey() for at, line in enumerate(lines, 1)]
    except BadKeyFile as error:
        raise NotASecret("One of these lines is no signing key of an installation.", line=error.facts["file"]) from None


def put(client: Client, stage: str, name: str, value: bytes) -> str:
    """Put a value into a secret of a stage; returns what may be told of it. Raises NotASecret, SecretNotPut."""
    told = f"{name}: put"
    text = value.decode("ascii", errors="replace").strip()
    if name == "sealing":
        told = "\n".join(f"sealing key {one}: put" for one in sealing_ids(value))
    elif name == "finder":
        if not _HEX.fullmatch(text):
            raise NotASecret("Give 64 hexadecimal digits: the file voters/finder/secret.key.")
        told = f"secret of find-my-station {secret_id(bytes.fromhex(text))}: put"
    elif name == "persons":
        if not _HEX.fullmatch(text):
            raise NotASecret("Give 64 hexadecimal digits: the key under which that installation knows people.")
    elif name in ("log", "receipt"):
        told = "\n".join(f"{name} key {one}: put" for one in signing_keys(name, value))
    elif not text or "�" in text or any(character.isspace() for character in text):
        raise NotASecret("Give one line of plain characters.")
    try:
        client.put_secret_value(SecretId=f"shailoo/{stage}/{name}", SecretString=text)
    except (BotoCoreError, ClientError) as error:
        raise SecretNotPut("The cloud did not take it; the ceremony's role alone may put it.", secret=name) from error
    return told


def main() -> int:
    """Read a value, put it, tell its ids. Returns 2, with a sentence on the error output, when it is refused."""
    parser = argparse.ArgumentParser(prog="python -m infra.put_secret", description="Put a secret from standard input.")
    parser.add_argument("--stage", required=True, help="name of a file in infra/stages, without .toml")
    parser.add_argument("name", choices=CHOICES)
    chosen = parser.parse_args()
    try:
        region = read_stage(chosen.stage).region
        client = botocore.session.get_session().create_client("secretsmanager", region_name=region)
        sys.stdout.write(put(client, chosen.stage, chosen.name, sys.stdin.buffer.read(_LONGEST + 1)) + "\n")
    except ShailooError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
