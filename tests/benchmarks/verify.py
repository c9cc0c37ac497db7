"""A stranger verifies a whole election from a folder: 2,494 stations, 27 papers each, protocols, three languages.

The papers are made as records and as tiny files in the object store, without the copyist: what is measured is how long
somebody needs who looks at all of them.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import islice
from pathlib import Path

from builder.publish import Cadence
from rehearsal.manual import exclusions, person, protocols
from shailoo.model.document import DocumentApproved, DocumentCopied, DocumentKind, DocumentReceived, PageCopy
from shailoo.model.election import Election, Station
from shailoo.model.record import Record, record_bytes, record_key
from shailoo.rules.documents import expected_documents
from tests.benchmarks.full_build import watched
from tests.benchmarks.scene import Scene, scene

REACH_S = 90.0
_AT_ONCE = 5_000
_JPEG = bytes.fromhex(
    "ffd8ffdb004300030202020202030202020303030304060404040404080606050609080a0a090809090a0c0f0c0a0b0e0b09090d110d0e0f10"
    "1011100a0c12131210130f101010ffc9000b080001000101011100ffcc000600101005ffda0008010100003f00d2cf20ffd9"
)
"""A picture of one grey pixel."""


def run() -> list[dict[str, object]]:
    """One row."""
    with scene() as night:
        papers = whole_election(night)
        command = [sys.executable, "-m", "shailoo.cli", "verify", str(night.installation.public), "--json"]
        began = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        seconds = time.perf_counter() - began
        megabytes = watched(command)
        stations = len(night.election.stations)
    return [
        {
            "what": f"`shailoo verify` of {stations:,} stations with {papers // stations} papers each, from a folder",
            "reach": f"≤ {REACH_S:.0f} s",
            "measured": f"{seconds:.1f} s, {megabytes:.0f} MB",
            "ok": seconds <= REACH_S,
        }
    ]


def whole_election(night: Scene) -> int:
    """Every box has reported, every paper is public, every protocol is agreed. Returns how many papers there are."""
    night.publisher()  # opens the log before the first report
    night.accept(night.finals)
    election, store = night.election, night.installation.store
    excluded = exclusions(election, night.played)
    papers = Papers(election, night.installation.folder / "objects")
    records: Iterator[Record] = iter((*papers.records(), *protocols(election, night.played)))
    while part := [(record_key(one), record_bytes(one)) for one in islice(records, _AT_ONCE)]:
        store.append_all(part)
    if excluded is not None:
        store.append(record_key(excluded), record_bytes(excluded))
    publisher = night.publisher(Cadence(trail_s=0.0, idle_s=0.0, cut_s=0, wide_s=0.0))
    while (done := publisher.step()) is not None:
        assert not done.problems, done.problems
        publisher.wait_for_child()
    return papers.made


class Papers:
    """Every paper that the stations owe: received, copied and approved, with the bytes of its copy."""

    def __init__(self, election: Election, objects: Path) -> None:
        self.election = election
        self.made = 0
        self._objects = objects
        self._who = {"person": person(election, "papers"), "role": "territorial"}

    def records(self) -> Iterable[Record]:
        """In the order of stations."""
        for station in self.election.stations:
            moment = self.election.closing(station) + timedelta(hours=6)
            for kind, part in expected_documents(self.election, station):
                yield from self._paper(station, kind, part, moment)

    def _paper(self, station: Station, kind: DocumentKind, part: str | None, moment: datetime) -> Iterator[Record]:
        self.made += 1
        name = f"{station.no} {kind} {part}".encode()
        pdf = b"%PDF-1.7\n% " + name + b"\n%%EOF\n"
        picture = _JPEG[:2] + b"\xff\xfe" + (2 + len(name)).to_bytes(2, "big") + name + _JPEG[2:]
        placed = {
            "election": self.election.id, "station": station.no, "kind": kind, "part": part,
            "original": sha256(name).hexdigest(),
        }  # fmt: skip
        who = {**self._who, "commission": station.tec}
        yield DocumentReceived.model_validate(
            {**placed, **who, "entered": moment, "media": "application/pdf", "bytes": 900_000}
        )
        page = PageCopy(sha256=self._keep(picture), bytes=len(picture), width=1, height=1)
        copy = {"version": 1, "pdf": self._keep(pdf)}
        yield DocumentCopied.model_validate(
            {**placed, **copy, "pdf_bytes": len(pdf), "pages": (page,), "made": moment + timedelta(minutes=1)}
        )
        yield DocumentApproved.model_validate({**placed, **who, **copy, "entered": moment + timedelta(minutes=9)})

    def _keep(self, data: bytes) -> str:
        """Without flushing each: nobody relies on these bytes after a power cut."""
        name = sha256(data).hexdigest()
        place = self._objects / name[:2] / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
        return name


if __name__ == "__main__":
    for row in run():
        print(row)
