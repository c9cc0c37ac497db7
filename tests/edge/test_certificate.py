"""Boxes at a door that asks for a certificate: a real TLS server on the loopback, and who comes in there."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from edge_agent.certificate import CERTIFICATE, new_request
from edge_agent.day import main as day
from edge_agent.errors import AlreadyProvisioned, WrongKey
from edge_agent.transport import HttpTransport, Unreachable, shown_by
from shailoo.records.box_certificate import Authority, BadCertificateRequest, certify, named_in, new_authority
from shailoo.records.note import BadSignature, Signer

NAME = "small/ABB-000001"
NOW = datetime.now(UTC)


@dataclass(frozen=True)
class Box:
    """A folder with a box's certificate, and its registered key."""

    folder: Path
    signer: Signer


@pytest.fixture(scope="module")
def authority() -> Authority:
    return new_authority("small", now=NOW, days=30)


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path, Signer(NAME, Ed25519PrivateKey.generate()))


def certified(box: Box, by: Authority, *, now: datetime = NOW, days: int = 30) -> x509.Certificate:
    """The box asks, and puts what it gets beside its key."""
    pem = certify(new_request(box.folder, NAME, box.signer), box.signer.verifier, by, now=now, days=days)
    (box.folder / CERTIFICATE).write_bytes(pem)
    return x509.load_pem_x509_certificate(pem)


class _Answers(BaseHTTPRequestHandler):
    """Says who came."""

    def do_POST(self) -> None:
        """Take the body and answer with the name on the certificate."""
        self.rfile.read(int(self.headers["Content-Length"]))
        assert isinstance(self.connection, ssl.SSLSocket)
        shown = self.connection.getpeercert() or {}
        said = repr(shown.get("subject", ())).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_: object) -> None:
        """Nothing is written down."""


class _Server(ThreadingHTTPServer):
    """Whoever is not let in is no fault of the server."""

    def handle_error(self, *_: object) -> None:
        """Nothing is written down."""


@contextmanager
def door(folder: Path, truststore: bytes) -> Iterator[str]:
    """A server that lets in whoever shows a certificate of the truststore; `folder/server.pem` certifies it."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "door")])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(NOW - timedelta(days=1)).not_valid_after(NOW + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "server.pem").write_bytes(made.public_bytes(Encoding.PEM))
    (folder / "server.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=truststore.decode())
    server = _Server(("127.0.0.1", 0), _Answers)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"https://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def knock(box: Box, address: str) -> bytes:
    """What the door says to the box's own way of sending."""
    transport = HttpTransport(address, shows=shown_by(box.folder, box.folder / "server.pem"))
    return transport.post("/api/intake/small", b"sealed", "application/octet-stream").body


def test_a_box_with_a_certificate_is_let_in_under_its_number(box: Box, authority: Authority) -> None:
    certified(box, authority)
    with door(box.folder, authority.pem()) as address:
        assert b"ABB-000001" in knock(box, address)


def test_a_box_without_one_is_not(box: Box, authority: Authority) -> None:
    with door(box.folder, authority.pem()) as address, pytest.raises(Unreachable):
        knock(box, address)


def test_with_a_new_truststore_certificates_of_the_former_authority_open_nothing(
    box: Box, authority: Authority, tmp_path_factory: pytest.TempPathFactory
) -> None:
    certified(box, authority)
    other = new_authority("small", now=NOW, days=30)
    new = Box(tmp_path_factory.mktemp("new"), box.signer)
    certified(new, other)
    with door(box.folder, other.pem()) as address:
        with pytest.raises(Unreachable):
            knock(box, address)
        (new.folder / "server.pem").write_bytes((box.folder / "server.pem").read_bytes())
        assert b"ABB-000001" in knock(new, address)
    both = authority.pem() + other.pem()  # while boxes change over
    with door(box.folder, both) as address:
        assert b"ABB-000001" in knock(box, address)


def test_one_that_has_run_out_opens_nothing(box: Box, authority: Authority) -> None:
    certified(box, authority, now=NOW - timedelta(days=20), days=10)
    with door(box.folder, authority.pem()) as address, pytest.raises(Unreachable):
        knock(box, address)


def test_a_certificate_of_a_box_serves_as_a_client_and_certifies_nobody(box: Box, authority: Authority) -> None:
    made = certified(box, authority)
    assert not made.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    purposes = made.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(purposes) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    made.verify_directly_issued_by(authority.certificate)


def test_only_the_registered_key_can_ask_and_only_for_its_own_box(box: Box, authority: Authority) -> None:
    asked = new_request(box.folder, NAME, box.signer)
    stranger = Signer(NAME, Ed25519PrivateKey.generate())
    with pytest.raises(BadSignature):
        certify(asked, stranger.verifier, authority, now=NOW, days=1)
    other = Signer("small/ABB-000002", Ed25519PrivateKey.generate())
    with pytest.raises(BadCertificateRequest):
        certify(asked, other.verifier, authority, now=NOW, days=1)
    renamed = asked.replace(b"box ABB-000001", b"box ABB-000002")
    with pytest.raises(BadCertificateRequest):
        certify(renamed, box.signer.verifier, authority, now=NOW, days=1)
    with pytest.raises(BadCertificateRequest):
        named_in(b"-----BEGIN CERTIFICATE REQUEST-----\n")


def test_a_request_for_a_key_that_is_not_the_sender_s_or_of_another_kind_is_refused(
    box: Box, authority: Authority
) -> None:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ABB-000001")])
    larger = x509.CertificateSigningRequestBuilder().subject_name(name)
    pem = larger.sign(ec.generate_private_key(ec.SECP521R1()), hashes.SHA256()).public_bytes(Encoding.PEM)
    head = "shailoo box certificate request v1\nelection small\nbox ABB-000001\n"
    for inside in (pem.decode(), "nothing\n"):
        with pytest.raises(BadCertificateRequest):
            certify(box.signer.sign(head + inside).bytes(), box.signer.verifier, authority, now=NOW, days=1)


def test_a_key_is_never_overwritten_and_its_rights_are_its_owner_s(box: Box) -> None:
    new_request(box.folder, NAME, box.signer)
    assert (box.folder / "client.key").stat().st_mode & 0o777 == 0o600
    with pytest.raises(AlreadyProvisioned):
        new_request(box.folder, NAME, box.signer)
    with pytest.raises(WrongKey):
        new_request(box.folder / "x", "ABB-000001", box.signer)


def test_a_certificate_that_does_not_fit_its_key_is_told(box: Box, authority: Authority) -> None:
    certified(box, authority)
    (box.folder / "client.key").unlink()
    new_request(box.folder, NAME, box.signer)
    with pytest.raises(WrongKey):
        shown_by(box.folder)


def test_the_program_of_the_day_writes_the_request(
    box: Box, authority: Authority, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge_agent.day.forbid_network", lambda: None)  # for the whole process, and tests go on
    key = Ed25519PrivateKey.generate()
    (box.folder / "box.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    arguments = ["--dir", str(box.folder), "--key", str(box.folder / "box.key"), "--certificate-request", NAME]
    assert day(arguments) == 0
    said = capsys.readouterr().out.encode()
    assert named_in(said) == ("small", "ABB-000001")
    certify(said, Signer(NAME, key).verifier, authority, now=NOW, days=1)
