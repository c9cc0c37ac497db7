"""The project's own distribution puts the made-up people where they were meant to vote."""

from __future__ import annotations

from pathlib import Path

import duckdb

from shailoo.adapters.voters.distribution import distribute
from shailoo.adapters.voters.register import RegisterFolder
from tests.voters.test_generator import make

_PLACE = "concat_ws('|', coalesce(settlement, ''), coalesce(street, ''), coalesce(house, ''), coalesce(country, ''))"


def test_nearly_everybody_comes_to_the_station_meant_and_few_to_the_queue(tmp_path: Path) -> None:
    made = make(tmp_path, count=10_000, districts=("d01", "d26", "d28"))
    (tmp_path / "registers").mkdir()
    folder = RegisterFolder(tmp_path / "registers")
    version = folder.path(folder.load(made.register).number)
    with duckdb.connect() as db:
        db.execute(
            f"CREATE TABLE voters AS SELECT *, {_PLACE} AS residence FROM read_csv(?, all_varchar = true)",  # noqa: S608 - our own names
            [str(made.out)],
        )
        db.execute(
            "CREATE TABLE residences AS SELECT DISTINCT residence, settlement, street, house, country FROM voters"
        )
        ways = distribute(db, version, "residences", "placed")
        placed = dict(
            db.execute("SELECT person, coalesce(station, '') FROM voters JOIN placed USING (residence)").fetchall()
        )
    assert {"street", "polygon", "nearest", "no-settlement"} <= ways.keys()
    astray = [person for person, station in made.truth.items() if placed[person] != station]
    assert len(astray) <= len(made.truth) // 1_000
    assert 0 < sum(not station for station in placed.values()) < len(placed) // 200
