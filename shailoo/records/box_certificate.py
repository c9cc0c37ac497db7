"""Certificates with which ballot boxes knock at a door that asks for one: X.509 with ECDSA on P-256.

They open the door and nothing else: a report counts by the box's own signature, which is another key. A box makes the
key of its certificate itself and asks for the certificate in a note that it signs with its registered key, so that
whoever certifies needs no second look at the box.

    shailoo box certificate request v1
    election <id>
    box <serial number>
    -----BEGIN CERTIFICATE REQUEST-----
    …

The authority signs for boxes alone: its certificate can make no further authority, theirs can serve as clients only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from shailoo.errors import Refused
from shailoo.records.note import SignedNote, Signer, Verifier

HEAD: Final = "shailoo box certificate request v1"
_LONGEST: Final = 10_000
_CLOCKS: Final = timedelta(days=1)
"""A certificate holds from the day before on: a box's clock may be slow."""


class BadCertificateRequest(Refused):
    """What a box asks for cannot be certified."""

    code = "bad-certificate-request"


@dataclass(frozen=True, slots=True)
class Authority:
    """Who certifies the boxes of one election."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    def pem(self) -> bytes:
        """Its certificate, as it stands in a truststore."""
        return self.certificate.public_bytes(Encoding.PEM)


def new_authority(election: str, *, now: datetime, days: int) -> Authority:
    """Draw a key and certify it by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(election, "authority of ballot boxes")
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    made = (
        _from(name, key.public_key(), now, days)
        .issuer_name(name)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(identifier, critical=False)
        .sign(key, hashes.SHA256())
    )
    return Authority(key, made)


def write_request(election: str, box: str, key: ec.EllipticCurvePrivateKey, signer: Signer) -> bytes:
    """What a box asks with: the request for `key`, in a note under its registered key."""
    request = x509.CertificateSigningRequestBuilder().subject_name(_name(election, box)).sign(key, hashes.SHA256())
    text = f"{HEAD}\nelection {election}\nbox {box}\n{request.public_bytes(Encoding.PEM).decode()}"
    return signer.sign(text).bytes()


def named_in(data: bytes) -> tuple[str, str]:
    """Election and box that a request speaks of; `certify` checks that it is theirs. Raises BadCertificateRequest."""
    lines = data[:_LONGEST].decode("ascii", "replace").split("\n")
    words = [line.split(" ") for line in lines[1:3]]
    if lines[0] != HEAD or [(len(one), one[0]) for one in words] != [(2, "election"), (2, "box")]:
        raise BadCertificateRequest("This file is no request of a ballot box: `edge_agent.day --certificate-request`.")
    return words[0][1], words[1][1]


def certify(data: bytes, verifier: Verifier, authority: Authority, *, now: datetime, days: int) -> bytes:
    """The certificate (PEM) that a box asks for, whose registered key is `verifier`.

    Raises BadCertificateRequest, BadNote, BadSignature.
    """
    election, box = named_in(data)
    if len(data) > _LONGEST or verifier.name != f"{election}/{box}":
        raise BadCertificateRequest("This request names another box than the key belongs to.", box=box[:40])
    note = SignedNote.parse(data)
    note.verify(verifier)
    try:
        request = x509.load_pem_x509_csr(note.text.split("\n", 3)[3].encode())
        key = request.public_key()
        good = request.is_signature_valid
    except (ValueError, InvalidSignature) as error:
        raise BadCertificateRequest("The request in this note cannot be read.", box=box) from error
    if not good or not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise BadCertificateRequest("The request in this note is not for a key on P-256 that the box has.", box=box)
    made = (
        _from(_name(election, box), key, now, days)
        .issuer_name(authority.certificate.subject)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()), critical=False)
        .sign(authority.key, hashes.SHA256())
    )
    return made.public_bytes(Encoding.PEM)


def _name(election: str, common: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, election), x509.NameAttribute(NameOID.COMMON_NAME, common)]
    )


def _from(name: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, days: int) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCKS)
        .not_valid_after(now + timedelta(days=days))
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
