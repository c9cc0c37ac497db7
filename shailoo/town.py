"""What a town's own machine needs, put together: beside the assemblies the only module that names adapters.

The installation itself is `shailoo.assembly`'s; here stands what surrounds it on one machine.
"""

from __future__ import annotations

import grp
import json
import os
import pwd
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from shailoo.adapters.clock import SystemClock
from shailoo.adapters.store_upgrade import Plan, plan_upgrade, upgrade
from shailoo.adapters.town.backup import Receipt, backup, forget
from shailoo.adapters.town.compress import compress
from shailoo.adapters.town.doctor import Patient, examine
from shailoo.adapters.town.front_door import Served, policies
from shailoo.adapters.town.install import Wanted, check_wanted, system_files, write_files
from shailoo.adapters.town.notify import notify
from shailoo.adapters.town.restic import Repository
from shailoo.adapters.town.restore import Restored, restore
from shailoo.adapters.town.rights import put_right
from shailoo.assembly import Installation, Settings
from shailoo.errors import NotFound, Refused
from shailoo.rules.machine_findings import Finding, changes

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Repository", "Restored", "Served", "Wanted"]

PORTS: Mapping[str, int] = {"intake": 8021, "staff": 8022, "tizme": 8023, "cases": 8024}
"""Part of an installation -> the port of the loopback on which it answers."""


SERVED: Mapping[str, tuple[str, ...]] = {**{name: (name,) for name in PORTS}, "cases": ("cases", "cabinet")}
"""Part of an installation on one machine -> the parts of the server that one process of it answers."""


def is_wanted(settings: Settings, part: str) -> bool:
    """Whether a part has anything to do: applications are taken where a calendar says when."""
    return part != "cases" or any(calendar.windows for calendar in settings.cases.values())


def look_at_store(folder: Path) -> Plan:
    """What an upgrade of the store would do; see `store_upgrade.plan_upgrade`."""
    return plan_upgrade(folder / "store.db")


def upgrade_store(folder: Path) -> tuple[Plan, Path | None]:
    """Bring the store forward; see `store_upgrade.upgrade`."""
    return upgrade(folder / "store.db", now=SystemClock().now())


def tell_ready() -> None:
    """Tell the service manager that this service answers."""
    notify("READY=1")


class NotRoot(Refused):
    """Only root may change users and rights."""

    code = "not-root"


def install(wanted: Wanted, served: Served, root: Path | None) -> Sequence[str]:
    """Write the files of the system; without another root also make users and folders and give every file its rights.

    Returns the files that changed. Raises BadPlace, NotRoot.
    """
    check_wanted(wanted, staged=root is not None)
    if root is not None:
        return write_files(system_files(wanted, served), root)
    _must_be_root()
    changed = write_files(system_files(wanted, served), Path("/"))
    for command in (
        ["systemd-sysusers", "/etc/sysusers.d/shailoo.conf"],
        ["systemd-tmpfiles", "--create", "/etc/tmpfiles.d/shailoo.conf"],
    ):
        subprocess.run(command, check=True)  # noqa: S603 -- the system's own programs, with our own files
    wanted.folder.mkdir(parents=True, exist_ok=True)
    give_rights(wanted.folder)
    if Path("/run/systemd/system").is_dir():
        subprocess.run(["systemctl", "daemon-reload"], check=True)  # noqa: S607 -- the system's own program
    return changed


def give_rights(folder: Path) -> int:
    """Give every file of an installation its owner and rights; returns how many changed. Raises NotRoot, NotFound."""
    _must_be_root()

    if (folder / "settings.json").is_file():
        _draw_keys(folder)

    def ids(owner: str | None, group: str) -> tuple[int, int]:
        try:
            return (-1 if owner is None else pwd.getpwnam(owner).pw_uid), grp.getgrnam(group).gr_gid
        except KeyError as error:
            raise NotFound("The users of the services are not there: `shailoo town install` first.") from error

    return put_right(folder, ids)


def _draw_keys(folder: Path) -> None:
    """Draw the keys of cases where they are missing: the programs that read them see `keys/` for reading only."""
    with Installation.open(folder) as opened:
        _ = opened.person_key, opened.cabinet_key


def write_policies(folder: Path, served: Served, place: Path) -> bool:
    """Write nginx's map of content policies; returns whether it has changed. Raises BadPolicy."""
    text = policies(folder / "public", served)
    if place.is_file() and place.read_text(encoding="utf-8") == text:
        return False
    fresh = place.with_name(f".{place.name}.new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(place)
    return True


def compress_public(folder: Path, served: Served) -> tuple[int, int]:
    """Compress beforehand what never changes; see `town.compress`."""
    return compress(folder / "public", served)


def make_backup(folder: Path, repository: Repository, *, keys: bool, init: bool) -> Receipt:
    """Back up an installation; see `town.backup`."""
    return backup(folder, repository, at=SystemClock().now(), keys=keys, init=init)


def forget_backups(repository: Repository) -> None:
    """Let go of old backups; see `town.backup`."""
    repository.check_password_file()
    forget(repository)


def bring_back(repository: Repository, folder: Path, snapshot: str) -> Restored:
    """Restore into an empty folder; see `town.restore`."""
    return restore(repository, folder, snapshot)


def bring_keys(source: Path, folder: Path) -> None:
    """Copy keys into a restored installation that has none, each for its owner alone. Raises NotFound, Refused."""
    if not source.is_dir():
        raise NotFound("There is no folder with keys here.", folder=source.name)
    place = folder / "keys"
    if place.exists():
        raise Refused("Keys came with the backup already; compare them by hand.", folder=folder.name)
    place.mkdir(mode=0o700)
    for key in sorted(source.iterdir()):
        if key.is_file():
            (place / key.name).touch(mode=0o600)
            (place / key.name).write_bytes(key.read_bytes())


def look(folder: Path, https_port: int = 443) -> list[Finding]:
    """What the doctor finds. Raises BadSettings when there is no installation."""
    with Installation.open(folder) as opened:
        return examine(
            Patient(
                folder=folder,
                origin=opened.settings.origin,
                sealing=opened.settings.sealing,
                stations=sum(len(election.stations) for election in opened.elections.values()),
                now=SystemClock().now(),
                told=opened.clock.now(),
                https=("127.0.0.1", https_port),
                cases=opened.settings.cases if is_wanted(opened.settings, "cases") else {},
                secrets=_secrets(opened.settings),
            )
        )


def _secrets(settings: Settings) -> tuple[str, ...]:
    """The files of secrets that the settings name, relative to the folder."""
    notices = settings.notices
    ways = () if notices is None else (notices.mail, notices.sms)
    named = (settings.identity, settings.citizens, settings.identification, *ways)
    return tuple(one.secret_file for one in named if one is not None and one.secret_file is not None)


def tell_news(folder: Path, findings: Sequence[Finding]) -> int:
    """Tell what has changed since the last time; returns how many findings were told. Raises AlertNotSent.

    What was told is noted afterwards: what could not be told is news the next time again.
    """
    from shailoo.adapters.town.alerts import tell  # noqa: PLC0415 -- a client of the web, for those who tell

    place = folder / "doctor" / "told.json"
    try:
        before = {str(name): str(level) for name, level in json.loads(place.read_bytes()).items()}
    except (OSError, ValueError, AttributeError):
        before = {}
    news = changes(before, findings)
    if not news:
        return 0
    with Installation.open(folder) as opened:
        settings, origin, now = opened.settings.alerts, opened.settings.origin, SystemClock().now()
    if settings is None:
        raise NotFound("Nobody is named to be told: `alerts` in settings.json (docs/town.md, 'Alerts').")
    tell(settings, origin.partition("://")[2].partition(":")[0], news, now)
    place.parent.mkdir(mode=0o750, exist_ok=True)
    fresh = place.with_name("told.json.new")
    fresh.write_text(json.dumps({one.name: one.level for one in findings}), encoding="utf-8")
    fresh.replace(place)
    return len(news)


def tell_failed(folder: Path, unit: str) -> None:
    """Tell that a service has failed. Raises AlertNotSent, NotFound."""
    from shailoo.adapters.town.alerts import tell  # noqa: PLC0415 -- as above

    with Installation.open(folder) as opened:
        settings, origin = opened.settings.alerts, opened.settings.origin
    if settings is None:
        raise NotFound("Nobody is named to be told: `alerts` in settings.json (docs/town.md, 'Alerts').")
    finding = Finding(unit, "bad", "the service has failed", f"systemctl status {unit}; journalctl -u {unit}")
    tell(settings, origin.partition("://")[2].partition(":")[0], [finding], SystemClock().now())


def _must_be_root() -> None:
    if os.geteuid() != 0:
        raise NotRoot("Users and rights are root's to give; call it as root, or look first with --root DIR.")
