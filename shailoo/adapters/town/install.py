"""Write everything that one machine needs around an installation: users, units, nginx, renewal of the certificate.

With another root (`--root`) the same files are written below it and nothing of the machine is touched, so that they can
be looked at and checked. Written twice, the second time changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from shailoo.adapters.town.front_door import Place, Served, fill, nginx_config, policies
from shailoo.errors import NotFound, Refused

TEMPLATES: Final = Path(__file__).resolve().parents[3] / "infra" / "town"
_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*")
_PLAIN_PATH = re.compile(r"/[A-Za-z0-9._/-]+")
_OUT_OF_SIGHT = ("home", "root", "tmp", "run")
"""Folders of the system that services do not see (ProtectHome, PrivateTmp), or that a start of the machine empties."""


class BadPlace(Refused):
    """A path or a host cannot stand in the files of the system."""

    code = "bad-place"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the operator said."""

    folder: Path
    host: str
    program: Path
    """The `shailoo` that the services run."""
    ports: Mapping[str, int]
    backups: str = "/var/backups/shailoo"
    """Where a backup on this machine lies; backups elsewhere need nothing here."""


@dataclass(frozen=True, slots=True)
class Written:
    """One file of the system: what it says and its rights."""

    path: str
    text: str
    mode: int = 0o644


def check_wanted(wanted: Wanted, *, staged: bool) -> None:
    """Raises BadPlace. Staged files may name any program; services see none below homes."""
    if not _HOST.fullmatch(wanted.host):
        raise BadPlace("A host is a name such as elections.town.kg, in small letters.", host=wanted.host[:80])
    for path in (str(wanted.folder), str(wanted.program), wanted.backups):
        if not _PLAIN_PATH.fullmatch(path) or ".." in path.split("/"):
            raise BadPlace("Give a whole path of letters, digits, '.', '_' and '-'.", path=path[:80])
        if not staged and path.split("/")[1] in _OUT_OF_SIGHT:
            raise BadPlace("Services do not see homes and temporary folders; choose another place.", path=path)


def system_files(wanted: Wanted, served: Served) -> list[Written]:
    """Every file, in the order in which it is written."""
    values = {
        "BACKUP": wanted.backups,
        "DIR": str(wanted.folder),
        "HOST": wanted.host,
        "SHAILOO": str(wanted.program),
        **{f"PORT_{part}": str(port) for part, port in wanted.ports.items()},
    }
    hardening = _template("hardening.conf")
    place = Place(host=wanted.host, folder=str(wanted.folder), ports=wanted.ports)
    files = [
        Written("etc/sysusers.d/shailoo.conf", fill(_template("sysusers.conf"), values)),
        Written("etc/tmpfiles.d/shailoo.conf", fill(_template("tmpfiles.conf"), values)),
        Written("etc/shailoo/nginx/proxy.conf", _template("proxy.conf")),
        Written("etc/shailoo/nginx/policies.conf", policies(wanted.folder / "public", served)),
        Written("etc/nginx/sites-available/shailoo.conf", nginx_config(_template("nginx.conf"), served, place)),
        Written("usr/local/sbin/shailoo-as", fill(_template("shailoo-as"), values), 0o755),
        Written("usr/local/sbin/shailoo-certificate", fill(_template("shailoo-certificate"), values), 0o755),
        Written(
            "etc/letsencrypt/renewal-hooks/deploy/shailoo", fill(_template("certificate-renewed"), values), 0o755
        ),
    ]  # fmt: skip
    for unit in sorted((TEMPLATES / "units").iterdir()):
        text = unit.read_text(encoding="utf-8").replace("\n[Service]\n", f"\n[Service]\n{hardening}\n", 1)
        files.append(Written(f"etc/systemd/system/{unit.name}", fill(text, values)))
    return files


def write_files(files: list[Written], root: Path) -> list[str]:
    """Write what is not there as it should be; returns the paths that were changed."""
    changed = []
    for file in files:
        place = root / file.path
        place.parent.mkdir(parents=True, exist_ok=True)
        if _is_as_wanted(place, file):
            continue
        fresh = place.with_name(f".{place.name}.new")
        fresh.write_text(file.text, encoding="utf-8")
        fresh.chmod(file.mode)
        fresh.replace(place)
        changed.append(file.path)
    link = root / "etc/nginx/sites-enabled/shailoo.conf"
    target = "../sites-available/shailoo.conf"
    link.parent.mkdir(parents=True, exist_ok=True)
    if not (link.is_symlink() and str(link.readlink()) == target):
        link.unlink(missing_ok=True)
        link.symlink_to(target)
        changed.append("etc/nginx/sites-enabled/shailoo.conf")
    return changed


def _is_as_wanted(place: Path, file: Written) -> bool:
    try:
        return place.read_text(encoding="utf-8") == file.text and place.stat().st_mode & 0o777 == file.mode
    except FileNotFoundError:
        return False


def _template(name: str) -> str:
    try:
        return (TEMPLATES / name).read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise NotFound(
            "The configuration that ships in infra/town is not beside the program; install from a checkout.", file=name
        ) from error
