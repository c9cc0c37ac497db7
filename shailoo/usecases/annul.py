"""Whether what an act says of the final count is there: annulled stations, votes, candidates, districts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from shailoo.model.election import Contest, Election
from shailoo.model.record import (
    Act,
    Annulment,
    ExcludeContest,
    ExcludeOption,
    ExcludeOutside,
    ExcludeStation,
    ReleaseProtocol,
    ReverseAct,
    read_record,
)
from shailoo.ports import RecordStore
from shailoo.usecases.staff_refusals import BadAct


def fits_final_count(measure: Annulment | ReleaseProtocol | ReverseAct, election: Election, store: RecordStore) -> None:
    """Raises BadAct when the measure speaks of something that is not there."""
    match measure:
        case ExcludeStation():
            known_station(measure.station, election)
        case ReleaseProtocol():
            known_station(measure.station, election)
            if not store.page(f"protocol/{election.id}/{measure.station}/{measure.sheet}/", limit=1).entries:
                raise BadAct("No such protocol of this station has been keyed.", sheet=measure.sheet)
        case ExcludeOutside():
            _fits_outside(measure, election)
        case ExcludeOption():
            if measure.no not in _contest(measure.contest, election).option_by_no:
                raise BadAct("There is no such line on the ballot of this contest.", no=measure.no)
        case ExcludeContest():
            _contest(measure.contest, election)
        case ReverseAct():
            _can_reverse(measure, election, store)


def known_station(number: str, election: Election) -> None:
    """Raises BadAct for a station that the election does not have."""
    if number not in election.station_by_no:
        raise BadAct("There is no such station in this election.", station=number)


def _contest(name: str, election: Election) -> Contest:
    contest = election.contest_by_id.get(name)
    if contest is None:
        raise BadAct("There is no such contest in this election.", contest=name)
    return contest


def _fits_outside(measure: ExcludeOutside, election: Election) -> None:
    known_station(measure.station, election)
    contest = _contest(measure.contest, election)
    if contest not in election.contests_at(election.station_by_no[measure.station]):
        raise BadAct("This station does not vote in this contest.", station=measure.station, contest=measure.contest)
    if len(measure.votes) != len(contest.options):
        raise BadAct(
            "Give one figure for each line of the ballot.", contest=measure.contest, lines=len(contest.options)
        )


def _can_reverse(measure: ReverseAct, election: Election, store: RecordStore) -> None:
    """Only annulments and releases of protocols are undone by another act; whether one is undone already counts too."""
    found = store.get(f"act/{election.id}/{measure.number}")
    act = None if found is None else read_record(found.body)
    if not isinstance(act, Act):
        raise BadAct("There is no act with this number.", number=measure.number)
    if not all(isinstance(one, (*get_args(Annulment), ReleaseProtocol)) for one in act.measures):
        raise BadAct("Only an act that annuls results or releases a protocol can be reversed.", number=measure.number)
    if any(measure in other.measures for other in acts_of(election.id, store)):
        raise BadAct("This act was reversed before.", number=measure.number)


def acts_of(election: str, store: RecordStore) -> Iterator[Act]:
    """Every act of an election, in order of their numbers."""
    cursor: str | None = None
    while True:
        page = store.page(f"act/{election}/", cursor=cursor, limit=1000)
        for entry in page.entries:
            record = read_record(entry.body)
            if isinstance(record, Act):
                yield record
        cursor = page.cursor
        if cursor is None:
            return
