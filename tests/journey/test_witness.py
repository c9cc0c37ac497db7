"""A party runs a witness by the command that it would type, and the commission has its log signed by it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from shailoo.records.cosignature import WitnessVerifier
from shailoo.records.note import SignedNote

SHAILOO = [sys.executable, "-m", "shailoo.cli"]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*SHAILOO, *arguments], capture_output=True, text=True, check=False)


def test_the_log_of_an_installation_is_signed_by_a_partys_witness(tmp_path: Path) -> None:
    place = tmp_path / "installation"
    assert run("init", "--dir", str(place), "--election", "small").returncode == 0
    assert run("publish", "--dir", str(place)).returncode == 0
    vkey = place / "public/results/log/vkey"
    command = [
        *SHAILOO,
        "witness",
        "--dir",
        str(tmp_path / "w"),
        "--name",
        "w.example",
        "--log",
        str(vkey),
        "--port",
        "0",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as witness:
        assert witness.stdout is not None
        key, url = (witness.stdout.readline().strip() for _ in range(2))
        settings = json.loads((place / "settings.json").read_text())
        settings["witnesses"] = [{"vkey": key, "url": url}]
        (place / "settings.json").write_text(json.dumps(settings))
        asked = run("cosign", "--dir", str(place))
        witness.terminate()
        assert witness.wait(30) == 0
    assert (asked.returncode, asked.stderr) == (0, "")
    assert run("publish", "--dir", str(place)).returncode == 0
    note = SignedNote.parse((place / "public/results/log/checkpoint").read_bytes())
    assert WitnessVerifier.parse(key).find(note) is not None
    told = json.loads((place / "public/results/log/witnesses.json").read_bytes())
    assert told == {"witnesses": [{"url": url, "vkey": key}]}
    silent = run("cosign", "--dir", str(place))
    assert (silent.returncode, silent.stderr) == (0, ""), "nothing new to sign, nobody is asked"
