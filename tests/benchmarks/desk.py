"""The desk of cases through the handler: a queue of 50,000 cases, its pages and its figures."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from statistics import median

from functions.web import Request, Router
from shailoo.kinds import KINDS
from shailoo.model.case import CaseAct, CaseFiled, Official, case_key
from shailoo.model.record import record_bytes
from shailoo.ports import Entry
from tests.functions.case_desk_scene import at, desk_scene, file, member
from tests.functions.case_scene import MORNING

CASES = 50_000
REACH_MS = 200
TIMES = 15


def run() -> list[dict[str, object]]:
    """The slowest page of a queue, and how long the index takes to learn of all cases once."""
    with tempfile.TemporaryDirectory() as made, desk_scene(Path(made) / "i") as installation:
        first = file(installation)
        territorial = member(installation, "territorial")
        later = at(installation, MORNING + timedelta(days=8))
        index = installation.case_index
        index.follow(installation.store)
        begun = time.perf_counter()
        index.take(_entries(first.filed, installation.store.last()))
        loaded = time.perf_counter() - begun
        assert len(index.queue("tec-1")) == CASES, "all of them wait for one commission"
        browser = replace(territorial, router=member(later, "territorial").router)
        cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        paths: tuple[dict[str, str], ...] = ({}, {"page": "700"}, {"part": "late"}, {"kind": "electoral-address"})
        slowest = max(_ms(browser.router, "/staff/cases/", query, cookie) for query in paths)
        figures = _ms(browser.router, "/staff/cases/figures/small", {}, cookie)
    return [
        {
            "what": f"a desk's queue of {CASES:,} cases, the slowest of four parts of it",
            "reach": f"≤ {REACH_MS} ms",
            "measured": f"{slowest:.0f} ms",
            "ok": slowest <= REACH_MS,
        },
        {
            "what": f"figures of {CASES:,} cases",
            "reach": f"≤ {REACH_MS} ms",
            "measured": f"{figures:.0f} ms",
            "ok": figures <= REACH_MS,
        },
        {
            "what": f"the index learns of {CASES:,} cases and as many acts, once",
            "reach": "—",
            "measured": f"{loaded:.1f} s",
            "ok": True,
        },
    ]


def _entries(like: CaseFiled, after: int) -> Iterator[Entry]:
    """Filings over eight days, each identified by the precinct, so that all wait for one territorial commission."""
    by = Official(person="b" * 64, commission="pec-1001", role="precinct")
    kinds = sorted(one for one in KINDS if KINDS[one].filed_to == "territorial")
    seq = after
    for number in range(CASES):
        filed = like.filed + timedelta(seconds=number * 7919 % (8 * 86_400))
        case = f"{number + 1:032x}"
        record = like.model_copy(update={"case": case, "kind": kinds[number % len(kinds)], "filed": filed})
        act = CaseAct(case=case, n=1, act="identify", by=by, entered=filed + timedelta(hours=1))
        for one in (record, act):
            seq += 1
            yield Entry(seq=seq, key=case_key(one), body=record_bytes(one))


def _ms(router: Router, path: str, query: dict[str, str], cookie: str) -> float:
    """Median of several requests, in milliseconds."""
    took = []
    for _ in range(TIMES):
        begun = time.perf_counter()
        answer = router.handle(Request("GET", path, query, {"cookie": cookie, "accept-language": "ky"}))
        took.append((time.perf_counter() - begun) * 1000)
        assert answer.status == 200, answer.status
    return median(took)
