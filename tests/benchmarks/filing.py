"""Cases handed in through the handler, each durable with its signed receipt; and beside a flood from one address."""

from __future__ import annotations

import json
import tempfile
import time
from http import HTTPStatus
from pathlib import Path

from functions.cases.door import PREFIX
from functions.web import Request
from tests.functions.case_scene import Scene, case_scene

FILINGS = 1_500
JUNK_EACH = 10
"""Junk filings between two of people: at 150 a second far more than 5,000 a minute."""
REACH = 150


def run() -> list[dict[str, object]]:
    """Two rows: filings a second of a core without and with a flood beside."""
    with tempfile.TemporaryDirectory(prefix="shailoo-filing-") as folder:
        scene = case_scene(Path(folder) / "i")
        with scene.installation:
            calm, flooded = rate(scene, 0), rate(scene, JUNK_EACH)
    what = "cases handed in through the handler, durable, with a signed receipt, one core"
    return [
        {"what": what, "reach": f"≥ {REACH} a second", "measured": f"{calm:.0f} a second", "ok": calm >= REACH},
        {
            "what": f"the same beside {JUNK_EACH} junk filings for each",
            "reach": f"≥ {REACH} a second",
            "measured": f"{flooded:.0f} a second, {60 * JUNK_EACH * flooded:,.0f} junk filings a minute",
            "ok": flooded >= REACH and 60 * JUNK_EACH * flooded >= 5_000,
        },
    ]


def rate(scene: Scene, junk: int) -> float:
    """Filings of people a second; every one is accepted, whatever comes beside it."""
    body = {"election": "small", "station": scene.station, "fields": {"what": "dark", "where": "at the bridge"}}
    data = json.dumps(body).encode()

    def file(address: str) -> int:
        headers = {"content-type": "application/json"}
        return scene.router.handle(Request("POST", f"{PREFIX}file/lamp", {}, headers, data, client=address)).status

    begin = time.perf_counter()
    for number in range(FILINGS):
        for _ in range(junk):
            file("192.0.2.1")
        status = file(f"10.{junk}.{number // 250}.{number % 250}")
        if status != HTTPStatus.CREATED:
            message = f"a filing was answered with {status}"
            raise AssertionError(message)
    return FILINGS / (time.perf_counter() - begin)
