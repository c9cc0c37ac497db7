"""The one door to the seat rules: totals and the name of a rule in, an answer with its whole calculation out."""

from __future__ import annotations

from shailoo.rules.candidates import decide_president, decide_votes
from shailoo.rules.party_lists import decide_lists
from shailoo.rules.questions import decide_advisory, decide_question
from shailoo.rules.results import Reason, SeatResult, Status
from shailoo.rules.rulebook import (
    RULES,
    AdvisoryRule,
    ListRule,
    PresidentRule,
    QuestionRule,
    SeatRule,
    VotesRule,
    seat_rule,
)
from shailoo.rules.settled import settled
from shailoo.rules.totals import ContestTotals

__all__ = ["RULES", "decide"]


def decide(rule_name: str, totals: ContestTotals) -> SeatResult:
    """Apply a rule version, named by the election package, to the totals of one contest as if they were complete.

    The same totals give the same answer for ever, on any machine: only integers, no order but the ballot's, no clock.
    Whether the totals *are* complete is not asked here; on partial data use `shailoo.rules.partial.judge`, which
    wraps this answer.

    Where ballots are sealed as small cells (`totals.unplaced`) and could change the answer, it is `undetermined`;
    where they cannot, whatever they say, it stands. Raises UnknownRule, or TotalsIncomplete if a region with a
    threshold is absent.
    """
    rule = seat_rule(rule_name)
    answer = _apply(rule, totals)
    could_change = answer.status in {Status.DECIDED, Status.FAILED, Status.SECOND_ROUND}
    if totals.unplaced and could_change and not settled(rule, totals, answer):
        return SeatResult(
            rule=rule_name,
            status=Status.UNDETERMINED,
            open_seats=totals.seats,
            quotient=answer.quotient,
            steps=answer.steps,
            reason=Reason.SMALL_CELLS,
        )
    return answer


def _apply(rule: SeatRule, totals: ContestTotals) -> SeatResult:
    match rule:
        case ListRule():
            return decide_lists(rule, totals)
        case VotesRule():
            return decide_votes(rule, totals)
        case PresidentRule():
            return decide_president(rule, totals)
        case QuestionRule():
            return decide_question(rule, totals)
        case AdvisoryRule():
            return decide_advisory(rule, totals)
