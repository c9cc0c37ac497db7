"""The step of the ceremony that puts a secret: what it takes, what it tells, what it never tells."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import boto3
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from moto import mock_aws

from infra.put_secret import CHOICES, NotASecret, SecretNotPut, put, sealing_ids
from infra.stack import Client
from shailoo.adapters.keys import new_note_key, save_note_key
from shailoo.records.seal import sealing_key_id
from shailoo.rules.finder import secret_id


def _pem(key: X25519PrivateKey | Ed25519PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "none")
    with mock_aws():
        made = boto3.client("secretsmanager", region_name="eu-central-1")
        for name in CHOICES:
            made.create_secret(Name=f"shailoo/night/{name}")
        yield made


def test_a_sealing_key_is_put_and_only_its_id_is_told(client: Client) -> None:
    keys = [X25519PrivateKey.generate() for _ in range(2)]
    value = b"".join(_pem(key) for key in keys)
    told = put(client, "night", "sealing", value)
    assert told.split("\n") == [f"sealing key {sealing_key_id(key.public_key())}: put" for key in keys]
    assert client.get_secret_value(SecretId="shailoo/night/sealing")["SecretString"].encode() == value.strip()
    assert "PRIVATE" not in told


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"hello",
        _pem(Ed25519PrivateKey.generate()),
        _pem(X25519PrivateKey.generate()) + b"and more",
        _pem(X25519PrivateKey.generate()) * 600,
        _pem(X25519PrivateKey.generate())[:-40],
    ],
    ids=["nothing", "no key", "another kind", "more behind it", "too many", "cut off"],  # the keys are drawn at random
)
def test_what_is_no_sealing_key_is_refused_unseen(value: bytes, client: Client) -> None:
    with pytest.raises(NotASecret) as refused:
        put(client, "night", "sealing", value)
    assert len(value) < 20 or value[30:60].decode() not in str(refused.value)
    assert "VersionId" not in client.describe_secret(SecretId="shailoo/night/sealing")


def test_several_keys_are_read_in_order() -> None:
    keys = [X25519PrivateKey.generate() for _ in range(3)]
    assert sealing_ids(b"\n".join(_pem(key) for key in keys)) == [sealing_key_id(key.public_key()) for key in keys]


def _line(tmp_path: Path, name: str) -> tuple[bytes, str]:
    """A key that signs, as it lies in its file, and its public half."""
    signer = new_note_key(name)
    path = tmp_path / f"{signer.verifier.key_id.hex()}.key"
    save_note_key(signer, path)
    return path.read_bytes(), signer.verifier.vkey()


def test_a_key_that_signs_is_put_and_only_its_public_half_is_told(client: Client, tmp_path: Path) -> None:
    (one, first), (other, second) = (_line(tmp_path, "results.example.org/receipts") for _ in range(2))
    assert put(client, "night", "log", one) == f"log key {first}: put"
    told = put(client, "night", "receipt", one + other)
    assert told == f"receipt key {first}: put\nreceipt key {second}: put"
    assert client.get_secret_value(SecretId="shailoo/night/receipt")["SecretString"].encode() == (one + other).strip()
    assert "PRIVATE" not in told


@pytest.mark.parametrize("name", ["log", "receipt"])
@pytest.mark.parametrize("spoil", [lambda _: b"", lambda one: one * 11, lambda one: one[:-9], lambda one: one + b"x"],
                         ids=["nothing", "too many", "cut off", "more behind it"])  # fmt: skip
def test_what_is_no_signing_key_is_refused_unseen(
    spoil: Callable[[bytes], bytes], name: str, client: Client, tmp_path: Path
) -> None:
    line, _ = _line(tmp_path, "results.example.org/log")
    with pytest.raises(NotASecret) as refused:
        put(client, "night", name, spoil(line))
    assert line.decode().split("+", 4)[4][:20] not in str(refused.value)
    assert "VersionId" not in client.describe_secret(SecretId=f"shailoo/night/{name}")


def test_a_log_has_one_key(client: Client, tmp_path: Path) -> None:
    with pytest.raises(NotASecret):
        put(client, "night", "log", b"".join(_line(tmp_path, "results.example.org/log")[0] for _ in range(2)))


def test_a_client_secret_is_one_line(client: Client) -> None:
    assert put(client, "night", "client", b"s3cret\n") == "client: put"
    with pytest.raises(NotASecret):
        put(client, "night", "client", b"two words")


def test_the_secret_of_find_my_station_is_its_file_and_only_its_id_is_told(client: Client) -> None:
    secret = "0123456789abcdef" * 4
    told = put(client, "night", "finder", secret.encode() + b"\n")
    assert told == f"secret of find-my-station {secret_id(bytes.fromhex(secret))}: put"
    assert client.get_secret_value(SecretId="shailoo/night/finder")["SecretString"] == secret
    for other in (b"", b"hello", secret[:-1].encode(), secret.upper().encode(), (secret * 2).encode()):
        with pytest.raises(NotASecret) as refused:
            put(client, "night", "finder", other)
        assert secret[:16] not in str(refused.value)


def test_a_refusal_of_the_cloud_is_told_without_the_value(client: Client) -> None:
    with pytest.raises(SecretNotPut) as refused:
        put(client, "elsewhere", "client", b"s3cret")
    assert "s3cret" not in str(refused.value)


def test_the_key_under_which_people_are_known_is_put_and_not_told(client: Client) -> None:
    value = "5e" * 32
    assert put(client, "night", "persons", f"{value}\n".encode()) == "persons: put"
    assert client.get_secret_value(SecretId="shailoo/night/persons")["SecretString"] == value
    with pytest.raises(NotASecret):
        put(client, "night", "persons", b"too short")
