"""Find my station through the handler: questions a second, and whether the time tells a stranger anything."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

import duckdb

from functions.intake.refusal_counter import RefusalCounter
from functions.routers import make_router
from functions.web import Request, Router
from shailoo.adapters.voters.finder_index import build_index
from shailoo.assembly import Installation
from tests.voters.finder_people import CENTRES, COMMISSIONS
from tests.voting import SMALL

PEOPLE = 4_300_000
BUILD_S = 30
REACH = 150
QUESTIONS = 6000
THREADS = 16
PAIRS = 4000
ALIKE_PER_CENT = 5
_HEADERS = {"accept": "text/html", "content-type": "application/x-www-form-urlencoded"}
_client = count()


def run() -> list[dict[str, object]]:
    """The index of the whole list, the rate, and the medians of both ways of not being found."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "i"
        Installation.create(folder, [SMALL]).close()
        built = _build(folder)
        with Installation.open(folder) as installation:
            router = make_router(installation, RefusalCounter())
            rate = _rate(router)
            nobody, other = _medians(router)
    apart = abs(nobody - other) * 100 / min(nobody, other)
    return [
        {
            "what": f"index of find-my-station, {PEOPLE:,} voters",
            "reach": f"≤ {BUILD_S} s",
            "measured": f"{built:.1f} s",
            "ok": built <= BUILD_S,
        },
        {
            "what": "find my station through the handler",
            "reach": f"≥ {REACH} requests/s",
            "measured": f"{rate:.0f} requests/s",
            "ok": rate >= REACH,
        },
        {
            "what": "no such person and wrong name, median time apart",
            "reach": f"≤ {ALIKE_PER_CENT} %",
            "measured": f"{apart:.1f} % ({nobody * 1e6:.0f} and {other * 1e6:.0f} µs)",
            "ok": apart <= ALIKE_PER_CENT,
        },
    ]


def _pin(number: int) -> str:
    return f"{10_000_000_000_000 + number * 7919}"


def _build(folder: Path) -> float:
    voters = folder / "voters.parquet"
    with duckdb.connect() as db:
        people = db.sql(
            "SELECT (10000000000000 + i * 7919)::VARCHAR AS pin, 'Токтогулова' || (i % 9000)::VARCHAR AS surname,"
            " (1001 + i * 3 // $n)::VARCHAR AS station FROM range($n) t(i)",
            params={"n": PEOPLE},
        )
        people.write_parquet(str(voters))
    begun = time.perf_counter()
    build_index(folder / "voters" / "finder", 1, voters, CENTRES, COMMISSIONS)
    return time.perf_counter() - begun


def _ask(router: Router, pin: str, surname: str) -> float:
    body = urlencode({"pin": pin, "surname": surname, "lang": "ky"}).encode()
    client = f"2001:db8:{next(_client):x}::1"
    begun = time.perf_counter()
    answer = router.handle(Request("POST", "/api/tizme/station", {}, _HEADERS, body, client=client))
    assert answer.status == 200
    return time.perf_counter() - begun


def _rate(router: Router) -> float:
    """Half of the questions are answered with a station."""
    asked: Sequence[tuple[str, str]] = [
        (_pin(number), f"Токтогулова{number % 9000 + number % 2}") for number in range(1, PEOPLE, PEOPLE // QUESTIONS)
    ]
    begun = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda one: _ask(router, *one), asked))
    return len(asked) / (time.perf_counter() - begun)


def _medians(router: Router) -> tuple[float, float]:
    """Seconds of both, asked by turns so that whatever else the machine does meets both alike."""
    nobody: list[float] = []
    other: list[float] = []
    for number in range(PAIRS):
        at = number * 997 + 1
        turn = [(nobody, f"{90_000_000_000_000 + at}", "Бекова"), (other, _pin(at), "Бекова")]
        for times, pin, surname in turn if number % 2 else reversed(turn):
            times.append(_ask(router, pin, surname))
    return median(nobody), median(other)
