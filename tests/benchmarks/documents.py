"""Public copies: one scan of three pages, and many one after the other.

How many is told by SHAILOO_SCANS; a thousand take some minutes.
"""

from __future__ import annotations

import io
import os
import random
import time
from statistics import median

import psutil
from PIL import Image

from builder.documents import CopyRoom
from tests.builder.documents.corpus import paper

SCANS = int(os.environ.get("SHAILOO_SCANS", "60"))
WARM = 10
REACH_S, REACH_GROWTH_MB, REACH_RATIO = 2.0, 20, 1.5


def run() -> list[dict[str, object]]:
    """Three rows: the time of one scan, what memory grows by, and whether the last scans cost more than the first."""
    with CopyRoom() as room:
        room.copy(scan(1, 1.0))
        original = scan(3, 5.0)
        seconds = [timed(room, original) for _ in range(5)]
        lengths = [(pages, megabytes) for pages in (1, 2, 3) for megabytes in (1.0, 2.5, 5.0)]
        papers = [scan(pages, megabytes) for pages, megabytes in lengths]
        spent, memory = [], []
        for number in range(SCANS):
            spent.append(timed(room, papers[number % len(papers)]))
            memory.append(together(room))
    growth = max(memory[-len(papers) :]) - max(memory[WARM : WARM + len(papers)])
    half = SCANS // 2 // len(papers) * len(papers)
    ratio = sum(spent[-half:]) / sum(spent[:half])
    return [
        {
            "what": f"public copy of a scan, 3 pages, {len(original) / 1e6:.1f} MB",
            "reach": f"≤ {REACH_S:.0f} s",
            "measured": f"median {median(seconds):.2f} s, longest {max(seconds):.2f} s",
            "ok": max(seconds) <= REACH_S,
        },
        {
            "what": f"memory over {SCANS:,} scans of 1 to 5 MB, program and copy room together",
            "reach": f"grows by ≤ {REACH_GROWTH_MB} MB",
            "measured": f"{growth:+.1f} MB, at most {max(memory):.0f} MB",
            "ok": growth <= REACH_GROWTH_MB,
        },
        {
            "what": f"cost of a scan, second half of {SCANS:,} against the first",
            "reach": f"≤ {REACH_RATIO} ×",
            "measured": f"{ratio:.2f} × (mean {sum(spent) / len(spent):.2f} s)",
            "ok": ratio <= REACH_RATIO,
        },
    ]


def scan(pages: int, megabytes: float) -> bytes:
    """A PDF of photographs at 200 dots per inch, with grain enough to weigh about so much."""
    chance = random.Random(pages)
    sheet = paper(1654, 2339)
    grain = Image.frombytes("L", (827, 1170), chance.randbytes(827 * 1170)).resize(sheet.size)
    mixed = Image.merge("RGB", [Image.blend(band, grain, 0.35) for band in sheet.split()])
    for quality in (95, 92, 88, 82, 75, 65, 50, 35, 20):
        out = io.BytesIO()
        mixed.save(out, "PDF", save_all=True, append_images=[mixed] * (pages - 1), resolution=200, quality=quality)
        if out.tell() <= megabytes * 1.1e6:
            break
    return out.getvalue()


def timed(room: CopyRoom, original: bytes) -> float:
    began = time.perf_counter()
    room.copy(original)
    return time.perf_counter() - began


def together(room: CopyRoom) -> float:
    """Megabytes of this process and the room's."""
    return float(sum(psutil.Process(one).memory_info().rss for one in (os.getpid(), room.process_id))) / 1e6


if __name__ == "__main__":
    for row in run():
        print(row)
