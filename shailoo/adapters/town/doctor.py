"""A look at everything without which a night goes wrong, each with what to do about it.

It reads, and changes nothing. It needs no key and opens none: which key is there it sees by the names of the files.
"""

from __future__ import annotations

import contextlib
import grp
import os
import pwd
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from shailoo.adapters.store_schema import NEWEST, version_of
from shailoo.adapters.town import probes
from shailoo.adapters.town.backup import log_head, read_receipt
from shailoo.adapters.town.rights import ROOT, found_wrong, right_of
from shailoo.errors import ShailooError
from shailoo.model.case_calendar import CaseCalendar
from shailoo.model.record import Publication, read_record
from shailoo.records.checkpoint import Checkpoint
from shailoo.records.note import SignedNote
from shailoo.rules.disk_need import MB, disk_need
from shailoo.rules.machine_findings import Finding, graded

SERVICES: Final = tuple(f"shailoo-{part}.service" for part in ("intake", "staff", "publisher", "copyist"))
CASES: Final = "shailoo-cases.service"
"""Runs only where applications are taken."""
_FEW = 5
_LATE = timedelta(minutes=2)
_OWN = ("publication/", "opening/", "cosigned/", "refused-hour/")
"""Records that the programs make themselves; nothing waits for them."""


@dataclass(frozen=True, slots=True)
class Patient:
    """What is looked at, and how the machine is asked: tests ask otherwise."""

    folder: Path
    origin: str
    sealing: Mapping[str, str]
    """Election -> id of the key to which its boxes seal."""
    stations: int
    now: datetime
    """By the machine's clock."""
    told: datetime
    """By the installation's clock, which may play an evening again."""
    https: tuple[str, int] = ("127.0.0.1", 443)
    cases: Mapping[str, CaseCalendar] = field(default_factory=dict)
    """Election -> when its applications are filed; empty where none are taken."""
    secrets: tuple[str, ...] = ()
    """Files of secrets that the settings name, relative to the folder."""
    clock: Callable[[], bool | None] = probes.clock_synchronised
    disk: Callable[[Path], probes.Disk] = probes.disk
    memory: Callable[[], tuple[int, int] | None] = probes.memory
    services: Callable[[tuple[str, ...]], dict[str, str] | None] = probes.service_states
    names: Callable[[os.stat_result], tuple[str, str]] = field(default_factory=lambda: names_of)


def examine(patient: Patient) -> list[Finding]:
    """Everything, in the order in which it matters. A look that fails is a finding too."""
    findings: list[Finding] = []
    for look in (
        _clock,
        _disk,
        _memory,
        _keys,
        _rights,
        _store,
        _log,
        _work,
        _uploads,
        _cases,
        _certificate,
        _services,
        _backup,
    ):
        try:
            findings += look(patient)
        except (OSError, sqlite3.Error, ShailooError, ValueError) as error:
            name = look.__name__.removeprefix("_")
            findings.append(
                Finding(name, "bad", f"it cannot be looked at ({type(error).__name__})", "Look at the folder's rights.")
            )
    return findings


def _clock(patient: Patient) -> Iterator[Finding]:
    said = patient.clock()
    advice = "apt-get install systemd-timesyncd; timedatectl set-ntp true; timedatectl timesync-status"
    if said is None:
        yield Finding("clock", "warn", "nobody on this machine says whether its clock is right", advice)
    elif not said:
        yield Finding("clock", "bad", "the clock is not synchronised", advice)
    else:
        yield Finding("clock", "ok", "synchronised")


def _disk(patient: Patient) -> Iterator[Finding]:
    room, need = patient.disk(patient.folder), disk_need(stations=max(patient.stations, 1))
    used = sum(one.stat().st_size for one in patient.folder.glob("store.db*"))
    left = max(need.bytes - used, need.bytes // 4)
    level = graded(room.free, warn=left, bad=min(left / 4, 2_000 * MB))
    advice = "" if level == "ok" else "Make room or enlarge the disk: docs/town.md, 'How large a disk'."
    yield Finding("disk", level, f"{room.free // MB:,} MB free, the election needs up to {left // MB:,} MB", advice)
    if room.free_files is not None:
        level = graded(room.free_files, warn=need.files, bad=need.files / 4)
        advice = "" if level == "ok" else "The file system has too few inodes: make it anew with more (mkfs -N)."
        yield Finding("files", level, f"{room.free_files:,} files may still be made, {need.files:,} are needed", advice)


def _memory(patient: Patient) -> Iterator[Finding]:
    known = patient.memory()
    if known is None:
        yield Finding("memory", "warn", "the system does not say how much memory there is", "Look by hand: free -m")
        return
    free, total = known
    level = graded(free / total, warn=0.10, bad=0.04)
    advice = "" if level == "ok" else "See what takes it: systemd-cgtop -m; add memory before the night."
    yield Finding("memory", level, f"{free // MB:,} of {total // MB:,} MB to be had", advice)


def _keys(patient: Patient) -> Iterator[Finding]:
    keys = patient.folder / "keys"
    there = {one.name for one in keys.iterdir()}
    wanted = {"receipt.key", "log.key", "session.key"} | {f"sealing-{name}.key" for name in patient.sealing.values()}
    if patient.cases:
        wanted |= {"persons.key", "cabinet.key"}
    wanted |= {name.removeprefix("keys/") for name in patient.secrets}
    unread = sorted(name for name in patient.secrets if right_of(name).owner == ROOT)
    if unread:
        yield Finding(
            "secrets", "bad", f"no service reads {', '.join(unread)}",
            "Name it in settings.json as docs/town.md, 'What runs', does; then shailoo town rights.",
        )  # fmt: skip
    missing = sorted(wanted - there)
    if missing:
        yield Finding(
            "keys", "bad", f"missing: {', '.join(missing)}",
            "Bring them back from where keys are kept (docs/keys.md). A log that has begun never gets a new key.",
        )  # fmt: skip
    else:
        yield Finding("keys", "ok", f"{len(wanted)} keys that the settings name are there")


def _rights(patient: Patient) -> Iterator[Finding]:
    readable = [
        one.name
        for one in sorted((patient.folder / "keys").iterdir())
        if one.suffix in {".key", ".secret"} and one.stat().st_mode & 0o077 & ~right_of(f"keys/{one.name}").file
    ]
    if readable:
        yield Finding(
            "rights", "bad", f"others may read {', '.join(readable[:_FEW])}",
            f"shailoo town rights --dir {patient.folder}; then think whether somebody has (docs/keys.md).",
        )  # fmt: skip
        return
    if not _users_exist():
        yield Finding(
            "rights", "warn", "the services have no users of their own here",
            "shailoo town install makes them; without them each program could read every key.",
        )  # fmt: skip
        return
    wrong = list(found_wrong(patient.folder, patient.names, deep=False))
    if wrong:
        first = wrong[0]
        yield Finding(
            "rights", "bad", f"{len(wrong)} paths, first {first.path}: is {first.has}, should be {first.wants}",
            f"shailoo town rights --dir {patient.folder}",
        )  # fmt: skip
    else:
        yield Finding("rights", "ok", "every file belongs to whom it should")


def _users_exist() -> bool:
    with contextlib.suppress(KeyError):
        return pwd.getpwnam("shailoo-intake") is not None
    return False


def _store(patient: Patient) -> Iterator[Finding]:
    with _reading(patient) as db:
        version = version_of(db)
        last = int(db.execute("SELECT coalesce(max(seq), 0) FROM record").fetchone()[0])
    if version != NEWEST:
        yield Finding(
            "store", "bad", f"version {version}, this software works with {NEWEST}",
            "Stop the services, then: shailoo upgrade",
        )  # fmt: skip
    else:
        yield Finding("store", "ok", f"version {version}, {last} records")


def _log(patient: Patient) -> Iterator[Finding]:
    path = patient.folder / "public/results/log/checkpoint"
    with _reading(patient) as db:
        head = log_head(db)
    if not path.exists():
        level, says = ("ok", "no log yet") if head is None else ("bad", "the public log is missing")
        yield Finding("log", "bad" if level == "bad" else "ok", says, "" if level == "ok" else "shailoo build")
        return
    shown = Checkpoint.parse(SignedNote.parse(path.read_bytes()).text)
    if head is None or shown.size > head.size or (shown.size == head.size and shown.root.hex() != head.root):
        yield Finding(
            "log", "bad", f"the public shows a head of {shown.size} that the store does not know",
            "Stop the publisher. Is this a restored store? docs/town.md, 'When the machine is lost'.",
        )  # fmt: skip
    else:
        yield Finding("log", "ok", f"{shown.size} entries, as the store has them")


def _work(patient: Patient) -> Iterator[Finding]:
    with _reading(patient) as db:
        row = db.execute("SELECT body FROM record WHERE key LIKE 'publication/%' ORDER BY key DESC LIMIT 1").fetchone()
        newest = read_record(row[0]) if row is not None else None
        upto = newest.upto if isinstance(newest, Publication) else 0
        rows = db.execute("SELECT key, body FROM record WHERE seq > ? ORDER BY seq LIMIT 5000", (upto,)).fetchall()
        copies = _copies_waiting(db)
        queued = db.execute(
            "SELECT body FROM record WHERE key LIKE 'voter-list/%' ORDER BY key DESC LIMIT 1"
        ).fetchone()
    waiting = [body for key, body in rows if not key.startswith(_OWN)]
    age = max((patient.told - when for when in map(_when, waiting[:1]) if when is not None), default=timedelta(0))
    if waiting and age > _LATE:
        yield Finding(
            "publication", "bad", f"{len(waiting)} records wait, the first for {int(age.total_seconds())} s",
            "Does the publisher run? journalctl -u shailoo-publisher; docs/runbook.md, 'publisher stuck'.",
        )  # fmt: skip
    else:
        yield Finding("publication", "ok", f"{len(waiting)} records wait")
    level = graded(-copies, warn=-100, bad=-2_000)
    yield Finding(
        "copies", level, f"{copies} scanned documents wait for their copy",
        "" if level == "ok" else "Does the copyist run? journalctl -u shailoo-copyist",
    )  # fmt: skip
    if queued is not None:
        people = int(getattr(read_record(queued[0]), "queued", 0))
        yield Finding(
            "voters", "ok" if people == 0 else "warn", f"{people} people are on no list yet",
            "" if people == 0 else "shailoo-as voters voters queue --dir DIR: who, and why (private).",
        )  # fmt: skip


def _copies_waiting(db: sqlite3.Connection) -> int:
    """Documents that have neither a copy nor a word that none can be made."""
    received = {key.partition("/")[2] for (key,) in db.execute("SELECT key FROM record WHERE key LIKE 'document/%'")}
    done = "SELECT key FROM record WHERE key LIKE 'copy/%' OR key LIKE 'unreadable/%'"
    return len(received - {key.partition("/")[2].rpartition("/")[0] for (key,) in db.execute(done)})


def _when(body: bytes) -> datetime | None:
    record = read_record(body)
    found = next((getattr(record, name) for name in ("arrived", "entered", "made") if hasattr(record, name)), None)
    return found if isinstance(found, datetime) else None


def _uploads(patient: Patient) -> Iterator[Finding]:
    folder = patient.folder / "uploads"
    old = patient.now.timestamp() - 2 * 86_400
    found = list(folder.glob("*/*/about.json")) if folder.exists() else []
    stale = sum(1 for one in found if one.stat().st_mtime < old)
    yield Finding(
        "uploads", "warn" if stale else "ok", f"{len(found)} uploads are not finished, {stale} for more than two days",
        "The copyist sweeps them: does it run?" if stale else "",
    )  # fmt: skip


def _cases(patient: Patient) -> Iterator[Finding]:
    """The calendars of applications: somebody may file, will, or could."""
    for election, calendar in sorted(patient.cases.items()):
        today = patient.told.date()
        open_now = sum(1 for one in calendar.windows.values() if one.first <= today <= one.last)
        later = sum(1 for one in calendar.windows.values() if today < one.first)
        says = f"{election}: {open_now} kinds of applications are taken today, {later} later"
        if not calendar.marks:
            yield Finding(
                "cases", "warn", f"{election}: no day on which the lists close",
                "Name it in settings.json, `cases`: docs/operators.md, 'Applications and other cases'.",
            )  # fmt: skip
        else:
            yield Finding("cases", "ok", says)


def _certificate(patient: Patient) -> Iterator[Finding]:
    scheme, _, name = patient.origin.partition("://")
    if scheme != "https":
        yield Finding("certificate", "ok", "this installation answers without TLS, on this machine only")
        return
    name = name.partition(":")[0]
    shown = probes.shown_certificate(patient.https[0], name, patient.https[1])
    renew = "shailoo-certificate MAIL; systemctl status certbot.timer"
    if shown is None:
        yield Finding("certificate", "bad", "nobody answers with TLS", "systemctl status nginx; nginx -t")
        return
    days = (shown.ends - patient.now.astimezone(UTC)).days
    if not any(_covers(pattern, name) for pattern in shown.names):
        yield Finding("certificate", "bad", "the certificate is another host's", renew)
    elif shown.self_signed:
        yield Finding("certificate", "warn", "the certificate is one that no browser trusts", renew)
    else:
        level = graded(days, warn=14, bad=3)
        yield Finding("certificate", level, f"{days} days left", "" if level == "ok" else renew)


def _covers(pattern: str, name: str) -> bool:
    return pattern == name or (pattern.startswith("*.") and pattern[2:] == name.partition(".")[2])


def _services(patient: Patient) -> Iterator[Finding]:
    own = (*SERVICES, *((CASES,) if patient.cases else ()))
    states = patient.services((*own, "nginx.service"))
    if states is None:
        yield Finding("services", "warn", "no systemd here to ask", "See yourself whether the programs run: ps")
        return
    down = [f"{name} {state}" for name, state in sorted(states.items()) if state != "active"]
    if down:
        advice = f"systemctl status {down[0].split()[0]}; journalctl -u {down[0].split()[0]}"
        yield Finding("services", "bad", ", ".join(down), advice)
    else:
        yield Finding("services", "ok", f"{len(states)} run")


def _backup(patient: Patient) -> Iterator[Finding]:
    receipt = read_receipt(patient.folder)
    if receipt is None:
        yield Finding("backup", "bad", "there was never a backup", "docs/town.md, 'Backups'")
        return
    with _reading(patient) as db:
        behind = int(db.execute("SELECT coalesce(max(seq), 0) FROM record").fetchone()[0]) - receipt.about.last
    hours = (patient.now - receipt.finished).total_seconds() / 3600
    level = graded(-hours, warn=-1 if behind else -24, bad=-24 if behind else -72)
    advice = "" if level == "ok" else "journalctl -u shailoo-backup; then try it by hand: docs/town.md, 'Backups'"
    yield Finding("backup", level, f"{hours:.1f} hours old, {behind} records since", advice)


@contextlib.contextmanager
def _reading(patient: Patient) -> Iterator[sqlite3.Connection]:
    path = patient.folder / "store.db"
    with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=10)) as db:
        yield db


def names_of(about: os.stat_result) -> tuple[str, str]:
    """Owner and group by name; by number where they have none."""
    owner, group = str(about.st_uid), str(about.st_gid)
    with contextlib.suppress(KeyError):
        owner = pwd.getpwuid(about.st_uid).pw_name
    with contextlib.suppress(KeyError):
        group = grp.getgrgid(about.st_gid).gr_name
    return owner, group
