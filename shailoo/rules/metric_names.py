"""What a figure is called: in CloudWatch as declared, on one machine in the words of Prometheus."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from shailoo.model.event import NAMESPACE, Metric

_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def on_one_machine(metric: Metric) -> str:
    """`ReportsReceived`, a counter, is `shailoo_reports_received_total` there."""
    name = f"shailoo_{_WORD.sub('_', metric.name).lower()}"
    return f"{name}_total" if metric.kind == "counter" else name


def in_the_cloud(moved: Sequence[tuple[Metric, int]], *, stage: str, at_ms: int) -> Mapping[str, object]:
    """What makes a log line a source of metrics too (CloudWatch embedded metric format).

    One dimension, `Stage`: every label more would be a metric more to pay for.
    """
    if not moved:
        return {}
    told = [{"Name": metric.name, "Unit": metric.unit} for metric, _ in moved]
    directive = {"Namespace": NAMESPACE, "Dimensions": [["Stage"]], "Metrics": told}
    values = {metric.name: amount for metric, amount in moved}
    return {"_aws": {"CloudWatchMetrics": [directive], "Timestamp": at_ms}, "Stage": stage, **values}
