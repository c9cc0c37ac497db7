"""The authority that certifies boxes, as files: a key that only its owner may read, and the truststore beside it."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509 import load_pem_x509_certificate

from shailoo.adapters.keys import BadKeyFile, read_secret, write_secret
from shailoo.records.box_certificate import Authority

KEY, TRUSTSTORE = "authority.key", "boxes.pem"


def save_authority(authority: Authority, folder: Path) -> None:
    """Write a new one into a folder. Raises BadKeyFile if there is a key already."""
    pem = authority.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    folder.mkdir(parents=True, exist_ok=True)
    write_secret(folder / KEY, pem.decode().strip())
    (folder / TRUSTSTORE).write_bytes(authority.pem())


def load_authority(folder: Path) -> Authority:
    """Read it back. Raises BadKeyFile, also when the two do not belong together."""
    try:
        key = load_pem_private_key(read_secret(folder / KEY).encode(), password=None)
        certificate = load_pem_x509_certificate((folder / TRUSTSTORE).read_bytes())
    except (OSError, ValueError) as error:
        raise BadKeyFile("The authority of boxes cannot be read.", file=TRUSTSTORE) from error
    if not isinstance(key, EllipticCurvePrivateKey) or certificate.public_key() != key.public_key():
        raise BadKeyFile("The authority's key and certificate do not belong together.", file=TRUSTSTORE)
    return Authority(key, certificate)
