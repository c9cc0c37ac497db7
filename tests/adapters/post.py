"""A mail server of the loopback that answers as a test wishes: STARTTLS, a password, refused and slow recipients."""

from __future__ import annotations

import base64
import socketserver
import ssl
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from threading import Event, Thread
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

CUT = "cut"
"""In place of an answer: the line is cut."""
SILENT = "silent"
"""In place of an answer: nothing, until the test ends."""


@dataclass
class Manners:
    """How the server answers. Words of recipients stand in their addresses."""

    greeting: str = "220 post"
    sender: str = "250 well"
    recipients: dict[str, str] = field(default_factory=dict)
    """Part of an address -> the answer to RCPT."""
    message: str = "250 kept"
    pause: float = 0.0
    """Seconds before each message is taken."""
    closes_after: int = 1000
    """Messages over one connection."""
    password: str | None = None
    certificate: ssl.SSLContext | None = None


class _Session(socketserver.StreamRequestHandler):
    server: PostOffice

    def handle(self) -> None:
        manners = self.server.manners
        self.server.connections += 1
        self.kept, self.secure, self.known = 0, False, manners.password is None
        self.begun = False
        if not self._say(manners.greeting):
            return
        while line := self.rfile.readline().rstrip(b"\r\n").decode():
            word = line.upper().partition(" ")[0]
            self.server.lines.append(line)
            if word == "QUIT":
                self._say("221 bye")
                return
            if not self._answer(word, line):
                return

    def finish(self) -> None:
        """The line within the line is closed too."""
        super().finish()
        if isinstance(self.request, ssl.SSLSocket):
            self.request.close()

    def _answer(self, word: str, line: str) -> bool:
        manners, said = self.server.manners, "250 well"
        match word:
            case "EHLO":
                offers = ["STARTTLS"] if manners.certificate is not None and not self.secure else []
                offers += ["AUTH PLAIN"] if manners.password is not None else []
                lines = ["post", *offers]
                said = "\r\n".join(f"250{' ' if one is lines[-1] else '-'}{one}" for one in lines)
            case "STARTTLS":
                return self._wrapped()
            case "AUTH":
                told = base64.b64decode(line.split()[2]).decode().split("\0")
                self.known = told[2] == manners.password
                said = "235 welcome" if self.known else "535 5.7.8 who are you"
            case "MAIL" if self.kept >= manners.closes_after:
                self._say("421 enough")
                said = CUT
            case "MAIL" if self.begun:
                said = "503 5.5.1 another is not ended"
            case "MAIL":
                said = manners.sender if self.known else "530 5.7.0 who are you"
                self.begun = said.startswith("250")
            case "RSET":
                self.begun = False
            case "RCPT":
                self.to = line.partition("<")[2].rstrip(">")
                said = next((one for part, one in manners.recipients.items() if part in self.to), "250 ok")
            case "DATA":
                return self._say("354 go on") and self._message()
            case _:
                pass
        return self._say(said)

    def _wrapped(self) -> bool:
        assert self.server.manners.certificate is not None
        self._say("220 go on")
        self.request = self.server.manners.certificate.wrap_socket(self.request, server_side=True)
        self.rfile, self.wfile, self.secure = self.request.makefile("rb"), self.request.makefile("wb", 0), True
        return True

    def _message(self) -> bool:
        lines: list[bytes] = []
        while (raw := self.rfile.readline().rstrip(b"\r\n")) != b".":
            lines.append(raw.removeprefix(b".") if raw.startswith(b"..") else raw)
        time.sleep(self.server.manners.pause)
        self.begun = False
        if self.server.manners.message.startswith("250"):
            self.server.mails.append((self.to, b"\r\n".join(lines)))
            self.kept += 1
        return self._say(self.server.manners.message)

    def _say(self, line: str) -> bool:
        if line == CUT:
            return False
        if line == SILENT:
            self.server.over.wait(20)
            return False
        self.wfile.write(f"{line}\r\n".encode())
        return True


class PostOffice(socketserver.ThreadingTCPServer):
    """`mails` are those that it has taken, with their recipients."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, manners: Manners | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.manners = manners or Manners()
        self.mails: list[tuple[str, bytes]] = []
        self.lines: list[str] = []
        self.connections = 0
        self.over = Event()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])

    def read(self, number: int = -1) -> EmailMessage:
        """A mail as its reader's program reads it."""
        made = message_from_bytes(self.mails[number][1], policy=policy.default)
        assert isinstance(made, EmailMessage)
        return made

    def handle_error(self, *_: object) -> None:
        """Whoever hangs up is no fault of the server."""

    def __enter__(self) -> Self:
        Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.shutdown()
        self.server_close()


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """What a server of 127.0.0.1 shows, and the file of whoever trusts it."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "post")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = folder / "post.pem"
    pem.write_bytes(made.public_bytes(Encoding.PEM))
    (folder / "post.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, folder / "post.key")
    return context, pem
