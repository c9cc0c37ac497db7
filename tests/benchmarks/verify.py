"""A stranger verifies a whole election from a folder: 2,494 stations, 27 papers each, pages in three languages."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from shailoo.model.document import DocumentApproved, DocumentCopied, DocumentReceived
from tests.auditor.publishing import Published
from tests.benchmarks.full_build import watched
from tests.builder.papers_scene import Office, enter
from tests.builder.scene import scene, settle

REACH_S = 90.0
PAPERS = 27


def run() -> list[dict[str, object]]:
    """One row."""
    with tempfile.TemporaryDirectory(prefix="shailoo-verify-") as room:
        published = whole_night(Path(room))
        command = [sys.executable, "-m", "shailoo.cli", "verify", str(published.scene.public), "--json"]
        seconds, megabytes, _ = watched(command)
    return [
        {
            "what": f"`shailoo verify` of 2,494 stations with {PAPERS} papers each, from a folder",
            "reach": f"≤ {REACH_S:.0f} s",
            "measured": f"{seconds:.1f} s, {megabytes:.0f} MB",
            "ok": seconds <= REACH_S,
        }
    ]


def whole_night(folder: Path) -> Published:
    """Every box has reported and every paper of every station is public; the bytes of a copy are few."""
    found = scene(folder, "jk-2021-11-28")
    office = Office(found.election)
    found.objects = office.objects
    publisher = found.publisher()
    publisher.start()
    settle(publisher)
    found.send(*found.records)
    for station in found.election.stations:
        for number in range(PAPERS):
            enter(found.store, *_paper(office, station.no, f"p{number}"))
    settle(publisher)
    return Published(found)


def _paper(office: Office, station: str, part: str) -> tuple[DocumentReceived, DocumentCopied, DocumentApproved]:
    received = office.received(station, part=part)
    copied = office.copied(received, pages=1)
    return received, copied, office.approved(copied)
