"""NoteSigner whose key never leaves KMS.

KMS signs at most 4,096 bytes as they are; what is longer would have to be signed by another algorithm, and no verifier
of notes knows it. Receipts and heads of the log are a few hundred bytes. A signature is verified before it is given
out: a receipt that does not verify would be worse than none.
"""

from __future__ import annotations

from functools import cached_property
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from shailoo.adapters.aws.faults import kept
from shailoo.adapters.aws.session import Client
from shailoo.errors import Refused, StorageFailed
from shailoo.records.note import BadSignature, SignedNote, Verifier

MOST_SIGNED: Final = 4096
"""Bytes that KMS signs."""
_ALGORITHM: Final = "ED25519_SHA_512"


class TooLongToSign(Refused):
    """A note of more than 4,096 bytes."""

    code = "too-long-to-sign"


class KmsNoteSigner:
    """Signs notes with a key of KMS (ECC_NIST_EDWARDS25519) under a name. Safe to share between threads."""

    def __init__(self, client: Client, key_id: str, name: str) -> None:
        self._client = client
        self._key_id = key_id
        self._name = name

    @cached_property
    def verifier(self) -> Verifier:
        """The key that anyone may have. Raises StorageFailed."""
        with kept("give a public key"):
            der = bytes(self._client.get_public_key(KeyId=self._key_id)["PublicKey"])
        try:
            public = load_der_public_key(der)
        except ValueError as error:
            raise StorageFailed("KMS gave something that is no public key.") from error
        if not isinstance(public, Ed25519PublicKey):
            raise StorageFailed("This key of KMS is of another kind: it must be ECC_NIST_EDWARDS25519.")
        return Verifier.of(self._name, public)

    def sign(self, text: str) -> bytes:
        """See NoteSigner. Raises TooLongToSign before anything is asked, StorageFailed, BadNote."""
        if (length := len(text.encode())) > MOST_SIGNED:
            raise TooLongToSign("A note that KMS signs has at most 4,096 bytes.", bytes=length)
        verifier = self.verifier
        note = SignedNote.of(text, verifier, self._signature)
        try:
            note.verify(verifier)
        except BadSignature as error:
            raise StorageFailed("KMS gave a signature that does not verify; it was thrown away.") from error
        return note.bytes()

    def _signature(self, data: bytes) -> bytes:
        with kept("sign a note"):
            answer = self._client.sign(KeyId=self._key_id, Message=data, MessageType="RAW", SigningAlgorithm=_ALGORITHM)
        return bytes(answer["Signature"])
