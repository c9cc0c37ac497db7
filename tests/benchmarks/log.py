"""The log: 70,000 entries, as many as a national election may leave, appended and tiled."""

from __future__ import annotations

import time

from shailoo.records.log_entry import ReportEntry, entry_bytes
from shailoo.records.tiles import Edge
from tests.benchmarks.__main__ import COLUMNS

ENTRIES = 70_000
STEPS = 1_000
BOUND_S = 5.0


def run() -> list[dict[str, object]]:
    """Measure."""
    entries = [
        entry_bytes(
            ReportEntry(
                sha256=f"{at:064x}", at="2021-11-28T14:00:00Z", election="jk-2021-11-28", station=f"{at % 2494:04}",
                box=f"ABB-{at:06}", kind="final", bytes=at,
            )
        )
        for at in range(ENTRIES)
    ]  # fmt: skip
    edge, written = Edge(), 0
    began = time.perf_counter()
    for start in range(0, ENTRIES, ENTRIES // STEPS):
        written += sum(len(data) for _, data in edge.grow(entries[start : start + ENTRIES // STEPS]))
        edge.root()
    took = time.perf_counter() - began
    what = f"{ENTRIES} entries into the log in {STEPS} heads, {written >> 20} MB of tiles"
    row = (what, f"{BOUND_S:.0f} s", f"{took:.2f} s")
    return [{**dict(zip(COLUMNS, row, strict=True)), "ok": took <= BOUND_S}]
