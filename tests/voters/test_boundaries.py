"""A change of boundaries says who would move before anybody does."""

from __future__ import annotations

import csv
import hashlib
import stat
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from shailoo.adapters.voters.boundaries import plan
from shailoo.adapters.voters.register import RegisterFolder
from shailoo.errors import StorageFailed
from shailoo.model.record import read_record, record_bytes, record_key
from shailoo.model.register_act import RegisterApplied
from tests.voters.register_scene import version
from tests.voters.registers import Tables, boundaries, box, person, small_register, tables, write_register

PEOPLE = [person(number) for number in range(330)]


@pytest.fixture
def registers(tmp_path: Path) -> RegisterFolder:
    folder = RegisterFolder(tmp_path / "register")
    folder.load(small_register(tmp_path / "source"))
    return folder


def changed() -> Tables:
    """Ten houses of Lenin Street change sides, the last house of Bel loses its boundaries' help, Turkey is new."""
    rows = tables()
    rows["rules"][0]["last"] = "5"
    rows["rules"].append({"station": "1003", "street": "sary-lenin", "first": "7", "last": "99", "parity": "odd"})
    rows["consulates"] = [row for row in rows["consulates"] if row["country"] != "KZ"]
    return rows


def stations(folder: Path) -> dict[str, str]:
    with duckdb.connect() as db:
        rows = db.read_parquet(str(folder / "voters.parquet")).project("person, coalesce(station, '')").fetchall()
    return dict(rows)


def test_a_plan_is_the_difference_of_two_distributions(registers: RegisterFolder, tmp_path: Path) -> None:
    shapes = boundaries()
    shapes["1006"] = box(41_49900, 73_49900, 41_50200, 73_50200)
    shapes["1007"] = box(41_49900, 73_50200, 41_50200, 73_50700)
    assert registers.load(write_register(tmp_path / "new", changed(), shapes)).number == 2
    decided = {"P00000000": "1004", "P00000006": "1002"}
    now = version(tmp_path / "now", registers.path(1), PEOPLE, decided)
    then = stations(version(tmp_path / "then", registers.path(2), PEOPLE, decided))
    found = plan(now, registers.path(2), 2, tmp_path / "private" / "moves.csv")
    moves = {who: (source, then[who]) for who, source in stations(now).items() if source != then[who]}
    assert [(m.source, m.target) for m in found.moved] == sorted(set(moves.values()))
    assert {(m.source, m.target): m.people for m in found.moved} == Counter(moves.values())
    assert {("1001", "1003"), ("1006", "1007"), ("9001", "")} <= set(moves.values())
    assert (found.people, found.moving, found.stranded) == (330, len(moves), 0)
    data = (tmp_path / "private" / "moves.csv").read_bytes()
    assert hashlib.sha256(data).hexdigest() == found.digest
    rows = list(csv.reader(data.decode().splitlines()))
    assert rows == [["person", "from", "to"], *([who, *moves[who]] for who in sorted(moves))]
    assert not decided.keys() & moves.keys()


def test_the_list_of_people_is_for_this_user_alone(registers: RegisterFolder, tmp_path: Path) -> None:
    now = version(tmp_path / "now", registers.path(1), PEOPLE)
    out = tmp_path / "private" / "moves.csv"
    plan(now, registers.path(1), 1, out)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert [place.name for place in out.parent.iterdir()] == ["moves.csv"]


def test_the_same_register_moves_nobody(registers: RegisterFolder, tmp_path: Path) -> None:
    now = version(tmp_path / "now", registers.path(1), PEOPLE)
    found = plan(now, registers.path(1), 1, tmp_path / "moves.csv")
    assert (found.moved, found.moving, found.people) == ((), 0, 330)
    assert (tmp_path / "moves.csv").read_text() == "person,from,to\n"


def test_a_decision_for_a_station_that_is_gone_is_counted(registers: RegisterFolder, tmp_path: Path) -> None:
    now = version(tmp_path / "now", registers.path(1), PEOPLE, {"P00000000": "8888"})
    found = plan(now, registers.path(1), 1, tmp_path / "moves.csv")
    assert (found.moving, found.stranded) == (0, 1)


def test_a_plan_that_cannot_be_made_leaves_nothing(registers: RegisterFolder, tmp_path: Path) -> None:
    out = tmp_path / "private" / "moves.csv"
    with pytest.raises(StorageFailed):
        plan(tmp_path / "no-version", registers.path(1), 1, out)
    assert list(out.parent.iterdir()) == []


def test_the_act_is_a_record_of_the_feed(registers: RegisterFolder, tmp_path: Path) -> None:
    registers.load(write_register(tmp_path / "new", changed(), boundaries()))
    now = version(tmp_path / "now", registers.path(1), PEOPLE)
    found = plan(now, registers.path(2), 2, tmp_path / "moves.csv")
    record = RegisterApplied(
        number=2,
        digest=registers.loaded(2).digest,
        act="17",
        body="cec",
        day=date(2026, 11, 20),
        reason="New houses on Lenin Street.",
        entered=datetime(2026, 11, 21, tzinfo=UTC),
        before=1,
        plan=found.digest,
        moved=found.moved,
    )
    assert record_key(record) == "register/000002"
    assert read_record(record_bytes(record)) == record
