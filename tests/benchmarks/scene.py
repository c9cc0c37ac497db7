"""An installation in which a part of a night was published, made without a box or a wire.

Straight from the played counts.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from builder.publish import Cadence, Publisher
from builder.store import PublicFolder
from rehearsal.packages import find_package, package_files
from rehearsal.paper import accepted
from rehearsal.played import Played, read_played
from rehearsal.precincts import enter_day
from shailoo.assembly import Installation
from shailoo.cli import MARKS, make_publisher
from shailoo.model.election import Election
from shailoo.model.record import Publication, ReportAccepted, record_bytes, record_key

MAIN = "jk-2021-11-28"


@dataclass
class Scene:
    """An open installation, what is played in it, and the final reports in the order of arrival."""

    installation: Installation
    election: Election
    played: Played
    finals: Sequence[str]

    def report(self, box: str) -> ReportAccepted:
        """The record of a box's final report."""
        return accepted(self.election, box, self.played.box_counts[box], self.played.arrives(self.election, box))

    def accept(self, boxes: Sequence[str]) -> None:
        """Store final reports, many in one commit."""
        for at in range(0, len(boxes), 500):
            records = [self.report(box) for box in boxes[at : at + 500]]
            self.installation.store.append_all([(record_key(one), record_bytes(one)) for one in records])

    def pretend_published(self) -> None:
        """Name a version that takes in everything, as if its pages had been made.

        For measures of what comes after it.
        """
        store = self.installation.store
        first = Publication(
            version=1,
            upto=store.last(),
            published=self.election.last_closing + timedelta(hours=3),
            wide=True,
            trail=True,
            cut=True,
        )
        store.append(record_key(first), record_bytes(first))
        marks = PublicFolder(self.installation.folder / MARKS)
        for name in ("published", "complete"):
            marks.write_durably(name, b"1\n")
        pointer = PublicFolder(self.installation.public / "results")
        pointer.write(f"data/{self.election.id}/pointer.json", b"{}\n")

    def publisher(self, cadence: Cadence | None = None) -> Publisher:
        """A publisher that has started."""
        made = make_publisher(self.installation, cadence=cadence)
        made.start()
        return made


@contextmanager
def scene(package: Path | None = None, *, turnout: bool = True) -> Iterator[Scene]:
    """A fresh installation with the turnout of the day."""
    source = package or find_package(MAIN)
    with (
        tempfile.TemporaryDirectory(prefix="shailoo-bench-") as folder,
        Installation.create(Path(folder) / "installation", [package_files(source)]) as installation,
    ):
        (election,) = installation.elections.values()
        played = read_played(source)
        if turnout:
            enter_day(election, played, installation.store, (one.no for one in election.stations), lambda _: None)
        order = sorted(played.box_counts, key=lambda box: (played.arrives(election, box), box))
        yield Scene(installation, election, played, order)


def one_by_one(publisher: Publisher, scene: Scene, boxes: Sequence[str]) -> tuple[list[float], list[int]]:
    """Accept reports one after the other; seconds until each is public with every page, and files written for each."""
    seconds, files = [], []
    for box in boxes:
        record = scene.report(box)
        before = publisher.public.written
        began = time.perf_counter()
        scene.installation.store.append(record_key(record), record_bytes(record))
        done = publisher.step()
        seconds.append(time.perf_counter() - began)
        assert done is not None
        assert not done.problems, done.problems
        files.append(publisher.public.written - before)
    return seconds, files
