"""Facts about this machine: its clock, disk, memory, services, and the certificate that nginx shows."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import ssl
import subprocess
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509

_SYSTEMD = Path("/run/systemd/system")
_SYNCHRONISED = Path("/run/systemd/timesync/synchronized")


@dataclass(frozen=True, slots=True)
class Certificate:
    """What the front door shows."""

    ends: datetime
    self_signed: bool
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Disk:
    """Room on the disk of a folder."""

    free: int
    total: int
    free_files: int | None
    """None where the file system makes them as it needs them."""


def clock_synchronised() -> bool | None:
    """Whether some program of the machine keeps its clock right; None where nobody can say."""
    if _SYNCHRONISED.exists():
        return True
    said = _say("timedatectl", "show", "--property=NTPSynchronized", "--value")
    return None if said not in {"yes", "no"} else said == "yes"


def disk(folder: Path) -> Disk:
    """Room for whoever is not root."""
    about = os.statvfs(folder)
    files = about.f_favail if about.f_files else None
    return Disk(about.f_bavail * about.f_frsize, about.f_blocks * about.f_frsize, files)


def memory() -> tuple[int, int] | None:
    """Bytes that are there to be had, and all."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        facts = {name: int(rest.split()[0]) * 1024 for name, _, rest in (line.partition(":") for line in lines)}
        return facts["MemAvailable"], facts["MemTotal"]
    except (OSError, KeyError, ValueError, IndexError):
        return None


def service_states(names: tuple[str, ...]) -> dict[str, str] | None:
    """Service -> what systemd says of it (`active`, `failed`, …); None where there is no systemd."""
    if not _SYSTEMD.is_dir():
        return None
    said = _say("systemctl", "is-active", *names)
    return dict(zip(names, said.split("\n"), strict=False))


def shown_certificate(host: str, name: str, port: int) -> Certificate | None:
    """The certificate at a port of this machine, whoever has signed it; None when nobody answers."""
    trust = ssl.create_default_context()
    trust.check_hostname = False
    trust.verify_mode = ssl.CERT_NONE  # it is looked at, and nothing is said to it
    with contextlib.suppress(OSError, ValueError):
        with (
            socket.create_connection((host, port), timeout=5) as plain,
            trust.wrap_socket(plain, server_hostname=name) as shown,
        ):
            found = x509.load_der_x509_certificate(shown.getpeercert(binary_form=True) or b"")
        names: tuple[str, ...] = ()
        with contextlib.suppress(x509.ExtensionNotFound):
            about = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
            names = tuple(about.get_values_for_type(x509.DNSName))
        return Certificate(found.not_valid_after_utc, found.issuer == found.subject, names)
    return None


def _say(program: str, *arguments: str) -> str:
    """What a program of the system says; nothing when it is not there or takes too long."""
    place = shutil.which(program)
    if place is None:
        return ""
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        return subprocess.run(  # noqa: S603 -- the system's own program, arguments of ours
            [place, *arguments], capture_output=True, text=True, check=False, timeout=10, stdin=subprocess.DEVNULL
        ).stdout.strip()
    return ""
