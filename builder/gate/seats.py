"""Seats asked once more, on the recounted totals instead of the running ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shailoo.model.election import ContestKind
from shailoo.rules.seats import decide
from shailoo.rules.totals import ContestTotals, OptionVotes, RegionVotes

if TYPE_CHECKING:
    from builder.gate.recount import Recount
    from shailoo.model.election import Election


def seats_of(election: Election, recount: Recount, voters: int) -> dict[str, int]:
    """Ballot number -> seats of the election's list contest, and `open` for seats that nobody certainly has."""
    lists = next(
        (c for c in election.contests if c.kind is ContestKind.PARTY_LIST and c.electorate.value != "district"), None
    )
    if lists is None:
        return {}
    total = recount.of("country", "", lists.id)
    if not total.boxes:
        return {"open": lists.seats}
    regions = []
    for region in election.regions if election.quota_regions else ():
        part = recount.of("region", region.id, lists.id)
        regions.append(
            RegionVotes(
                region=region.id,
                participants=part.ballots + part.sealed,
                votes=tuple((option.no, votes) for option, votes in zip(lists.options, part.votes, strict=True)),
                unplaced=part.sealed,
            )
        )
    result = decide(
        lists.rule,
        ContestTotals(
            contest=lists.id,
            seats=lists.seats,
            voters=voters,
            participants=total.ballots + total.sealed,
            options=tuple(
                OptionVotes(no=option.no, kind=option.kind, votes=votes, sex=option.sex)
                for option, votes in zip(lists.options, total.votes, strict=True)
            ),
            round=lists.round,
            regions=tuple(regions),
            quota_regions=election.quota_regions,
            unplaced=total.sealed,
        ),
    )
    seats = {str(no): count for no, count in result.seats}
    left = lists.seats - sum(seats.values())
    return {**seats, "open": left} if left else seats
