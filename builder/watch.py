"""What the publisher says: which version is out, which reports it brought to a page, how long they waited, and why not.

It only listens. What it keeps are the reports that wait, and those of elections whose pages are held back.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from shailoo.errors import ShailooError
from shailoo.events.doors import Step
from shailoo.events.pages import (
    PageFailed,
    PagesHeld,
    PagesReleased,
    PublisherBeat,
    ReportPublished,
    VersionPublished,
)
from shailoo.model.record import ReportAccepted, ReportConflict
from shailoo.rules.trace import span_of, trace_of_report, trace_of_version
from shailoo.telemetry import Watch, say

if TYPE_CHECKING:
    from datetime import timedelta
    from typing import Literal

    from shailoo.model.record import Publication, Record
    from shailoo.ports import Clock

    Lap = Literal["draw", "write", "log", "point"]

BEAT_S: Final = 5.0
"""Not more often than that a publisher without news says that it lives."""


class Laps:
    """How long the steps of one version take, one after the other."""

    def __init__(self) -> None:
        self._whole = Watch()
        self._watch = Watch()
        self.taken: list[tuple[Lap, int]] = []

    def lap(self, step: Lap) -> None:
        """A step is over."""
        self.taken.append((step, self._watch.ms))
        self._watch = Watch()

    def after(self, step: Lap) -> int:
        """Milliseconds of the steps after a step."""
        names = [name for name, _ in self.taken]
        return sum(ms for _, ms in self.taken[names.index(step) + 1 :]) if step in names else self.ms

    @property
    def ms(self) -> int:
        """Of all steps."""
        return self._whole.ms


@dataclass(slots=True)
class PublisherWatch:
    """Listens to one publisher."""

    clock: Clock
    _waiting: list[tuple[int, ReportAccepted | ReportConflict]] = field(default_factory=list)
    _held: frozenset[str] = frozenset()
    _beaten: float = 0.0

    def received(self, seq: int, record: Record) -> None:
        """A record was read from the feed."""
        if isinstance(record, ReportAccepted | ReportConflict):
            self._waiting.append((seq, record))

    def passed(self, publication: Publication) -> None:
        """A publication of an earlier day was read from the feed."""
        self._take(publication)

    def failed(self, election: str, fault: Exception) -> None:
        """A page of an election could not be made."""
        code = fault.code if isinstance(fault, ShailooError) else None
        say(PageFailed(election=election, code=code, fault=fault))

    def published(self, publication: Publication, laps: Laps, *, stations: int, files: int) -> None:
        """A version is out."""
        trace = trace_of_version(publication.version)
        whole = span_of(trace, "publish")
        for step, ms in laps.taken:
            say(Step(trace=trace, span=span_of(trace, step), parent=whole, step=step, ms=ms))
        say(Step(trace=trace, span=whole, parent=None, step="publish", ms=laps.ms))
        self._say_held(publication)
        say(
            VersionPublished(
                trace=trace,
                version=publication.version,
                upto=publication.upto,
                stations=stations,
                files=files,
                wide=publication.wide,
                trail=publication.trail,
                ms=laps.ms,
            )
        )
        for report in self._take(publication):
            say(
                ReportPublished(
                    trace=trace_of_report(report.sealed_sha256),
                    election=report.election,
                    box=report.box,
                    digest=report.sealed_sha256,
                    version=publication.version,
                    s=_seconds(publication.published - report.arrived) + laps.after("draw") // 1000,
                )
            )
        self._beat()

    def idle(self) -> None:
        """There is nothing to do."""
        if time.monotonic() - self._beaten >= BEAT_S:
            self._beat()

    def _beat(self) -> None:
        self._beaten = time.monotonic()
        first = min((report.arrived for _, report in self._waiting), default=None)
        oldest = 0 if first is None else _seconds(self.clock.now() - first)
        say(PublisherBeat(waiting=len(self._waiting), oldest_s=oldest))

    def _say_held(self, publication: Publication) -> None:
        held = frozenset(publication.held_back)
        for election in sorted(held - self._held):
            say(PagesHeld(election=election, version=publication.version))
        for election in sorted(self._held - held):
            say(PagesReleased(election=election, version=publication.version))
        self._held = held

    def _take(self, publication: Publication) -> list[ReportAccepted | ReportConflict]:
        """The reports that a publication brought to their pages wait no more."""
        out, wait = [], []
        for seq, report in self._waiting:
            if seq <= publication.upto and report.election not in publication.held_back:
                out.append(report)
            else:
                wait.append((seq, report))
        self._waiting = wait
        return out


def _seconds(span: timedelta) -> int:
    return max(0, int(span.total_seconds()))
