"""Short ways to write totals down in tests."""

from __future__ import annotations

from collections.abc import Mapping

from shailoo.model.election import OptionKind, Sex
from shailoo.rules.totals import ContestTotals, OptionVotes, RegionVotes


def lists(
    votes: Mapping[int, int],
    participants: int,
    *,
    seats: int = 54,
    against: int | None = None,
    regions: Mapping[str, tuple[int, Mapping[int, int], int]] | None = None,
    unplaced: int = 0,
) -> ContestTotals:
    """Totals of a list contest; a region is (participants, votes, sealed ballots)."""
    options = [OptionVotes(no=no, kind=OptionKind.LIST, votes=count) for no, count in votes.items()]
    if against is not None:
        options.append(OptionVotes(no=99, kind=OptionKind.AGAINST_ALL, votes=against))
    found = {
        name: RegionVotes(region=name, participants=came, votes=tuple(own.items()), unplaced=sealed)
        for name, (came, own, sealed) in (regions or {}).items()
    }
    return ContestTotals(
        contest="pr",
        seats=seats,
        voters=participants * 2,
        participants=participants,
        options=tuple(options),
        regions=tuple(found.values()),
        quota_regions=tuple(found),
        unplaced=unplaced,
    )


def district(
    votes: Mapping[int, int],
    *,
    seats: int = 1,
    sexes: Mapping[int, Sex] | None = None,
    registered: Mapping[int, int] | None = None,
    against: int | None = None,
    participants: int | None = None,
    unplaced: int = 0,
    turn: int = 1,
) -> ContestTotals:
    """Totals of a contest of candidates."""
    options = [
        OptionVotes(
            no=no,
            kind=OptionKind.CANDIDATE,
            votes=count,
            sex=(sexes or {}).get(no),
            registered=(registered or {}).get(no),
        )
        for no, count in votes.items()
    ]
    if against is not None:
        options.append(OptionVotes(no=99, kind=OptionKind.AGAINST_ALL, votes=against))
    came = participants if participants is not None else sum(option.votes for option in options) + unplaced
    return ContestTotals(
        contest="smd-1",
        seats=seats,
        voters=came * 2,
        participants=came,
        options=tuple(options),
        round=turn,
        unplaced=unplaced,
    )


def question(favour: int, other: int, *, voters: int, invalid: int = 0, unplaced: int = 0) -> ContestTotals:
    """Totals of a question of a referendum."""
    return ContestTotals(
        contest="q1",
        seats=0,
        voters=voters,
        participants=favour + other + invalid + unplaced,
        options=(
            OptionVotes(no=1, kind=OptionKind.ANSWER, votes=favour),
            OptionVotes(no=2, kind=OptionKind.ANSWER, votes=other),
        ),
        unplaced=unplaced,
    )
