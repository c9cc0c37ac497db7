"""Spoilt extracts: whatever comes in, either every row is accounted for, or an error of ours says what to do."""

from __future__ import annotations

import csv
import gzip
import io
import os
import random
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import duckdb
import pytest

from shailoo.adapters.voters.extract import COLUMNS, BadExtract
from shailoo.adapters.voters.folder import Imported, NobodyLeft
from shailoo.errors import Refused, ShailooError
from shailoo.model.voter_list import ListStage
from tests.voters.list_scene import AS_OF, Bytes, Scene, csv_bytes, row

MUTANTS = int(os.environ.get("SHAILOO_MUTANTS", "160"))
"""How many spoilt extracts; 10,000 before a release."""

ROWS = [
    row(n, status="voter" if n % 6 else "died", country="" if n % 4 else "DE", flat=str(n) if n % 3 else "")
    for n in range(1, 13)
]
GOOD = csv_bytes(ROWS)
PRIVATE = frozenset(
    cell
    for one in ROWS
    for name, cell in one.items()
    if name in {"person", "pin", "surname", "name", "patronymic", "birth_date", "street"} and cell
)
_DATABASE = re.compile(r"duckdb|Error:|Exception|SELECT|read_csv|read_parquet|/tmp/|LINE [0-9]", re.IGNORECASE)

Suffix = Literal["csv", "parquet"]


@pytest.fixture(scope="module")
def parquets(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """The same rows as Parquet, packed in three ways."""
    folder = tmp_path_factory.mktemp("parquets")
    (folder / "source.csv").write_bytes(GOOD)
    made = []
    with duckdb.connect() as db:
        for way in ("COMPRESSION zstd", "COMPRESSION uncompressed", "COMPRESSION snappy, ROW_GROUP_SIZE 4"):
            place = folder / "source.parquet"
            db.execute(
                f"COPY (FROM read_csv('{folder / 'source.csv'}', all_varchar = true, nullstr = '-')) TO '{place}' "
                f"(FORMAT parquet, {way})"
            )
            made.append(place.read_bytes())
    return made


def _flipped(chance: random.Random, data: bytes) -> bytes:
    spoilt = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        spoilt[chance.randrange(len(spoilt))] ^= 1 << chance.randrange(8)
    return bytes(spoilt)


def _inserted(*pieces: bytes) -> Callable[[random.Random, bytes], bytes]:
    def insert(chance: random.Random, data: bytes) -> bytes:
        at = chance.randrange(len(data) + 1)
        return data[:at] + chance.choice(pieces) + data[at:]

    return insert


def _cut(chance: random.Random, data: bytes) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def _without_a_piece(chance: random.Random, data: bytes) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + data[at + chance.randint(1, 60) :]


def _twice_a_piece(chance: random.Random, data: bytes) -> bytes:
    at = chance.randrange(len(data))
    piece = data[at : at + chance.randint(1, 200)]
    return data[:at] + piece + data[at:]


def _cells_changed(chance: random.Random, data: bytes) -> bytes:
    lines = [line.split(b",") for line in data.split(b"\n")]
    for _ in range(chance.randint(1, 4)):
        line = chance.choice(lines)
        line[chance.randrange(len(line))] = chance.choice(
            [
                b"",
                b" ",
                b"\t",
                b'""',
                b"'",
                b"=1+1",
                b"NULL",
                b"nan",
                b"-1",
                "й".encode(),
                b"9" * 400,
                b"#",
                b"\xc2\xa0",
            ]
        )
    return b"\n".join(b",".join(line) for line in lines)


def _columns_swapped(chance: random.Random, data: bytes) -> bytes:
    columns = [*COLUMNS]
    chance.shuffle(columns)
    made = csv_bytes(ROWS, columns)
    return made if chance.random() < 0.5 else data.split(b"\n", 1)[0] + b"\n" + made.split(b"\n", 1)[1]


def _headers(chance: random.Random, data: bytes) -> bytes:
    head, _, rest = data.partition(b"\n")
    head, rest = head or b"a,b", rest or b"1,2,3"
    return chance.choice(
        [
            head, head + b"\n", rest, head + b"," + rest, head + b"," + head.split(b",")[-1] + b"\n" + rest,
            head.replace(b"pin", b"person") + b"\n" + rest, head.upper() + b"\n" + rest, b"\n" + data,
            head.replace(b",", b";") + b"\n" + rest, b'"' + head + b"\n" + rest, head + b"\n" + data,
            head + b",\n" + rest.replace(b"\n", b",\n"), b"sep=,\n" + data, head + b"," + rest.split(b",")[-1] + b"\n",
        ]
    )  # fmt: skip


def _line_ends(chance: random.Random, data: bytes) -> bytes:
    ends = chance.choice([(b"\r\n",), (b"\n", b"\r\n"), (b"\r",), (b"\n", b"\r"), (b"\n\n", b"\n"), (b"\n\r",)])
    return b"".join(line + chance.choice(ends) for line in data.split(b"\n"))


def _encoded(chance: random.Random, data: bytes) -> bytes:
    text = data.decode("utf-8", "replace")
    return text.encode(chance.choice(["latin-1", "cp1251", "utf-16", "utf-16-le", "utf-32", "utf-8-sig"]), "replace")


def _packed(_: random.Random, data: bytes) -> bytes:
    return gzip.compress(data)


CSV_MUTATIONS = (
    _cut, _flipped, _without_a_piece, _twice_a_piece, _cells_changed, _columns_swapped, _headers, _line_ends, _encoded,
    _packed, _inserted(b"\x00"), _inserted(b"\xef\xbb\xbf"),
    _inserted(b'"', b'""', b'",', b',"', b'\n"', b"'", b"\\", b'\\"'),
    _inserted(b"x" * 1_000_000, b"," * 3000, b"\n" * 3000, "ө".encode() * 400_000, b'"' + b"\n" * 5000 + b'"'),
    _inserted(b"\n", b"\r", b"\r\n", b",", b"\x1f", b"\xe2\x80\xa8", b"\xc2\x85", b"\x0b", b"\x0c", b"\x1a"),
)  # fmt: skip
PARQUET_MUTATIONS = (
    _cut, _flipped, _flipped, _without_a_piece, _twice_a_piece, _packed,
    _inserted(b"\x00", b"PAR1", b"\xff" * 8, b"\x00" * 5000),
)  # fmt: skip


def spoilt(chance: random.Random, parquets: list[bytes]) -> tuple[Suffix, bytes]:
    """An extract with one to three things wrong with it."""
    kind: Suffix = "csv" if chance.random() < 0.7 else "parquet"
    data = GOOD if kind == "csv" else chance.choice(parquets)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        if data:
            data = chance.choice(CSV_MUTATIONS if kind == "csv" else PARQUET_MUTATIONS)(chance, data)
    if chance.random() < 0.02:
        kind = "parquet" if kind == "csv" else "csv"
    return kind, data


def bring(scene: Scene, kind: Suffix, data: bytes) -> str:
    """Import, and see that what came of it is one of the two things that may; returns which."""
    before, files = len(scene.reader.made()), scene.files()
    try:
        made = scene.folder.import_extract(
            Bytes(data, f"extract.{kind}", kind),
            stage=ListStage.PERMANENT, election=None, as_of=AS_OF, synthetic=True, allow_drop=True,
        )  # fmt: skip
    except Refused as refused:
        told = refused
    else:
        see_rows(scene, made, kind, data)
        return "version"
    see_error(told, kind)
    assert len(scene.reader.made()) == before
    assert scene.files() == files
    return told.code


def see_error(told: ShailooError, kind: Suffix) -> None:
    """It names the file, says in a second sentence what to do, and holds no word of a person or of the database."""
    text = str(told)
    assert told.facts["file"] == f"extract.{kind}", text
    assert not _DATABASE.search(text), text
    assert not [one for one in PRIVATE if one in text], text
    assert len(re.findall(r"\.(?: |$)", told.sentence)) > 1, text
    assert len(text) < 400


def see_rows(scene: Scene, made: Imported, kind: Suffix, data: bytes) -> None:
    """Every row is listed, refused or of somebody who is no longer a voter."""
    place = scene.root / "lists" / made.record.folder
    with duckdb.connect() as db:
        ended = len(db.execute(f"FROM '{place / 'ended.parquet'}'").fetchall())
    assert made.rows == made.record.voters + made.record.queued + made.refused + ended
    with (place / "refused.csv").open(encoding="utf-8", newline="") as file:
        assert len({line["row"] for line in csv.DictReader(file)}) == made.refused
    if kind == "csv":
        assert made.rows == rows_of(data)


def rows_of(data: bytes) -> int:
    """How many rows another reader of CSV finds."""
    lines = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
    csv.field_size_limit(10_000_000)
    next(lines)
    return sum(1 for line in lines if line)


@pytest.mark.timeout(6 * 3600 if MUTANTS > 160 else 180)
def test_a_spoilt_extract_is_a_version_with_every_row_accounted_for_or_an_error_of_ours(parquets: list[bytes]) -> None:
    seed = int(os.environ.get("SHAILOO_SEED", "20211101"))
    seen: dict[str, int] = {}
    scene: Scene | None = None
    with tempfile.TemporaryDirectory() as folder:
        for number in range(MUTANTS):
            if scene is None or number % 50 == 0:
                scene = Scene(Path(folder) / str(number))
                scene.bring(ROWS)
            kind, data = spoilt(random.Random(seed + number), parquets)
            try:
                outcome = bring(scene, kind, data)
            except Exception as error:
                error.add_note(f"mutant {seed + number}, {kind}")
                raise
            seen[f"{kind} {outcome}"] = seen.get(f"{kind} {outcome}", 0) + 1
    assert seen["csv version"] > MUTANTS // 20
    assert seen["csv bad-extract"] > MUTANTS // 20
    assert seen["parquet bad-extract"] > MUTANTS // 20


@pytest.mark.parametrize(
    ("data", "line", "column"),
    [
        (GOOD.replace(b"\n", b",\n"), 1, None),
        (GOOD.replace(b"status\n", b"status," + ROWS[0]["surname"].encode() + b"\n"), 1, None),
        (GOOD.replace(b"status\n", b"status,extra\n"), 1, "extra"),
        (GOOD.replace(b"\n", b"", 1), 1, "status"),
        (GOOD.replace(b"\n", b"\x00\n"), 1, None),
        (b"\x1f\x8b" + GOOD, 1, None),
        (GOOD.decode().encode("cp1251", "replace"), 2, None),
        (GOOD.decode().encode("utf-16"), 1, None),
    ],
)
def test_what_is_wrong_is_told_by_line_and_column_and_without_a_name(
    tmp_path: Path, data: bytes, line: int, column: str | None
) -> None:
    scene = Scene(tmp_path)
    with pytest.raises(BadExtract) as raised:
        scene.folder.import_extract(
            Bytes(data), stage=ListStage.PERMANENT, election=None, as_of=AS_OF, synthetic=True, allow_drop=True
        )
    see_error(raised.value, "csv")
    assert (raised.value.facts["line"], raised.value.facts.get("column")) == (line, column)


@pytest.mark.parametrize(
    "pin",
    [
        "pin::BIGINT", "pin::DOUBLE", "[pin]", "{'n': pin}", "pin::BLOB", "DATE '2021-01-01'", "NULL::VARCHAR[]",
        "pin::DECIMAL(18, 2)", "true", "NULL::INTEGER", "MAP {pin: pin}", "uuid()", "pin::JSON",
    ],
)  # fmt: skip
def test_parquet_of_another_type_is_told_by_column(tmp_path: Path, pin: str) -> None:
    (tmp_path / "source.csv").write_bytes(GOOD)
    with duckdb.connect() as db:
        source = f"read_csv('{tmp_path / 'source.csv'}', all_varchar = true)"
        db.execute(f"COPY (SELECT * REPLACE ({pin} AS pin) FROM {source}) TO '{tmp_path / 'source.parquet'}'")  # noqa: S608  the test's own query
    scene = Scene(tmp_path)
    with pytest.raises(BadExtract, match="must be text") as raised:
        scene.folder.import_extract(
            Bytes((tmp_path / "source.parquet").read_bytes(), "extract.parquet", "parquet"),
            stage=ListStage.PERMANENT, election=None, as_of=AS_OF, synthetic=True,
        )  # fmt: skip
    assert raised.value.facts == {"file": "extract.parquet", "column": "pin"}
    assert scene.files() == set()


def test_an_extract_of_nothing_but_a_header_is_nobody(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    for data in (GOOD.split(b"\n")[0], GOOD.split(b"\n")[0] + b"\r\n\r\n", b"\xef\xbb\xbf" + GOOD.split(b"\n")[0]):
        with pytest.raises(NobodyLeft) as raised:
            scene.folder.import_extract(
                Bytes(data), stage=ListStage.PERMANENT, election=None, as_of=AS_OF, synthetic=True
            )
        see_error(raised.value, "csv")
