"""The one way in which a program says what happens: events of the catalogue, as lines of JSON and as figures.

`say` never raises and never waits: what cannot be written is lost, and the door it stands at stays open. Values that
are not of their field's kind become `?` (`shailoo.model.event`). Warnings of libraries and exceptions that nobody
caught come out here too, as events, without what they say.
"""

from __future__ import annotations

import json
import logging
import os
import select
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Protocol, TextIO

from shailoo.errors import ShailooError
from shailoo.events.doors import HandlerFailed
from shailoo.events.life import LIBRARIES, LibrarySpoke, LinesHeldBack, ProgramDied
from shailoo.model.event import Event, Metric, Program, Shown, Words, moved, shown
from shailoo.rules.metric_names import in_the_cloud

if TYPE_CHECKING:
    from types import TracebackType

    from shailoo.model.election import Election

STAGE: Final = "SHAILOO_STAGE"
WINDOW_S: Final = 10.0
MOST_LINES: Final = 20
"""Of one event that strangers can bring about, in one window."""


class Meter(Protocol):
    """Keeps figures."""

    def move(self, program: Program, metric: Metric, amount: int, labels: Mapping[str, str]) -> None:
        """Move a figure."""
        ...


@dataclass
class Telemetry:
    """What a program says, and where to. Safe to share between threads, and to fork."""

    program: Program = "server"
    write: Callable[[str], None] = field(default=lambda line: _to_stderr(line))  # noqa: PLW0108 -- stands below
    meter: Meter | None = None
    stage: str | None = None
    """Name of the deployment in the cloud, where lines are the source of the figures."""
    words: Words = field(default_factory=Words)
    wall: Callable[[], float] = time.time
    ticks: Callable[[], float] = time.monotonic
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _window: float = 0.0
    _lines: dict[str, int] = field(default_factory=dict)

    def say(self, said: Event) -> None:
        """Write an event's line and move its figures."""
        try:
            self._say(said)
        except Exception:  # noqa: BLE001 -- a log that fails must never bring down what it tells of
            return

    def _say(self, said: Event) -> None:
        declared, values = said.declared, shown(said, self.words)
        figures = moved(said, values)
        if self.meter is not None:
            for metric, amount in figures:
                labels = {name: str(values.get(name, "")) for name in metric.by}
                self.meter.move(self.program, metric, amount, labels)
        if self.stage is not None:
            self.write(self._line(said, values, figures))
        elif not declared.quiet and (not declared.strangers or self._may(declared.name)):
            self.write(self._line(said, values, ()))

    def _line(self, said: Event, values: Mapping[str, Shown], figures: Iterable[tuple[Metric, int]]) -> str:
        at = self.wall()
        whole: dict[str, object] = {
            "ts": datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "event": said.declared.name,
            "level": said.declared.level,
            "program": self.program,
            **values,
        }
        if self.stage is not None:
            whole |= in_the_cloud(list(figures), stage=self.stage, at_ms=int(at * 1000))
        return json.dumps(whole, separators=(",", ":"), ensure_ascii=True) + "\n"

    def _may(self, name: str) -> bool:
        """Whether a line of this event may still be written in this window; tells how many were not, after it."""
        with self._lock:
            now, held = self.ticks(), dict[str, int]()
            if now - self._window >= WINDOW_S:
                held = {one: count - MOST_LINES for one, count in self._lines.items() if count > MOST_LINES}
                self._window, self._lines = now, {}
            self._lines[name] = self._lines.get(name, 0) + 1
            may = self._lines[name] <= MOST_LINES
        for one, count in held.items():
            self._say(LinesHeldBack(of=one, count=count))
        return may

    def learn(self, elections: Iterable[Election] = (), routes: Iterable[str] = ()) -> None:
        """Take in what this installation's packages and doors name; only that is ever written by name."""
        known = list(elections)
        self.words = Words(
            elections=self.words.elections | {one.id for one in known},
            stations=self.words.stations | {station.no for one in known for station in one.stations},
            boxes=self.words.boxes | {box.id for one in known for box in one.boxes},
            routes=self.words.routes | frozenset(routes),
        )


_now: list[Telemetry] = [Telemetry()]
"""The one of this process; a list, so that a test may put another in its place."""


def say(said: Event) -> None:
    """Say what happened."""
    _now[0].say(said)


def learn(elections: Iterable[Election] = (), routes: Iterable[str] = ()) -> None:
    """Take in what may be called by name."""
    _now[0].learn(elections, routes)


def start(program: Program, *, meter: Meter | None = None, stage: str | None = None) -> None:
    """This process is a program of an installation from now on; with a stage, a function in the cloud.

    Libraries' warnings and exceptions that nobody caught are said as events. Names that were learnt stay known.
    """
    write = _to_stdout if stage is not None else _to_stderr
    _now[0] = Telemetry(program, write, meter, stage, _now[0].words)
    _hear()


class FunctionFailed(ShailooError):
    """A function failed. What it was is in its log, by type and place; the platform would write all that it says."""

    code = "function-failed"


@contextmanager
def function(program: Program) -> Iterator[None]:
    """Be a function in the cloud for one call; a stage in the environment names the deployment.

    Whatever is raised in it is said as an event. Raises FunctionFailed instead, so that the call is tried again.
    """
    if _now[0].program != program or _now[0].stage is None:
        start(program, stage=os.environ.get(STAGE, ""))
    try:
        yield
    except Exception as fault:  # noqa: BLE001 -- the platform's own log repeats what an exception says
        say(HandlerFailed(fault=fault))
        raise FunctionFailed("A function failed; its log says where.") from None


@contextmanager
def instead(other: Telemetry) -> Iterator[Telemetry]:
    """While this is open, `say` says it there."""
    before, _now[0] = _now[0], replace(other, words=_now[0].words)
    try:
        yield _now[0]
    finally:
        _now[0] = before


class Watch:
    """Milliseconds since it was made."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    @property
    def ms(self) -> int:
        """Whole milliseconds."""
        return round((time.monotonic() - self._began) * 1000)


_out = threading.Lock()


def _to_stderr(line: str) -> None:
    _write(sys.stderr, line)


def _to_stdout(line: str) -> None:
    _write(sys.stdout, line)


def _write(out: TextIO, line: str) -> None:
    """Write a line whole. If nobody takes lines off at the other end, it is lost: a door never waits for its log."""
    with _out:
        try:
            ready = select.select([], [out.fileno()], [], 0)[1]
        except (OSError, ValueError):  # no file of the system: a test listens
            ready = [0]
        if ready:
            out.write(line)
            out.flush()


def _after_fork() -> None:
    """A child must not wait for a lock that a thread of its parent held."""
    global _out  # noqa: PLW0603 -- a lock cannot be mended, only replaced
    _out = threading.Lock()
    _now[0] = replace(_now[0], _lock=threading.Lock())


os.register_at_fork(after_in_child=_after_fork)


class _Ears(logging.Handler):
    """Hears what libraries write, and keeps whose it was and which exception, but not a word of it."""

    def emit(self, record: logging.LogRecord) -> None:
        first = record.name.partition(".")[0]
        fault = record.exc_info[1] if record.exc_info else None
        known = next((one for one in LIBRARIES if one == first), "another")
        say(LibrarySpoke(library=known, fault=fault))  # type: ignore[arg-type]  # one of the declared words


def _hear() -> None:
    root = logging.getLogger()
    for handler in list(root.handlers):
        root.removeHandler(handler)
    root.addHandler(_Ears(logging.WARNING))
    root.setLevel(logging.WARNING)
    sys.excepthook = _died
    threading.excepthook = lambda told: _died(told.exc_type, told.exc_value, told.exc_traceback)
    sys.unraisablehook = lambda told: _died(told.exc_type, told.exc_value, told.exc_traceback)


def _died(_: type[BaseException], fault: BaseException | None, __: TracebackType | None) -> None:
    if fault is not None and not isinstance(fault, SystemExit | KeyboardInterrupt):
        say(ProgramDied(fault=fault))
