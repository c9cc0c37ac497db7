"""Whatever election a package can describe is read back as it was written."""

from __future__ import annotations

from hypothesis import given, settings

from shailoo.model.election import Election
from shailoo.package import load_package
from shailoo.package_writer import write_package
from tests.package.random_elections import Night, elections, nights


@settings(max_examples=40)
@given(elections())
def test_any_election_written_as_a_package_is_read_back_the_same(election: Election) -> None:
    files = write_package(election)
    again = load_package(files)
    assert again == election
    assert write_package(again) == files


@settings(max_examples=40)
@given(nights())
def test_the_counts_of_a_random_night_agree_with_their_ballots(night: Night) -> None:
    for counts in night.counts.values():
        for count in counts:
            marks = night.election.contest_by_id[count.contest].marks
            assert count.ballots - count.invalid <= sum(count.votes) <= (count.ballots - count.invalid) * marks
            assert max(count.votes) <= count.ballots
