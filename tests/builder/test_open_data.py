"""docs/open-data.md tells of every column and key that is published, and of nothing else."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

from builder.open_data import DOCUMENT, MEANING, POINTER, TABLES, keys_table, renewed
from rehearsal.manual import protocols
from shailoo.model.record import ExcludeStation, Record, record_bytes, record_key
from tests.builder.scene import Scene, published, scene, settle
from tests.builder.test_publisher import act


def test_the_document_is_as_the_files_are() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert renewed(text) == text


def count_by_hand(where: Scene) -> None:
    """Every protocol is entered, and an act excludes a station."""
    out = ExcludeStation(station=where.election.stations[0].no).model_dump()
    records: list[Record] = [*protocols(where.election, where.played), act(where, "51", out)]
    for record in records:
        where.store.append(record_key(record), record_bytes(record))


def test_every_csv_of_a_night_has_columns_of_the_document(tmp_path: Path) -> None:
    where = scene(tmp_path, "small")
    publisher = where.publisher()
    publisher.start()
    where.send(*where.records)
    count_by_hand(where)
    settle(publisher)
    known = {tuple(columns) for _, _, columns in TABLES}
    found = set()
    for path in (where.public / "results" / "data").rglob("*.csv"):
        header = next(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
        assert tuple(header) in known, path.name
        found.add(tuple(header))
    assert found == known
    assert tuple(sorted(published(where.public, "small", "pointer"))) == tuple(sorted(POINTER))


def test_every_key_of_a_night_has_a_meaning(tmp_path: Path) -> None:
    where = scene(tmp_path, "small")
    publisher = where.publisher()
    publisher.start()
    where.send(*where.records)
    count_by_hand(where)
    settle(publisher)

    def keys(value: object) -> set[str]:
        if isinstance(value, dict):
            return set(value) | {key for inner in value.values() for key in keys(inner)}
        return {key for inner in value for key in keys(inner)} if isinstance(value, list) else set()

    for path in (where.public / "results" / "data").rglob("*.json"):
        if path.name == "nist-err.json":
            continue  # its keys are NIST's; tests/builder/test_err_report.py holds them against the published schema
        assert keys(json.loads(path.read_bytes())) <= MEANING.keys(), path.name
    assert all(f"`{key}`" in keys_table() for key in POINTER)
