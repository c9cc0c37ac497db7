"""After the days: what is public of the counts by hand and of the final counts, against what was played.

The sums are made here once more, from the tables of what is played; nothing is asked of the publisher.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rehearsal.audit import Fetch
from rehearsal.manual import counted_by_hand
from rehearsal.played import Played, PlayedCount
from shailoo.model.election import Contest, Election
from shailoo.rules.small_cells import is_small


def audit_counts(election: Election, played: Played, fetch: Fetch) -> list[str]:
    """Compare the counts of every station, once they are keyed and the act is recorded; differences as sentences."""
    public = fetch("counts.json")
    layers = {layer["contest"]: layer for layer in public["layers"]}
    for district in dict.fromkeys(contest.district for contest in election.contests if contest.district):
        layers |= {layer["contest"]: layer for layer in fetch(f"counts/district/{district}.json")["layers"]}
    by_hand = counted_by_hand(election, played)
    found: list[str] = []
    for contest in election.contests:
        counts = {station: count for (station, of), count in by_hand.items() if of == contest.id}
        final = {station: count for station, count in counts.items() if station not in played.excluded}
        for name, expected in (("hand", counts), ("final", final)):
            found += _compare(contest, name, _sums(election, played, contest, expected), layers.get(contest.id))
    identified = sum(played.identified.values())
    if played.identified and public["identified"] != {"voters": identified, "stations": len(played.identified)}:
        found.append(f"identified: {public['identified']} is public, {identified} were identified")
    return found


def hides_votes(election: Election, played: Played, station: str, contest: str) -> bool:
    """Whether votes of a station are hidden: one of its boxes has sealed its own, or the station has so few."""
    ballots = [
        count.ballots
        for box in election.boxes_by_station.get(station, ())
        for count in played.box_counts.get(box.id, ())
        if count.contest == contest
    ]
    return any(is_small(one, election.small_cell_bound) for one in (*ballots, sum(ballots)))


def _sums(election: Election, played: Played, contest: Contest, counts: Mapping[str, PlayedCount]) -> dict[str, int]:
    """Line -> figure over some stations; hidden ones only if together they reach the bound."""
    hidden = {station for station in counts if hides_votes(election, played, station, contest.id)}
    opened = sum(counts[station].ballots for station in hidden) >= max(1, election.small_cell_bound)
    shown = [count for station, count in counts.items() if opened or station not in hidden]
    votes = zip(*(count.votes for count in shown), strict=True) if shown else [()] * len(contest.options)
    return {
        **{str(option.no): sum(given) for option, given in zip(contest.options, votes, strict=True)},
        "invalid": sum(count.invalid for count in shown),
        "ballots": sum(count.ballots for count in shown),
    }


def _compare(
    contest: Contest, name: str, expected: Mapping[str, int], public: Mapping[str, Any] | None
) -> Iterator[str]:
    if public is None:
        yield f"{contest.id}: no count by hand is public"
        return
    layer = next(one for one in public["layers"] if one["layer"] == name)
    if not layer["every_station"]:
        yield f"{contest.id}, {name}: stations are missing"
    told = {line["line"]: line["votes"] for line in layer["lines"]}
    for line, votes in expected.items():
        if told.get(line) != votes:
            yield f"{contest.id}, {name}, line {line}: {told.get(line)} votes are public, {votes} were played"
