"""`python -m rehearsal.picture`: the picture of the README, from a real browser while a night is played."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path

from rehearsal.night import Rehearsal
from rehearsal.packages import MAIN

PLACE = Path(__file__).resolve().parents[1] / "docs" / "images" / "overview.png"
LARGEST = 300 * 1024
WIDTH, HEIGHT = 1200, 900


def main() -> int:
    """Play until half of the boxes are in, then take the picture."""
    parser = argparse.ArgumentParser(prog="python -m rehearsal.picture", description=__doc__)
    parser.add_argument("--election", default=MAIN)
    parser.add_argument("--boxes", type=int)
    chosen = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        Rehearsal(Path(folder) / "installation", chosen.election, boxes=chosen.boxes, processes=1) as night,
    ):
        night.day()
        night.start()
        evening = threading.Thread(target=night.evening)
        evening.start()
        while len(night.received) < len(night.boxes) // 2:
            time.sleep(0.1)
        time.sleep(2)
        take(f"{night.plan.url}/results/en/{night.election.id}/", PLACE)
        evening.join()
    sys.stdout.write(f"{PLACE.name}: {PLACE.stat().st_size // 1024} KB\n")
    return 0 if PLACE.stat().st_size <= LARGEST else 1


def take(address: str, place: Path) -> None:
    """A picture of a page in Debian's Chromium."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 -- a tool of developers; a rehearsal does without it

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.goto(address)
        page.wait_for_timeout(1500)
        place.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=place)
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
