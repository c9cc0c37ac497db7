"""A backup is whole, whatever goes on meanwhile; it comes back verified, or says in one sentence why not."""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shailoo.adapters.town.backup import BackupBusy, Receipt, _alone, backup, copy_store, forget, read_receipt
from shailoo.adapters.town.restic import NoRepository, Repository, RepositoryDamaged, WrongPassword
from shailoo.adapters.town.restore import BackupUntrue, NotEmpty, restore
from shailoo.assembly import Installation
from shailoo.errors import NotFound, Refused, ShailooError, StorageFailed
from tests.journey.nights import keep_prose, shailoo, tree
from tests.law.source import ROOT
from tests.town.machine import debian

AT = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Repository, list[Receipt]]:
    """A rehearsal of the five-station election, backed up again and again while it is played."""
    debian("restic", "restic")
    work = tmp_path_factory.mktemp("night")
    repository, folder = Repository(str(work / "repository"), password(work)), work / "installation"
    command = [sys.executable, "-m", "shailoo.cli", "rehearse", "--election", "small", "--dir", str(folder)]
    receipts: list[Receipt] = []
    keep_prose(folder)
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as playing:
        while playing.poll() is None:
            if (folder / "store.db").exists():
                with contextlib.suppress(NotFound, StorageFailed):  # before its tables are there
                    receipts.append(backup(folder, repository, at=AT, keys=True, init=True))
            time.sleep(0.1)
        assert playing.returncode == 0
    receipts.append(backup(folder, repository, at=AT, keys=True, init=False))
    return folder, repository, receipts


def password(folder: Path, text: str = "correct horse") -> Path:
    path = folder / f"password-{text.replace(' ', '-')}"
    path.touch(mode=0o600)
    path.write_text(text)
    return path


def restored(repository: Repository, folder: Path, snapshot: str = "latest") -> subprocess.CompletedProcess[str]:
    keep_prose(folder.with_name("prose"))
    return shailoo(
        "restore", "--from", repository.place, "--dir", str(folder), "--snapshot", snapshot, "--password-file",
        str(repository.password_file),
    )  # fmt: skip


def test_a_backup_of_the_middle_of_a_night_comes_back_verified(
    night: tuple[Path, Repository, list[Receipt]], tmp_path: Path
) -> None:
    _, repository, receipts = night
    assert len(receipts) > 3
    assert [one.about.last for one in receipts] == sorted(one.about.last for one in receipts)
    end = receipts[-1].about
    middle = next(one for one in receipts if one.about.last > end.last // 2)
    assert middle.about.last < end.last
    said = restored(repository, tmp_path / "middle", middle.snapshot)
    assert (said.returncode, said.stderr) == (0, "")
    assert "verified: OK" in said.stdout
    with Installation.open(tmp_path / "middle") as back:
        assert back.store.last() >= middle.about.last


def test_every_backup_of_the_night_holds_every_object_that_its_records_name(
    night: tuple[Path, Repository, list[Receipt]], tmp_path: Path
) -> None:
    _, repository, receipts = night
    for number, one in enumerate(receipts[:: max(1, len(receipts) // 4)]):
        back = restore(repository, tmp_path / str(number), one.snapshot)
        assert (back.about, back.records) == (one.about, one.about.last)


def test_what_came_back_makes_the_same_public_files_and_the_same_log(
    night: tuple[Path, Repository, list[Receipt]], tmp_path: Path
) -> None:
    folder, repository, receipts = night
    assert restored(repository, tmp_path / "end").returncode == 0
    for part in ("log", "data/small"):
        mine, theirs = tree(tmp_path / "end/public/results" / part), tree(folder / "public/results" / part)
        assert mine == theirs
    assert receipts[-1].about.head is not None
    assert tree(tmp_path / "end/objects") == {
        path: digest for path, digest in tree(folder / "objects").items() if not path.startswith("tmp/")
    }


def test_a_backup_holds_no_key_that_opens_seals_and_none_at_all_unless_asked(
    night: tuple[Path, Repository, list[Receipt]], tmp_path: Path
) -> None:
    folder, repository, _ = night
    (folder / "keys/sealing-0123456789abcdef.key").write_text("secret")
    with_keys = backup(folder, repository, at=AT, keys=True, init=False)
    without = backup(folder, repository, at=AT, keys=False, init=False)
    restore(repository, tmp_path / "with", with_keys.snapshot)
    assert {one.name for one in (tmp_path / "with/keys").iterdir()} >= {"log.key", "receipt.key"}
    assert list((tmp_path / "with/keys").glob("sealing-*.key")) == []
    said = restored(repository, tmp_path / "without", without.snapshot)
    assert said.returncode == 0
    assert not (tmp_path / "without/keys").exists()
    assert "a new key would begin a new log" in said.stdout
    assert read_receipt(folder) == without


def test_a_second_backup_adds_next_to_nothing(night: tuple[Path, Repository, list[Receipt]]) -> None:
    folder, repository, _ = night
    again = backup(folder, repository, at=AT, keys=False, init=False)
    assert again.total_bytes > 1_000_000
    assert again.added_bytes < again.total_bytes // 5


def test_a_backup_that_was_killed_hurts_neither_the_earlier_ones_nor_the_next(
    night: tuple[Path, Repository, list[Receipt]], tmp_path: Path
) -> None:
    folder, repository, receipts = night
    for wait in (0.3, 0.8, 1.3):
        command = [sys.executable, "-m", "shailoo.cli", "backup", "--dir", str(folder), "--to", repository.place]
        with subprocess.Popen(
            [*command, "--password-file", str(repository.password_file)],
            cwd=ROOT, start_new_session=True, stdout=subprocess.DEVNULL,
        ) as working:  # fmt: skip
            time.sleep(wait)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(working.pid, signal.SIGKILL)
    after = backup(folder, repository, at=AT, keys=False, init=False)
    assert restore(repository, tmp_path / "after", after.snapshot).records == receipts[-1].about.last


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """An installation with a record, of no election."""
    folder = tmp_path / "installation"
    with Installation.create(folder, []) as made:
        assert made.store.last() == 0
    return folder


@pytest.fixture
def repository(tmp_path: Path, small: Path) -> Repository:
    made = Repository(str(tmp_path / "repository"), password(tmp_path))
    backup(small, made, at=AT, keys=False, init=True)
    return made


def test_a_first_backup_wants_to_be_told_that_it_is_the_first(tmp_path: Path, small: Path) -> None:
    with pytest.raises(NoRepository, match="--init"):
        backup(small, Repository(str(tmp_path / "new"), password(tmp_path)), at=AT, keys=False, init=False)


def test_a_wrong_password_is_said_to_be_wrong(tmp_path: Path, small: Path, repository: Repository) -> None:
    wrong = Repository(repository.place, password(tmp_path, "battery staple"))
    with pytest.raises(WrongPassword):
        backup(small, wrong, at=AT, keys=False, init=True)
    with pytest.raises(WrongPassword):
        restore(wrong, tmp_path / "back")


def test_a_password_that_others_may_read_is_not_used(tmp_path: Path, small: Path, repository: Repository) -> None:
    repository.password_file.chmod(0o640)
    with pytest.raises(Refused, match="0600"):
        backup(small, repository, at=AT, keys=False, init=False)
    with pytest.raises(Refused, match="openssl rand"):
        restore(Repository(repository.place, tmp_path / "nowhere"), tmp_path / "back")


def test_a_damaged_repository_is_said_to_be_damaged(tmp_path: Path, repository: Repository) -> None:
    for pack in (Path(repository.place) / "data").rglob("*"):
        if pack.is_file():
            pack.chmod(0o600)
            pack.write_bytes(b"\x00" * pack.stat().st_size)
    with pytest.raises(RepositoryDamaged):
        restore(repository, tmp_path / "back")
    assert not (tmp_path / "back/store.db").exists()


def test_nothing_is_restored_over_anything(tmp_path: Path, small: Path, repository: Repository) -> None:
    before = tree(small)
    with pytest.raises(NotEmpty):
        restore(repository, small)
    assert tree(small) == before
    assert tmp_path.exists()


def test_old_backups_go_and_the_newest_stays(tmp_path: Path, small: Path, repository: Repository) -> None:
    newest = backup(small, repository, at=AT, keys=False, init=False)
    forget(repository)
    assert restore(repository, tmp_path / "back", newest.snapshot).about == newest.about


def test_two_backups_at_once_are_one_too_many(small: Path, repository: Repository) -> None:
    with _alone(small / "backup/lock"), pytest.raises(BackupBusy):
        backup(small, repository, at=AT, keys=False, init=False)


@contextlib.contextmanager
def largest_file(limit: int) -> Iterator[None]:
    """A disk that takes no file beyond so many bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_said_to_be_full_and_the_copy_before_stays(small: Path, repository: Repository) -> None:
    assert repository.exists()
    before = (small / "backup/store.db").read_bytes()
    with Installation.open(small) as one:
        one.store.append("k/1", b"x" * 100_000)
    with largest_file(60_000), pytest.raises(StorageFailed, match="disk's space"):
        copy_store(small, at=AT, keys=False)
    assert (small / "backup/store.db").read_bytes() == before


@pytest.mark.parametrize(
    ("said", "kind", "words"),
    [
        (("Fatal: write /backup/x: no space left on device", 1), StorageFailed, "disk of the backups is full"),
        (("Fatal: wrong password or no key found", 1), WrongPassword, "password"),
        (("unable to open config file: stat x: no such file\nIs there a repository at", 1), NoRepository, "--init"),
        (("Fatal: ciphertext verification failed", 1), RepositoryDamaged, "damaged"),
        (('{"message_type":"error","error":{},"item":"/x/objects/ab/abc"}', 3), StorageFailed, "Not everything"),
        (('{"message_type":"error","error":{},"item":"/x/uploads/ab/abc"}', 3), None, ""),
        (("something unheard of", 1), StorageFailed, "by hand"),
    ],
)
def test_whatever_restic_says_becomes_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: tuple[str, int], kind: type[ShailooError] | None, words: str
) -> None:
    says, code = said
    stub = tmp_path / "restic"
    (tmp_path / "says").write_text(f"{says}\n")
    stub.write_text(f'#!/bin/sh\ncat "{tmp_path}/says" >&2\nexit {code}\n')
    stub.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    asked = Repository("somewhere", password(tmp_path))
    if kind is None:
        assert asked.run("backup", may_miss=("uploads",)) == []
        return
    with pytest.raises(kind, match=words) as caught:
        asked.run("backup", may_miss=("uploads",))
    assert "/x/" not in str(caught.value)


def test_without_restic_it_is_said_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotFound, match="apt-get install restic"):
        Repository("somewhere", password(tmp_path)).exists()


def spoil_gap(folder: Path) -> None:
    with contextlib.closing(sqlite3.connect(folder / "store.db")) as db:
        db.execute("DELETE FROM record WHERE seq = 3")
        db.commit()


def spoil_object(folder: Path) -> None:
    one = next(path for path in (folder / "objects").rglob("*") if path.is_file())
    one.chmod(0o600)
    one.write_bytes(b"something else")


def spoil_objects(folder: Path) -> None:
    shutil.rmtree(folder / "objects")
    (folder / "objects/tmp").mkdir(parents=True)


@pytest.mark.parametrize("spoil", [spoil_gap, spoil_object, spoil_objects])
def test_an_installation_that_is_not_whole_is_found_out_when_it_comes_back(
    night: tuple[Path, Repository, list[Receipt]], tmp_path: Path, spoil: object
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(night[0], copy, symlinks=True, ignore=shutil.ignore_patterns("public", "cache"))
    assert callable(spoil)
    spoil(copy)
    place = Repository(str(tmp_path / "repository"), password(tmp_path))
    backup(copy, place, at=AT, keys=False, init=True)
    with pytest.raises(BackupUntrue):
        restore(place, tmp_path / "back")
    assert not (tmp_path / "back/store.db").exists()
