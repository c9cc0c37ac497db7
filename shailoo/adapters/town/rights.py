"""Whose every file of a town's installation is, and who may read it.

One table: `install` puts it in force, `shailoo doctor` compares with it, and a test asks it which program may read
which key. Users and groups are those of `infra/town/sysusers.conf`.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

ROOT: Final = "root"
SHARED: Final = "shailoo"
PUBLIC: Final = "shailoo-public"
PRIVATE: Final = "shailoo-private"


@dataclass(frozen=True, slots=True)
class Right:
    """What holds for the paths below DIR that match a pattern; the first that matches counts.

    `owner` None: whoever made it. A pattern that ends with `/**` holds for everything below a folder too.
    """

    pattern: str
    owner: str | None
    group: str
    folder: int
    file: int


RIGHTS: Final = (
    # The folder is sticky: the store's log comes and goes in it, and nobody may replace what belongs to another.
    Right("", ROOT, SHARED, 0o3771, 0),
    Right("settings.json", ROOT, SHARED, 0, 0o644),
    Right("clock.json", ROOT, SHARED, 0, 0o644),
    Right("elections/**", ROOT, SHARED, 0o755, 0o644),
    Right("store.db*", None, SHARED, 0, 0o660),
    Right("store-v*.db", ROOT, ROOT, 0, 0o600),
    Right("objects/**", None, SHARED, 0o2770, 0o640),
    # What people handed in with their applications: for the door where they do, and for the desks that decide.
    Right("private/**", None, PRIVATE, 0o2770, 0o640),
    Right("notices/**", "shailoo-cases", "shailoo-cases", 0o700, 0o600),
    Right("identification/**", "shailoo-staff", "shailoo-staff", 0o700, 0o600),
    Right("uploads/**", None, SHARED, 0o2770, 0o640),
    Right("keys", ROOT, SHARED, 0o750, 0),
    Right("keys/sealing-*.key", "shailoo-intake", ROOT, 0, 0o600),
    Right("keys/receipt.key", "shailoo-intake", PRIVATE, 0, 0o640),
    Right("keys/receipt-*.key", "shailoo-intake", ROOT, 0, 0o600),
    Right("keys/persons.key", "shailoo-cases", PRIVATE, 0, 0o640),
    Right("keys/cabinet.key", "shailoo-cases", ROOT, 0, 0o600),
    Right("keys/citizens.secret", "shailoo-cases", ROOT, 0, 0o600),
    Right("keys/mail.secret", "shailoo-cases", ROOT, 0, 0o600),
    Right("keys/sms.secret", "shailoo-cases", ROOT, 0, 0o600),
    Right("keys/identification.secret", "shailoo-staff", ROOT, 0, 0o600),
    Right("keys/session*.key", "shailoo-staff", ROOT, 0, 0o600),
    Right("keys/identity*.secret", "shailoo-staff", ROOT, 0, 0o600),
    Right("keys/log*.key", "shailoo-publisher", ROOT, 0, 0o600),
    Right("keys/*.pub", ROOT, SHARED, 0, 0o644),
    Right("keys/*.vkey", ROOT, SHARED, 0, 0o644),
    Right("keys/**", ROOT, ROOT, 0o700, 0o600),
    Right("metrics/**", None, SHARED, 0o2770, 0o660),
    Right("publisher.lock", "shailoo-publisher", SHARED, 0, 0o660),
    Right("copyist.lock", "shailoo-copyist", SHARED, 0, 0o660),
    Right("publisher/**", "shailoo-publisher", SHARED, 0o2755, 0o664),
    Right("metrics/**", None, SHARED, 0o2770, 0o640),
    Right("cache/**", None, PUBLIC, 0o2775, 0o664),
    Right("public/**", None, PUBLIC, 0o2775, 0o664),
    # Of the voter list the door of cases reads the index of entries, the leaves of the proof, the stations and the
    # register; the desks read the register, which has places and no people.
    Right("voters", "shailoo-voters", PRIVATE, 0o2710, 0),
    Right("voters/register/**", "shailoo-voters", PRIVATE, 0o2750, 0o640),
    Right("voters/entries/**", "shailoo-voters", PRIVATE, 0o2750, 0o640),
    Right("voters/finder", "shailoo-voters", PRIVATE, 0o2750, 0),
    Right("voters/finder/*.db", "shailoo-voters", PRIVATE, 0, 0o640),
    Right("voters/lists/*/leaves.bin", "shailoo-voters", PRIVATE, 0, 0o640),
    Right("voters/lists", "shailoo-voters", PRIVATE, 0o2750, 0),
    Right("voters/lists/*", "shailoo-voters", PRIVATE, 0o2750, 0o600),
    Right("voters/**", "shailoo-voters", "shailoo-voters", 0o700, 0o600),
    Right("backup/store.db*", "shailoo-backup", SHARED, 0, 0o600),
    Right("backup/**", "shailoo-backup", SHARED, 0o2750, 0o660),
    Right("doctor/**", "shailoo-doctor", SHARED, 0o2750, 0o660),
)
"""What stands in no line is root's alone."""
_OTHER: Final = Right("**", ROOT, ROOT, 0o700, 0o600)
FOLDERS: Final = ("elections", "objects", "objects/tmp", "private", "private/tmp", "uploads", "keys", "publisher",
                  "metrics", "cache", "public", "voters", "backup", "doctor")  # fmt: skip
"""Folders that are made where they are missing."""
FILES: Final = ("store.db", "publisher.lock", "copyist.lock")
"""Files that are made empty where they are missing: whoever opened them first would else be the only one to write."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """A path that has other rights than it should."""

    path: str
    has: str
    wants: str


def right_of(path: str) -> Right:
    """What holds for a path below DIR ("" is DIR itself)."""
    for right in RIGHTS:
        base = right.pattern.removesuffix("/**")
        if right.pattern == path or (base != right.pattern and (path == base or path.startswith(f"{base}/"))):
            return right
        if right.pattern and "/**" not in right.pattern and fnmatchcase(path, right.pattern):
            return right
    return _OTHER


def found_wrong(folder: Path, names: Callable[[os.stat_result], tuple[str, str]], *, deep: bool) -> Iterator[Wrong]:
    """Every path with other rights than the table gives it. `names`: owner and group of what was stated.

    Not `deep`: only DIR, what lies in it, and the keys; what the programs made below belongs to them as it is made.
    """
    for path, about in _walk(folder, deep=deep):
        right = right_of(path)
        owner, group = names(about)
        wants = _mode(right, about)
        if owner != (right.owner or owner) or group != right.group or stat.S_IMODE(about.st_mode) != wants:
            yield Wrong(
                path or ".",
                f"{owner}:{group} {stat.S_IMODE(about.st_mode):04o}",
                f"{right.owner or owner}:{right.group} {wants:04o}",
            )


def put_right(
    folder: Path,
    ids: Callable[[str | None, str], tuple[int, int]],
    chown: Callable[[Path, int, int], None] = os.lchown,
) -> int:
    """Give every path the rights of the table; returns how many were changed. Links are never followed.

    `ids`: the numbers of an owner (None: -1, as it is) and of a group. What is missing of FOLDERS and FILES is made.
    """
    for name in FOLDERS:
        (folder / name).mkdir(parents=True, exist_ok=True)
    for name in FILES:
        (folder / name).touch(exist_ok=True)
    changed = 0
    for path, about in _walk(folder, deep=True):
        right, place = right_of(path), folder / path
        owner, group = ids(right.owner, right.group)
        wants = _mode(right, about)
        if (about.st_uid if owner == -1 else owner, group) != (about.st_uid, about.st_gid):
            chown(place, owner, group)
            place.chmod(wants)  # a change of owner takes the set-id bits away
            changed += 1
        elif stat.S_IMODE(about.st_mode) != wants:
            place.chmod(wants)
            changed += 1
    return changed


def _mode(right: Right, about: os.stat_result) -> int:
    if stat.S_ISDIR(about.st_mode):
        return right.folder or _OTHER.folder
    return right.file or _OTHER.file


def _walk(folder: Path, *, deep: bool) -> Iterator[tuple[str, os.stat_result]]:
    """Files and folders below DIR, DIR first; nothing that is a link or anything else."""
    yield "", folder.stat()
    waiting = [""]
    while waiting:
        below = waiting.pop()
        for entry in sorted(os.scandir(folder / below), key=lambda one: one.name):
            if entry.is_symlink():
                continue
            path = f"{below}/{entry.name}" if below else entry.name
            if entry.is_dir():
                if deep or path == "keys":
                    waiting.append(path)
            elif not entry.is_file():
                continue
            yield path, entry.stat(follow_symlinks=False)
