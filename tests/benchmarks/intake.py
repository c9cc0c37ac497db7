"""How many reports a second the intake takes in: verified, opened, parsed, durable. On a real disk, and on a slow one.

Both ways: through the handlers with as many threads as the server has, and over HTTP against the server as its own
process, with the clients on the same cores. Reports are of the size of 28 November 2021: 21 lists and a district.
"""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from statistics import median

from functions.intake.refusal_counter import RefusalCounter
from functions.routers import make_router
from functions.web import Request
from rehearsal.packages import find_package, package_files
from shailoo.assembly import Installation, save_settings
from tests.functions.test_server import server
from tests.voting import VotingBox

REPORTS = 1000
THREADS = 64
SLOW_COMMIT_MS = 8
REACH = 200
ELECTION = "jk-2021-11-28"

Send = Callable[[bytes], int]


def run() -> list[dict[str, object]]:
    """One row for each way and disk; `ok`: 200 reports a second were reached and every one is in the store."""
    rows = []
    for delay in (0, SLOW_COMMIT_MS):
        for way, opened in (("handler", through_the_handler), ("HTTP", over_http)):
            with tempfile.TemporaryDirectory() as folder, installed(Path(folder) / "i", delay) as installation:
                uploads = reports(installation)
                with opened(installation) as send:
                    seconds, times = measure(send, uploads)
                rate = round(len(uploads) / seconds)
                rows.append(
                    {
                        "what": f"intake through {way}" + (f", {delay} ms in each commit" if delay else ""),
                        "reach": f"≥ {REACH} reports/s",
                        "measured": f"{rate} reports/s, median {median(times) * 1000:.0f} ms",
                        "ok": rate >= REACH and in_store(installation) == len(uploads),
                        "reports_per_s": rate,
                    }
                )
    return rows


@contextmanager
def installed(folder: Path, delay: int) -> Iterator[Installation]:
    """A fresh installation of the parliamentary election, with a disk as slow as told."""
    files: Mapping[str, bytes] = package_files(find_package(ELECTION))
    with Installation.create(folder, [files]) as made:
        save_settings(folder, made.settings.model_copy(update={"commit_delay_ms": delay}))
    with Installation.open(folder) as installation:
        yield installation


def reports(installation: Installation) -> list[bytes]:
    """Sealed final reports of the first stations, each with its event log."""
    election = installation.elections[ELECTION]
    public = installation.sealing_public(ELECTION)
    events = ",".join(['{"at":"2021-11-28T02:00:00Z","what":"opened"}'] * 20)
    chosen = [station.no for station in election.stations if station.no in election.boxes_by_station][:REPORTS]
    return [
        box.seal(box.final_bundle(f'{{"box":"{box.box}","events":[{events}]}}'), public)
        for box in (VotingBox.at(election, station, seed=int(station)) for station in chosen)
    ]


@contextmanager
def through_the_handler(installation: Installation) -> Iterator[Send]:
    """The pure handler in this process."""
    router = make_router(installation, RefusalCounter())
    path = f"/api/intake/{ELECTION}"
    yield lambda data: router.handle(Request("POST", path, body=data)).status


@contextmanager
def over_http(installation: Installation) -> Iterator[Send]:
    """The server as its own process; each thread keeps its own connection, as light as the standard library has it."""
    with server(installation.folder) as (client, _):
        local = threading.local()

        def send(data: bytes) -> int:
            if not hasattr(local, "connection"):
                local.connection = HTTPConnection("127.0.0.1", client.base_url.port)
            local.connection.request("POST", f"/api/intake/{ELECTION}", body=data)
            answer: HTTPResponse = local.connection.getresponse()
            answer.read()
            return answer.status

        yield send


def measure(send: Send, uploads: list[bytes]) -> tuple[float, list[float]]:
    """Seconds for all, and for each until its receipt was there."""

    def one(data: bytes) -> float:
        began = time.perf_counter()
        status = send(data)
        assert status == 200, status
        return time.perf_counter() - began

    with ThreadPoolExecutor(THREADS) as pool:
        began = time.perf_counter()
        times = list(pool.map(one, uploads))
        return time.perf_counter() - began, times


def in_store(installation: Installation) -> int:
    """How many reports are in the store."""
    return installation.store.last()


if __name__ == "__main__":
    for row in run():
        print(row)
