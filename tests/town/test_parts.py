"""Each part of a town's installation starts and answers with its own keys alone, and draws none."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from functions.intake.refusal_counter import RefusalCounter
from functions.routers import make_router
from functions.web import Request
from shailoo.adapters.keys import BadKeyFile, read_secret, write_secret
from shailoo.adapters.town.rights import put_right
from shailoo.assembly import CitizenProvider, IdentityProvider, Installation, save_settings
from shailoo.cli import app
from shailoo.model.case_calendar import CaseCalendar
from shailoo.town import SERVED, is_wanted
from tests.town.machine import CALENDAR, NAME
from tests.town.test_install import MAY
from tests.voting import SMALL


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with every key that it can have."""
    folder = tmp_path_factory.mktemp("parts") / "installation"
    identity = IdentityProvider(issuer="https://id.example", client_id="shailoo")
    with Installation.create(folder, [SMALL], origin=f"https://{NAME}", identity=identity, client_secret="x") as one:
        citizens = CitizenProvider(
            issuer="https://id.example",
            client_id="voters",
            secret_file="keys/citizens.secret",
        )
        save_settings(folder, one.settings.model_copy(update={"cases": {"small": CALENDAR}, "citizens": citizens}))
        write_secret(folder / "keys/citizens.secret", "y")
        assert one.person_key != one.cabinet_key
    return folder


@pytest.mark.parametrize(
    ("part", "path", "status"),
    [("intake", "/api/health", 200), ("staff", "/staff/", 303), ("cases", "/api/cases/", 200),
     ("cases", "/api/cabinet/", 200), ("tizme", "/api/tizme/", 404)],
)  # fmt: skip
def test_a_part_works_with_the_keys_that_its_unit_shows_it(
    made: Path, tmp_path: Path, part: str, path: str, status: int
) -> None:
    folder = shutil.copytree(made, tmp_path / "i")
    kept = {Path(name).name for name in MAY[f"shailoo-{part}.service"]}
    for key in (folder / "keys").iterdir():
        shown = key.name in kept or (part == "intake" and key.name.startswith("sealing-"))
        if not shown and key.suffix != ".pub":
            key.unlink()
    before = sorted(one.name for one in (folder / "keys").iterdir())
    with Installation.open(folder) as one:
        router = make_router(one, RefusalCounter(), parts=SERVED[part])
        asked = Request("GET", path, {}, {"accept": "text/html"}, client="127.0.0.1")
        assert router.handle(asked).status == status
    assert sorted(one.name for one in (folder / "keys").iterdir()) == before


@pytest.mark.parametrize(
    ("part", "key"), [("staff", "persons.key"), ("cases", "receipt.key"), ("cases", "cabinet.key")]
)
def test_a_part_asks_for_each_of_its_keys(made: Path, tmp_path: Path, part: str, key: str) -> None:
    folder = shutil.copytree(made, tmp_path / "i")
    (folder / "keys" / key).unlink()
    (folder / "keys" / key).mkdir()  # there is nothing to read and nothing can be drawn
    with Installation.open(folder) as one, pytest.raises(BadKeyFile):
        make_router(one, RefusalCounter(), parts=SERVED[part])


def test_the_service_of_applications_is_left_out_where_no_calendar_is_named(made: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(made, tmp_path / "i")
    run = CliRunner()
    assert run.invoke(app, ["town", "wanted", "--dir", str(folder), "--part", "cases"]).exit_code == 0
    with Installation.open(folder) as one:
        settings = one.settings
    for calendars in ({}, {"small": CaseCalendar()}):
        bare = settings.model_copy(update={"cases": calendars})
        save_settings(folder, bare)
        assert not is_wanted(bare, "cases")
        assert is_wanted(bare, "staff")
        assert run.invoke(app, ["town", "wanted", "--dir", str(folder), "--part", "cases"]).exit_code == 1


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_key_whose_group_is_not_the_one_for_sharing_is_refused(tmp_path: Path, mode: int) -> None:
    write_secret(tmp_path / "persons.key", "00")
    (tmp_path / "persons.key").chmod(mode)
    with pytest.raises(BadKeyFile, match="Others may read"):
        read_secret(tmp_path / "persons.key")


@pytest.mark.parametrize(("mode", "read"), [(0o640, True), (0o600, True), (0o660, False), (0o644, False)])
def test_a_shared_key_is_read_when_its_group_may_read_it_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int, read: bool
) -> None:
    monkeypatch.setattr("shailoo.adapters.keys.SHARED_BY", _group(tmp_path))
    write_secret(tmp_path / "persons.key", "00")
    (tmp_path / "persons.key").chmod(mode)
    if read:
        assert read_secret(tmp_path / "persons.key") == "00"
    else:
        with pytest.raises(BadKeyFile):
            read_secret(tmp_path / "persons.key")


def test_what_people_hand_in_later_belongs_to_the_group_of_the_folder(made: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(made, tmp_path / "i")
    put_right(folder, lambda *_: (-1, os.getgid()), lambda *_: None)
    with Installation.open(folder) as one:
        digest = one.private.put(b"a passport's page")
        place = one.private.file(digest)
    assert stat.S_IMODE(place.stat().st_mode) == 0o640
    assert stat.S_IMODE((folder / "private").stat().st_mode) == 0o2770
    assert place.stat().st_gid == (folder / "private").stat().st_gid


def _group(folder: Path) -> str:
    import grp  # noqa: PLC0415 -- only here

    return grp.getgrgid(folder.stat().st_gid).gr_name
