"""One act upon a case, from the record to its public page, among few and many cases that are public already."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from statistics import median

from shailoo.adapters.memory import MemoryStore
from shailoo.kinds import KINDS
from tests.builder.case_records import STATIONS, Filer
from tests.builder.scene import publisher_of, settle
from tests.functions.case_scene import LAMP

FEW, MANY = 1_000, 10_000
"""Cases of a public register; beside each of them four applications."""
REACH_S = 0.5
TIMES = 9


def run() -> list[dict[str, object]]:
    """The median of several acts, each published by itself, and how it grows with ten times as many cases."""
    few, many = _median(FEW), _median(MANY)
    return [
        {
            "what": f"one act upon a case → public, beside {MANY:,} public cases and {4 * MANY:,} applications",
            "reach": f"≤ {REACH_S} s",
            "measured": f"{many:.2f} s",
            "ok": many <= REACH_S,
        },
        {
            "what": f"the same with ten times as many cases ({FEW:,} → {MANY:,})",
            "reach": "—",
            "measured": f"{many / few:.1f} ×",
            "ok": True,
        },
    ]


def _median(cases: int) -> float:
    with tempfile.TemporaryDirectory() as made:
        store = MemoryStore()
        filer = Filer(store)
        kinds = list(KINDS)
        for at in range(cases):
            filer.file(f"lamp {at}", "lamp", STATIONS[at % len(STATIONS)], told={"what": "dark"})
            for one in range(4):
                filer.file(f"{at}-{one}", kinds[(at + one) % len(kinds)], STATIONS[(at + one) % len(STATIONS)])
        publisher = publisher_of(Path(made), store, ["small"], kinds={**KINDS, "lamp": LAMP})
        publisher.start()
        settle(publisher)
        took = []
        for at in range(TIMES):
            filer.act(f"lamp {at * 7}", "mend", reason="A new bulb")
            begun = time.perf_counter()
            done = publisher.step()
            took.append(time.perf_counter() - begun)
            publisher.wait_for_child()
            number = filer.numbers[f"lamp {at * 7}"]
            page = Path(made) / "public" / "results" / "en" / "small" / "register" / "lamp" / str(number) / "index.html"
            assert done is not None
            assert "A new bulb" in page.read_text("utf-8")
            settle(publisher)
        return median(took)


if __name__ == "__main__":
    print(run())
