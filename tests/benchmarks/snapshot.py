"""A publisher's start from a snapshot, against folding the feed; and how it grows when ten times as many report."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from rehearsal.paper import finals, store_all
from rehearsal.played import read_played
from tests.benchmarks.scene import MAIN
from tests.builder.functions import Function, MemoryHome, prepared
from tests.builder.scene import PACKAGES, election

REACH_S = 1.0
RATIO = 2.0
GROWTH = 10.0


def run() -> list[dict[str, object]]:
    """Seconds from a new process to a publisher that is ready, with all reports of a country and with a tenth."""
    prepared()
    tenth, _ = _starts(0.1)
    whole, fold = _starts(1.0)
    return [
        {
            "what": "start of a publisher from a snapshot, 2,494 stations with every report, packages included",
            "reach": f"≤ {REACH_S:.0f} s",
            "measured": f"{whole:.2f} s",
            "ok": whole <= REACH_S,
        },
        {
            "what": "the same by folding the feed",
            "reach": f"≥ {RATIO:.0f} times as long",
            "measured": f"{fold:.2f} s, {fold / whole:.1f} times",
            "ok": fold >= RATIO * whole,
        },
        {
            "what": "start from a snapshot, ten times as many reports",
            "reach": f"≤ {GROWTH:.0f} times as long",
            "measured": f"{whole / tenth:.1f} times",
            "ok": whole <= GROWTH * tenth,
        },
    ]


def _starts(share: float) -> tuple[float, float]:
    home = MemoryHome([MAIN])
    records = finals(election(MAIN), read_played(PACKAGES / MAIN))
    with tempfile.TemporaryDirectory(prefix="shailoo-bench-") as made:
        folder = Path(made)
        store_all(home.store, records[: int(len(records) * share)])
        Function(home, folder / "first").until_done()
        snapshot = min(_start(home, folder / f"snapshot{number}") for number in range(3))
        home.snapshots.kept.clear()
        fold = _start(home, folder / "fold")
    return snapshot, fold


def _start(home: MemoryHome, room: Path) -> float:
    function = Function(home, room)
    began = time.perf_counter()
    function.call()
    return time.perf_counter() - began
