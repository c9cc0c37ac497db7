"""Random packages of every kind, through signed reports and the publisher's state, against plain addition."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings

from builder.judge import judge
from builder.state import ElectionState
from builder.tally import COUNTRY
from rehearsal.paper import accepted
from shailoo.model.election import Contest, Election
from shailoo.rules.results import SeatResult, Status
from tests.oracle import Outcome, add, outcomes
from tests.package.random_elections import Night, nights

NAMES = {
    Status.DECIDED: "decided",
    Status.FAILED: "failed",
    Status.NONE: "none",
    Status.UNDETERMINED: "silent",
    Status.SECOND_ROUND: "second-round",
}


def counted(election: Election, night: Night) -> ElectionState:
    """Every box signs, every report is accepted."""
    state = ElectionState(election)
    for number, (box, counts) in enumerate(night.counts.items(), start=1):
        arrived = election.last_closing + timedelta(seconds=number)
        state.apply(number, accepted(election, box, counts, arrived))
    return state


def outcome_of(contest: Contest, result: SeatResult | None) -> Outcome:
    if result is None:
        return ("none", ())
    if result.adopted is not None:
        return ("adopted" if result.adopted else "rejected", ())
    if result.status is Status.SECOND_ROUND:
        return ("second-round", tuple((no, 0) for no in sorted(result.second_round)))
    if result.status is Status.DECIDED and contest.seats:
        return ("decided", tuple(sorted(result.seats)))
    return (NAMES[result.status], ())


@given(night=nights())
@settings(max_examples=120)
def test_seats_of_any_election_are_those_of_the_oracle_and_where_it_knows_several_the_law_is_silent(
    night: Night,
) -> None:
    election = night.election.model_copy(update={"small_cell_bound": 0})
    state = counted(election, night)
    for contest in election.contests:
        possible = outcomes(election, contest, night.counts)
        found = outcome_of(contest, judge(state, contest).result)
        if len(possible) == 1:
            assert found == next(iter(possible)), contest
        else:
            assert found[0] == "silent", contest


@given(night=nights())
@settings(max_examples=120)
def test_totals_of_any_election_are_plain_sums_and_small_cells_are_in_none_of_them(night: Night) -> None:
    election = night.election
    state = counted(election, night)
    for contest in election.contests:
        scopes = [(COUNTRY, tuple(night.counts))]
        for kind in ("region", "tec"):
            places = {getattr(station, kind) for station in election.stations}
            scopes += [
                (
                    (kind, place),
                    tuple(
                        box
                        for box in night.counts
                        if getattr(election.station_by_no[election.box_by_id[box].station or ""], kind) == place
                    ),
                )
                for place in sorted(places)
            ]
        for scope, boxes in scopes:
            expected = add(
                contest,
                (count for box in boxes for count in night.counts[box] if count.contest == contest.id),
                election.small_cell_bound,
            )
            total = state.totals.of(scope, contest.id)
            assert (total.ballots, total.invalid, total.sealed) == (expected.ballots, expected.invalid, expected.sealed)
            assert list(total.votes) == list(expected.votes.values())


@given(night=nights())
@settings(max_examples=60)
def test_small_cells_become_one_row_of_the_country_or_stay_sealed(night: Night) -> None:
    election = night.election
    state = counted(election, night)
    for contest in election.contests:
        every = add(contest, (count for of in night.counts.values() for count in of if count.contest == contest.id), 0)
        shown = add(
            contest,
            (count for of in night.counts.values() for count in of if count.contest == contest.id),
            election.small_cell_bound,
        )
        verdict = judge(state, contest)
        if shown.sealed >= election.small_cell_bound and shown.sealed:
            assert (verdict.merged, list(verdict.total.votes)) == (shown.sealed, list(every.votes.values()))
        else:
            assert (verdict.merged, list(verdict.total.votes)) == (0, list(shown.votes.values()))
