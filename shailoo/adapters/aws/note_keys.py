"""Who signs notes in the cloud: a key of KMS that never leaves it, or the key of an installation that was moved here.

A log goes on with its own key only, and KMS gives no key out and may take none of ours in. So the log of a moved
installation is signed with a key in a secret, and so are receipts while boxes know them by the old key.
"""

from __future__ import annotations

from typing import Literal

from shailoo.adapters.aws.secrets import read_secret
from shailoo.adapters.aws.session import client
from shailoo.adapters.aws.signer import KmsNoteSigner
from shailoo.adapters.keys import FileNoteSigner, read_note_key
from shailoo.model.cloud import PREFIX, BadEnvironment, CloudSettings

Signs = Literal["log", "receipt"]


def note_signer(settings: CloudSettings, signs: Signs, name: str) -> KmsNoteSigner | FileNoteSigner:
    """The signer of the log or of receipts; `name` is what a key of KMS signs under, a key of ours bears its own.

    A secret may hold several keys, one a line: the first is the present one, the others sign beside it. Raises
    BadEnvironment when none or both kinds are named, BadKeyFile, NotFound, StorageFailed.
    """
    secret = settings.log_secret if signs == "log" else settings.receipt_secret
    key = settings.log_key if signs == "log" else settings.receipt_key
    if (secret is None) == (key is None):
        variable = f"{PREFIX}{signs.upper()}_KEY or {PREFIX}{signs.upper()}_SECRET"
        raise BadEnvironment("Exactly one of the two says who signs.", variable=variable)
    if key is not None:
        return KmsNoteSigner(client(settings, "kms"), key, name)
    lines = read_secret(client(settings, "secretsmanager"), str(secret)).splitlines()
    keys = [read_note_key(line, f"secret of the {signs}") for line in lines if line.strip()] or [
        read_note_key("", f"secret of the {signs}")
    ]
    return FileNoteSigner(keys[0], tuple(keys[1:]))
