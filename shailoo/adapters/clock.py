"""Where the time comes from: the machine, or an evening played again faster than it was."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from shailoo.errors import Refused
from shailoo.model.base import read_stamp, stamp
from shailoo.ports import Clock
from shailoo.records.canonical import canonical_json


class BadClock(Refused):
    """`clock.json` does not say how the evening is to be played."""

    code = "bad-clock"


class SystemClock:
    """The machine's own time in UTC, whole seconds."""

    def now(self) -> datetime:
        """See Clock."""
        return datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True, slots=True)
class ReplayClock:
    """An evening that is pressed into minutes.

    At the real moment `real_start` it tells `told_start`, then runs `factor` times as fast until it tells `told_end`,
    then as fast as real time. Every process that reads the same `clock.json` tells the same time.
    """

    real_start: datetime
    told_start: datetime
    factor: int
    told_end: datetime

    def now(self) -> datetime:
        """See Clock."""
        return self.at(datetime.now(UTC)).replace(microsecond=0)

    def at(self, real: datetime) -> datetime:
        """What the clock tells at a real moment, with fractions."""
        passed = real - self.real_start
        pressed = (self.told_end - self.told_start) / self.factor
        if passed <= timedelta(0):
            return self.told_start + passed
        if passed <= pressed:
            return self.told_start + passed * self.factor
        return self.told_end + (passed - pressed)

    def real(self, told: datetime) -> datetime:
        """The real moment at which the clock tells a time: what a rehearsal waits for."""
        if told <= self.told_start:
            return self.real_start - (self.told_start - told)
        if told <= self.told_end:
            return self.real_start + (told - self.told_start) / self.factor
        return self.real_start + (self.told_end - self.told_start) / self.factor + (told - self.told_end)

    def save(self, path: Path) -> None:
        """Write `clock.json`."""
        path.write_bytes(
            canonical_json(
                {
                    "real_start": stamp(self.real_start),
                    "told_start": stamp(self.told_start),
                    "factor": self.factor,
                    "told_end": stamp(self.told_end),
                }
            )
            + b"\n"
        )


def load_clock(path: Path) -> Clock:
    """Return the clock that a `clock.json` describes; without such a file, the machine's. Raises BadClock."""
    if not path.exists():
        return SystemClock()
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        replay = ReplayClock(
            real_start=read_stamp(said["real_start"]),
            told_start=read_stamp(said["told_start"]),
            factor=int(said["factor"]),
            told_end=read_stamp(said["told_end"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise BadClock(
            "This file does not describe a replayed evening; remove it or make it anew.", file=path.name
        ) from error
    if replay.factor < 1 or replay.told_end < replay.told_start:
        raise BadClock("A replayed evening runs forwards, at least as fast as real time.", file=path.name)
    return replay
