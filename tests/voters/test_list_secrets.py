"""What VoterLists gives to those who publish holds no PIN, no birth and no number of a person."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from shailoo.ids import StationNo
from shailoo.model.record import record_bytes
from tests.voters.list_scene import Scene, row

PLANTED = {"person": "SECRETPERSON", "pin": "29911199600000", "flat": "SECRETFLAT", "house": "77777"}
BIRTH = date(1996, 11, 19)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    made = Scene(tmp_path)
    made.registers.versions.append({"s0": "1001", "s1": "1002"})
    marked = row(0) | PLANTED | {"birth_date": BIRTH.isoformat(), "street": "SECRETSTREET"}
    bad = row(3, surname="", pin="29911199600001", person="SECRETBAD")
    made.bring([marked, bad, *(row(n) for n in range(4, 30))])
    made.bring([marked | {"pin": "29911199600002", "settlement": "s1"}, *(row(n, status="died") for n in range(4, 9))])
    return made


def test_nothing_that_is_given_for_publication_tells_a_secret(scene: Scene) -> None:
    reader = scene.reader
    given: list[object] = [*reader.made()]
    given += [record_bytes(one) for one in reader.made()]
    for number in (1, 2):
        given += [list(reader.people(number, [StationNo("1001"), StationNo("1002")]))]
        given += [reader.totals(number), reader.cells(number), reader.digests(number)]
        for before in (0, 1):
            given += [reader.changes(before, number), reader.touched(before, number), reader.changed(before, number)]
    text = repr(given)
    assert "Абдылдаев" in text
    for secret in ("SECRET", "299111996", "77777", "1996-11", "1996, 11, 19", "P0000"):
        assert secret not in text


def test_files_of_counts_name_nobody(scene: Scene) -> None:
    for folder in (scene.root / "lists").iterdir():
        for name in ("stations.json", "cells.json", "changes.json", "touched.json", "manifest.json"):
            text = (folder / name).read_text(encoding="utf-8")
            assert "SECRET" not in text
            assert "299111996" not in text
            assert "Абдылдаев" not in text
