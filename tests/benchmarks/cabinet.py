"""The voter's own entry at the size of the country: the index, one question, and the first page through the handler."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import median

import duckdb

from shailoo.adapters.memory import MemoryStore
from shailoo.adapters.voters.entries import IndexedEntries
from shailoo.adapters.voters.entries_index import index_entries

PEOPLE = 4_300_000
ASKED = 200
BUILD_S, QUESTION_MS = 60.0, 100.0


def run() -> list[dict[str, object]]:
    """Two versions of a people, a thousandth of whom moved, indexed one after the other."""
    with tempfile.TemporaryDirectory(prefix="shailoo-bench-cabinet-") as name:
        room = Path(name)
        versions = [(number, _version(room / f"{number}.parquet", number)) for number in (1, 2)]
        first = _took(lambda: index_entries(room / "entries", versions[:1], ()))
        daily = _took(lambda: index_entries(room / "entries", versions, ()))
        entries = IndexedEntries(room / "entries", room, MemoryStore())
        entry, moves = _questions(entries, versions[-1][1])
        entries.close()
    return [
        _row(f"index of {PEOPLE:,} own entries", f"≤ {BUILD_S:.0f} s", f"{first:.1f} s", ok=first <= BUILD_S),
        _row("the same a day later, a thousandth moved", f"≤ {BUILD_S:.0f} s", f"{daily:.1f} s", ok=daily <= BUILD_S),
        _row("one entry by PIN, median", f"≤ {QUESTION_MS:.0f} ms", f"{entry:.1f} ms", ok=entry <= QUESTION_MS),
        _row("movements of one person, median", f"≤ {QUESTION_MS:.0f} ms", f"{moves:.1f} ms", ok=moves <= QUESTION_MS),
    ]


def _version(path: Path, number: int) -> Path:
    """A version as it lies on disk, of people who are only numbers."""
    with duckdb.connect(config={"memory_limit": "1200MB", "threads": 2}) as db:
        db.execute(
            "COPY (SELECT 'P' || n AS person, (10000000000000 + n * 4093)::VARCHAR AS pin, "  # noqa: S608 -- our own numbers
            "'Фамилия' || n % 5000 AS surname, 'Имя' || n % 300 AS name, 'Отчество' || n % 300 AS patronymic, "
            "DATE '1950-01-01' + (n % 20000)::INTEGER AS birth, 'm' AS sex, 's' || n % 2000 AS settlement, "
            "'көч. ' || n % 3000 AS street, (n % 90)::VARCHAR AS house, (n % 50)::VARCHAR AS flat, '' AS country, "
            "n % 100 = 0 AS disability, 'r' || n // 3 AS residence, "
            f"(1000 + (n + {number - 1} * (n % 1000 = 0)::INTEGER * 1724) // 1724)::VARCHAR AS station, "
            f"'street' AS way, 1 AS since FROM range({PEOPLE}) AS t(n) ORDER BY station, surname, name, person) "
            f"TO '{path}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 20480)"
        )
    return path


def _questions(entries: IndexedEntries, voters: Path) -> tuple[float, float]:
    with duckdb.connect() as db:
        asked = db.execute(f"SELECT pin, person FROM '{voters}' USING SAMPLE {ASKED} ROWS").fetchall()  # noqa: S608 -- our own path
    entry = [_took(partial(entries.entry, pin)) for pin, _ in asked]
    moves = [_took(partial(entries.movements, pin, person)) for pin, person in asked]
    return _ms(entry), _ms(moves)


def _ms(seconds: Sequence[float]) -> float:
    return 1000 * median(seconds)


def _took(do: Callable[[], object]) -> float:
    began = time.perf_counter()
    do()
    return time.perf_counter() - began


def _row(what: str, reach: str, measured: str, *, ok: bool) -> dict[str, object]:
    return {"what": what, "reach": reach, "measured": measured, "ok": ok}
