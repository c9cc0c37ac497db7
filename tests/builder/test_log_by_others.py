"""The log verifies with code not written here: golang.org/x/mod/sumdb, which guards Go's own module checksums."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from shailoo.records.tiles import Tile, pack_entries, unpack_entries
from tests.builder.scene import Scene, scene, settle

SOURCE = Path(__file__).resolve().parents[1] / "foreign" / "check_log.go"


@pytest.fixture(scope="module")
def checker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checker, compiled with Debian's Go and Debian's golang-golang-x-mod-dev; no module is downloaded."""
    place = tmp_path_factory.mktemp("checker")
    env = {
        "PATH": os.environ["PATH"], "HOME": str(place), "GO111MODULE": "off", "GOPATH": "/usr/share/gocode",
        "GOCACHE": str(place / "cache"), "GOPROXY": "off",
    }  # fmt: skip
    command = ["go", "build", "-o", str(place / "check_log"), str(SOURCE)]
    subprocess.run(command, env=env, check=True)
    return place / "check_log"


def said(checker: Path, where: Scene, *earlier: Path) -> subprocess.CompletedProcess[str]:
    results = where.public / "results"
    command = [str(checker), str(results / "log"), str(results / "data/small/report"), *map(str, earlier)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> tuple[Scene, list[Path]]:
    """A small night and the heads that were public on its way."""
    folder = tmp_path_factory.mktemp("night")
    where = scene(folder, "small")
    publisher = where.publisher()
    publisher.start()
    heads: list[Path] = []
    for number, record in enumerate(where.records):
        head = folder / f"head-{number}"
        head.write_bytes((where.public / "results/log/checkpoint").read_bytes())
        heads.append(head)
        where.send(record)
        settle(publisher)
    return where, heads


def test_root_proofs_heads_and_signatures_verify_with_the_code_of_others(
    checker: Path, night: tuple[Scene, list[Path]]
) -> None:
    where, heads = night
    done = said(checker, where, *heads)
    assert done.returncode == 0, done.stderr
    size = 4 + 2 * len(where.records)
    assert done.stdout == f"size {size}, proofs {len(where.records)}, earlier heads {len(heads)}\n"


def test_the_code_of_others_notices_an_entry_that_was_changed(checker: Path, night: tuple[Scene, list[Path]]) -> None:
    where, heads = night
    size = 4 + 2 * len(where.records)
    bundle = where.public / "results/log" / Tile(None, 0, size).path
    good = bundle.read_bytes()
    entries = list(unpack_entries(good, size))
    entries[5] = entries[5].replace(b'"bytes":', b'"bytes":9')
    bundle.write_bytes(pack_entries(entries))
    try:
        assert "the entries give root" in said(checker, where, *heads).stderr
    finally:
        bundle.write_bytes(good)
