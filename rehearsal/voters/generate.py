"""A made-up population and its address register, in one call. The same arguments give the same bytes."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from rehearsal.voters.errors import CannotBeMadeUp
from rehearsal.voters.extract import options, write_extract
from rehearsal.voters.people import make
from rehearsal.voters.places import read_places
from rehearsal.voters.register import write_register
from rehearsal.voters.town import build


@dataclass(frozen=True, slots=True)
class Generated:
    """What was made."""

    voters: int
    addresses: int
    streets: int
    settlements: int
    stations: int
    seconds: float


def generate(
    package: Path,
    out: Path,
    *,
    count: int,
    districts: Sequence[str] = (),
    seed: int = 1,
    day: date,
    truth: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Generated:
    """Write an extract of `count` voters (.csv or .parquet by suffix) and, beside it, the folder `<name>.register`.

    Voters stand at the stations of an election package in proportion to its own figures: of all districts, or of some.
    `truth` takes a file (.csv or .parquet) of person and station: where each was meant to vote; empty for the queue.
    `progress` is told rows done and rows in all. Whatever stood in these places before is replaced.

    Raises CannotBeMadeUp for an unknown district, an unknown suffix, or no voters at all.
    """
    began = time.perf_counter()
    for path in (out, truth):
        if path is not None:
            options(path)
    if count < 1:
        raise CannotBeMadeUp("Ask for at least one voter.")
    places = read_places(package)
    unknown = set(districts) - {row["district"] for row in places.stations}
    if unknown:
        raise CannotBeMadeUp(f"No station of the package is in district {min(unknown)}.")
    stations = [row for row in places.stations if not districts or row["district"] in districts]
    if not any(int(row["voters"]) for row in stations):
        raise CannotBeMadeUp("The package has no station with voters.")
    town = build(places, stations, count, np.random.Generator(np.random.PCG64([seed, 1])))
    regions = sorted({row["region"] for row in stations})
    by_station = np.array([regions.index(row["region"]) for row in stations], np.int32)
    people = make(town.size, by_station[town.station], regions, day, np.random.Generator(np.random.PCG64([seed, 2])))
    out.parent.mkdir(parents=True, exist_ok=True)
    register = out.with_suffix(".register")
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.stem}-") as folder:
        work = Path(folder)
        made, made_truth, made_register = work / out.name, work / f"truth{(truth or out).suffix}", work / "register"
        made_register.mkdir()
        write_extract(town, people, made, work, truth=made_truth if truth else None, progress=progress)
        write_register(places, town, made_register, work, about=(f"{package.name}-seed-{seed}", day), seed=seed)
        if register.exists():
            shutil.rmtree(register)
        made_register.rename(register)
        made.replace(out)
        if truth is not None:
            shutil.move(made_truth, truth)
    return Generated(
        voters=len(people.household),
        addresses=len(town.street),
        streets=len(town.streets),
        settlements=len({part.settlement.id for part in town.parts}),
        stations=len(stations),
        seconds=round(time.perf_counter() - began, 3),
    )
