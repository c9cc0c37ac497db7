"""The command as an observer types it: over a folder, over HTTP, and what its exit code says."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.auditor.publishing import COMMISSION, Published
from tests.builder.site_files import served


def shailoo(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "shailoo.cli", "verify", *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)


def test_a_copy_is_verified_without_a_network_and_says_one_object(quiet: Published, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text(f"{COMMISSION.verifier.vkey()}\n", encoding="utf-8")
    kept = quiet.path("log/checkpoint")
    told = shailoo(str(quiet.scene.public), "--vkey", str(key), "--head", str(kept), "--election", "small", "--json")
    assert told.returncode == 0, told.stderr
    said = json.loads(told.stdout)
    assert said["ok"] is True
    assert said["log"]["size"] == len(quiet.entries())
    assert [step["number"] for step in said["steps"]] == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]


def test_a_broken_link_ends_in_1_and_names_everything(spoilt: Published) -> None:
    spoilt.edit("data/small/overview.json", '"votes": 310', '"votes": 311')
    told = shailoo(str(spoilt.scene.public), "--json")
    assert told.returncode == 1
    broken = json.loads(told.stdout)["broken"]
    assert broken.keys() == {"step", "name", "file", "place", "expected", "found", "remedy"}
    assert (broken["expected"], broken["found"]) == ("310", "311")
    assert "BROKEN" in shailoo(str(spoilt.scene.public)).stdout


@pytest.mark.parametrize("what", ["nowhere", "--election=other", "--vkey=missing-file"])
def test_what_cannot_be_verified_ends_in_2(quiet: Published, tmp_path: Path, what: str) -> None:
    arguments = [str(tmp_path / what)] if what == "nowhere" else [str(quiet.scene.public), what]
    told = shailoo(*arguments)
    assert told.returncode == 2
    assert told.stderr.startswith("shailoo: ")
    assert "Traceback" not in told.stderr


def test_a_site_is_verified_by_fetching_every_file_once(quiet: Published) -> None:
    with served(quiet.scene.public) as site:
        told = shailoo(site.origin)
        assert told.returncode == 0, told.stdout + told.stderr
        asked = [path for path, _ in site.asked]
    twice = {path for path in asked if asked.count(path) > 1}
    assert twice == {"/results/log/checkpoint"}, "asked again at the end, to see that nothing moved meanwhile"


def test_a_digit_that_is_changed_on_the_site_is_found_over_the_network(spoilt: Published) -> None:
    spoilt.edit("en/small/index.html", "<td>360</td>", "<td>361</td>")
    with served(spoilt.scene.public) as site:
        told = shailoo(f"{site.origin}/results/")
    assert told.returncode == 1
    assert "en/small/index.html" in told.stdout


def test_a_site_that_does_not_answer_is_unusable(free_port: int) -> None:
    told = shailoo(f"http://127.0.0.1:{free_port}")
    assert told.returncode == 2
    assert "does not answer" in told.stderr
