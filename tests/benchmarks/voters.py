"""The voter list at the size of the country: import, distribution, pages, a daily update, and the growth on the way.

Each command runs as an operator starts it, in a process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rehearsal.voters.evolve import evolve
from tests.benchmarks.__main__ import COLUMNS

COUNTRY = 4_300_000
STEPS = (43_000, 430_000, COUNTRY)
DAY, NEXT_DAY = date(2026, 11, 25), date(2026, 11, 26)
DAILY_PPM = 1_000
IMPORT_S, ASSIGN_S, PAGES_S, DAILY_S = 180.0, 120.0, 600.0, 60.0
MOST_MB, MOST_BYTES = 2_560, 2 * 2**30
LINEAR = 1.5
"""Ten times the voters in at most so many times ten times the time."""


@dataclass(frozen=True, slots=True)
class Country:
    """What each command said, at one size."""

    imported: dict[str, float]
    assigned: dict[str, float]
    published: dict[str, float]


def run() -> list[dict[str, object]]:
    """Measure."""
    with tempfile.TemporaryDirectory(prefix="shailoo-bench-voters-") as name:
        room = Path(name)
        found = {count: build(room / str(count), count) for count in STEPS}
        daily = update(room / str(COUNTRY))
    whole, tenth = found[COUNTRY], found[STEPS[-2]]
    peak = max(one["peak_rss_mb"] for one in (whole.imported, whole.assigned, whole.published, daily))
    size, files = whole.published["bytes"], whole.published["files"]
    rows = [
        line("import of 4,300,000 voters as a version of the list", IMPORT_S, whole.imported),
        line("their distribution over 2,494 stations", ASSIGN_S, whole.assigned),
        line("all pages, data and the index of find-my-station", PAGES_S, whole.published),
        line("daily update of 0.1 %: import, new residences, pages", DAILY_S, daily),
        row("files that the daily update wrote", "only changed ones", f"{daily['written']:,} of {files:,}", ok=True),
        row("memory of the largest process", "≤ 2.5 GB", f"{peak:,} MB", ok=peak <= MOST_MB),
        row("files of Tizme", "≤ 2 GB", f"{files:,}, {size / 2**30:.2f} GB", ok=size <= MOST_BYTES),
    ]
    for what, small, large in (
        ("import", tenth.imported, whole.imported),
        ("distribution", tenth.assigned, whole.assigned),
        ("pages", tenth.published, whole.published),
    ):
        growth = large["seconds"] / small["seconds"]
        said = f"{growth:.1f} × ({small['seconds']:.1f} s, {large['seconds']:.1f} s)"
        rows.append(
            row(f"growth of the {what} from 430,000 to 4,300,000 voters", "≤ 15 ×", said, ok=growth <= 10 * LINEAR)
        )
    return rows


def build(room: Path, count: int) -> Country:
    """Make a people of so many, and everything for them."""
    extract, home = room / "day-1.parquet", room / "installation"
    room.mkdir()
    say("generate", "--count", str(count), "--out", str(extract), "--day", DAY.isoformat())
    imported = say("import", str(extract), "--dir", str(home), "--as-of", DAY.isoformat())
    return Country(imported, say("assign", "--dir", str(home)), say("publish", "--dir", str(home)))


def update(room: Path) -> dict[str, float]:
    """The next day."""
    extract = room / "day-2.parquet"
    evolve(room / "day-1.parquet", extract, share_ppm=DAILY_PPM, seed=1, day=NEXT_DAY)
    return say("update", str(extract), "--dir", str(room / "installation"), "--as-of", NEXT_DAY.isoformat())


def say(*arguments: str) -> dict[str, float]:
    """What a command says with --json."""
    command = [sys.executable, "-m", "shailoo.cli", "voters", *arguments, "--json"]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    said: dict[str, float] = json.loads(done.stdout)
    return said


def line(what: str, reach: float, said: dict[str, float]) -> dict[str, object]:
    """A row about seconds."""
    return row(what, f"≤ {reach:.0f} s", f"{said['seconds']:.1f} s", ok=said["seconds"] <= reach)


def row(what: str, reach: str, measured: str, *, ok: bool) -> dict[str, object]:
    """A row of the table."""
    return {**dict(zip(COLUMNS, (what, reach, measured), strict=True)), "ok": ok}
