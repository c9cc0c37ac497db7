"""A pressed evening: when each box sends, and a clock that every process of the rehearsal reads from `clock.json`.

The two hours in which the country's boxes report are pressed into about a minute. Stations abroad close in their own
zones, up to half a day earlier or later; between them hours pass in which nothing arrives. Such a pause is cut short,
and where reports crowd time is stretched, so that the pressed minute carries an even load. Every report still bears the
true hour at which its station closed and at which it arrived, and no box seems to have a wrong clock.

`clock.json` says which moment the clocks tell at which real moment, as a line of knots. Until the evening has begun
it says that the clocks stand still; the file is replaced when it begins, and every process follows. Days that pass
after the night are a leap of the same line.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Self

from rehearsal.played import Played
from shailoo.errors import Refused
from shailoo.model.base import read_stamp, stamp
from shailoo.model.election import Election
from shailoo.records.canonical import canonical_json

CLOCK = "clock.json"
LONGEST_PAUSE = timedelta(seconds=45)
"""A longer pause between two arrivals is played as if it were this long."""
BEFORE = timedelta(seconds=30)
"""The clocks begin so long before the first arrival."""
CROWD = 0.9
"""Share of the pressed time that follows the number of arrivals and not the time between them."""
_KNOT_MS = 250
_NOT_YET = datetime(2100, 1, 1, tzinfo=UTC)


class BadEvening(Refused):
    """`clock.json` describes no pressed evening."""

    code = "bad-evening"


@dataclass(frozen=True, slots=True)
class Line:
    """Told moments and the milliseconds after the beginning at which they are told.

    Both rise. Outside, time runs as it does.
    """

    told: tuple[datetime, ...]
    after_ms: tuple[int, ...]

    def told_at(self, passed: timedelta) -> datetime:
        """What is told so long after the beginning."""
        ms = passed / timedelta(milliseconds=1)
        at = bisect_right(self.after_ms, ms)
        if at == 0:
            return self.told[0]  # before the beginning the clocks stand still
        if at == len(self.told):
            return self.told[-1] + passed - timedelta(milliseconds=self.after_ms[-1])
        share = (ms - self.after_ms[at - 1]) / (self.after_ms[at] - self.after_ms[at - 1])
        return self.told[at - 1] + (self.told[at] - self.told[at - 1]) * share

    def passed_at(self, told: datetime) -> timedelta:
        """How long after the beginning a moment is told: what a box waits for."""
        at = bisect_right(self.told, told)
        if at == 0:
            return timedelta(0)
        if at == len(self.told):
            return timedelta(milliseconds=self.after_ms[-1]) + (told - self.told[-1])
        share = (told - self.told[at - 1]) / (self.told[at] - self.told[at - 1])
        return timedelta(milliseconds=self.after_ms[at - 1] + share * (self.after_ms[at] - self.after_ms[at - 1]))

    @property
    def seconds(self) -> float:
        """How long the pressed part is."""
        return self.after_ms[-1] / 1000


def press(moments: Sequence[datetime], seconds: float, *, start: datetime | None = None) -> Line:
    """A line on which these moments (told, in order) take so many real seconds, pauses cut short.

    Begins at `start`, or BEFORE the first moment. Time is stretched where moments crowd: most of the seconds (CROWD)
    are shared out evenly among the moments, the rest by the time between them, so that the load is about even.
    """
    first = start if start is not None else moments[0] - BEFORE
    ends, gaps, crowds = [first], [timedelta(0)], [0]
    for moment in moments:
        gap = moment - ends[-1]
        if gap <= timedelta(0):
            crowds[-1] += 1
            continue
        ends.append(moment)
        gaps.append(min(gap, LONGEST_PAUSE))
        crowds.append(1)
    if len(ends) == 1:
        ends.append(first + timedelta(seconds=1))
        gaps.append(timedelta(seconds=1))
        crowds.append(1)
    whole, many = sum(gaps, timedelta(0)), max(1, sum(crowds))
    played = accumulate(
        (1 - CROWD) * (gap / whole) + CROWD * crowd / many for gap, crowd in zip(gaps, crowds, strict=True)
    )
    after = [round(part * seconds * 1000) for part in played]
    after[0] = 0
    told, kept = [ends[0]], [0]
    for at in range(1, len(ends)):
        bends = (
            at == len(ends) - 1
            or ends[at + 1] - ends[at] > LONGEST_PAUSE
            or ends[at] - ends[at - 1] > LONGEST_PAUSE
            or after[at] - kept[-1] >= _KNOT_MS
        )
        if bends and after[at] > kept[-1]:
            told.append(ends[at])
            kept.append(after[at])
    return Line(tuple(told), tuple(kept))


def arrivals(election: Election, played: Played, boxes: Sequence[str]) -> Mapping[str, datetime]:
    """When the final report of each box arrives, told time, in order of arrival."""
    found = {box: played.arrives(election, box) for box in boxes}
    return dict(sorted(found.items(), key=lambda item: (item[1], item[0])))


@dataclass(slots=True)
class EveningClock:
    """The clock of a rehearsal. Reads `clock.json` again when it was replaced; every process tells the same time."""

    path: Path
    line: Line
    real_start: datetime | None
    _changed: int = 0

    @classmethod
    def open(cls, path: Path) -> Self:
        """Read a folder's clock. Raises BadEvening."""
        clock = cls(path, Line((_NOT_YET,), (0,)), None)
        clock._follow()
        return clock

    def now(self) -> datetime:
        """See shailoo.ports.Clock."""
        self._follow()
        return self.told(datetime.now(UTC)).replace(microsecond=0)

    def told(self, real: datetime) -> datetime:
        """What is told at a real moment."""
        return self.line.told[0] if self.real_start is None else self.line.told_at(real - self.real_start)

    def real(self, told: datetime) -> datetime:
        """The real moment at which a time is told, once the evening has begun."""
        self._follow()
        return (self.real_start or _NOT_YET) + self.line.passed_at(told)

    def _follow(self) -> None:
        try:
            changed = self.path.stat().st_mtime_ns
            if changed == self._changed:
                return
            said = json.loads(self.path.read_text(encoding="utf-8"))
            told, after = [], []
            for moment, ms in said["knots"]:
                told.append(read_stamp(moment))
                after.append(int(ms))
            real = None if said["waits"] else read_stamp(said["real_start"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BadEvening("This file does not describe a pressed evening.", file=self.path.name) from error
        self.line, self.real_start, self._changed = Line(tuple(told), tuple(after)), real, changed


def is_pressed(folder: Path) -> bool:
    """Whether the installation in a folder plays a pressed evening."""
    path = folder / CLOCK
    return path.exists() and b'"knots"' in path.read_bytes()


def save_evening(folder: Path, line: Line, real_start: datetime | None) -> None:
    """Write `clock.json` whole; without `real_start` the clocks stand still at the beginning.

    The four fields that an installation's own reader knows are there too: whoever reads only those gets one even rate.
    """
    told_s = (line.told[-1] - line.told[0]).total_seconds()
    value = {
        "real_start": stamp(real_start or _NOT_YET),
        "told_start": stamp(line.told[0]),
        "told_end": stamp(line.told[-1]),
        "factor": max(1, round(told_s / max(line.seconds, 1))),
        "waits": real_start is None,
        "knots": [[stamp(moment), ms] for moment, ms in zip(line.told, line.after_ms, strict=True)],
    }
    fresh = folder / f"{CLOCK}.new"
    fresh.write_bytes(canonical_json(value) + b"\n")
    fresh.replace(folder / CLOCK)
