"""Drills of docs/runbook.md: each trouble is made, seen where the runbook says, and mended as it says."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from functions.behind import AGAIN_S, LATE_S, PagesWatch
from functions.intake.handlers import intake_routes
from functions.intake.refusal_counter import RefusalCounter
from functions.staff.cookies import SESSION, CookieSigner
from functions.watching import watched
from functions.web import Caller, Request, Router
from shailoo.adapters.memory import MemoryStore
from shailoo.adapters.metrics import PrometheusMeter
from shailoo.assembly import Installation
from shailoo.model.record import Act, Publication, RevokeBox, record_bytes, record_key
from shailoo.telemetry import MOST_LINES, Telemetry, instead, learn
from tests.builder.scene import scene, settle
from tests.functions.browser import FixedClock, router_of
from tests.operating.conftest import Said
from tests.operating.machine import Machine, at_work, memory_mb, stop, until
from tests.usecases.desks import Commission
from tests.voters.finder_people import indexed
from tests.voting import SMALL, small_election

pytestmark = pytest.mark.night


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    with at_work(tmp_path / "i") as one:
        until(lambda: one.figure("shailoo_versions_published_total", program="publisher") >= 1)
        yield one


def test_a_publisher_that_stands_still_is_seen_in_the_figures_and_mended_by_a_kill(machine: Machine) -> None:
    publisher = machine.beside("publish")
    stop(publisher)
    assert machine.send("1001").status_code == 200
    until(lambda: machine.figure("shailoo_records_waiting", program="server") == 1)
    until(lambda: machine.figure("shailoo_program_heard_s", program="publisher") > 6)
    assert machine.boxes_on_pages() == 0
    assert machine.send("1002", seed=2).status_code == 200, "boxes are not kept waiting by it"
    os.kill(publisher.pid, signal.SIGKILL)
    until(lambda: machine.boxes_on_pages() == 2)
    until(lambda: machine.figure("shailoo_records_waiting", program="server") == 0)
    assert machine.named("process-restarted")[0]["exit"] == -signal.SIGKILL
    assert machine.figure("shailoo_process_restarts_total", what="publish") == 1
    assert machine.other == []


def test_a_record_that_this_software_cannot_read_stops_pages_and_nothing_else(machine: Machine) -> None:
    with Installation.open(machine.folder) as installation:
        installation.store.append("report/small/ABB-000001/final", b'{"type":"of-another-version"}')
    until(lambda: len(machine.named("process-restarted")) >= 2)
    died = machine.named("program-died")
    assert {str(one["fault"]).partition(" at ")[0] for one in died} == {"shailoo.model.record.BadRecord"}
    assert machine.send("1002").status_code == 200, "reports are taken in all the same"
    assert machine.boxes_on_pages() == 0, "the last good state stays up"
    assert machine.other == []


def test_a_flood_of_uploads_costs_neither_memory_nor_disk_nor_a_real_report(machine: Machine) -> None:
    before = memory_mb(machine.process)
    sent = 600

    def upload(number: int) -> int:
        body = os.urandom(200_000) if number % 3 else b"x" * 2_000_000
        return machine.client.post("/api/intake/small", content=body, timeout=60).status_code

    with ThreadPoolExecutor(24) as crowd:
        flood = crowd.map(upload, range(sent))
        real = crowd.submit(machine.send, "1001").result()
        answers = set(flood)
    assert answers <= {413, 422}
    assert real.status_code == 200
    assert memory_mb(machine.process) - before < 200
    assert machine.figure("shailoo_uploads_refused_total") == sent
    assert len(machine.named("upload-refused")) < sent
    until(lambda: machine.boxes_on_pages() == 1)


def test_pages_that_are_late_are_told_once_a_minute_and_when_it_is_over(said: Said) -> None:
    commission = Commission()
    commission.receive(commission.sealed(commission.box()))
    now = [commission.evening + timedelta(seconds=LATE_S - 1)]
    upto = [0]
    watch = PagesWatch(commission.store, _Moving(now), lambda: upto[0])
    watch.look()
    assert said.events == []
    now[0] += timedelta(seconds=1)
    watch.look()
    watch.look()
    assert AGAIN_S > 1
    assert [(one["event"], one["oldest_s"], one["waiting"]) for one in said.events] == [("pages-late", LATE_S, 1)]
    publication = named_version(commission.store)
    upto[0] = publication
    watch.look()
    assert said.events[-1]["event"] == "pages-on-time"


def test_a_box_whose_key_leaked_is_revoked_and_what_comes_later_is_refused_and_told(said: Said) -> None:
    commission = Commission()
    box = commission.box()
    commission.act("7", RevokeBox(box=box.box))
    learn([commission.election])
    routes = intake_routes(commission.desk, FixedClock(commission.evening), RefusalCounter())
    router = Router(routes, lambda _: Caller())
    answer = watched(router.handle, Request("POST", "/api/intake/small", {}, {}, commission.sealed(box)))
    assert answer.status == 422
    (told,) = said.named("report-refused")
    assert (told["box"], told["code"], told["election"]) == (box.box, "box-revoked", "small")


def test_a_report_of_a_box_that_is_revoked_afterwards_leaves_the_totals(tmp_path: Path) -> None:
    night = scene(tmp_path, "small")
    publisher = night.publisher()
    publisher.start()
    report = night.records[0]
    night.send(report)
    settle(publisher)
    before = _reported(tmp_path)
    act = Act(
        election="small", number="9", day=night.election.day, body="cec", reason="The key of the box was copied.",
        entered=night.election.evening_of, measures=(RevokeBox(box=report.box),),
    )  # fmt: skip
    night.store.append(record_key(act), record_bytes(act))
    settle(publisher)
    assert (before, _reported(tmp_path)) == (1, 0)


def test_after_a_new_session_key_no_stolen_cookie_signs_anybody_in() -> None:
    before, after = CookieSigner(b"1" * 32, secure=True), CookieSigner(b"2" * 32, secure=True)
    cookie = before.write(SESSION, {"person": "0" * 64}, expires=2_000_000_000)
    assert before.read(SESSION, cookie, now=1) is not None
    assert after.read(SESSION, cookie, now=1) is None


def test_a_flood_of_questions_is_turned_away_and_counted_and_tells_nobody_who_asked(tmp_path: Path) -> None:
    Installation.create(tmp_path / "i", [SMALL]).close()
    indexed(tmp_path / "i" / "voters" / "finder")
    lines: list[str] = []
    meter = PrometheusMeter()
    moment = datetime.fromisoformat("2025-06-01T04:00:00Z")
    with (
        replace(Installation.open(tmp_path / "i"), clock=FixedClock(moment)) as installation,
        instead(Telemetry("server", lines.append, meter)),
    ):
        router = router_of(installation)
        body = b'{"pin":"20101199900017","surname":"x"}'
        headers = {"content-type": "application/json"}
        asked = Request("POST", "/api/tizme/station", {}, headers, body, client="198.51.100.7")
        statuses = [watched(router.handle, asked).status for _ in range(2000)]
    assert statuses.count(429) > 1900
    assert meter.registry.get_sample_value("shailoo_turned_away_total", {"program": "server"}) == statuses.count(429)
    assert len(lines) <= MOST_LINES


def _reported(folder: Path) -> int:
    return int(
        json.loads((folder / "public/results/data/small/overview.json").read_bytes())["figures"]["boxes_reported"]
    )


def named_version(store: MemoryStore) -> int:
    """A version that takes in all there is, named in the store; returns its number."""
    made = Publication(
        version=1, upto=store.last(), published=small_election().evening_of, wide=True, trail=True, cut=True
    )
    store.append(record_key(made), record_bytes(made))
    return made.version


class _Moving:
    def __init__(self, now: list[datetime]) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now[0]
