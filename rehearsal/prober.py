"""`python -m rehearsal.prober URL CLOCK ELECTION`: an outsider who reads pages and compares them with receipts.

Lines come in on standard input: `{"box", "station", "digest", "arrived"}` for each receipt, then `{"end": true}`. The
pointer is asked for twenty times a second, with its ETag; whenever it has moved, the page of every station whose
report was received is fetched, one language after the other, until it shows the digest of the signed report. What is
measured is the time between the moment that the receipt tells and the moment at which the page had been read. A page
that shows the report before the pointer moves is found too, by fetching one page that waits every half second.

At the end one line is said: `seconds` by box, and the boxes that were `missing` after PATIENCE_S.
"""

from __future__ import annotations

import json
import queue
import sys
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from rehearsal.evening import EveningClock
from rehearsal.lines import say
from shailoo.model.base import LANGUAGES, read_stamp

POLL_S = 0.05
MISSES = 8
PATIENCE_S = 60.0
"""So long after the last receipt a report may still be on its way to its page."""


@dataclass(slots=True)
class Awaited:
    """A report that was received and is not public yet."""

    box: str
    station: str
    digest: str
    arrived: datetime


class Prober:
    """Watches the pages of one election."""

    def __init__(self, url: str, election: str, clock: EveningClock) -> None:
        self._client = httpx.Client(base_url=url, timeout=10, trust_env=False, headers={"accept-encoding": "identity"})
        self._election = election
        self._clock = clock
        self._etag = ""
        self.awaited: dict[str, Awaited] = {}
        self.seconds: dict[str, float] = {}
        self.last_s = 0.0
        """How long after the last arrival everything was public: commissions, districts, lists and maps too."""
        self._newest = datetime.min.replace(tzinfo=UTC)
        self.pages = 0
        self.polls = 0

    def pointer_moved(self) -> bool:
        """Ask for the pointer; True when it is another one than before. No answer is no news."""
        self.polls += 1
        try:
            answer = self._client.get(
                f"/results/data/{self._election}/pointer.json",
                headers={"if-none-match": self._etag} if self._etag else {},
            )
        except httpx.HTTPError:
            return False
        if answer.status_code != httpx.codes.OK:
            return False
        self._etag = answer.headers.get("etag", "")
        return True

    def look(self, *, most: int | None = None) -> None:
        """Fetch the pages of reports that are awaited, the oldest first.

        Reports become public in about the order in which they arrived: after MISSES pages in a row without theirs the
        rest is left for the next time, or a prober that is behind would itself be the load that it measures.
        """
        misses = 0
        for number, one in enumerate(list(self.awaited.values())[:most]):
            if misses >= MISSES:
                return
            language = LANGUAGES[(self.pages + number) % len(LANGUAGES)]
            try:
                page = self._client.get(f"/results/{language}/{self._election}/station/{one.station}/")
            except httpx.HTTPError:
                return
            self.pages += 1
            if page.status_code == httpx.codes.OK and one.digest in page.text:
                late = (datetime.now(UTC) - self._clock.real(one.arrived)).total_seconds()
                self.seconds[one.box] = max(late, 0.0)
                self._newest = max(self._newest, one.arrived)
                del self.awaited[one.box]
                misses = 0
            else:
                misses += 1

    def since_last(self) -> float:
        """Seconds since the newest report that was found had arrived."""
        return (datetime.now(UTC) - self._clock.real(self._newest)).total_seconds() if self.seconds else 0.0

    def everything(self) -> bool:
        """Whether the pointer says that every page is as new as the overview, and a list's page has its base."""
        pointer = self._data("pointer.json")
        overview = self._data("overview.json")
        if pointer is None or overview is None or pointer["complete"] < pointer["version"]:
            return False
        contests = overview["contests"]
        if not contests:  # every contest belongs to a district, whose pages the pointer speaks of
            return True
        first = contests[0]
        option = self._data(f"option/{first['contest']}-{first['options'][0]['no']}.json")
        return option is None or option["ballots"] == first["ballots"]

    def _data(self, name: str) -> Any:  # noqa: ANN401 -- JSON has no narrower type
        try:
            answer = self._client.get(f"/results/data/{self._election}/{name}")
        except httpx.HTTPError:
            return None
        return answer.json() if answer.status_code == httpx.codes.OK else None


def watch(prober: Prober, news: queue.SimpleQueue[dict[str, Any] | None]) -> None:
    """Watch until everything that was received is public, or patience ends."""
    ended: float | None = None
    looked = 0.0
    while True:
        began = time.monotonic()
        while not news.empty():
            line = news.get()
            if line is None or "end" in line:
                ended = ended or began
                continue
            prober.awaited[line["box"]] = Awaited(
                line["box"], line["station"], line["digest"], read_stamp(line["arrived"])
            )
        if prober.awaited:
            if prober.pointer_moved():
                prober.look()
                looked = began
            elif began - looked > 0.5:  # noqa: PLR2004 -- seconds, as the module says
                prober.look(most=1)
                looked = began
        if ended is not None and (not prober.awaited or began - ended > PATIENCE_S):
            break
        time.sleep(max(0.0, POLL_S - (time.monotonic() - began)))
    while not prober.everything() and time.monotonic() - began < PATIENCE_S:
        time.sleep(POLL_S)
    prober.last_s = prober.since_last()


def main() -> int:
    """Watch, then say what was seen."""
    url, clock, election = sys.argv[1:4]
    news: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()

    def read() -> None:
        for line in sys.stdin:
            news.put(json.loads(line))
        news.put(None)

    threading.Thread(target=read, daemon=True).start()
    prober = Prober(url, election, EveningClock.open(Path(clock)))
    watch(prober, news)
    say(
        seconds=prober.seconds,
        missing=sorted(prober.awaited),
        last_s=prober.last_s,
        pages=prober.pages,
        polls=prober.polls,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
