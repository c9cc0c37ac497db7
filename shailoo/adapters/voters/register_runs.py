"""Which houses of a register vote where, street by street, for the pages that say it without asking who one is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np

from shailoo.adapters.voters.distribution import distribute
from shailoo.rules.house_ranges import HouseRange
from shailoo.rules.house_runs import Run, runs_of_street
from shailoo.rules.kyrgyz_order import kyrgyz_key

_BATCH: Final = 50_000
"""Rows fetched, and runs written, at once."""


def make_runs(db: duckdb.DuckDBPyConnection, folder: Path) -> int:
    """Make the table `runs` for the register that lies in `folder`; returns how many there are.

    Columns: settlement, street (code, "" where houses have none), street_order, first, last, parity, station, houses
    (those named, separated by spaces; houses have none inside). Sorted by settlement, street_order, first.
    """
    db.execute(
        "CREATE VIEW registered AS "
        'SELECT a."row"::VARCHAR AS residence, a.settlement, s.name_ky AS street, a.house, NULL AS country '
        "FROM addresses a LEFT JOIN streets s ON s.id = a.street"
    )
    distribute(db, folder, "registered", "registered_placed")
    db.execute("CREATE TABLE runs (settlement VARCHAR, street VARCHAR, street_order VARCHAR, first INTEGER, last INTEGER, parity VARCHAR, station VARCHAR, houses VARCHAR)")  # fmt: skip  # noqa: E501 -- one table
    waiting: list[tuple[str, str, str, Run]] = []
    count = 0
    for settlement, street, name, runs in _streets(db):
        order = kyrgyz_key(name)
        waiting.extend((settlement, street, order, run) for run in runs)
        count += len(runs)
        if len(waiting) >= _BATCH:
            _write(db, waiting)
            waiting = []
    _write(db, waiting)
    db.execute("DROP VIEW registered")
    db.execute("DROP TABLE registered_placed")
    return count


def _streets(db: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, str, str, list[Run]]]:
    """Settlement, street, its name in Kyrgyz, its runs; every street that has any."""
    names = dict(db.execute("SELECT id, name_ky FROM streets").fetchall())
    places = dict(db.execute("SELECT id, settlement FROM streets").fetchall())
    rules: dict[str, list[HouseRange]] = {}
    for street, *cells in db.execute('SELECT street, "first", "last", parity, station FROM rules ORDER BY "row"').fetchall():  # fmt: skip  # noqa: E501 -- one query
        rules.setdefault(street, []).append(HouseRange(*cells))
    done: set[str] = set()
    for settlement, street, houses in _registered(db):
        done.add(street)
        runs = runs_of_street(rules.get(street, []), houses)
        yield settlement, street, names.get(street, ""), runs
    for street in sorted(rules.keys() - done):
        yield places[street], street, names[street], runs_of_street(rules[street], {})


def _registered(db: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, str, dict[int, dict[str | None, list[str]]]]]:
    """Each street with registered houses, and where those of each number go."""
    reader = db.cursor()
    try:
        reader.execute(
            "SELECT a.settlement, a.street, a.number, p.station, list(a.house ORDER BY a.house) FROM addresses a "
            'JOIN registered_placed p ON p.residence = a."row"::VARCHAR '
            "GROUP BY ALL ORDER BY a.settlement, a.street, a.number, p.station"
        )
        now: tuple[str, str] | None = None
        houses: dict[int, dict[str | None, list[str]]] = {}
        while rows := reader.fetchmany(_BATCH):
            for settlement, street, number, station, names in rows:
                if now != (settlement, street):
                    if now is not None:
                        yield *now, houses
                    now, houses = (settlement, street), {}
                houses.setdefault(number, {})[station] = names
        if now is not None:
            yield *now, houses
    finally:
        reader.close()


def _write(db: duckdb.DuckDBPyConnection, runs: list[tuple[str, str, str, Run]]) -> None:
    if not runs:
        return
    columns: dict[str, Any] = {
        "settlement": [row[0] for row in runs],
        "street": [row[1] for row in runs],
        "street_order": [row[2] for row in runs],
        "first": [row[3].first for row in runs],
        "last": [row[3].last for row in runs],
        "parity": [row[3].parity for row in runs],
        "station": [row[3].station for row in runs],
        "houses": [" ".join(row[3].houses) for row in runs],
    }
    numbers = ("first", "last")
    db.register(
        "given",
        {name: np.array(cells, dtype=np.int64 if name in numbers else object) for name, cells in columns.items()},
    )
    db.execute("INSERT INTO runs SELECT * FROM given")
    db.unregister("given")
