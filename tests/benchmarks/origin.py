"""nginx as a town's installation sets it up, with every page of a country, under a crowd: h2load over TLS, kept alive.

Twice: as much as it gives, and how long a page takes when the crowd asks for what must be borne. The load comes from
the same machine, and takes its share of it.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import tempfile
from pathlib import Path

from shailoo.assembly import Installation
from shailoo.cli import make_publisher
from shailoo.cli.town_served import served
from shailoo.town import PORTS, compress_public
from tests.builder.scene import PACKAGES
from tests.journey.nights import keep_prose
from tests.town.machine import HOST, NAME, free_ports, front_door, nginx

PACKAGE = PACKAGES / "jk-2021-11-28"
SECONDS = 10
CLIENTS = 100
LEAST, LONGEST_MS = 5_000, 20.0
WHAT = "nginx on two cores, pages of 2,494 stations in three languages, over TLS, gzipped"


def run() -> list[dict[str, object]]:
    """Two rows; every page is asked for, none more than another."""
    h2load = shutil.which("h2load")
    if h2load is None:
        return [row(WHAT, f"≥ {LEAST:,} requests/s", "not measured: apt-get install nghttp2-client", ok=False)]
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        folder = work / "installation"
        keep_prose(folder)
        with Installation.create(folder, [PACKAGE]) as made:
            make_publisher(made).start()
        compress_public(folder, served())
        machine = front_door(work, folder, dict(zip(PORTS, free_ports(len(PORTS)), strict=True)))
        pages = sorted(one.parent.relative_to(folder / "public").as_posix() for one in folder.rglob("index.html"))
        pages = [one for one in pages if one.startswith(("results/", "tizme/", "talapker/"))]
        random.Random(1).shuffle(pages)
        asked = [f"https://{NAME}/{one}/" for one in pages]
        (work / "pages").write_text("\n".join(asked) + "\n", encoding="utf-8")
        command = [h2load, "--h1", f"-c{CLIENTS}", "-t1", f"-D{SECONDS}", f"--input-file={work / 'pages'}"]
        command += ["--header=accept-encoding: gzip", f"--connect-to={HOST}:{machine.https}"]
        with nginx(machine):
            rate, _, failed = crowd(command, work / "all.log")
            calm, took, late = crowd([*command, f"--rps={LEAST / CLIENTS * 1.04:.1f}"], work / "calm.log")
    said = f"{rate:,.0f} requests/s, {len(pages):,} pages, {failed} failed"
    slow = f"p99 {took:.1f} ms at {calm:,.0f} requests/s, {late} failed"
    return [
        row(WHAT, f"≥ {LEAST:,} requests/s", said, ok=rate >= LEAST and failed == 0),
        row(
            f"a page then, at {LEAST:,} requests/s",
            f"p99 ≤ {LONGEST_MS:.0f} ms",
            slow,
            ok=took <= LONGEST_MS and calm >= LEAST and late == 0,
        ),
    ]


def crowd(command: list[str], log: Path) -> tuple[float, float, int]:
    """Ask; returns answers a second, the slowest hundredth in milliseconds, and how many were no page."""
    subprocess.run([*command, f"--log-file={log}"], capture_output=True, check=True)
    lines = [line.split() for line in log.read_text(encoding="ascii").splitlines()]
    took = sorted(int(line[2]) for line in lines)
    return len(lines) / SECONDS, took[len(took) * 99 // 100] / 1000, sum(line[1] != "200" for line in lines)


def row(what: str, reach: str, measured: str, *, ok: bool) -> dict[str, object]:
    """A row of the table."""
    return {"what": what, "reach": reach, "measured": measured, "ok": ok}
