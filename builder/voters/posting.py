"""Posters of a version of the list, for the commissions to print: `voters/posting/<stage>/<station>.pdf`.

The names on them are public, because they hang at the precinct; a pile of files with all of them is not, because it
would be harvested. So they lie in the installation's private folder and no page links to them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from itertools import islice
from multiprocessing import get_context
from os import O_CREAT, O_TRUNC, O_WRONLY, fdopen
from os import open as os_open
from pathlib import Path
from typing import Final, NamedTuple

from builder.voters.drawn import Tizme
from builder.voters.poster import Poster, poster
from shailoo.errors import NotFound
from shailoo.ids import StationNo
from shailoo.model.voter_list import Centre, PersonName, VoterListMade

_AT_ONCE: Final = 64
"""Stations whose names lie in memory together."""


class Posted(NamedTuple):
    """How many posters were written, and how many lay there already with the same bytes."""

    written: int
    kept: int


class _Job(NamedTuple):
    place: Path
    facts: Poster
    people: list[PersonName]


def post(
    tizme: Tizme,
    folder: Path,
    stations: Sequence[StationNo] | None = None,
    *,
    version: VoterListMade | None = None,
    election: tuple[str, str, str] | None = None,
    processes: int = 2,
) -> Posted:
    """Write the posters of a version (the newest list, if none is given) for some stations, or for all.

    After an update give only the stations that `VoterLists.changed` names: a poster bears the day of its own list, and
    one whose people are the same is still right. Each file is replaced whole; rights 0600, folders 0700. Raises
    NotFound for a station that the register does not have, NoPosterFont.
    """
    version = version or tizme.current
    place = folder / version.stage.value
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    for part in (folder, place):
        part.chmod(0o700)
    asked = sorted(tizme.lists.totals(version.number).keys() - {""}) if stations is None else stations
    jobs = _jobs(tizme, version, [StationNo(one) for one in asked], place, election)
    wrote = list(_in_processes(jobs, processes) if processes > 1 and len(asked) > 1 else map(_make, jobs))
    return Posted(sum(wrote), len(wrote) - sum(wrote))


def _jobs(
    tizme: Tizme,
    version: VoterListMade,
    stations: Sequence[StationNo],
    place: Path,
    election: tuple[str, str, str] | None,
) -> Iterator[_Job]:
    centres = {centre.station: centre for centre in tizme.register.centres()}
    for station, people in tizme.lists.people(version.number, stations):
        facts = Poster(_centre(centres, station), version.stage, election, version.as_of, version.synthetic)
        yield _Job(place / f"{station}.pdf", facts, people)


def _centre(centres: dict[StationNo, Centre], station: StationNo) -> Centre:
    if station not in centres:
        raise NotFound("The address register does not have this station.", station=station)
    return centres[station]


def _in_processes(jobs: Iterator[_Job], processes: int) -> Iterable[bool]:
    # Started, not forked: whoever reads the list may hold a connection that no fork survives.
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        while some := list(islice(jobs, _AT_ONCE)):
            yield from pool.map(_make, some, chunksize=4)


def _make(job: _Job) -> bool:
    """Write one poster; False if it lay there already with the same bytes."""
    data = poster(job.facts, job.people)
    with suppress(FileNotFoundError):
        if job.place.read_bytes() == data:
            return False
    fresh = job.place.with_suffix(".new")
    with fdopen(os_open(fresh, O_WRONLY | O_CREAT | O_TRUNC, 0o600), "wb") as file:
        file.write(data)
    fresh.replace(job.place)
    return True
