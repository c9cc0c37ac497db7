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
_ROUND = ("boxes", "boxes", "sender", "publisher", "publisher", "server")


class Chaos:
    """Kills while it is open.

    What was killed is started again, as a precinct or an operator would. Counts in `killed`, by kind of program.
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
        """Each kind of program has its turn in every round: a short night on a fast machine misses none."""
        turns: list[str] = []
        while not self._stop.wait(self._drawn.uniform(SHORTEST_S, LONGEST_S)):
            turns = turns or self._drawn.sample(_ROUND, len(_ROUND))
            struck = next((whom for whom in turns if self._strike(whom)), None)
            turns.remove(struck) if struck else turns.clear()

    def _strike(self, whom: str) -> bool:
        """Kill one of a kind; False where none runs now."""
        services = self._night.services
        match whom:
            case "boxes":
                running = self._night.running()
                if not running:
                    return False
                self._drawn.choice(running).kill()
            case "sender":
                if not _strike_child(psutil.Process(), "edge_agent.send", self._drawn):
                    return False
            case "publisher":
                if services is None:
                    return False
                server = psutil.Process(services.program.process.pid)
                if not _strike_child(server, "publish", self._drawn):
                    return False
            case _:
                if services is None:
                    return False
                services.program.kill()
                time.sleep(self._drawn.uniform(0, 0.3))
                services.start_again()
        self.killed[whom] += 1
        return True


def _strike_child(parent: psutil.Process, word: str, drawn: random.Random) -> bool:
    with contextlib.suppress(psutil.Error):
        children = [child for child in parent.children() if word in child.cmdline()]
        if children:
            drawn.choice(children).send_signal(signal.SIGKILL)
            return True
    return False
