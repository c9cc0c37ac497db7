"""Alarms and dashboards ask for figures that the programs make, under the names and the dimension that they make."""

from __future__ import annotations

import re

from shailoo.events import DECLARED, METRICS
from shailoo.model.event import NAMESPACE
from tests.law.source import ROOT

IN_THE_CLOUD = {"intake", "staff", "tizme", "herald", "publisher", "copyist"}
TEMPLATES = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "infra").glob("*.yaml")))
ALARMS = re.findall(rf"Namespace: {NAMESPACE}\n\s+MetricName: (\w+)\n\s+Dimensions:\n\s+- (.+)\n(?!\s+- )", TEMPLATES)


def test_there_are_alarms_over_figures_of_ours() -> None:
    assert {name for name, _ in ALARMS} >= {"OldestWaitingS", "PagesHeld", "Faults"}
    assert len(ALARMS) == len(re.findall(rf"Namespace: {NAMESPACE}\b", TEMPLATES))


def test_every_figure_of_an_alarm_is_made_by_a_function() -> None:
    made = {
        metric.name for one in DECLARED.values() if IN_THE_CLOUD.intersection(one.programs) for metric in one.metrics
    }
    assert {name for name, _ in ALARMS} - made == set()


def test_every_alarm_asks_by_stage_as_the_lines_do() -> None:
    assert {dimension for _, dimension in ALARMS} == {"{ Name: Stage, Value: !Ref Stage }"}


def test_a_dashboard_names_no_figure_that_nobody_makes() -> None:
    drawn = set(re.findall(rf'"{NAMESPACE}", *"(\w+)"', TEMPLATES))
    assert drawn - METRICS.keys() == set()


def test_a_stage_is_told_to_every_function() -> None:
    assert "SHAILOO_STAGE" in TEMPLATES
