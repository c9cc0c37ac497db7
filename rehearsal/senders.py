"""`python -m rehearsal.senders PLAN KIND JOBS`: boxes without a process of their own, by the agent's own code.

JOBS is a JSON file, a list of `[box, milliseconds after the evening's beginning]`. Each verified receipt is said as
one line, and `"retries"` counts the attempts that failed. Killed and started again it says every receipt anew: the
boxes themselves know what they have.
"""

from __future__ import annotations

import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import httpx

from edge_agent.disk import UNSYNCED
from edge_agent.send import send
from edge_agent.storage import Upload
from edge_agent.transport import HttpTransport
from rehearsal.boxes import Plan
from rehearsal.evening import EveningClock
from rehearsal.lines import say
from shailoo.errors import ShailooError
from shailoo.model.base import stamp

THREADS = 12
PRESSED = 10
"""Pauses between attempts are pressed as the evening is."""
PATIENCE_S = 3600.0


def main() -> int:
    """Send every box of a list when its moment comes."""
    os.nice(10)  # boxes have machines of their own; here they must not take the commission's two processors from it
    plan = Plan.read(Path(sys.argv[1]))
    kind: Upload = "annex" if sys.argv[2] == "annex" else "final"
    jobs = [(str(box), int(due)) for box, due in json.loads(Path(sys.argv[3]).read_text(encoding="utf-8"))]
    clock = EveningClock.open(plan.clock)
    begun = begins(clock)
    client = httpx.Client(
        timeout=httpx.Timeout(60, connect=10), limits=httpx.Limits(max_connections=THREADS), trust_env=False
    )
    with client, ThreadPoolExecutor(THREADS) as pool:
        tasks = []
        for box, due in sorted(jobs, key=lambda job: job[1]):
            wait = begun + timedelta(milliseconds=due) - datetime.now(UTC)
            time.sleep(max(wait.total_seconds(), 0))
            tasks.append(pool.submit(send_box, plan, box, kind, clock, client))
        for task in tasks:
            task.result()
    return 0


def begins(clock: EveningClock) -> datetime:
    """Wait until it is known when the evening begins."""
    while True:
        clock.now()
        if clock.real_start is not None:
            return clock.real_start
        time.sleep(0.02)


def send_box(plan: Plan, box: str, kind: Upload, clock: EveningClock, client: httpx.Client) -> None:
    """Send one report and say its receipt, or the code of what stopped it."""
    retries: list[str] = []
    try:
        receipt = send(
            plan.boxes_folder / box,
            HttpTransport(plan.url, client),
            clock,
            Random(f"{box}/{kind}"),
            kind=kind,
            sleep=lambda seconds: time.sleep(seconds / PRESSED),
            patience_s=PATIENCE_S,
            tell=retries.append,
            disk=UNSYNCED,
        )
    except ShailooError as error:
        say(box=box, kind=kind, failed=error.code, sentence=str(error))
        return
    say(
        box=box,
        kind=kind,
        station=receipt.station,
        outcome=receipt.outcome,
        sha256=receipt.sha256,
        arrived=stamp(receipt.arrived),
        retries=len(retries),
    )


if __name__ == "__main__":
    sys.exit(main())
