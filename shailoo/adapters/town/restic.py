"""Debian's restic, as backups use it: encrypted, incremental, and every way in which it fails as one sentence.

Its own words may name paths; they stay here. It is asked with arguments of ours; the password stays in its file.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import stat
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from shailoo.errors import NotFound, Refused, ShailooError, StorageFailed

_OTHERS_MAY = 0o077
_SOME_NOT_READ = 3
"""restic's exit code when a snapshot was made, but not of everything."""


class NoRepository(NotFound):
    """There is no repository at this place yet."""

    code = "no-backup-repository"


class WrongPassword(Refused):
    """The password does not open the repository."""

    code = "wrong-backup-password"


class RepositoryDamaged(StorageFailed):
    """Parts of the repository are missing or are not what they were."""

    code = "backup-damaged"


_SAYS: Final[tuple[tuple[tuple[str, ...], type[ShailooError], str], ...]] = (
    (
        ("wrong password", "no key found"),
        WrongPassword,
        "The password does not open this repository. Without the right one nothing can be restored.",
    ),
    (
        ("no space left", "disk quota", "file too large"),
        StorageFailed,
        "The disk of the backups is full; the earlier backups are whole. Make room, or: shailoo backup --forget",
    ),
    (
        ("is there a repository", "unable to open config", "does not exist"),
        NoRepository,
        "There is no repository at this place. For the first backup add --init; else look at it.",
    ),
    (
        ("already locked",),
        StorageFailed,
        "Another program works on this repository at the moment; try again later.",
    ),
    (
        ("ciphertext verification failed", "invalid data", "not found in index", "hash does not match",
         "unexpected eof", "pack file", "does not match id", "load(", "no such file", "invalid character", "tree ",
         "index "),
        RepositoryDamaged,
        "The repository is damaged. Use another copy of it; `restic check --read-data` says what is left.",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Repository:
    """A place of backups and the file with its password."""

    place: str
    password_file: Path

    def check_password_file(self) -> None:
        """Raises Refused unless the file is there, not empty, and its owner's alone."""
        try:
            about = self.password_file.stat()
        except OSError as error:
            raise Refused(
                "The file with the backup's password cannot be read. Make one: openssl rand -hex 32, rights 0600; keep"
                " a copy of it away from this machine.",
                file=self.password_file.name,
            ) from error
        if stat.S_IMODE(about.st_mode) & _OTHERS_MAY:
            raise Refused(
                "Others may read the backup's password; set its rights to 0600.", file=self.password_file.name
            )
        if about.st_size == 0:
            raise Refused("The file with the backup's password is empty.", file=self.password_file.name)

    def exists(self) -> bool:
        """Whether there is a repository that the password opens. Raises WrongPassword, and what else hinders."""
        try:
            self.run("cat", "config")
        except NoRepository:
            return False
        return True

    def init(self) -> None:
        """Make the repository."""
        self.run("init")

    def run(self, *arguments: str, folder: Path | None = None, may_miss: Sequence[str] = ()) -> list[dict[str, Any]]:
        """Run restic; returns the objects that it says. Raises what `_SAYS` lists.

        `may_miss`: beginnings of paths that may have gone while it read; anything else that it could not read is an
        error.
        """
        program = shutil.which("restic")
        if program is None:
            raise NotFound("Backups are made by Debian's restic. As root: apt-get install restic")
        command = [program, "--json", "--repo", self.place, "--password-file", str(self.password_file), *arguments]
        done = subprocess.run(  # noqa: S603 -- found by its name on the machine's own path, arguments of ours
            command, cwd=folder, env=dict(os.environ), capture_output=True, text=True, check=False,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        if done.returncode == _SOME_NOT_READ and all(_is_below(one, may_miss) for one in _not_read(done.stderr)):
            return _objects(done.stdout)
        if done.returncode != 0:
            raise _error(done.returncode, done.stderr)
        return _objects(done.stdout)


def _objects(text: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for line in text.splitlines():
        with contextlib.suppress(ValueError):  # beside its objects, one a line, it says things to people
            said = json.loads(line)
            found += [one for one in (said if isinstance(said, list) else [said]) if isinstance(one, dict)]
    return found


def _not_read(stderr: str) -> list[str]:
    """The paths that a backup could not read."""
    return [str(one.get("item", "")) for one in _objects(stderr) if one.get("message_type") == "error"]


def _is_below(path: str, folders: Sequence[str]) -> bool:
    return any(f"/{folder}/" in path or path.startswith(f"{folder}/") for folder in folders)


def _error(code: int, stderr: str) -> ShailooError:
    said = stderr.lower()
    if code == _SOME_NOT_READ:
        if any(words in said for words in _SAYS[1][0]):
            return StorageFailed(_SAYS[1][2], exit=code)
        return StorageFailed(
            "Not everything could be read; this backup does not count. Look at rights, then call it again.",
            paths=len(_not_read(stderr)),
        )
    for words, kind, sentence in _SAYS:
        if any(one in said for one in words):
            return kind(sentence, exit=code)
    return StorageFailed("restic could not do it. Call it by hand to see why.", exit=code)
