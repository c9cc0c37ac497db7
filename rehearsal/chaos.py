"""Power cuts: kill -9 at random for the programs of the boxes, the server and the publisher, through a whole night."""

from __future__ import annotations

import contextlib
import random
import signal
import threading
import time
from collections import Counter
from types import TracebackType
from typing import Self

import psutil

from rehearsal.night import Rehearsal

SHORTEST_S, LONGEST_S = 0.15, 1.2


class Chaos:
    """Kills while it is open.

    What was killed is started again, as a precinct or an operator would. Counts in `killed`.
    """

    def __init__(self, night: Rehearsal, seed: int) -> None:
        self.killed: Counter[str] = Counter()
        self._night = night
        self._drawn = random.Random(seed)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._strike_often, name="chaos")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _strike_often(self) -> None:
        while not self._stop.wait(self._drawn.uniform(SHORTEST_S, LONGEST_S)):
            self._strike(self._drawn.choice(("boxes", "boxes", "sender", "publisher", "publisher", "server")))

    def _strike(self, whom: str) -> None:
        services = self._night.services
        match whom:
            case "boxes":
                running = self._night.running()
                if running:
                    program = self._drawn.choice(running)
                    program.kill()
                    self.killed[program.name.partition("-")[0]] += 1
            case "sender":
                self._strike_child(psutil.Process(), "edge_agent.send", whom)
            case "publisher" if services is not None:
                self._strike_child(psutil.Process(services.program.process.pid), "publish", whom)
            case "server" if services is not None:
                services.program.kill()
                self.killed[whom] += 1
                time.sleep(self._drawn.uniform(0, 0.3))
                services.start_again()

    def _strike_child(self, parent: psutil.Process, word: str, whom: str) -> None:
        with contextlib.suppress(psutil.Error):
            children = [child for child in parent.children() if word in child.cmdline()]
            if children:
                self._drawn.choice(children).send_signal(signal.SIGKILL)
                self.killed[whom] += 1
