"""Each package's README says who is elected; the rules say the same."""

from __future__ import annotations

import pytest

from rehearsal.played import read_played
from rehearsal.synthesis.__main__ import ELECTIONS
from rehearsal.synthesis.parliament import ID as PARLIAMENT
from shailoo.adapters.package_folder import read_folder
from shailoo.rules.results import SeatResult, Status
from shailoo.rules.seats import decide
from shailoo.rules.small_cells import is_small
from shailoo.rules.totals import ContestTotals, OptionVotes, RegionVotes


def result(package: str, contest_id: str, *, sealed: bool = False) -> SeatResult:
    """Decide a contest on what its boxes count; with `sealed`, small cells are known by number only."""
    election, played = read_folder(ELECTIONS / package), read_played(ELECTIONS / package)
    contest = election.contest_by_id[contest_id]
    participants, unplaced = 0, 0
    votes = [0] * len(contest.options)
    regions: dict[str, tuple[int, list[int]]] = {}
    for box, counts in played.box_counts.items():
        station = election.station_by_no[election.box_by_id[box].station or ""]
        for count in counts:
            if count.contest != contest_id:
                continue
            participants += count.ballots
            if sealed and is_small(count.ballots, election.small_cell_bound):
                unplaced += count.ballots
                continue
            votes = [before + more for before, more in zip(votes, count.votes, strict=True)]
            ballots, here = regions.get(station.region, (0, [0] * len(votes)))
            regions[station.region] = (
                ballots + count.ballots,
                [before + more for before, more in zip(here, count.votes, strict=True)],
            )
    numbers = [option.no for option in contest.options]
    voters = sum(
        election.voters_of(station, contest)
        for station in election.stations
        if contest in election.contests_at(station)
    )
    totals = ContestTotals(
        contest=contest.id,
        seats=contest.seats,
        voters=voters,
        participants=participants,
        unplaced=unplaced,
        round=contest.round,
        quota_regions=election.quota_regions,
        options=tuple(
            OptionVotes(no=option.no, kind=option.kind, votes=given, sex=option.sex)
            for option, given in zip(contest.options, votes, strict=True)
        ),
        regions=tuple(
            RegionVotes(region=region, participants=ballots, votes=tuple(zip(numbers, here, strict=True)))
            for region, (ballots, here) in regions.items()
        ),
    )
    return decide(contest.rule, totals)


@pytest.mark.parametrize(
    ("package", "contest", "status", "seats"),
    [
        (PARLIAMENT, "pr", Status.DECIDED, {21: 15, 9: 12, 8: 9, 3: 7, 2: 6, 5: 5}),
        (PARLIAMENT, "smd-27", Status.FAILED, {}),
        (PARLIAMENT, "smd-29", Status.FAILED, {}),
        ("small", "pr", Status.DECIDED, {1: 4, 2: 4, 3: 2}),
        ("small", "smd-1", Status.DECIDED, {1: 1}),
        ("small", "smd-2", Status.DECIDED, {2: 1}),
        ("smd-repeat-sample", "smd-27", Status.DECIDED, {1: 1}),
        ("smd-repeat-sample", "smd-29", Status.FAILED, {}),
        ("three-mandate-sample", "three-1", Status.DECIDED, {1: 1, 2: 1, 3: 1}),
        ("three-mandate-sample", "three-2", Status.DECIDED, {1: 1, 2: 1, 3: 1}),
        ("president-2021-sample", "president", Status.SECOND_ROUND, {}),
        ("president-2021-round2-sample", "president", Status.DECIDED, {1: 1}),
        ("town-kenesh-sample", "kenesh", Status.DECIDED, {1: 14, 2: 11, 3: 6}),
        ("village-kenesh-sample", "mmd-1", Status.DECIDED, {1: 1, 2: 1, 3: 1}),
        ("village-kenesh-sample", "mmd-2", Status.DECIDED, {1: 1, 2: 1, 4: 1}),
        ("advisory-sample", "topics", Status.NONE, {}),
    ],
)
def test_a_contest_ends_as_its_readme_says(package: str, contest: str, status: Status, seats: dict[int, int]) -> None:
    found = result(package, contest)
    assert found.status is status, found
    assert dict(found.seats) == seats


def test_the_second_district_of_the_small_election_is_open_while_its_cells_are_sealed() -> None:
    assert result("small", "smd-2", sealed=True).status is Status.UNDETERMINED
    assert result("small", "smd-1", sealed=True).status is Status.DECIDED


def test_nine_sealed_ballots_cannot_change_the_first_district_of_three_seats() -> None:
    assert result("three-mandate-sample", "three-1", sealed=True).status is Status.DECIDED
