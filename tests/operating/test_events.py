"""The catalogue: every event is declared, documented and raised; nothing that is no such value gets into a line."""

from __future__ import annotations

import ast
import json
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shailoo.events import CATALOGUE, DECLARED, METRICS
from shailoo.events.doors import ReportReceived, RequestAnswered
from shailoo.model.event import Event, Metric, Words, event, moved, shown
from shailoo.rules.metric_names import in_the_cloud, on_one_machine
from shailoo.telemetry import Telemetry
from tests.law.source import modules
from tests.operating.events_page import DOCUMENT, renewed
from tests.operating.secrets import PHONE, PIECES, PIN, PLANTED, in_it

WORDS = Words(frozenset({"small"}), frozenset({"1001"}), frozenset({"ABB-000001"}), frozenset({"GET /api/health"}))


def test_the_document_of_events_is_current() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert renewed(text) == text, "python -m tests.operating.events_page renews it"


def test_every_event_is_in_the_catalogue() -> None:
    ours = {one for one in Event.__subclasses__() if one.__module__.startswith("shailoo.")}
    assert ours == set(CATALOGUE)
    assert len(DECLARED) == len(CATALOGUE)


def test_every_event_is_raised_somewhere() -> None:
    called = {
        node.func.id
        for module in modules().values()
        if not module.within("shailoo.events")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert {one.__name__ for one in CATALOGUE} - called == set()


def test_every_event_says_what_happened_and_what_an_operator_does() -> None:
    short = [one.name for one in DECLARED.values() if not one.meaning.endswith(".") or not one.act or not one.programs]
    assert short == []


def test_a_figure_of_one_name_is_one_figure() -> None:
    declared = [metric for one in DECLARED.values() for metric in one.metrics]
    assert all(metric == METRICS[metric.name] for metric in declared)
    names = {on_one_machine(metric) for metric in declared}
    assert len(names) == len(METRICS)


def test_an_event_with_a_field_for_text_cannot_be_declared() -> None:
    with pytest.raises(TypeError, match="no closed kind"):

        @event("info", "server", act="None.")
        class Talkative(Event):
            text: str


def test_a_figure_of_a_field_that_is_not_there_cannot_be_declared() -> None:
    with pytest.raises(TypeError, match="what is not there"):

        @event("info", "server", act="None.", metrics=(Metric("gauge", "Nothing", "", of="missing"),))
        class Miscounted(Event):
            pass


FAULTS = st.sampled_from(PIECES).map(ValueError)
NUMBERS = st.sampled_from([int(PIN), int(PHONE), -int(PIN)])
NAMED = st.sampled_from(["small", "1001", "ABB-000001", "final"])
VALUES: st.SearchStrategy[object] = st.one_of(
    st.sampled_from(PLANTED),
    st.text(max_size=30),
    st.integers(),
    st.booleans(),
    st.none(),
    st.floats(),
    FAULTS,
    NUMBERS,
    NAMED,
)


@given(st.data())
def test_whatever_is_put_into_whichever_field_no_line_tells_it(data: st.DataObject) -> None:
    which = data.draw(st.sampled_from(CATALOGUE))
    values: dict[str, Any] = {one.name: data.draw(VALUES) for one in fields(which)}  # type: ignore[arg-type]  # a dataclass by `event`
    lines: list[str] = []
    Telemetry("server", lines.append, stage="night", words=WORDS).say(which(**values))
    assert len(lines) == 1
    line = lines[0]
    assert in_it(line) == []
    assert line.endswith("\n")
    assert json.loads(line)["event"] == which.declared.name
    for name, value in values.items():
        if isinstance(value, str) and len(value) > 3 and value not in {"small", "1001", "ABB-000001", "final"}:
            assert json.dumps(value)[1:-1] not in json.dumps(json.loads(line).get(name))


def test_what_the_packages_name_is_written_and_nothing_like_it() -> None:
    report = ReportReceived(
        trace="0" * 32, election="small", station="1001", box="ABB-000001", kind="final", outcome="accepted",
        digest="ab" * 32, bytes=700, ms=12,
    )  # fmt: skip
    assert list(shown(report, WORDS).values()) == [
        "0" * 32, "small", "1001", "ABB-000001", "final", "accepted", "ab" * 32, 700, 12,
    ]  # fmt: skip
    unknown = shown(report, Words())
    assert (unknown["election"], unknown["station"], unknown["box"]) == ("?", "?", "?")


def test_a_line_in_the_cloud_is_the_source_of_its_figures() -> None:
    answered = RequestAnswered(route="GET /api/health", status=503, ms=7)
    figures = moved(answered, shown(answered, WORDS))
    found = in_the_cloud(figures, stage="night", at_ms=5)
    assert found == {
        "_aws": {
            "Timestamp": 5,
            "CloudWatchMetrics": [
                {
                    "Namespace": "Shailoo",
                    "Dimensions": [["Stage"]],
                    "Metrics": [
                        {"Name": "Requests", "Unit": "Count"},
                        {"Name": "RequestMs", "Unit": "Milliseconds"},
                        {"Name": "ServerErrors", "Unit": "Count"},
                    ],
                }
            ],
        },
        "Stage": "night",
        "Requests": 1,
        "RequestMs": 7,
        "ServerErrors": 1,
    }
