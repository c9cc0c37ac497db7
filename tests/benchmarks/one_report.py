"""One new final report at 2,494 stations.

Accepted, then all pages, data and pointer written. And the same at ten times the stations.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from statistics import median

from builder.publish import Cadence, Publisher
from rehearsal.packages import find_package, multiplied
from tests.benchmarks.scene import MAIN, Scene, one_by_one, scene

REPORTS = 150
HEADS = 40
REACH_MEDIAN_S, REACH_P99_S, REACH_GROWTH = 0.3, 1.0, 3.0
REACH_HEAD_MS = 50
NEVER = Cadence(trail_s=1e9, idle_s=1e9, cut_s=10**9)
"""What trails has a cadence of its own and runs beside; it is no part of this measure."""


def run() -> list[dict[str, object]]:
    """Three rows: the time of one report, that of its entry in the log, and how the first grows."""
    seconds, files, behind = measured(None)
    ranked = sorted(seconds)
    middle, worst = median(ranked), ranked[int(0.99 * len(ranked))]
    with tempfile.TemporaryDirectory(prefix="shailoo-grown-") as folder:
        grown, more, _ = measured(multiplied(find_package(MAIN), 10, Path(folder)))
    ratio = median(grown) / middle
    return [
        {
            "what": "one new final report at 2,494 stations: accepted to everything written",
            "reach": f"median ≤ {REACH_MEDIAN_S} s, p99 ≤ {REACH_P99_S} s",
            "measured": f"median {middle:.3f} s, p99 {worst:.3f} s, {median(files):.0f} files",
            "ok": middle <= REACH_MEDIAN_S and worst <= REACH_P99_S,
        },
        {
            "what": "its entry: under a signed head after the station's page is written",
            "reach": f"≤ {REACH_HEAD_MS} ms",
            "measured": f"median {median(behind):.0f} ms, longest {max(behind):.0f} ms",
            "ok": median(behind) <= REACH_HEAD_MS,
        },
        {
            "what": "growth: one report at 24,940 stations",
            "reach": f"≤ {REACH_GROWTH:.0f} × the time at 2,494",
            "measured": f"{ratio:.2f} × (median {median(grown):.3f} s, {median(more):.0f} files)",
            "ok": ratio <= REACH_GROWTH,
        },
    ]


def measured(package: Path | None) -> tuple[list[float], list[int], list[float]]:
    """Times of the last reports of a night of which all others are published; how far heads are behind, in ms."""
    with scene(package, turnout=package is None) as night:
        night.accept(night.finals[:-REPORTS])
        night.pretend_published()
        publisher = night.publisher(NEVER)
        one_by_one(publisher, night, night.finals[-REPORTS : -REPORTS + 10])  # warm: templates are compiled once
        seconds, files = one_by_one(publisher, night, night.finals[-REPORTS + 10 : -HEADS])
        return seconds, files, [head_behind(publisher, night, box) for box in night.finals[-HEADS:]]


def head_behind(publisher: Publisher, night: Scene, box: str) -> float:
    """Milliseconds from a station's page to the checkpoint that has its report, as the files themselves tell."""
    one_by_one(publisher, night, [box])
    results = night.installation.public / "results"
    station = night.election.box_by_id[box].station
    page = results / "ky" / night.election.id / "station" / str(station) / "index.html"
    return ((results / "log" / "checkpoint").stat().st_mtime_ns - page.stat().st_mtime_ns) / 1e6


if __name__ == "__main__":
    for row in run():
        print(row)
