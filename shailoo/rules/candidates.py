"""Seats to candidates: single mandates, districts with several seats, the president."""

from __future__ import annotations

from collections import Counter

from shailoo.model.election import OptionKind
from shailoo.rules.results import Reason, SeatResult, Status, Step
from shailoo.rules.rulebook import Part, PresidentRule, VotesRule
from shailoo.rules.shares import more_than_half
from shailoo.rules.standing import Elected, Phase, Stander, elect
from shailoo.rules.totals import ContestTotals, OptionVotes

SECOND_ROUND = 2


def reserved_for_women(seats: int, part: Part) -> int:
    """Return how many seats "at least" a part are: rounded up, because fewer would be less than the part."""
    return -(-seats * part.numerator // part.denominator)


def decide_votes(rule: VotesRule, totals: ContestTotals) -> SeatResult:
    """Give the seats to the candidates with most votes, within the rule's limits by sex."""
    early = _without_division(rule.name, totals)
    if early is not None:
        return early
    standers = tuple(_standers(totals, by_registration=rule.ties_by_registration))
    reserved = 0 if rule.women_at_least is None else reserved_for_women(totals.seats, rule.women_at_least)
    phases = [Phase(seats=reserved, who="women")] if reserved else []
    phases.append(Phase(seats=totals.seats - reserved))
    found = elect(standers, phases, rule.one_sex_at_most)
    return SeatResult(
        rule=rule.name,
        status=Status.UNDETERMINED if found.open_seats else Status.DECIDED,
        seats=_one_each(found, totals),
        open_seats=found.open_seats,
        vacant=found.vacant,
        tied=found.tied,
        steps=_steps(totals, found, rule.one_sex_at_most),
        reason=found.reason,
    )


def decide_president(rule: PresidentRule, totals: ContestTotals) -> SeatResult:
    """Elect by more than half of those who took part, else name the two who go on; in round two by most votes."""
    early = _without_division(rule.name, totals)
    if early is not None:
        return early
    standers = tuple(_standers(totals, by_registration=False))
    steps = _steps(totals, None, None)
    winners = elect(standers, [Phase(seats=1)])
    best = max(stander.votes for stander in standers)
    if totals.round == SECOND_ROUND or more_than_half(best, totals.participants):
        return SeatResult(
            rule=rule.name,
            status=Status.UNDETERMINED if winners.open_seats else Status.DECIDED,
            seats=_one_each(winners, totals),
            open_seats=winners.open_seats,
            tied=winners.tied,
            steps=steps,
            reason=winners.reason,
        )
    if len(standers) == 1:
        return SeatResult(
            rule=rule.name, status=Status.UNDETERMINED, open_seats=1, steps=steps, reason=Reason.ONE_CANDIDATE
        )
    pair = elect(standers, [Phase(seats=2)])
    if pair.open_seats:
        return SeatResult(
            rule=rule.name,
            status=Status.UNDETERMINED,
            open_seats=1,
            tied=pair.tied,
            steps=steps,
            second_round=pair.certain,
            reason=Reason.TIE,
        )
    return SeatResult(
        rule=rule.name,
        status=Status.SECOND_ROUND,
        steps=steps,
        second_round=pair.certain,
        reason=Reason.NO_MAJORITY,
    )


def _without_division(rule: str, totals: ContestTotals) -> SeatResult | None:
    candidates = totals.of_kind(OptionKind.CANDIDATE)
    leader = max((option.votes for option in candidates), default=0)
    if leader == 0 and totals.against_all == 0:
        return SeatResult(rule=rule, status=Status.NONE, reason=Reason.NO_VOTES)
    if totals.against_all > leader:
        steps = _steps(totals, None, None)
        return SeatResult(rule=rule, status=Status.FAILED, vacant=totals.seats, steps=steps, reason=Reason.AGAINST_ALL)
    return None


def _standers(totals: ContestTotals, *, by_registration: bool) -> list[Stander]:
    candidates = totals.of_kind(OptionKind.CANDIDATE)
    known: Counter[int] = Counter(option.votes for option in candidates if option.registered is not None)
    level: Counter[int] = Counter(option.votes for option in candidates)

    def precedence(option: OptionVotes) -> int:
        # A half-known order of registration decides nothing: an unknown one may have been first.
        complete = by_registration and known[option.votes] == level[option.votes]
        return -option.registered if complete and option.registered is not None else 0

    return [
        Stander(no=option.no, votes=option.votes, sex=option.sex, precedence=precedence(option))
        for option in candidates
    ]


def _one_each(found: Elected, totals: ContestTotals) -> tuple[tuple[int, int], ...]:
    return tuple((option.no, 1) for option in totals.options if option.no in found.certain)


def _steps(totals: ContestTotals, found: Elected | None, one_sex_at_most: int | None) -> tuple[Step, ...]:
    """Give each candidate a line; mark those passed over: more votes than somebody elected, yet not elected."""
    candidates = totals.of_kind(OptionKind.CANDIDATE)
    lowest = None
    if found is not None and one_sex_at_most is not None:
        lowest = min((option.votes for option in candidates if option.no in found.certain), default=None)
    return tuple(
        Step(
            no=option.no,
            votes=option.votes,
            excluded=Reason.SEX_CAP
            if found is not None
            and lowest is not None
            and option.votes > lowest
            and option.no not in (*found.certain, *found.tied)
            else None,
        )
        for option in candidates
    )
