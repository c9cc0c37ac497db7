"""One report is followed from its box to its page by the digest on its receipt, through the lines of two programs."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from functions.watching import watched
from functions.web import Request
from shailoo.assembly import Installation
from shailoo.cli import app, make_publisher
from shailoo.records.canonical import digest
from shailoo.rules.trace import outside_trace, span_of, trace_of_report, trace_of_request, trace_of_version
from shailoo.telemetry import Telemetry, instead
from tests.functions.browser import FixedClock, router_of
from tests.journey.nights import keep_prose
from tests.operating.conftest import Said
from tests.voting import SMALL, VotingBox, small_election

UPSTREAM = "4bf92f3577b34da6a3ce929d0e0e4736"
EVENING = small_election().evening_of


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Said]:
    """A report is taken in, and then another program publishes it. Returns its digest and what both said."""
    folder = tmp_path_factory.mktemp("trace") / "i"
    Installation.create(folder, [SMALL]).close()
    keep_prose(folder)
    heard = Said()
    with replace(Installation.open(folder), clock=FixedClock(EVENING)) as installation:
        box = VotingBox.at(small_election(), "1001")
        sealed = box.seal(box.final_bundle(), installation.sealing_public("small"))
        with instead(Telemetry("server", heard.text.append)):
            headers = {"traceparent": f"00-{UPSTREAM}-00f067aa0ba902b7-01"}
            answer = watched(router_of(installation).handle, Request("POST", "/api/intake/small", {}, headers, sealed))
        assert answer.status == 200
        with instead(Telemetry("publisher", heard.text.append)):
            publisher = make_publisher(installation)
            publisher.start()
            while publisher.step() is not None:
                publisher.wait_for_child()
    return str(digest(sealed)), heard


def test_every_step_from_the_box_to_the_page_is_found_by_the_digest_alone(night: tuple[str, Said]) -> None:
    sealed, heard = night
    (received,) = heard.named("report-received")
    (published,) = heard.named("report-published")
    assert received["digest"] == published["digest"] == sealed
    assert received["trace"] == published["trace"] == trace_of_report(sealed)
    assert (received["station"], received["box"], published["program"]) == ("1001", published["box"], "publisher")
    steps = {one["step"]: one for one in heard.named("step") if one["trace"] == received["trace"]}
    assert set(steps) == {"receive", "append", "sign"}
    assert steps["append"]["parent"] == steps["sign"]["parent"] == steps["receive"]["span"]
    version = published["version"]
    assert isinstance(version, int)
    of_version = {one["step"] for one in heard.named("step") if one["trace"] == trace_of_version(version)}
    assert {"publish", "write", "point"} <= of_version


def test_the_command_tells_the_whole_way(night: tuple[str, Said], tmp_path: Path) -> None:
    sealed, heard = night
    log = tmp_path / "night.log"
    log.write_text("an old line\n{torn\n" + "".join(heard.text))
    done = CliRunner().invoke(app, ["trace", sealed[:12], str(log)])
    assert done.exit_code == 0, done.output
    told = [line.split()[2] for line in done.output.splitlines()]
    assert told[:3] == ["append", "sign", "receive"]
    assert told.index("report-received") < told.index("version-published") < told.index("report-published")
    piped = CliRunner().invoke(app, ["trace", sealed, "--json"], input=log.read_text())
    assert {json.loads(line)["event"] for line in piped.output.splitlines()} == {
        "step", "report-received", "version-published", "report-published",
    }  # fmt: skip
    nothing = CliRunner().invoke(app, ["trace", "0" * 64, str(log)])
    assert nothing.exit_code != 0


def test_what_stands_before_us_finds_its_request_by_the_name_that_it_gave(
    night: tuple[str, Said], tmp_path: Path
) -> None:
    _, heard = night
    log = tmp_path / "night.log"
    log.write_text("".join(heard.text))
    done = CliRunner().invoke(app, ["trace", "--request", UPSTREAM, str(log)])
    assert "report-received" in done.output
    assert UPSTREAM not in "".join(heard.text)


def test_headers_of_both_families_are_understood_and_others_are_nothing() -> None:
    xray = "1-5759e988-bd862e3fe1be46a994272793"
    whole = "5759e988bd862e3fe1be46a994272793"
    assert outside_trace({"x-amzn-trace-id": f"Self=1;Root={xray};Sampled=1"}) == whole
    assert outside_trace({}, amazon=f"Root={xray};Parent=53995c3f42cd8ad8;Sampled=1") == whole
    assert outside_trace({"traceparent": f"00-{UPSTREAM}-00f067aa0ba902b7-01"}) == UPSTREAM
    for wrong in ("", "00-" + "0" * 32 + "-00f067aa0ba902b7-01", f"00-{UPSTREAM}", "Омуралиева", "\ud800"):
        assert outside_trace({"traceparent": wrong, "x-amzn-trace-id": wrong}) is None
    assert trace_of_request(UPSTREAM) != UPSTREAM
    assert len(span_of(trace_of_version(1), "draw")) == 16
