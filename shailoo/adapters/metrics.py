"""Figures on one machine, in the words of Prometheus: kept in memory, left in a file, gathered by the server.

Each program beside the server writes its figures into `DIR/metrics/<program>.prom` as it moves them, whole and at most
every few seconds; the age of that file tells whether the program lives. They are lost with the process, as Prometheus
expects of counters, and nothing but an operator reads them.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, write_to_textfile
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

from shailoo.model.event import Metric, Program
from shailoo.rules.metric_names import on_one_machine

FOLDER: Final = "metrics"
EVERY_S: Final = 5.0
CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_STEPS: Final = {
    "Milliseconds": (5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000),
    "Seconds": (1, 2, 5, 10, 20, 30, 60, 120, 300, 900, 3600),
    "Count": (1, 10, 100, 1000),
    "Bytes": (1000, 10_000, 100_000, 1_000_000),
}


class PrometheusMeter:
    """Keeps figures; with a file, leaves them there as they move."""

    def __init__(self, file: Path | None = None) -> None:
        self.registry = CollectorRegistry()
        self._file = file
        self._made: dict[str, Counter | Gauge | Histogram] = {}
        self._lock = threading.Lock()
        self._left = -EVERY_S

    def move(self, program: Program, metric: Metric, amount: int, labels: Mapping[str, str]) -> None:
        """Move a figure."""
        match self._one(metric).labels(program=program, **labels):
            case Counter() as counter:
                counter.inc(amount)
            case Gauge() as gauge:
                gauge.set(amount)
            case Histogram() as histogram:
                histogram.observe(amount)
        if self._file is not None and time.monotonic() - self._left >= EVERY_S:
            self._left = time.monotonic()
            self.leave()

    def _one(self, metric: Metric) -> Counter | Gauge | Histogram:
        with self._lock:
            found = self._made.get(metric.name)
            if found is None:
                name, labels = on_one_machine(metric), ("program", *metric.by)
                match metric.kind:
                    case "counter":
                        found = Counter(name, metric.meaning, labels, registry=self.registry)
                    case "gauge":
                        found = Gauge(name, metric.meaning, labels, registry=self.registry)
                    case "histogram":
                        steps = _STEPS[metric.unit]
                        found = Histogram(name, metric.meaning, labels, registry=self.registry, buckets=steps)
                self._made[metric.name] = found
            return found

    def leave(self) -> None:
        """Write the file, whole. What cannot be written is written the next time."""
        if self._file is not None:
            with suppress(OSError):
                self._file.parent.mkdir(mode=0o755, exist_ok=True)
                write_to_textfile(os.fspath(self._file), self.registry)


def gathered(own: PrometheusMeter, folder: Path) -> bytes:
    """The figures of the server and of the programs beside it as one text."""
    whole = CollectorRegistry()
    whole.register(_Together(own, folder))
    return generate_latest(whole)


class _Together(Collector):
    """Families of one name, of several programs, as one."""

    def __init__(self, own: PrometheusMeter, folder: Path) -> None:
        self._own = own
        self._folder = folder

    def collect(self) -> Iterator[Family]:
        """Every family once, and how long ago each program was heard of."""
        families: dict[str, Family] = {}
        told = "seconds since a program left its figures"
        ages = GaugeMetricFamily("shailoo_program_heard_s", told, labels=["program"])
        _join(families, self._own.registry.collect())
        for file in sorted(self._folder.glob("*.prom")):
            with suppress(OSError, ValueError):  # being replaced, or not ours
                _join(families, text_string_to_metric_families(file.read_text(encoding="utf-8")))
                ages.add_metric([file.stem], max(0, round(time.time() - file.stat().st_mtime)))
        yield from families.values()
        yield ages


def _join(families: dict[str, Family], found: Iterable[Family]) -> None:
    for family in found:
        known = families.setdefault(family.name, Family(family.name, family.documentation, family.type))
        known.samples += [one for one in family.samples if not one.name.endswith("_created")]
