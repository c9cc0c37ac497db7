"""What a rule says of a contest's totals, in the words of the pages. Asks `shailoo.rules`, decides nothing itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from builder import views
from builder.tally import COUNTRY, Sum
from shailoo.model.election import ContestKind, OptionKind
from shailoo.rules.results import Reason, SeatResult, Status
from shailoo.rules.rulebook import RULES, ListRule
from shailoo.rules.seats import decide
from shailoo.rules.totals import ContestTotals, OptionVotes, RegionVotes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from builder.names import Names
    from builder.state import ElectionState
    from shailoo.model.election import Contest


@dataclass(frozen=True, slots=True)
class Verdict:
    """The rule's answer on the totals as they stand, and whether every box is in."""

    total: Sum
    """The contest's total, with the merged row of small cells where it was released."""
    result: SeatResult | None
    """None while nothing is counted."""
    complete: bool
    standing: dict[int, views.Standing]
    threshold: int | None
    """In hundredths of a percent, where the rule has one."""
    merged: int
    """Ballots of small cells that are in the total."""


def judge(state: ElectionState, contest: Contest) -> Verdict:
    """Ask the contest's rule about its totals now."""
    own = state.totals.of(COUNTRY, contest.id)
    merged = state.merged.get(contest.id)
    total = own
    if merged is not None:
        by_no = dict(merged.votes)
        total = Sum(
            ballots=own.ballots + merged.ballots,
            invalid=own.invalid + merged.invalid,
            votes=[votes + by_no.get(option.no, 0) for votes, option in zip(own.votes, contest.options, strict=True)],
            sealed=own.sealed - merged.ballots,
            boxes=own.boxes,
            expected=own.expected,
        )
    rule = RULES[contest.rule]
    threshold = None
    if isinstance(rule, ListRule):
        threshold = 10_000 * rule.national.numerator // rule.national.denominator
    complete = total.expected > 0 and total.boxes == total.expected
    result = decide(contest.rule, contest_totals(state, contest, total)) if total.boxes else None
    return Verdict(
        total=total,
        result=result,
        complete=complete,
        standing=_standing(contest, result, complete=complete),
        threshold=threshold,
        merged=merged.ballots if merged is not None else 0,
    )


def contest_totals(state: ElectionState, contest: Contest, total: Sum) -> ContestTotals:
    """The totals of a contest as the rules want them."""
    election = state.election
    regions = []
    for region in election.regions if election.quota_regions and contest.kind is ContestKind.PARTY_LIST else ():
        part = state.totals.of(("region", region.id), contest.id)
        regions.append(
            RegionVotes(
                region=region.id,
                participants=part.ballots + part.sealed,
                votes=tuple((option.no, votes) for option, votes in zip(contest.options, part.votes, strict=True)),
                unplaced=part.sealed,
            )
        )
    return ContestTotals(
        contest=contest.id,
        seats=contest.seats,
        voters=state.totals.coverage[COUNTRY].voters,
        participants=total.ballots + total.sealed,
        options=tuple(
            OptionVotes(no=option.no, kind=option.kind, votes=votes, sex=option.sex)
            for option, votes in zip(contest.options, total.votes, strict=True)
        ),
        round=contest.round,
        regions=tuple(regions),
        quota_regions=election.quota_regions,
        unplaced=total.sealed,
    )


class Verdicts:
    """What the rules say of each contest as the state stands; a rule is asked again only after news of its contest."""

    def __init__(self, state: ElectionState) -> None:
        self._state = state
        self._known: dict[str, Verdict] = {}

    def forget(self, contests: Iterable[str]) -> None:
        """Something changed in these contests: their rules are asked anew."""
        for contest in contests:
            self._known.pop(contest, None)

    def __getitem__(self, contest: str) -> Verdict:
        """The verdict on a contest."""
        known = self._known.get(contest)
        if known is None:
            known = self._known[contest] = judge(self._state, self._state.election.contest_by_id[contest])
        return known


def _standing(contest: Contest, result: SeatResult | None, *, complete: bool) -> dict[int, views.Standing]:
    if result is None or result.status is Status.NONE:
        return {}
    if contest.kind is ContestKind.PARTY_LIST:
        return {
            step.no: "qualifies" if step.excluded is None else "below"
            for step in result.steps
            if step.excluded in {None, Reason.BELOW_NATIONAL, Reason.BELOW_REGION}
        }
    if result.second_round:
        return dict.fromkeys(result.second_round, "second-round" if complete else "leads")
    return {no: "elected" if complete and result.status is Status.DECIDED else "leads" for no, _ in result.seats}


def seats_view(names: Names, contest: Contest, verdict: Verdict, waiting: int, elsewhere: int) -> views.Seats:
    """The hemicycle of a list contest: if counted now, or decided."""
    rule = RULES[contest.rule]
    options = names.options(contest)
    result = verdict.result
    rows: tuple[views.SeatRow, ...] = ()
    reasons: list[views.SeatsReason] = [] if verdict.complete else ["partial"]
    if result is not None:
        ranked = sorted(result.seats, key=lambda pair: (-pair[1], pair[0]))
        rows = tuple(views.SeatRow(options[no], seats) for no, seats in ranked)
        extra = _SEAT_REASONS.get(result.reason) if result.reason is not None else None
        if extra is not None:
            reasons.append(extra)
    return views.Seats(
        contest=contest.id,
        total=contest.seats,
        rows=rows,
        open=contest.seats - sum(row.seats for row in rows),
        districts=elsewhere,
        decided=verdict.complete and result is not None and result.status is Status.DECIDED,
        reasons=tuple(reasons),
        waiting=waiting,
        quotient=result.quotient if result is not None else None,
        rule=rule.name,
        citation=rule.citation,
    )


_SEAT_REASONS: dict[Reason, views.SeatsReason] = {
    Reason.TIE: "tie",
    Reason.TIE_AT_REMAINDER: "tie",
    Reason.SURPLUS: "cap",
    Reason.NO_LIST: "no-list",
    Reason.NO_VOTES: "partial",
    Reason.ONE_LIST: "rule",
    Reason.SMALL_CELLS: "rule",
    Reason.AGAINST_ALL: "rule",
}


def district_state(verdict: Verdict) -> views.DistrictState:  # noqa: PLR0911 -- one answer for each state
    """How the contest of a district stands."""
    result = verdict.result
    if result is None or result.status is Status.NONE:
        return "waiting"
    if not verdict.complete:
        if result.reason is Reason.AGAINST_ALL:
            return "against-all-leads"
        return "tie" if result.status is Status.UNDETERMINED else "leading"
    match result.status:
        case Status.DECIDED:
            return "elected"
        case Status.FAILED:
            return "failed"
        case Status.SECOND_ROUND:
            return "second-round"
        case Status.UNDETERMINED:
            return "undetermined"


def leaders(contest: Contest, verdict: Verdict) -> list[tuple[int, int]]:
    """(ballot number, votes) with most votes first; against all among them, since it can lead."""
    pairs = [(option.no, votes) for option, votes in zip(contest.options, verdict.total.votes, strict=True)]
    return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))


def is_choice(contest: Contest, no: int) -> bool:
    """Whether a ballot line is a list, candidate or answer rather than against all."""
    return contest.option_by_no[no].kind is not OptionKind.AGAINST_ALL
