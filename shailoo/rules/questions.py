"""Questions of a referendum and advisory votes."""

from __future__ import annotations

from shailoo.model.election import OptionKind
from shailoo.rules.errors import TotalsIncomplete
from shailoo.rules.results import Reason, SeatResult, Status, Step
from shailoo.rules.rulebook import AdvisoryRule, QuestionRule
from shailoo.rules.shares import more_than_half
from shailoo.rules.totals import ContestTotals, OptionVotes


def in_favour(totals: ContestTotals) -> OptionVotes:
    """Return the answer in favour, the first on the ballot. Raises TotalsIncomplete if there is no answer at all."""
    answers = totals.of_kind(OptionKind.ANSWER)
    if not answers:
        sentence = "A question has no answers to count. Give it at least the one in favour."
        raise TotalsIncomplete(sentence, contest=totals.contest)
    return answers[0]


def decide_question(rule: QuestionRule, totals: ContestTotals) -> SeatResult:
    """Say whether a question is adopted. Turnout is those who took part of all voters on the lists."""
    favour = in_favour(totals)
    steps = tuple(Step(no=option.no, votes=option.votes) for option in totals.options)
    if totals.participants == 0:
        return SeatResult(rule=rule.name, status=Status.NONE, steps=steps, reason=Reason.NO_VOTES)
    came = totals.participants * rule.turnout.denominator
    bound = totals.voters * rule.turnout.numerator
    if came < bound:
        return SeatResult(rule=rule.name, status=Status.FAILED, steps=steps, reason=Reason.TURNOUT_BELOW)
    if came == bound:
        return SeatResult(rule=rule.name, status=Status.UNDETERMINED, steps=steps, reason=Reason.TURNOUT_AT_BOUND)
    adopted = more_than_half(favour.votes, totals.participants)
    return SeatResult(rule=rule.name, status=Status.DECIDED, steps=steps, adopted=adopted)


def decide_advisory(rule: AdvisoryRule, totals: ContestTotals) -> SeatResult:
    """Return the counts and no decision."""
    steps = tuple(Step(no=option.no, votes=option.votes) for option in totals.options)
    return SeatResult(rule=rule.name, status=Status.NONE, steps=steps, reason=Reason.ADVISORY)
