"""The certificate that a box shows at a door which asks for one: its key is made here and never leaves the box.

client.key    drawn when the request is written
client.pem    put beside it when the request comes back certified
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from edge_agent.errors import AlreadyProvisioned, WrongKey
from shailoo.records.box_certificate import write_request
from shailoo.records.note import Signer

KEY: Final = "client.key"
CERTIFICATE: Final = "client.pem"


def new_request(folder: Path, name: str, signer: Signer) -> bytes:
    """Draw a key into the folder of a box and return what it asks with; `name` is ELECTION/BOX.

    Raises AlreadyProvisioned when there is a key already, WrongKey for a name that is none.
    """
    election, slash, box = name.partition("/")
    if not (election and slash and box) or "/" in box or " " in name:
        raise WrongKey("Name the box as ELECTION/BOX.", name=name[:80])
    key = ec.generate_private_key(ec.SECP256R1())
    asked = write_request(election, box, key, signer)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        file = os.open(folder / KEY, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise AlreadyProvisioned("This box has a key for its certificate; take it away to make another.") from error
    with os.fdopen(file, "wb") as out:
        out.write(pem)
        out.flush()
        os.fsync(file)
    return asked
