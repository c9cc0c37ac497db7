"""The catalogue: everything that a running installation may say. docs/events.md is made from it."""

from __future__ import annotations

from shailoo.events import cloud, copies, doors, life, notices, pages
from shailoo.model.event import Declaration, Event, Metric

CATALOGUE: tuple[type[Event], ...] = tuple(
    one
    for module in (doors, pages, copies, notices, cloud, life)
    for one in vars(module).values()
    if isinstance(one, type) and issubclass(one, Event) and one is not Event
)
"""Every event, in the order of the document."""

DECLARED: dict[str, Declaration] = {one.declared.name: one.declared for one in CATALOGUE}
METRICS: dict[str, Metric] = {metric.name: metric for one in DECLARED.values() for metric in one.metrics}
"""Every figure by the name that it has in the cloud; on one machine `shailoo_` and the same in small letters."""
