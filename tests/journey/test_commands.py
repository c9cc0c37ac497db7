"""The commands that need no night: packages are checked, installations made, errors are one sentence."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.journey.nights import shailoo
from tests.voting import SMALL


def test_a_right_package_is_told_in_one_line() -> None:
    done = shailoo("package", "check", str(SMALL))
    assert done.returncode == 0, done.stderr
    assert done.stdout == "small: a right package with 5 stations, 7 boxes, 3 contests\n"


def test_every_fault_of_a_package_is_told_with_its_place_and_no_traceback(tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(SMALL, broken)
    stations = broken / "stations.csv"
    stations.write_text(stations.read_text(encoding="utf-8").replace(",900,", ",many,"), encoding="utf-8")
    done = shailoo("package", "check", str(broken))
    assert done.returncode == 2
    assert "stations.csv" in done.stderr
    assert "many" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_installation_is_made_once(tmp_path: Path) -> None:
    folder = str(tmp_path / "installation")
    assert shailoo("init", "--dir", folder, "--election", "small").stdout == "small: 5 stations, 7 boxes\n"
    again = shailoo("init", "--dir", folder, "--election", "small")
    assert again.returncode == 2
    assert "already-installed" in again.stderr


def test_a_rehearsals_package_is_refused_for_a_real_election(tmp_path: Path) -> None:
    done = shailoo("init", "--dir", str(tmp_path / "installation"), "--election", "small", "--live")
    assert done.returncode == 2
    assert "modes-mixed" in done.stderr


def test_an_unknown_election_is_told_with_those_that_there_are(tmp_path: Path) -> None:
    done = shailoo("rehearse", "--dir", str(tmp_path / "installation"), "--election", "nowhere")
    assert done.returncode == 2
    assert "jk-2021-11-28" in done.stderr
    assert "small" in done.stderr
