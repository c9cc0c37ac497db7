"""Versions of the list written by hand, as far as those who look at registers read them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb

from shailoo.adapters.voters.distribution import distribute
from shailoo.rules.residence import residence_key
from tests.voters.registers import Row


def version(folder: Path, register: Path, people: list[Row], decided: Mapping[str, str] | None = None) -> Path:
    """A version of these people, distributed by a register; `decided`: person -> station by application."""
    folder.mkdir(parents=True)
    columns = ("settlement", "street", "house", "country")
    with duckdb.connect() as db:
        db.execute("CREATE TABLE people (person VARCHAR, residence VARCHAR, decided VARCHAR)")
        db.execute(
            "CREATE TABLE spelled (residence VARCHAR, settlement VARCHAR, street VARCHAR, house VARCHAR, "
            "country VARCHAR)"
        )
        for one in people:
            home = [one[column] for column in columns]
            key = residence_key(*home)
            db.execute("INSERT INTO people VALUES (?, ?, ?)", [one["person"], key, (decided or {}).get(one["person"])])
            db.execute("INSERT INTO spelled VALUES (?, ?, ?, ?, ?)", [key, *home])
        db.execute("CREATE TABLE homes AS SELECT DISTINCT ON (residence) * FROM spelled")
        distribute(db, register, "homes", "placed")
        db.execute(
            "CREATE TABLE voters AS SELECT person, residence, coalesce(decided, station) AS station, "
            "CASE WHEN decided IS NULL THEN way ELSE 'application' END AS way FROM people JOIN placed USING (residence)"
        )
        db.execute("CREATE TABLE residences AS FROM homes JOIN placed USING (residence)")
        for table in ("voters", "residences"):
            db.execute(f"COPY {table} TO '{folder / table}.parquet' (FORMAT parquet)")
    return folder
