"""What an extract must be, and what is told of one that is not."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb
import pytest

from shailoo.adapters.voters.extract import COLUMNS, BadExtract
from shailoo.adapters.voters.folder import NobodyLeft, StaleExtract, TooManyLost
from shailoo.adapters.voters.sources import FileSource, NoSuchExtract
from shailoo.model.voter_list import ListStage
from tests.voters.list_scene import AS_OF, Bytes, Scene, csv_bytes, row


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


GOOD = csv_bytes([row(n) for n in range(20)])
LINES = GOOD.decode().split("\n")


def brought(scene: Scene, data: bytes, suffix: str = "csv") -> None:
    scene.folder.import_extract(
        Bytes(data, f"extract.{suffix}", "parquet" if suffix == "parquet" else "csv"),
        stage=ListStage.PERMANENT,
        election=None,
        as_of=AS_OF,
        synthetic=True,
    )


def joined(lines: list[str]) -> bytes:
    return "\n".join(lines).encode()


@pytest.mark.parametrize(
    ("data", "words", "facts"),
    [
        (b"", "empty", {}),
        (b"PK\x03\x04 not a table", "column is missing", {"line": 1, "column": "person"}),
        (joined([LINES[0].replace("pin", "inn"), *LINES[1:]]), "column is missing", {"column": "pin"}),
        (joined([LINES[0] + ",extra", *(line + ",x" for line in LINES[1:-1])]), "too many", {"column": "extra"}),
        (joined([LINES[0] + ",pin", *(line + ",x" for line in LINES[1:-1])]), "too many", {"line": 1}),
        (GOOD[: GOOD.rindex(b",", 0, -60)], "cells instead of", {"line": 21}),
        (joined([*LINES[:5], LINES[5] + ",one more", *LINES[6:]]), "cells instead of", {"line": 6}),
        (joined([*LINES[:5], LINES[5].replace("voter", '"voter'), *LINES[6:]]), "quote", {}),
        (joined([*LINES[:5], LINES[5].replace("voter", '"vo"ter'), *LINES[6:]]), "quote", {"line": 6}),
        (joined(LINES[:5]) + b"\n\xd0,\n", "not UTF-8", {"line": 6}),
        (GOOD[:-1] + b"\xd0", "cut off", {"line": 21}),
        (joined(LINES[:5]) + b"\n\x00\n", "zero byte", {"line": 6}),
    ],
)  # fmt: skip
def test_a_broken_file_is_told_where_and_changes_nothing(
    scene: Scene, data: bytes, words: str, facts: dict[str, object]
) -> None:
    brought(scene, GOOD)
    before = scene.files()
    with pytest.raises(BadExtract, match=words) as raised:
        brought(scene, data)
    assert raised.value.facts["file"] == "extract.csv"
    assert facts.items() <= raised.value.facts.items()
    assert not any(name in str(raised.value) for name in ("Асанович", "Айбек", "200000000000"))
    assert scene.files() == before
    assert len(scene.reader.made()) == 1


def test_columns_may_stand_in_any_order_after_a_mark_with_quotes_and_crlf(scene: Scene) -> None:
    data = (
        csv_bytes([row(1, street="Ленина"), row(2)], COLUMNS[::-1])
        .replace(b"\n", b"\r\n")
        .replace(b"voter", b'" voter "')
    )
    brought(scene, b"\xef\xbb\xbf" + data)
    assert scene.reader.totals(1) == {"": 2}


def as_parquet(folder: Path, query: str) -> bytes:
    source = folder / "source.csv"
    source.write_bytes(GOOD)
    with duckdb.connect() as db:
        db.execute(
            f"COPY (SELECT {query} FROM read_csv('{source}', all_varchar = true)) TO '{folder / 'source.parquet'}'"  # noqa: S608  the test's own query
        )
    return (folder / "source.parquet").read_bytes()


def test_parquet_gives_the_same_list_as_csv(scene: Scene, tmp_path: Path) -> None:
    brought(scene, GOOD)
    brought(scene, as_parquet(tmp_path, "*"), "parquet")
    assert not scene.reader.changed(1, 2)
    assert scene.reader.changes(1, 2) == []


@pytest.mark.parametrize(
    ("query", "words"), [("* EXCLUDE pin", "missing"), ("* REPLACE (pin::BIGINT AS pin)", "must be text")]
)
def test_parquet_with_other_columns_is_refused(scene: Scene, tmp_path: Path, query: str, words: str) -> None:
    with pytest.raises(BadExtract, match=words):
        brought(scene, as_parquet(tmp_path, query), "parquet")


@pytest.mark.parametrize("share", [0.3, 0.7, 0.99])
def test_parquet_that_was_cut_off_is_refused(scene: Scene, tmp_path: Path, share: float) -> None:
    data = as_parquet(tmp_path, "*")
    with pytest.raises(BadExtract, match="damaged"):
        brought(scene, data[: int(len(data) * share)], "parquet")
    with pytest.raises(BadExtract, match="damaged"):
        brought(scene, b"\x00" * 200 + data[200:], "parquet")


def refused(scene: Scene, number: int = 1) -> list[tuple[str, str, str]]:
    (folder,) = (scene.root / "lists").glob(f"{number:06}-*")
    with (folder / "refused.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert all(line["remedy"].endswith(".") for line in lines)
    return [(line["row"], line["column"], line["problem"]) for line in lines]


def test_every_fault_of_a_refused_row_is_told_with_row_column_and_remedy(scene: Scene) -> None:
    rows = [row(1), row(2, pin="12", sex="x"), row(3, surname=""), row(4, birth_date="2010-01-01"), row(5)]
    made = scene.bring(rows)
    assert (made.rows, made.refused, made.record.refused, made.record.queued) == (5, 3, 3, 2)
    assert made.problems == {"form": 2, "missing": 1, "under-age": 1}
    assert refused(scene) == [
        ("3", "pin", "form"), ("3", "sex", "form"), ("4", "surname", "missing"), ("5", "birth_date", "under-age"),
    ]  # fmt: skip


def test_of_two_people_with_one_pin_neither_is_listed(scene: Scene) -> None:
    made = scene.bring([row(1), row(2, pin=row(1)["pin"]), row(3)])
    assert made.record.queued == 1
    assert refused(scene) == [("2", "pin", "pin-twice"), ("3", "pin", "pin-twice")]


def test_a_person_who_is_given_twice_alike_is_listed_once_and_otherwise_not_at_all(scene: Scene) -> None:
    made = scene.bring([row(1), row(1), row(2), row(2, name="Асан"), row(3)])
    assert made.record.queued == 2
    assert refused(scene) == [
        ("3", "person", "person-twice"),
        ("4", "person", "person-twice"),
        ("5", "person", "person-twice"),
    ]


def test_a_refused_cell_never_becomes_a_formula(scene: Scene) -> None:
    scene.bring([row(1), row(2, pin="=1+1")])
    (folder,) = (scene.root / "lists").iterdir()
    assert ",'=1+1," in (folder / "refused.csv").read_text(encoding="utf-8")


def test_an_extract_that_loses_many_voters_is_refused_unless_it_is_said_to_be_right(scene: Scene) -> None:
    rows = [row(n) for n in range(100)]
    scene.bring(rows)
    scene.bring(rows[5:], allow_drop=False)
    with pytest.raises(TooManyLost, match="6 of 95") as raised:
        scene.bring(rows[11:], allow_drop=False)
    assert raised.value.facts == {"lost": 6, "were": 95}
    assert len(scene.reader.made()) == 2
    assert scene.bring(rows[11:], allow_drop=True).record.queued == 89


def test_an_extract_that_is_older_than_the_list_or_has_nobody_is_refused(scene: Scene) -> None:
    scene.bring([row(1)])
    with pytest.raises(StaleExtract):
        scene.bring([row(1)], as_of=AS_OF.replace(month=10))
    with pytest.raises(NobodyLeft):
        scene.bring([row(1, pin="x")])
    assert len(scene.reader.made()) == 1


def test_a_file_that_is_not_there_is_told_by_name(scene: Scene, tmp_path: Path) -> None:
    with pytest.raises(NoSuchExtract, match=r"\.csv or \.parquet"):
        FileSource(tmp_path / "extract.xlsx")
    source = FileSource(tmp_path / "extract.CSV")
    with pytest.raises(NoSuchExtract, match="cannot be read") as raised:
        list(source.chunks())
    assert raised.value.facts["file"] == "extract.CSV"
    assert str(tmp_path) not in str(raised.value)
