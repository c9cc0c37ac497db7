"""Everything built again from the records of a whole night, into an empty folder.

And the weight of what a reader loads.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import psutil

from tests.benchmarks.scene import scene

REACH_S, REACH_MB = 10.0, 500
TIMES = 3
"""So often a build is timed; disks and neighbours of a machine only ever make it slower."""
STATION_KB, FIRST_KB, MAP_KB = 14, 120, 300
_ASSET = re.compile(r'(?:src|href)="(/results/[^"]+\.(?:css|js|svg))"')


def run() -> list[dict[str, object]]:
    """One row for the build, three for the weight."""
    with scene() as night:
        night.accept(night.finals)
        folder = night.installation.folder
        subprocess.run(
            [sys.executable, "-m", "shailoo.cli", "publish", "--dir", str(folder)], check=True, capture_output=True
        )
        build = [sys.executable, "-m", "shailoo.cli", "build", "--dir", str(folder), "--json"]
        public, said, took = folder / "public" / "results", "", list[float]()
        for time_of in range(TIMES):
            public.rename(folder / f"before-{time_of}")  # deletion would go on beside the measure
            os.sync()
            began = time.perf_counter()
            said = subprocess.run(build, check=True, capture_output=True, text=True).stdout
            took.append(time.perf_counter() - began)
        public.rename(folder / "before")
        megabytes = watched(build)  # to look at memory takes a third of a processor: nobody looks while time is taken
        seconds, all_of_them = min(took), ", ".join(f"{one:.1f}" for one in took)
        files = json.loads(said)["written"]
        rows: list[dict[str, object]] = [
            {
                "what": "full build, 2,494 stations, three languages",
                "reach": f"≤ {REACH_S:.0f} s, ≤ {REACH_MB} MB",
                "measured": f"{seconds:.1f} s (best of {all_of_them}), {megabytes:.0f} MB, {files:,} files",
                "ok": seconds <= REACH_S and megabytes <= REACH_MB,
            }
        ]
        return rows + weights(folder / "public", night.election.id)


def watched(command: list[str]) -> float:
    """Run a command; the most memory of it and its children together, in megabytes (shared pages once)."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        most = 0.0
        whole = psutil.Process(process.pid)
        while process.poll() is None:
            most = max(most, memory(whole))
            time.sleep(0.15)
    assert process.returncode == 0
    return most


def memory(process: psutil.Process) -> float:
    """Megabytes of a process and its children; a page that several share is divided among them."""
    total = 0
    try:
        for one in (process, *process.children(recursive=True)):
            total += one.memory_full_info().pss
    except psutil.Error:
        return 0.0
    return total / 1e6


def weights(public: Path, election: str) -> list[dict[str, object]]:
    """What a reader loads: the heaviest station page, the first load of the overview, the page of the map."""
    stations = sorted((public / "results" / "ky" / election / "station").glob("*/index.html"))
    station = max(kilobytes(page) for page in stations)
    overview = first_load(public, public / "results" / "ky" / election / "index.html")
    with_map = first_load(public, public / "results" / "ky" / election / "map" / "index.html")
    areas = public / "results" / "data" / election / "map"
    with_map += sum(kilobytes(path) for path in areas.glob("*.geojson"))
    return [
        row("weight of the heaviest station page, HTML gzipped", STATION_KB, station),
        row("weight of the first load of the overview, gzipped, without a map", FIRST_KB, overview),
        row("weight of the map page with its data, gzipped", MAP_KB, with_map),
    ]


def row(what: str, reach: int, measured: float) -> dict[str, object]:
    return {"what": what, "reach": f"≤ {reach} KB", "measured": f"{measured:.1f} KB", "ok": measured <= reach}


def first_load(public: Path, page: Path) -> float:
    """A page and the style sheets, scripts and pictures that it names."""
    found = {path for path in _ASSET.findall(page.read_text(encoding="utf-8")) if (public / path.lstrip("/")).is_file()}
    return kilobytes(page) + sum(kilobytes(public / path.lstrip("/")) for path in found)


def kilobytes(path: Path) -> float:
    """Size of a file as it travels."""
    return len(gzip.compress(path.read_bytes(), 6)) / 1024


if __name__ == "__main__":
    for line in run():
        print(line)
