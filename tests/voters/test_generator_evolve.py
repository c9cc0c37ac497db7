"""The next extract: what happened to whom, counted by a second reading of both files."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from rehearsal.voters.errors import CannotBeMadeUp
from rehearsal.voters.evolve import KINDS, evolve
from shailoo.model.voter_tables import EXTRACT
from tests.voters.test_generator import Row, make, read, wrong

NEXT = date(2021, 11, 2)
HOME = ("settlement", "street", "house", "flat", "country")


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("before"), count=8_000, districts=("d01", "d28")).out


def by_person(path: Path) -> dict[str, Row]:
    return {row["person"]: row for row in read(path)}


def test_what_it_says_is_what_it_did(before: Path, tmp_path: Path) -> None:
    out = tmp_path / "next.csv"
    counts = evolve(before, out, share_ppm=50_000, seed=1, day=NEXT)
    old, new = by_person(before), by_person(out)
    both = [(old[person], new[person]) for person in old if person in new]
    fresh = [row for person, row in new.items() if person not in old]
    of_age = [row for row in fresh if row["birth_date"] == "2003-11-02"]
    found = {
        "moved": sum(any(a[name] != b[name] for name in HOME) for a, b in both),
        "pin": sum(a["pin"] != b["pin"] for a, b in both),
        "surname": sum(a["surname"] != b["surname"] for a, b in both),
        "absent": len(old) - len(both),
        "came_of_age": len(of_age),
        "registered": len(fresh) - len(of_age),
        **{
            status: sum(b["status"] == status for _, b in both)
            for status in ("died", "convicted", "incapable", "citizenship")
        },
        "dropped": 0,
    }
    assert found == counts
    assert all(counts[kind] for kind in KINDS)
    assert sum(counts.values()) == pytest.approx(400, abs=4)
    assert wrong(EXTRACT, list(new.values())) == []
    assert len({row["pin"] for row in new.values()}) == len(read(out)) == len(new)
    assert all(row["pin"][0] == ("1" if row["sex"] == "f" else "2") for row in new.values())


def test_those_who_left_with_a_reason_are_gone_the_next_time(before: Path, tmp_path: Path) -> None:
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    first = evolve(before, one, share_ppm=50_000, seed=1, day=NEXT)
    second = evolve(one, two, share_ppm=1_000, seed=1, day=date(2021, 11, 3))
    left = sum(first[status] for status in ("died", "convicted", "incapable", "citizenship"))
    assert second["dropped"] == left > 0
    gone = {row["person"] for row in read(one) if row["status"] != "voter"}
    assert not gone & by_person(two).keys()


def test_nothing_happens_to_nobody(before: Path, tmp_path: Path) -> None:
    counts = evolve(before, tmp_path / "next.csv", share_ppm=0, seed=1, day=NEXT)
    assert not any(counts.values())
    assert (tmp_path / "next.csv").read_bytes() == before.read_bytes()


def test_the_next_extract_is_the_same_twice_and_as_parquet(before: Path, tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv", "a.parquet", "b.parquet"):
        evolve(before, tmp_path / name, share_ppm=20_000, seed=3, day=NEXT)
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()
    evolve(tmp_path / "a.parquet", tmp_path / "c.csv", share_ppm=0, seed=3, day=NEXT)
    kept = [row for row in read(tmp_path / "a.csv") if row["status"] == "voter"]
    assert read(tmp_path / "c.csv") == kept


def test_whoever_is_alone_cannot_be_evolved(tmp_path: Path) -> None:
    alone = make(tmp_path, count=1).out
    with pytest.raises(CannotBeMadeUp, match="fewer than two"):
        evolve(alone, tmp_path / "next.csv", share_ppm=10, seed=1, day=NEXT)
