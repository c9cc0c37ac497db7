"""`shailoo boxes authority` and `certify`: which boxes get a certificate, and which do not."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography import x509

from edge_agent.certificate import new_request
from rehearsal.keys import rehearsal_signer
from shailoo.adapters.keys import BadKeyFile
from shailoo.assembly import Installation
from tests.journey.nights import keep_prose
from tests.keys.desk import bad, good, shailoo
from tests.voting import SMALL


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "installation"
    keep_prose(made)
    Installation.create(made, [SMALL]).close()
    return made


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    good("boxes", "authority", "--out", tmp_path / "stick", "--election", "small")
    return tmp_path / "stick"


def ask(tmp_path: Path, box: str, *, key_of: str = "") -> Path:
    """The request of a box, in the folder of requests."""
    place, requests = tmp_path / "boxes" / box, tmp_path / "requests"
    place.mkdir(parents=True)
    requests.mkdir(exist_ok=True)
    signer = rehearsal_signer("small", key_of or box)
    (requests / f"{box}.txt").write_bytes(new_request(place, f"small/{box}", signer))
    return requests


def test_an_authority_is_drawn_once_and_its_key_is_its_owner_s(stick: Path) -> None:
    assert (stick / "authority.key").stat().st_mode & 0o777 == 0o600
    certificate = x509.load_pem_x509_certificate((stick / "boxes.pem").read_bytes())
    certificate.verify_directly_issued_by(certificate)
    assert isinstance(bad("boxes", "authority", "--out", stick, "--election", "small"), BadKeyFile)
    assert x509.load_pem_x509_certificate((stick / "boxes.pem").read_bytes()) == certificate


def test_registered_boxes_are_certified_and_others_are_named(folder: Path, stick: Path, tmp_path: Path) -> None:
    ask(tmp_path, "ABB-000001")
    ask(tmp_path, "ABB-000002", key_of="ABB-000001")
    requests = ask(tmp_path, "ABB-777777")
    (requests / "photo.jpg").write_bytes(b"\xff\xd8 not a request")
    arguments = ("--dir", folder, "--authority", stick, "--requests", requests, "--out", tmp_path / "out")
    said = shailoo("boxes", "certify", *arguments)
    assert said.code == 2
    assert "1 certified, 3 refused" in said.out
    for name in ("ABB-000002.txt", "ABB-777777.txt", "photo.jpg"):
        assert f"{name}: " in said.out
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["small-ABB-000001.pem"]
    made = x509.load_pem_x509_certificate((tmp_path / "out/small-ABB-000001.pem").read_bytes())
    made.verify_directly_issued_by(x509.load_pem_x509_certificate((stick / "boxes.pem").read_bytes()))


def test_a_revoked_box_gets_none(folder: Path, stick: Path, tmp_path: Path) -> None:
    requests = ask(tmp_path, "ABB-000001")
    good(
        "boxes", "revoke", "--dir", folder, "--box", "ABB-000001", "--act", "1", "--body", "cec", "--reason", "Stolen."
    )
    arguments = ("--dir", folder, "--authority", stick, "--requests", requests, "--out", tmp_path / "out")
    said = shailoo("boxes", "certify", *arguments)
    assert (said.code, list((tmp_path / "out").iterdir())) == (2, [])


def test_a_truststore_of_another_authority_is_noticed(folder: Path, stick: Path, tmp_path: Path) -> None:
    good("boxes", "authority", "--out", tmp_path / "other", "--election", "small")
    (stick / "boxes.pem").write_bytes((tmp_path / "other/boxes.pem").read_bytes())
    requests = ask(tmp_path, "ABB-000001")
    arguments = ("--dir", folder, "--authority", stick, "--requests", requests, "--out", tmp_path / "out")
    assert isinstance(bad("boxes", "certify", *arguments), BadKeyFile)
