"""Whether ballots that nobody has opened yet could still change a result. Integers only, and one-sided.

`True` is a proof: no way of counting the outstanding ballots changes the answer. `False` is only the absence of one.
Two kinds of ballots are outstanding: sealed ones, which `totals.participants` already counts, and those that may
still come, which it does not.
"""

from __future__ import annotations

from collections.abc import Mapping

from shailoo.model.election import OptionKind
from shailoo.rules.candidates import SECOND_ROUND, reserved_for_women
from shailoo.rules.party_lists import Passing, threshold
from shailoo.rules.questions import in_favour
from shailoo.rules.results import SeatResult, Status
from shailoo.rules.rulebook import AdvisoryRule, ListRule, PresidentRule, QuestionRule, SeatRule, VotesRule
from shailoo.rules.totals import ContestTotals, OptionVotes


def settled(
    rule: SeatRule,
    totals: ContestTotals,
    result: SeatResult,
    outstanding: int = 0,
    by_region: Mapping[str, int] | None = None,
) -> bool:
    """Say whether `result`, which `rule` gave for `totals`, holds whatever the outstanding ballots say.

    `outstanding` is the largest number of ballots that may still come, `by_region` the same in each region that a
    threshold asks about. A result that is not a decision is never settled.
    """
    unknown = totals.unplaced + outstanding
    if result.status is Status.FAILED and not isinstance(rule, QuestionRule):
        best = max((option.votes for option in _standing(totals)), default=0)
        return best + unknown < totals.against_all
    match rule:
        case ListRule():
            return _lists(rule, totals, result, outstanding, by_region)
        case VotesRule():
            return _votes(rule, totals, result, unknown)
        case PresidentRule():
            return _president(totals, result, outstanding)
        case QuestionRule():
            return _question(rule, totals, result, outstanding)
        case AdvisoryRule():
            return False


def _standing(totals: ContestTotals) -> tuple[OptionVotes, ...]:
    return totals.of_kind(OptionKind.LIST, OptionKind.CANDIDATE)


def _against_all_stays_below(totals: ContestTotals, unknown: int) -> bool:
    leader = max((option.votes for option in _standing(totals)), default=0)
    return totals.against_all + unknown <= leader


def _lists(
    rule: ListRule, totals: ContestTotals, result: SeatResult, outstanding: int, by_region: Mapping[str, int] | None
) -> bool:
    unknown = totals.unplaced + outstanding
    if result.status is not Status.DECIDED or not _against_all_stays_below(totals, unknown):
        return False
    lists = totals.of_kind(OptionKind.LIST)
    passing = {option.no: threshold(rule, totals, option, outstanding, by_region).passing for option in lists}
    if Passing.OPEN in passing.values():
        return False
    # A list's share lies between all unknown ballots going to other lists and all going to it, over the largest total.
    votes = {option.no: option.votes for option in lists if passing[option.no] is Passing.IN}
    most = sum(votes.values()) + unknown
    low = {no: divmod(count * totals.seats, most) for no, count in votes.items()}
    high = {no: divmod((count + unknown) * totals.seats, most) for no, count in votes.items()}
    if any(low[no][0] != high[no][0] for no in votes):
        return False
    receiving = {step.no for step in result.steps if step.by_remainder}
    lowest_in = min((low[no][1] for no in receiving), default=most)
    highest_out = max((high[no][1] for no in votes if no not in receiving), default=-1)
    return not receiving or lowest_in > highest_out


def _votes(rule: VotesRule, totals: ContestTotals, result: SeatResult, unknown: int) -> bool:
    """Compare every exchange of one elected for one who is not.

    Limits by sex make the possible sets of elected the bases of a matroid, where a set that no single exchange can
    improve is the best one. Unknown ballots add at most `unknown` to the newcomer and take nothing from the elected.
    """
    if result.status is not Status.DECIDED or not _against_all_stays_below(totals, unknown):
        return False
    candidates = totals.of_kind(OptionKind.CANDIDATE)
    by_sex = rule.one_sex_at_most is not None or rule.women_at_least is not None
    if by_sex and any(option.sex is None for option in candidates):
        return False
    elected = [option for option in candidates if result.seats_of(option.no)]
    others = [option for option in candidates if not result.seats_of(option.no)]
    return all(
        leaving.votes - coming.votes > unknown
        for leaving in elected
        for coming in others
        if _allowed(rule, totals.seats, [option for option in elected if option is not leaving] + [coming])
    )


def _allowed(rule: VotesRule, seats: int, elected: list[OptionVotes]) -> bool:
    women = sum(1 for option in elected if option.sex == "f")
    men = len(elected) - women
    if rule.one_sex_at_most is not None and max(women, men) > rule.one_sex_at_most:
        return False
    return rule.women_at_least is None or women >= reserved_for_women(seats, rule.women_at_least)


def _president(totals: ContestTotals, result: SeatResult, outstanding: int) -> bool:
    unknown = totals.unplaced + outstanding
    votes = sorted((option.votes for option in totals.of_kind(OptionKind.CANDIDATE)), reverse=True)
    if not votes or not _against_all_stays_below(totals, unknown):
        return False
    largest = totals.participants + outstanding
    best, second, third = (*votes, -1 - unknown, -1 - unknown)[:3]
    if result.status is Status.SECOND_ROUND:
        return (best + unknown) * 2 <= largest and second - third > unknown
    if result.status is not Status.DECIDED:
        return False
    return best - second > unknown if totals.round == SECOND_ROUND else best * 2 > largest


def _question(rule: QuestionRule, totals: ContestTotals, result: SeatResult, outstanding: int) -> bool:
    bound = totals.voters * rule.turnout.numerator
    largest = totals.participants + outstanding
    if result.status is Status.FAILED:
        return largest * rule.turnout.denominator < bound
    if result.status is not Status.DECIDED:
        return False
    favour = in_favour(totals).votes
    if result.adopted:
        return favour * 2 > largest
    return (favour + totals.unplaced + outstanding) * 2 <= largest
