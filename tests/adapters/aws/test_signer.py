"""Notes signed by a key of KMS. moto knows no Ed25519, so the service is a stub that signs with a key of its own."""

from __future__ import annotations

import base64
import json
from typing import Any, TypeAlias

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from shailoo.adapters.aws.session import Client, new_client
from shailoo.adapters.aws.signer import KmsNoteSigner, TooLongToSign
from shailoo.errors import StorageFailed
from shailoo.records.note import BadNote, SignedNote, Signer
from tests.adapters.aws.emulated import REGION

Whatever: TypeAlias = Any
"""Of botocore, which names no types."""
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
NAME = "night.example/receipts"


class Kms:
    """Answers as KMS does, before anything is sent; what was asked was checked by botocore's own description."""

    def __init__(self, key: Whatever = KEY) -> None:
        self.key = key
        self.public = key.public_key()
        self.asked: list[dict[str, Any]] = []
        self.client: Client = new_client("kms", credentials=("test", "test"), region=REGION, attempts=1)
        self.client.meta.events.register("before-call.kms", self.answer)

    def answer(self, model: Whatever, params: dict[str, Any], **_: Whatever) -> tuple[Any, dict[str, Any]]:
        asked = json.loads(params["body"])
        self.asked.append({"operation": model.name} | asked)
        given = {"KeyId": asked["KeyId"]}
        if model.name == "GetPublicKey":
            given["PublicKey"] = self.public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        else:
            assert (asked["MessageType"], asked["SigningAlgorithm"]) == ("RAW", "ED25519_SHA_512")
            given["Signature"] = self.key.sign(base64.b64decode(asked["Message"]))
        return type("Answer", (), {"status_code": 200})(), given


def test_a_note_of_kms_is_the_note_of_the_same_key_in_a_file() -> None:
    kms = Kms()
    signer = KmsNoteSigner(kms.client, "alias/receipts", NAME)
    text = "receipt\nstation 1043\n"
    assert signer.sign(text) == Signer(NAME, KEY).sign(text).bytes()
    assert signer.verifier.vkey() == Signer(NAME, KEY).verifier.vkey()
    SignedNote.parse(signer.sign(text)).verify(Signer(NAME, KEY).verifier)
    assert [one["operation"] for one in kms.asked] == ["GetPublicKey", "Sign", "Sign"]


def test_what_kms_would_not_sign_is_refused_before_it_is_asked() -> None:
    kms = Kms()
    signer = KmsNoteSigner(kms.client, "alias/receipts", NAME)
    assert signer.sign("x" * 4095 + "\n")
    kms.asked.clear()
    with pytest.raises(TooLongToSign):
        signer.sign("x" * 4096 + "\n")
    with pytest.raises(TooLongToSign):
        signer.sign("ш" * 2048 + "\n")
    with pytest.raises(BadNote):
        signer.sign("no newline")
    assert kms.asked == []


def test_a_signature_that_does_not_verify_is_never_given_out() -> None:
    kms = Kms()
    signer = KmsNoteSigner(kms.client, "alias/receipts", NAME)
    assert signer.verifier.name == NAME
    kms.key = Ed25519PrivateKey.generate()
    with pytest.raises(StorageFailed):
        signer.sign("receipt\n")


def test_a_key_of_another_kind_is_refused() -> None:
    signer = KmsNoteSigner(Kms(generate_private_key(SECP256R1())).client, "alias/receipts", NAME)
    with pytest.raises(StorageFailed):
        signer.sign("receipt\n")
