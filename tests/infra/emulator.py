"""An emulator of AWS on this machine: started and stopped by tests, in memory, on the loopback only.

It enforces what roles and policies say (AUTH), as far as it understands them: what a function is not allowed, it cannot
do here either. docs/aws-emulator.md tells what it does not do, and what covers that instead.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final, TypeAlias

import botocore.session
import psutil
from botocore.config import Config
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_ROOT: Final = Path(__file__).resolve().parents[2]
PYTHON: Final = _ROOT / ".venv-emulator" / "bin" / "python"
REGION: Final = "eu-central-1"
CREDENTIALS: Final = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
"""Those of the account's owner, in the emulator."""
_READY_S: Final = 60.0
_CONFIG: Final = Config(
    s3={"addressing_style": "path"}, max_pool_connections=64, retries={"mode": "standard", "total_max_attempts": 2}
)
Client: TypeAlias = Any
"""botocore makes its clients at run time: there is no type to name."""


@dataclass
class Emulator:
    """A running emulator."""

    port: int
    folder: Path
    process: subprocess.Popen[bytes]
    _clients: dict[str, Client] = field(default_factory=dict)

    @property
    def endpoint(self) -> str:
        """Where every service answers."""
        return f"https://127.0.0.1:{self.port}"

    @property
    def authority(self) -> Path:
        """Whom a client must trust: the emulator's own certificate."""
        return self.folder / "emulator.pem"

    def client(self, service: str, region: str = REGION) -> Client:
        """A client of a service, with the credentials of the account's owner."""
        name = f"{service} {region}"
        if name not in self._clients:
            self._clients[name] = botocore.session.get_session().create_client(
                service,
                region_name=region,
                endpoint_url=self.endpoint,
                verify=str(self.authority),
                aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
                aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
                config=_CONFIG,
            )
        return self._clients[name]

    def workers(self, function: str = "") -> list[psutil.Process]:
        """Processes in which functions run; of one function, if its name is given."""
        found = []
        for child in psutil.Process(self.process.pid).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                if any(f"ministack-lambda-{function}" in word for word in child.cmdline()):
                    found.append(child)
        return found

    def kill_workers(self, function: str = "") -> int:
        """Kill the processes of a function, or of all of them, wherever they are; returns how many."""
        workers = self.workers(function)
        for worker in workers:
            with contextlib.suppress(psutil.NoSuchProcess):
                worker.kill()
        return len(workers)

    def log(self) -> str:
        """What the emulator has written down, functions' own lines among it."""
        return (self.folder / "emulator.log").read_text("utf-8", "replace")

    def stop(self) -> None:
        """End the emulator and everything that it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        if self.process.stdin is not None:
            self.process.stdin.close()


@contextlib.contextmanager
def emulator(*, auth: bool = True) -> Iterator[Emulator]:
    """Run an emulator. With `auth` it asks for signatures and holds roles to their policies."""
    folder = Path(tempfile.mkdtemp(prefix="emulator-"))
    running = _start(folder, auth=auth)
    try:
        yield running
    finally:
        running.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _start(folder: Path, *, auth: bool) -> Emulator:
    port = _free_port()
    # Nothing of our own environment: a function must find its libraries in its package, not on our path.
    environment = {
        "PATH": os.defpath,
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "LC_ALL": "C.UTF-8",
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "AUTH": "true" if auth else "false",
        # Policies refuse what does not come over TLS.
        "USE_SSL": "1",
        "MINISTACK_SSL_CERT": str(folder / "emulator.pem"),
        "MINISTACK_SSL_KEY": str(folder / "emulator.key"),
        "AWS_CA_BUNDLE": str(folder / "emulator.pem"),
        # Doors that nobody needs, and one of which would open beyond the loopback.
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "MINISTACK_REGION": REGION,
        # A function that failed is tried again at once, not after seconds.
        "LAMBDA_ASYNC_RETRY_BASE_SECONDS": "0.1",
        **CREDENTIALS,
    }
    _write_certificate(folder)
    command = [str(PYTHON), str(Path(__file__).with_name("emulated.py"))]
    with (folder / "emulator.log").open("wb") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=log, stderr=log, env=environment, cwd=folder, start_new_session=True
        )
    running = Emulator(port, folder, process)
    began = time.monotonic()
    while not _answers(running):
        if process.poll() is not None or time.monotonic() - began > _READY_S:
            running.stop()
            raise AssertionError(f"The emulator did not start:\n{running.log()[-2000:]}")
        time.sleep(0.1)
    return running


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _answers(running: Emulator) -> bool:
    trusted = ssl.create_default_context(cafile=running.authority)
    door = http.client.HTTPSConnection("127.0.0.1", running.port, timeout=5, context=trusted)
    try:
        door.request("GET", "/_ministack/health")
        return door.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        door.close()


def _write_certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "emulator")])
    names = [
        x509.DNSName("localhost"),
        x509.DNSName("*.execute-api.localhost"),
        x509.IPAddress(ip_address("127.0.0.1")),
    ]
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "emulator.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "emulator.key").write_bytes(private)
