"""`shailoo boxes`: two people enrol a box, manifests carry the keys of the day, a lost box is revoked and replaced."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.manifest import read_manifest
from rehearsal.keys import rehearsal_signer
from shailoo.adapters.box_register import ENTERED, BoxRegister
from shailoo.adapters.package_folder import read_folder
from shailoo.assembly import Installation
from shailoo.model.election import Box, BoxRole, Mode
from shailoo.model.record import Act, read_record
from shailoo.records.fingerprint import fingerprint, typed_fingerprint
from shailoo.records.note import Signer
from shailoo.rules.enrolment import (
    AlreadyEnrolled,
    BadEnrolment,
    FingerprintDiffers,
    NotEntered,
    check_amendment,
    check_box,
)
from shailoo.usecases.accept_report import SignedRefusal
from tests.journey.nights import keep_prose
from tests.keys.desk import bad, good, shailoo, vote
from tests.voting import SMALL

RESERVE = "ABB-000099"


def new_key(box: str, election: str = "small") -> str:
    return Signer(f"{election}/{box}", Ed25519PrivateKey.generate()).verifier.vkey()


@pytest.fixture
def package(tmp_path: Path) -> Path:
    made = tmp_path / "small"
    shutil.copytree(SMALL, made)
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "installation"
    keep_prose(made)
    Installation.create(made, [SMALL]).close()
    return made


def enrol(package: Path, box: str, vkey: str, *more: str) -> None:
    good("boxes", "enter", "--package", package, "--box", box, "--vkey", vkey, *more)
    good("boxes", "confirm", "--package", package, "--box", box, "--fingerprint", fingerprint(vkey).upper())


def test_a_box_counts_once_a_second_person_has_read_its_fingerprint_off_it(package: Path) -> None:
    vkey = new_key(RESERVE)
    good("boxes", "enter", "--package", package, "--box", RESERVE, "--vkey", vkey)
    assert RESERVE not in (package / "boxes.csv").read_text(encoding="utf-8")
    said = shailoo("boxes", "confirm", "--package", package, "--box", RESERVE,
                   "--fingerprint", fingerprint(new_key(RESERVE)))  # fmt: skip
    assert said.code == 2
    assert "fingerprint-differs" in said.out
    assert RESERVE not in (package / "boxes.csv").read_text(encoding="utf-8")
    enrol(package, RESERVE, vkey)
    assert read_folder(package).box_by_id[RESERVE] == Box(id=RESERVE, station=None, role=BoxRole.RESERVE, vkey=vkey)
    assert "1 confirmed" in good("boxes", "confirm", "--package", package, "--box", RESERVE,
                                 "--fingerprint", fingerprint(vkey))  # fmt: skip


def test_a_country_of_boxes_is_entered_and_confirmed_from_two_lists_and_every_difference_is_named(
    package: Path, tmp_path: Path
) -> None:
    boxes = {f"ABB-1{number:05}": new_key(f"ABB-1{number:05}") for number in range(40)}
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    with first.open("w", newline="") as file:
        csv.writer(file).writerows([("id", "station", "vkey"), *((one, "1001", key) for one, key in boxes.items())])
    swapped = dict(boxes)
    swapped["ABB-100007"], swapped["ABB-100008"] = boxes["ABB-100008"], boxes["ABB-100007"]
    with second.open("w", newline="") as file:
        rows = [(one, fingerprint(key)) for one, key in reversed(swapped.items())]
        csv.writer(file).writerows([("id", "fingerprint"), *rows])
    good("boxes", "enter", "--package", package, "--from", first)
    said = shailoo("boxes", "confirm", "--package", package, "--from", second)
    assert said.code == 2
    assert sum("fingerprint-differs" in line for line in said.out.splitlines()) == 2
    register = BoxRegister.open(package)
    assert sorted(register.entered) == ["ABB-100007", "ABB-100008"]
    assert len(register.enrolled) == 7 + 38


@pytest.mark.parametrize(
    ("box", "vkey", "station"),
    [
        (RESERVE, "nonsense+00000000+AAAA", None),
        (RESERVE, new_key("ABB-000098"), None),
        (RESERVE, new_key(RESERVE, "other"), None),
        (RESERVE, new_key(RESERVE), "9999"),
    ],
    ids=["no key", "another box", "another election", "no such station"],
)
def test_a_key_that_cannot_be_this_boxs_is_refused(package: Path, box: str, vkey: str, station: str | None) -> None:
    more = () if station is None else ("--station", station)
    assert isinstance(bad("boxes", "enter", "--package", package, "--box", box, "--vkey", vkey, *more), BadEnrolment)
    assert not (package / ENTERED).exists()


def test_a_live_register_takes_no_key_that_anyone_can_derive() -> None:
    box = Box(id=RESERVE, station=None, role=BoxRole.RESERVE, vkey=rehearsal_signer("small", RESERVE).verifier.vkey())
    check_box(box, "small", Mode.REHEARSAL, frozenset())
    with pytest.raises(BadEnrolment):
        check_box(box, "small", Mode.LIVE, frozenset())


def test_another_key_of_a_box_takes_the_place_of_the_first_only_when_it_is_asked_for(package: Path) -> None:
    enrol(package, RESERVE, new_key(RESERVE))
    fresh = new_key(RESERVE)
    assert isinstance(bad("boxes", "enter", "--package", package, "--box", RESERVE, "--vkey", fresh), AlreadyEnrolled)
    enrol(package, RESERVE, fresh, "--replace")
    assert BoxRegister.open(package).enrolled[RESERVE].vkey == fresh


def test_two_boxes_never_have_one_key(package: Path) -> None:
    key = Ed25519PrivateKey.generate()
    first, second = (Signer(f"small/{box}", key).verifier.vkey() for box in (RESERVE, "ABB-000098"))
    good("boxes", "enter", "--package", package, "--box", RESERVE, "--vkey", first)
    error = bad("boxes", "enter", "--package", package, "--box", "ABB-000098", "--vkey", second)
    assert isinstance(error, AlreadyEnrolled)
    assert error.facts["other"] == RESERVE


def test_what_nobody_entered_cannot_be_confirmed(package: Path) -> None:
    said = shailoo("boxes", "confirm", "--package", package, "--box", RESERVE, "--fingerprint", "0000")
    assert (said.code, "not-entered" in said.out) == (2, True)
    assert issubclass(NotEntered, Exception)
    assert issubclass(FingerprintDiffers, Exception)


@given(st.text(min_size=1))
def test_a_fingerprint_is_read_with_any_blanks_and_in_any_case(text: str) -> None:
    told = fingerprint(text)
    assert len(told.split()) == 8
    assert typed_fingerprint(told.upper().replace(" ", "")) == told
    assert typed_fingerprint(f"  {told.replace(' ', '  ')}\n") == told


def test_a_manifest_carries_the_keys_in_force_and_is_noted(folder: Path, tmp_path: Path) -> None:
    good("boxes", "manifest", "--dir", folder, "--out", tmp_path / "m")
    with Installation.open(folder) as installation:
        for box in installation.elections["small"].boxes:
            if box.station is None:
                continue
            made = read_manifest((tmp_path / "m" / f"small-{box.id}.json").read_bytes())
            assert made.sealing_public == installation.sealing_public("small").public_bytes_raw().hex()
            assert made.receipt_vkey == installation.receipt_verifier.vkey()
        key = installation.settings.sealing["small"]
        vote(installation, "1001")
    lines = good("boxes", "list", "--dir", folder).splitlines()
    states = {line.split("  ")[0]: line.split("  ")[2:4] for line in lines}
    assert states["ABB-000002"] == ["waits", key]
    assert len(lines) == 7


def test_a_lost_box_is_revoked_and_a_reserve_box_takes_its_place(package: Path, tmp_path: Path) -> None:
    enrol(package, RESERVE, new_key(RESERVE))
    folder = tmp_path / "with-reserve"
    Installation.create(folder, [package]).close()
    act = ("--act", "17", "--body", "cec", "--reason", "The box was stolen on its way.")
    good("boxes", "revoke", "--dir", folder, "--box", "ABB-000001", *act, "--reserve", RESERVE)
    with Installation.open(folder) as installation:
        with pytest.raises(SignedRefusal) as told:
            vote(installation, "1001")
        assert told.value.reason.code == "box-revoked"
        entry = installation.store.get("act/small/17")
        assert entry is not None
        record = read_record(entry.body)
        assert isinstance(record, Act)
        assert [one.measure for one in record.measures] == ["revoke-box", "join-reserve-box"]
    assert bad("boxes", "manifest", "--dir", folder, "--out", tmp_path / "m", "--box", "ABB-000001").code == "not-found"
    good("boxes", "manifest", "--dir", folder, "--out", tmp_path / "m", "--box", RESERVE)
    assert read_manifest((tmp_path / "m" / f"small-{RESERVE}.json").read_bytes()).station == "1001"
    lines = {line.split()[0]: line for line in good("boxes", "list", "--dir", folder).splitlines()}
    assert "revoked" in lines["ABB-000001"]
    assert "station 1001  waits" in lines[RESERVE]
    again = bad("boxes", "join", "--dir", folder, "--box", RESERVE, "--station", "1002", "--act", "18", *act[2:])
    assert again.code == "bad-act"


def test_a_register_is_amended_before_boxes_are_prepared_and_the_log_says_so(folder: Path, package: Path) -> None:
    good("publish", "--dir", folder)
    enrol(package, RESERVE, new_key(RESERVE))
    enrol(package, "ABB-000001", new_key("ABB-000001"), "--station", "1001", "--replace")
    assert good("boxes", "amend", "--dir", folder, "--package", package).startswith("2 boxes added or changed, 8 ")
    good("publish", "--dir", folder)
    good("verify", folder / "public")
    with Installation.open(folder) as installation:
        assert installation.store.get("opening/0002") is not None
        assert installation.registry.box("small", RESERVE) is not None
    good("build", "--dir", folder)
    good("verify", folder / "public")


def test_a_box_that_was_prepared_or_has_sent_keeps_its_key(folder: Path, package: Path, tmp_path: Path) -> None:
    good("boxes", "manifest", "--dir", folder, "--out", tmp_path / "m", "--box", "ABB-000001")
    with Installation.open(folder) as installation:
        vote(installation, "1002")
    for box, station in (("ABB-000001", "1001"), ("ABB-000002", "1002")):
        shutil.copytree(package, tmp_path / box)
        enrol(tmp_path / box, box, new_key(box), "--station", station, "--replace")
        error = bad("boxes", "amend", "--dir", folder, "--package", tmp_path / box)
        assert (error.code, error.facts["box"]) == ("bad-enrolment", box)


def test_an_amendment_is_of_boxes_and_of_nothing_else(folder: Path, package: Path) -> None:
    header = package / "election.json"
    header.write_text(header.read_text(encoding="utf-8").replace('"small_cell_bound": ', '"small_cell_bound": 1'))
    assert bad("boxes", "amend", "--dir", folder, "--package", package).facts["file"] == "election.json"
    boxes = [Box(id=f"ABB-{number}", station=None, role=BoxRole.RESERVE, vkey=str(number)) for number in (100, 200)]
    with pytest.raises(BadEnrolment):
        check_amendment(boxes, boxes[:1], frozenset())
    assert check_amendment(boxes[:1], boxes, frozenset()) == ("ABB-200",)
