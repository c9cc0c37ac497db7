"""The count by hand of a rehearsal: protocols, identification reports and the act that excludes, from the played files.

Every sheet is keyed by two people who never were. A protocol's lines are made so that its equations hold: what the
boxes counted, with the differences of `played/manual.csv`, and as many ballots issued as were cast. Who excluded which
station in 2021 is not public; the act says so in its reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from rehearsal.played import INVALID, Played, PlayedCount
from shailoo.model.election import Contest, Election, LineRole, OptionKind, Protocol, Station
from shailoo.model.manual import IDENTIFICATION, LineFigure, ProtocolKeyed
from shailoo.model.record import Act, ExcludeStation
from shailoo.records.canonical import digest

BALLOTS_EVERY = 1000
"""A station receives one ballot in so many above its list, rounded up: the most that may be printed in 2021."""
ACT_NUMBER = "836-synthetic"
_AFTER_CLOSE = timedelta(hours=5)
_BETWEEN = timedelta(seconds=90)
_MEASURES = 100
"""Measures of one act."""


def person(election: Election, name: str) -> str:
    """A person of a rehearsal: a digest that stands for no sign-in."""
    return digest(f"rehearsal {election.id} {name}".encode())


def counted_by_hand(election: Election, played: Played) -> Mapping[tuple[str, str], PlayedCount]:
    """(station, contest) -> what the people of a station count: the sum of its boxes, and the played differences."""
    sums: dict[tuple[str, str], PlayedCount] = {}
    for box, counts in played.box_counts.items():
        station = election.box_by_id[box].station
        for count in counts if station is not None else ():
            key = (station or "", count.contest)
            before = sums.get(key, PlayedCount(count.contest, 0, 0, (0,) * len(count.votes)))
            votes = tuple(had + more for had, more in zip(before.votes, count.votes, strict=True))
            sums[key] = PlayedCount(
                count.contest, before.ballots + count.ballots, before.invalid + count.invalid, votes
            )
    for station, contest, option, difference in played.manual:
        before = sums[station, contest]
        if option == INVALID:
            sums[station, contest] = before._replace(invalid=before.invalid + difference)
            continue
        numbers = [one.no for one in election.contest_by_id[contest].options]
        votes = tuple(had + difference * (no == option) for had, no in zip(before.votes, numbers, strict=True))
        sums[station, contest] = before._replace(votes=votes)
    return sums


def protocol_lines(
    election: Election, station: Station, contest: Contest, count: PlayedCount
) -> tuple[LineFigure, ...]:
    """The lines of a protocol over this count; its equations hold where the count's own arithmetic does."""
    protocol = protocol_of(election, contest)
    listed = max(election.voters_of(station, contest), count.ballots)
    received = listed + -(-listed // BALLOTS_EVERY)
    own_line = LineRole.AGAINST_ALL in protocol.line_by_role
    against = sum(
        votes for one, votes in zip(contest.options, count.votes, strict=True) if one.kind is OptionKind.AGAINST_ALL
    )
    group = tuple(
        votes
        for one, votes in zip(contest.options, count.votes, strict=True)
        if not (own_line and one.kind is OptionKind.AGAINST_ALL)
    )
    figures: dict[LineRole, tuple[int, ...]] = {
        LineRole.LISTED: (listed,),
        LineRole.RECEIVED: (received,),
        LineRole.ISSUED: (count.ballots,),
        LineRole.ISSUED_OUTSIDE: (0,),
        LineRole.CANCELLED: (received - count.ballots,),
        LineRole.PORTABLE: (0,),
        LineRole.STATIONARY: (count.ballots,),
        LineRole.INVALID: (count.invalid,),
        LineRole.VALID: (count.ballots - count.invalid,),
        LineRole.VOTES: group,
        LineRole.AGAINST_ALL: (against,),
    }
    return tuple(
        LineFigure(line=line.id, figures=figures[line.role]) for line in protocol.lines if line.role is not None
    )


def protocol_of(election: Election, contest: Contest) -> Protocol:
    """The protocol of a contest's kind."""
    return next(one for one in election.protocols if one.contest_kind is contest.kind)


def keyed(
    election: Election,
    station: str,
    sheet: str,
    lines: Sequence[LineFigure],
    moment: datetime,
    *,
    version: int = 1,
    correction: str | None = None,
) -> list[ProtocolKeyed]:
    """One version of a sheet as two people key it, one after the other."""
    return [
        ProtocolKeyed(
            election=election.id,
            station=station,
            sheet=sheet,
            version=version,
            keying=keying,
            lines=tuple(lines),
            person=person(election, f"keying {keying}"),
            commission=election.station_by_no[station].tec,
            role="territorial",
            entered=moment + keying * _BETWEEN,
            correction=correction,
        )
        for keying in (1, 2)
    ]


def protocols(election: Election, played: Played) -> Iterable[ProtocolKeyed]:
    """Every sheet of every station, twice keyed: first the identification report, then the contests' protocols."""
    counts = counted_by_hand(election, played)
    for station in election.stations:
        moment = election.closing(station) + _AFTER_CLOSE
        identified = played.identified.get(station.no)
        if identified is not None:
            line = LineFigure(line="I1", figures=(identified,))
            yield from keyed(election, station.no, IDENTIFICATION, [line], moment)
        for contest in election.contests_at(station):
            count = counts.get((station.no, contest.id))
            if count is not None:
                lines = protocol_lines(election, station, contest, count)
                yield from keyed(election, station.no, contest.id, lines, moment)


def exclusions(election: Election, played: Played, number: str = ACT_NUMBER) -> Act | None:
    """The act that excludes the played stations from the final count; None where none is excluded."""
    stations = sorted(played.excluded, key=int)[:_MEASURES]
    if not stations:
        return None
    return Act(
        election=election.id,
        number=number,
        day=election.day + timedelta(days=17),
        body="cec",
        reason=played.excluded[stations[0]],
        entered=election.last_closing + timedelta(days=17),
        measures=tuple(ExcludeStation(station=station) for station in stations),
    )
