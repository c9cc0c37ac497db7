"""An installation: made once, opened by anyone who may read its keys, never of two modes."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from shailoo.adapters.clock import ReplayClock, SystemClock
from shailoo.adapters.keys import BadKeyFile
from shailoo.adapters.package_folder import read_files
from shailoo.assembly import AlreadyInstalled, BadSettings, IdentityProvider, Installation, ModesMixed
from shailoo.errors import NotFound, Refused
from shailoo.model.election import Mode
from shailoo.model.log import LOG_HEAD
from tests.adapters.test_clock import EVENING
from tests.voting import SMALL


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "installation"
    Installation.create(made, [SMALL]).close()
    return made


def test_an_installation_is_the_folder_that_its_document_describes(folder: Path) -> None:
    with Installation.open(folder) as installation:
        assert installation.store.last() == 0
        assert list(installation.elections) == ["small"]
        assert isinstance(installation.clock, SystemClock)
    assert {path.name for path in folder.iterdir()} >= {"elections", "keys", "public", "settings.json", "store.db"}
    assert {path.name for path in (folder / "public").iterdir()} == {"results", "tizme", "talapker"}
    assert read_files(folder / "elections" / "small") == read_files(SMALL)


def test_only_the_owner_may_read_the_keys(folder: Path) -> None:
    keys = list((folder / "keys").iterdir())
    assert {key.name for key in keys if not key.name.startswith("sealing-")} == {
        "log.key",
        "receipt.key",
        "session.key",
    }
    assert {stat.S_IMODE(key.stat().st_mode) for key in keys if key.suffix != ".pub"} == {0o600}
    assert stat.S_IMODE((folder / "keys").stat().st_mode) == 0o700
    (folder / "keys" / "receipt.key").chmod(0o644)
    with Installation.open(folder) as installation, pytest.raises(Refused):
        installation.receipt_verifier.vkey()


def test_every_process_that_opens_it_has_the_same_keys(folder: Path) -> None:
    with Installation.open(folder) as one, Installation.open(folder) as other:
        assert one.receipt_verifier.vkey() == other.receipt_verifier.vkey()
        assert one.sealing_public("small").public_bytes_raw() == other.sealing_public("small").public_bytes_raw()
        assert one.session_secret == other.session_secret
        with pytest.raises(NotFound):
            one.sealing_public("other")


def test_a_log_that_has_begun_never_gets_another_key(folder: Path) -> None:
    (folder / "keys" / "log.key").unlink()
    with Installation.open(folder) as before:
        drawn = before.log_signer.verifier
        before.store.swap(LOG_HEAD, b"{}", expected=None)
    with Installation.open(folder) as after:
        assert after.log_signer.verifier == drawn
    (folder / "keys" / "log.key").unlink()
    with Installation.open(folder) as lost, pytest.raises(BadKeyFile):
        lost.log_signer.sign("never\n")
    assert not (folder / "keys" / "log.key").exists()


def test_nothing_is_made_over_an_installation(folder: Path) -> None:
    before = (folder / "settings.json").read_bytes()
    with pytest.raises(AlreadyInstalled):
        Installation.create(folder, [SMALL])
    assert (folder / "settings.json").read_bytes() == before


def test_a_rehearsal_and_a_live_election_do_not_share_an_installation(tmp_path: Path) -> None:
    with pytest.raises(ModesMixed):
        Installation.create(tmp_path / "x", [SMALL], mode=Mode.LIVE)
    assert not (tmp_path / "x" / "settings.json").exists()


def test_the_providers_secret_lies_in_a_file_of_its_own(tmp_path: Path) -> None:
    identity = IdentityProvider(issuer="https://id.example", client_id="shailoo")
    with Installation.create(tmp_path, [SMALL], identity=identity, client_secret="tell nobody") as installation:
        assert installation.client_secret == "tell nobody"
    assert "tell nobody" not in (tmp_path / "settings.json").read_text()


def test_a_replayed_evening_is_told_to_every_process(folder: Path) -> None:
    EVENING.save(folder / "clock.json")
    with Installation.open(folder) as installation:
        assert isinstance(installation.clock, ReplayClock)


@pytest.mark.parametrize(
    "change",
    [
        {"mode": "test"},
        {"origin": "http://x/y"},
        {"sealing": {}},
        {"unknown": 1},
        {"identity": {"issuer": "x", "client_id": "y"}},
    ],
)
def test_settings_that_cannot_be_used_are_told_with_their_field(folder: Path, change: dict[str, object]) -> None:
    path = folder / "settings.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(BadSettings):
        Installation.open(folder)


def test_a_folder_without_installation_is_told_as_such(tmp_path: Path) -> None:
    with pytest.raises(BadSettings):
        Installation.open(tmp_path)
