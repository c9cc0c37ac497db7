"""What `shailoo town install` writes: units that systemd takes, and that see of the keys only what is theirs."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from shailoo.adapters.town.install import BadPlace, Wanted, check_wanted
from shailoo.adapters.town.rights import FOLDERS, RIGHTS, Right, found_wrong, put_right, right_of
from shailoo.assembly import Installation
from shailoo.cli import app
from shailoo.cli.town import town
from shailoo.cli.town_served import served
from shailoo.town import PORTS, install
from tests.town.machine import NAME, debian
from tests.town.write_town_page import PAGE, renewed
from tests.voting import SMALL

DIR = "/var/lib/shailoo"
KEYS = (
    "keys/sealing-0123456789abcdef.key", "keys/receipt.key", "keys/receipt-former-01234567.key", "keys/log.key",
    "keys/session.key", "keys/identity.secret", "keys/persons.key", "keys/cabinet.key", "keys/citizens.secret",
    "keys/mail.secret", "keys/sms.secret", "keys/identification.secret",
)  # fmt: skip
SEALS = KEYS[:3]
MAY = {
    # unit: keys that its program can read
    "shailoo-intake.service": set(SEALS),
    "shailoo-staff.service": {
        "keys/session.key",
        "keys/identity.secret",
        "keys/receipt.key",
        "keys/persons.key",
        "keys/identification.secret",
    },
    "shailoo-cases.service": {
        "keys/receipt.key",
        "keys/persons.key",
        "keys/cabinet.key",
        "keys/citizens.secret",
        "keys/mail.secret",
        "keys/sms.secret",
    },
    "shailoo-tizme.service": set(),
    "shailoo-publisher.service": {"keys/log.key"},
    "shailoo-copyist.service": set(),
    "shailoo-cosign.service": set(),
    "shailoo-backup.service": set(),
    "shailoo-doctor.service": set(),
    "shailoo-alert@.service": set(),
    "shailoo-compress.service": set(),
    "shailoo-policies.service": set(),
    "shailoo-voters.service": set(),
}
STRICTEST = 3.5
"""What `systemd-analyze security` may count at most (0 is out of reach of everything, 10 is no fence at all)."""


@dataclass
class Unit:
    """A unit as it was written, with every setting of a name in order."""

    name: str
    settings: dict[str, list[str]] = field(default_factory=dict)

    def words(self, name: str) -> list[str]:
        return [word for line in self.settings.get(name, []) for word in line.split()]

    def last(self, name: str) -> str:
        return self.settings.get(name, [""])[-1]


def read_unit(path: Path) -> Unit:
    unit = Unit(path.name)
    for line in path.read_text(encoding="utf-8").splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            if value:
                unit.settings.setdefault(name, []).append(value)
            else:
                unit.settings[name] = []  # an empty value begins the list anew
    return unit


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root with everything staged; the services run this environment's own program."""
    place = tmp_path_factory.mktemp("root")
    wanted = Wanted(Path(DIR), NAME, Path(sys.prefix) / "bin" / "shailoo", PORTS)
    assert len(install(wanted, served(), place)) > 20
    return place


@pytest.fixture(scope="module")
def units(root: Path) -> dict[str, Unit]:
    return {path.name: read_unit(path) for path in sorted((root / "etc/systemd/system").iterdir())}


def hidden(unit: Unit, path: str) -> bool:
    """Whether a path of DIR is out of a unit's sight, whoever its user is."""
    whole = f"{DIR}/{path}"
    covered = [word.removeprefix("-").removesuffix(":ro") for word in unit.words("InaccessiblePaths")]
    emptied = [word.removeprefix("-").removesuffix(":ro") for word in unit.words("TemporaryFileSystem")]
    shown = [word.removeprefix("-") for word in unit.words("BindReadOnlyPaths")]
    if any(whole == one or whole.startswith(f"{one}/") for one in covered):
        return True
    if any(whole.startswith(f"{one}/") for one in emptied):
        return not any(whole == one or whole.startswith(f"{one}/") for one in shown)
    return False


def may_read(unit: Unit, path: str) -> bool:
    """Whether a unit's program can read a file of DIR: by its sight, its user, its groups and its capabilities."""
    if hidden(unit, path):
        return False
    user = unit.last("User") or "root"
    if user == "root":
        return "CAP_DAC_OVERRIDE" in unit.words("CapabilityBoundingSet") or _owner_reads(right_of(path), "root")
    if "CAP_DAC_READ_SEARCH" in unit.words("AmbientCapabilities"):
        return True
    right, groups = right_of(path), {user, *unit.words("SupplementaryGroups")}
    mode = right.file
    return bool(
        (right.owner == user and mode & stat.S_IRUSR)
        or (right.group in groups and mode & stat.S_IRGRP)
        or mode & stat.S_IROTH
    )


def _owner_reads(right: Right, user: str) -> bool:
    return right.owner == user and bool(right.file & stat.S_IRUSR)


def test_every_service_is_judged(units: dict[str, Unit]) -> None:
    assert {name for name in units if name.endswith(".service")} == MAY.keys()


@pytest.mark.parametrize("name", MAY)
def test_a_service_reads_its_own_keys_and_no_other(units: dict[str, Unit], name: str) -> None:
    assert {key for key in KEYS if may_read(units[name], key)} == MAY[name]


@pytest.mark.parametrize(
    "name", [name for name in MAY if name not in {"shailoo-intake.service", "shailoo-doctor.service"}]
)
def test_keys_of_others_are_out_of_sight_even_if_their_rights_were_wrong(units: dict[str, Unit], name: str) -> None:
    assert {key for key in KEYS if not hidden(units[name], key)} == MAY[name]


def test_only_the_intake_reads_what_opens_seals(units: dict[str, Unit]) -> None:
    assert [name for name, unit in units.items() if name.endswith(".service") and may_read(unit, SEALS[0])] == [
        "shailoo-intake.service"
    ]


def test_only_the_voter_list_and_the_backup_read_the_voter_list(units: dict[str, Unit]) -> None:
    services = {name: unit for name, unit in units.items() if name.endswith(".service")}
    assert {name for name, unit in services.items() if may_read(unit, "voters/lists/000001/voters.parquet")} == {
        "shailoo-voters.service",
        "shailoo-backup.service",
    }
    assert "shailoo-tizme.service" in {
        name for name, unit in services.items() if may_read(unit, "voters/finder/000001.db")
    }


@pytest.mark.parametrize("path", ["private/ab/abcdef", "private/tmp/stray"])
def test_only_the_door_of_cases_the_desks_and_the_backup_read_what_people_handed_in(
    units: dict[str, Unit], path: str
) -> None:
    services = {name: unit for name, unit in units.items() if name.endswith(".service")}
    own = {"shailoo-cases.service", "shailoo-staff.service"}
    assert {name for name, unit in services.items() if may_read(unit, path)} == {*own, "shailoo-backup.service"}
    hide = {name for name, unit in services.items() if hidden(unit, path)}
    root_of_policies = {"shailoo-policies.service"}  # its user reads what is its own; it has no capability
    assert services.keys() - hide - root_of_policies == {*own, "shailoo-backup.service"}


def test_the_door_of_cases_reads_entries_and_proofs_but_no_list_and_the_desks_only_the_register(
    units: dict[str, Unit],
) -> None:
    read = {
        name: {
            path
            for path in ("voters/register/000001/header.json", "voters/entries/000001/people.parquet",
                         "voters/lists/000001/leaves.bin", "voters/lists/000001/voters.parquet",
                         "voters/finder/000001.db", "voters/finder/secret.key", "voters/boundaries/000001.csv")
            if may_read(units[f"shailoo-{name}.service"], path)
        }
        for name in ("cases", "staff", "publisher", "copyist", "intake", "cosign")
    }  # fmt: skip
    assert read == {
        "cases": {"voters/register/000001/header.json", "voters/entries/000001/people.parquet",
                  "voters/lists/000001/leaves.bin", "voters/finder/000001.db"},
        "staff": {"voters/register/000001/header.json"},
        "publisher": set(), "copyist": set(), "intake": set(), "cosign": set(),
    }  # fmt: skip


def test_who_speaks_with_strangers_holds_no_key_and_who_holds_keys_speaks_with_none(units: dict[str, Unit]) -> None:
    for name in ("shailoo-intake.service", "shailoo-tizme.service"):
        assert units[name].words("IPAddressDeny") == ["any"]
        assert units[name].words("IPAddressAllow") == ["localhost"]
    for name in ("shailoo-publisher.service", "shailoo-copyist.service", "shailoo-compress.service"):
        assert units[name].last("PrivateNetwork") == "yes"


def test_no_two_programs_share_a_user_but_those_of_the_voter_list_and_of_the_public_folder(
    units: dict[str, Unit],
) -> None:
    users: dict[str, list[str]] = {}
    for name, unit in units.items():
        if name.endswith(".service"):
            users.setdefault(unit.last("User") or "root", []).append(name)
    shared = {user: names for user, names in users.items() if len(names) > 1}
    assert shared == {
        "shailoo-doctor": ["shailoo-alert@.service", "shailoo-doctor.service"],
        "shailoo-publisher": ["shailoo-compress.service", "shailoo-publisher.service"],
        "shailoo-voters": ["shailoo-tizme.service", "shailoo-voters.service"],
    }
    assert users["root"] == ["shailoo-policies.service"]


def test_every_user_and_group_is_made(root: Path, units: dict[str, Unit]) -> None:
    lines = (root / "etc/sysusers.d/shailoo.conf").read_text().splitlines()
    users = {line.split()[1] for line in lines if line.startswith("u ")}
    groups = {line.split()[1] for line in lines if line.startswith("g ")} | users
    members = {tuple(line.split()[1:3]) for line in lines if line.startswith("m ")}
    for unit in units.values():
        user = unit.last("User")
        assert not user or user in users
        for group in unit.words("SupplementaryGroups"):
            assert (user, group) in members
    assert {right.owner for right in RIGHTS} - {None, "root"} <= users
    assert {right.group for right in RIGHTS} - {"root"} <= groups


def test_systemd_takes_every_user(root: Path) -> None:
    command = [debian("systemd-sysusers", "systemd"), "--dry-run", str(root / "etc/sysusers.d/shailoo.conf")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, [line for line in done.stderr.splitlines() if "not a valid" in line]) == (0, [])


def test_a_store_that_nobody_has_opened_yet_can_be_written_by_every_program(tmp_path: Path) -> None:
    folder = tmp_path / "installation"
    Installation.create(folder, []).close()
    assert not (folder / "store.db").exists()
    put_right(folder, lambda *_: (-1, os.getgid()), lambda *_: None)
    assert stat.S_IMODE((folder / "store.db").stat().st_mode) == 0o660
    with Installation.open(folder) as opened:
        assert opened.store.last() == 0
    assert stat.S_IMODE((folder / "store.db").stat().st_mode) == 0o660


def test_systemd_takes_every_unit(root: Path) -> None:
    folder = root / "etc/systemd/system"
    names = [str(path) for path in sorted(folder.iterdir()) if "@" not in path.name]
    done = subprocess.run(
        [debian("systemd-analyze", "systemd"), "verify", "--man=no", "--recursive-errors=no", *names],
        capture_output=True, text=True, check=False, env={**os.environ, "SYSTEMD_UNIT_PATH": f"{folder}:"},
    )  # fmt: skip
    ours = [line for line in done.stderr.splitlines() if "shailoo" in line]
    assert ours == []


@pytest.mark.parametrize("name", [name for name in MAY if name != "shailoo-policies.service"])
def test_every_service_is_fenced_in(root: Path, name: str) -> None:
    command = [debian("systemd-analyze", "systemd"), "security", "--offline=yes", f"--threshold={int(STRICTEST * 10)}"]
    done = subprocess.run(
        [*command, "--no-pager", str(root / "etc/systemd/system" / name)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout.splitlines()[-1]


def test_whoever_fails_is_told_of(units: dict[str, Unit]) -> None:
    watched = set(MAY) - {"shailoo-alert@.service", "shailoo-compress.service", "shailoo-policies.service",
                          "shailoo-doctor.service"}  # fmt: skip
    assert {name for name in watched if units[name].last("OnFailure") == "shailoo-alert@%N.service"} == watched


def test_services_that_tell_when_they_are_ready_are_waited_for_and_started_again(units: dict[str, Unit]) -> None:
    for part in ("intake", "staff", "tizme", "cases", "publisher", "copyist", "cosign"):
        unit = units[f"shailoo-{part}.service"]
        assert (unit.last("Type"), unit.last("Restart")) == ("notify", "always")


def test_written_twice_changes_nothing_and_what_was_changed_is_put_back(root: Path) -> None:
    wanted = Wanted(Path(DIR), NAME, Path(sys.prefix) / "bin" / "shailoo", PORTS)
    assert install(wanted, served(), root) == []
    (root / "etc/systemd/system/shailoo-intake.service").write_text("")
    (root / "usr/local/sbin/shailoo-as").chmod(0o600)
    assert install(wanted, served(), root) == ["usr/local/sbin/shailoo-as", "etc/systemd/system/shailoo-intake.service"]


@pytest.mark.parametrize("script", ["shailoo-as", "shailoo-certificate"])
def test_the_scripts_are_right_for_the_shell_and_say_how_they_are_called(root: Path, script: str) -> None:
    place = root / "usr/local/sbin" / script
    assert subprocess.run(["sh", "-n", str(place)], check=False).returncode == 0
    done = subprocess.run([str(place)], capture_output=True, text=True, check=False)
    assert (done.returncode, "usage" in done.stderr) == (2, True)


def test_a_renewed_certificate_goes_where_nginx_looks_whole(root: Path, tmp_path: Path) -> None:
    hook = root / "etc/letsencrypt/renewal-hooks/deploy/shailoo"
    (tmp_path / "live").mkdir()
    (tmp_path / "tls").mkdir()
    for name in ("fullchain.pem", "privkey.pem"):
        (tmp_path / "live" / name).write_text(f"new {name}")
    told = {
        "PATH": "/usr/bin:/bin", "SHAILOO_TLS": str(tmp_path / "tls"), "SHAILOO_NO_RELOAD": "1",
        "RENEWED_LINEAGE": str(tmp_path / "live"),
    }  # fmt: skip
    subprocess.run([str(hook)], env={**told, "RENEWED_DOMAINS": "other.kg"}, check=True)
    assert list((tmp_path / "tls").iterdir()) == []
    subprocess.run([str(hook)], env={**told, "RENEWED_DOMAINS": f"other.kg {NAME}"}, check=True)
    assert (tmp_path / "tls/fullchain.pem").read_text() == "new fullchain.pem"
    assert stat.S_IMODE((tmp_path / "tls/privkey.pem").stat().st_mode) == 0o600
    assert len(list((tmp_path / "tls").iterdir())) == 2


def wrongly_said() -> Iterator[tuple[str, str, str]]:
    yield "Elections.KG", DIR, "small letters"
    yield "town.kg; return 200", DIR, "small letters"
    yield NAME, "/var/lib/my folder", "whole path"
    yield NAME, "/var/../etc", "whole path"
    yield NAME, "/home", "do not see"


@pytest.mark.parametrize(("host", "folder", "words"), list(wrongly_said()))
def test_a_name_or_a_place_that_would_break_the_files_is_refused(host: str, folder: str, words: str) -> None:
    with pytest.raises(BadPlace, match=words):
        check_wanted(Wanted(Path(folder), host, Path("/opt/shailoo/.venv/bin/shailoo"), PORTS), staged=False)


def test_every_file_gets_its_owner_and_rights_once(tmp_path: Path) -> None:
    folder = tmp_path / "installation"
    with Installation.create(folder, [SMALL]) as made:
        made.objects.put(b"sealed")
        made.store.last()
        (folder / "voters/finder").mkdir(parents=True)
        (folder / "voters/finder/secret.key").write_text("secret")
    given: dict[str, tuple[int, int]] = {}

    def chown(path: Path, owner: int, group: int) -> None:
        given[path.relative_to(folder).as_posix()] = (owner, group)

    put_right(folder, lambda owner, group: (-1 if owner is None else len(owner), len(group) + 70_000), chown)
    assert (folder / "publisher.lock").exists()
    modes = {path: oct(stat.S_IMODE((folder / path).stat().st_mode)) for path in given}
    (sealing,) = (folder / "keys").glob("sealing-*.key")
    key = sealing.relative_to(folder).as_posix()
    assert (given[key], modes[key]) == ((len("shailoo-intake"), 70_004), "0o600")
    assert given["keys/log.key"][0] == len("shailoo-publisher")
    assert modes["objects"] == "0o2770"
    assert modes["."] == "0o3771"
    assert modes["store.db"] == "0o660"
    assert modes["voters/finder/secret.key"] == "0o600"
    assert all((folder / name).is_dir() for name in FOLDERS)

    def named(about: os.stat_result) -> tuple[str, str]:
        del about
        return "root", "root"

    wrong = {one.path for one in found_wrong(folder, named, deep=False)}
    assert key in wrong
    assert not any(fnmatchcase(path, "objects/??") for path in wrong)


def test_the_table_of_disk_sizes_is_what_the_rule_says() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert renewed(text) == text


def test_every_command_of_the_document_is_one_that_there_is() -> None:
    said = set(re.findall(r"\bshailoo ((?:town )?[a-z]+)\b(?= |`|$)", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    known = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    known |= {f"town {one.callback.__name__}" for one in town.registered_commands if one.callback}
    known |= {group.name for group in app.registered_groups if group.name}
    assert {one for one in said if one.startswith("town ")} <= known
    assert {one for one in said if not one.startswith("town")} <= known
