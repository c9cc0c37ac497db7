"""Tizme beside a rehearsed election: a preliminary list, its corrections, the final list, and those who took part.

Every step is the command that an operator would give. The people are made up (`rehearsal.voters.generate`).
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import duckdb

from rehearsal.voters.evolve import evolve
from shailoo.model.election import Election

VOTERS = 43_000
DISTRICTS = ("d01", "d26")
"""Leylek and a part of Bishkek: villages and blocks of flats."""
PRELIMINARY_DAYS, FINAL_DAYS = 70, 5
"""Before election day (constitutional law on elections, Art. 15; calendar of 2025)."""
CHANGED_PPM = 8_000
TURNOUT_PERCENT = 34
STEPS = 7


class Portal:
    """Makes the voter portal of one installation."""

    def __init__(self, installation: Path, package: Path, election: Election, told: Callable[[int, int], None]) -> None:
        self._home = installation
        self._package = package
        self._election = election
        self._told = told
        self._done = 0

    def make(
        self,
        room: Path,
        *,
        voters: int = VOTERS,
        districts: Sequence[str] = DISTRICTS,
        between: Callable[[], None] = lambda: None,
    ) -> None:
        """Make lists and pages; `room` is an empty folder for extracts. Raises CalledProcessError.

        A small election has as many voters as its stations. `between` is called when the preliminary list is there.
        """
        day = self._election.day
        last = day - timedelta(FINAL_DAYS)
        late, report = room / f"{last}.csv", room / "identified.csv"
        early = self._preliminary(room, voters, districts)
        here, about = ("--dir", f"{self._home}"), ("--election", self._election.id)
        between()
        evolve(early, late, share_ppm=CHANGED_PPM, seed=1, day=last)
        self._run("import", f"{late}", *here, "--stage", "final", *about, "--as-of", f"{last}")
        self._run("publish", *here)
        identified(self._home, report)
        self._run("took-part", f"{report}", *here, *about, "--day", f"{day}")
        self._run("publish", *here)

    def make_preliminary(self, room: Path) -> None:
        """Make and publish the preliminary list alone. Raises CalledProcessError."""
        self._preliminary(room, VOTERS, DISTRICTS)
        self._run("publish", "--dir", f"{self._home}")

    def _preliminary(self, room: Path, voters: int, districts: Sequence[str]) -> Path:
        """Make the preliminary list and distribute it; returns its extract."""
        voters = min(voters, sum(station.voters for station in self._election.stations))
        room.mkdir(parents=True, exist_ok=True)
        known = {one.id for one in self._election.districts}
        chosen = [part for district in districts if district in known for part in ("--district", district)]
        first = self._election.day - timedelta(PRELIMINARY_DAYS)
        early, here = room / f"{first}.csv", ("--dir", f"{self._home}")
        about = ("--election", self._election.id, "--as-of", f"{first}")
        self._run(
            "generate", "--count", f"{voters}", "--out", f"{early}", "--election", f"{self._package}", "--day",
            f"{first}", *chosen,
        )  # fmt: skip
        self._run("import", f"{early}", *here, "--stage", "preliminary", *about)
        self._run("assign", *here)
        return early

    def _run(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "shailoo.cli", "voters", *arguments, "--json"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        self._done += 1
        self._told(self._done, STEPS)


def identified(installation: Path, report: Path) -> None:
    """Write the identification reports of a made-up election day: about a third of the newest list, in no order."""
    newest = max((installation / "voters" / "lists").iterdir())
    with duckdb.connect() as db:
        db.execute("SET enable_progress_bar = false")
        db.execute(
            "COPY (SELECT station, pin FROM read_parquet($voters) WHERE station IS NOT NULL "  # noqa: S608 -- our own path
            f"AND ('0x' || substr(sha256(person), 1, 6))::INT % 100 < {TURNOUT_PERCENT} ORDER BY sha256(pin)) "
            f"TO '{report}' (HEADER)",
            {"voters": f"{newest}/voters.parquet"},
        )
