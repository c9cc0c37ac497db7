"""A town's machine on the loopback: an installation with its pages, its servers, and Debian's nginx before them."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import httpx
import pytest

from shailoo.adapters.town.front_door import Place, nginx_config
from shailoo.adapters.town.install import TEMPLATES
from shailoo.assembly import Installation, save_settings
from shailoo.cli import make_publisher
from shailoo.cli.town_served import served
from shailoo.model.case_calendar import CaseCalendar, Window
from shailoo.town import write_policies
from tests.journey.nights import keep_prose
from tests.law.source import ROOT
from tests.voting import SMALL

HOST = "127.0.0.1"
NAME = "elections.town.kg"
CALENDAR = CaseCalendar(
    windows={"voter-missing": Window(first=date(2020, 1, 1), last=date(2099, 1, 1))},
    marks={"lists-close": date(2099, 1, 1)},
)
PARTS = ("intake", "staff", "cases")


def debian(program: str, package: str) -> str:
    """A program of Debian's that the tests need."""
    found = shutil.which(program, path="/usr/sbin:/usr/bin:/sbin:/bin")
    if found is None:
        pytest.fail(f"the tests of a town's machine need Debian's {package}: apt-get install {package}")
    return found


def free_ports(count: int) -> list[int]:
    """Ports of the loopback that nothing listened on a moment ago."""
    with ExitStack() as open_:
        probes = [open_.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind((HOST, 0))
        return [int(probe.getsockname()[1]) for probe in probes]


def small_installation(folder: Path) -> Path:
    """The five-station election with every page, before its evening, behind one proxy of ours."""
    keep_prose(folder)
    with Installation.create(folder, [SMALL], origin=f"https://{NAME}") as made:
        save_settings(folder, made.settings.model_copy(update={"proxies": 1, "cases": {"small": CALENDAR}}))
        make_publisher(made).start()
    return folder


@dataclass(frozen=True)
class Machine:
    """Where it listens and what it was told."""

    folder: Path
    work: Path
    http: int
    https: int
    ports: dict[str, int]
    config: Path

    def client(self) -> httpx.Client:
        """A reader who takes the self-signed certificate."""
        trust = ssl.create_default_context()
        trust.check_hostname = False
        trust.verify_mode = ssl.CERT_NONE
        return httpx.Client(
            base_url=f"https://{HOST}:{self.https}", trust_env=False, verify=trust, headers={"host": NAME}
        )


def front_door(work: Path, folder: Path, ports: dict[str, int]) -> Machine:
    """nginx's configuration as `shailoo town install` writes it, but for the places where it listens and writes."""
    http, https = free_ports(2)
    for name in ("tls", "bodies", "acme/.well-known/acme-challenge"):
        (work / name).mkdir(parents=True)
    script = (TEMPLATES / "shailoo-certificate").read_text(encoding="utf-8").replace("@HOST@", NAME)
    subprocess.run(["sh", "-c", script, "sh", "first"], env={"SHAILOO_TLS": str(work / "tls"), "PATH": "/usr/bin:/bin"},
                   check=True, stdout=subprocess.DEVNULL)  # fmt: skip
    write_policies(folder, served(), work / "policies.conf")
    shutil.copy(TEMPLATES / "proxy.conf", work / "proxy.conf")
    place = Place(
        host=NAME, folder=str(folder), tls=str(work / "tls"), policies=str(work / "policies.conf"),
        proxy=str(work / "proxy.conf"), acme=str(work / "acme"), log=str(work / "access.log"),
        error_log=str(work / "site-error.log"), http=(f"{HOST}:{http}",), https=(f"{HOST}:{https}",), ports=ports,
    )  # fmt: skip
    site = nginx_config((TEMPLATES / "nginx.conf").read_text(encoding="utf-8"), served(), place)
    (work / "site.conf").write_text(site, encoding="utf-8")
    temporary = "".join(
        f"{kind}_temp_path {work / 'bodies' / kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    config = work / "nginx.conf"
    config.write_text(
        # Root's nginx would become another user, who cannot read a test's folder.
        (f"user {pwd.getpwuid(0).pw_name};\n" if os.geteuid() == 0 else "")
        + f"daemon off; worker_processes 2; pid {work}/nginx.pid; error_log {work}/error.log;\n"
        "events { worker_connections 1024; }\n"
        # As in Debian's own nginx.conf, so that nothing of it disturbs ours.
        f"http {{ include /etc/nginx/mime.types; gzip on; sendfile on; {temporary} include {work}/site.conf; }}\n",
        encoding="utf-8",
    )
    return Machine(folder, work, http, https, ports, config)


@contextmanager
def running(command: list[str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A process, from when its port answers until it has ended."""
    with subprocess.Popen(command, cwd=ROOT) as process:
        try:
            for _ in range(400):
                with socket.socket() as probe:
                    if process.poll() is not None or probe.connect_ex((HOST, port)) == 0:
                        break
                time.sleep(0.05)
            assert process.poll() is None, "it ended before it answered"
            yield process
        finally:
            process.terminate()
            process.wait(20)


@contextmanager
def nginx(machine: Machine) -> Iterator[subprocess.Popen[bytes]]:
    """Debian's nginx with the machine's configuration."""
    command = [debian("nginx", "nginx-light"), "-c", str(machine.config), "-p", str(machine.work), "-e", "stderr"]
    with running(command, machine.https) as process:
        yield process


@contextmanager
def town_machine(work: Path) -> Iterator[Machine]:
    """Everything at work: an installation, a server for each part, nginx."""
    folder = small_installation(work / "installation")
    ports = dict(zip(PARTS, free_ports(len(PARTS)), strict=True))
    machine = front_door(work, folder, {**ports, "tizme": free_ports(1)[0]})
    with ExitStack() as at_work:
        for part, port in ports.items():
            command = [sys.executable, "-m", "shailoo.cli", "town", "serve", "--dir", str(folder), "--part", part]
            at_work.enter_context(running([*command, "--port", str(port)], port))
        at_work.enter_context(nginx(machine))
        yield machine
