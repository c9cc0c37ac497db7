"""What people handed in comes back with a backup, and a backup that has lost it says so."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from shailoo.adapters.town.backup import backup
from shailoo.adapters.town.restic import Repository
from shailoo.adapters.town.restore import BackupUntrue, restore
from shailoo.assembly import Installation
from shailoo.ids import Digest
from tests.functions.case_desk_scene import PNG, SECRET, desk_scene, file
from tests.town.machine import debian
from tests.town.test_backup import AT, password


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    debian("restic", "restic")
    return Repository(str(tmp_path / "repository"), password(tmp_path))


def test_a_case_comes_back_with_its_form_and_its_documents(tmp_path: Path, repository: Repository) -> None:
    with desk_scene(tmp_path / "i") as installation:
        filed = file(installation, papers=(PNG,)).filed
        backup(installation.folder, repository, at=AT, keys=True, init=True)
    assert restore(repository, tmp_path / "back").objects >= 2
    with Installation.open(tmp_path / "back") as back:
        assert back.case_desk.content(filed.content).fields["street"] == SECRET
        assert back.private.get(Digest(filed.documents[0].original)) == PNG
        assert back.person_key == installation.person_key


@pytest.mark.parametrize("lost", ["everything", "one document"])
def test_a_backup_without_what_people_handed_in_is_found_out(tmp_path: Path, repository: Repository, lost: str) -> None:
    with desk_scene(tmp_path / "i") as installation:
        filed = file(installation, papers=(PNG,)).filed
        private = installation.folder / "private"
        if lost == "everything":
            shutil.rmtree(private)
        else:
            installation.private.file(Digest(filed.documents[0].original)).unlink()
        backup(installation.folder, repository, at=AT, keys=False, init=True)
    with pytest.raises(BackupUntrue, match="missing"):
        restore(repository, tmp_path / "back")
