"""Seats among party lists: who passes the thresholds, the quotient, the remainders, the cap."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from shailoo.model.base import Frozen
from shailoo.model.election import OptionKind
from shailoo.rules.largest_remainder import allocate
from shailoo.rules.results import Reason, SeatResult, Status, Step
from shailoo.rules.rulebook import ListRule, Part
from shailoo.rules.shares import reaches
from shailoo.rules.totals import ContestTotals, OptionVotes


class Passing(StrEnum):
    """Whether a list takes part in the division of seats."""

    IN = "in"
    OUT = "out"
    OPEN = "open"
    """It depends on ballots whose votes are not known yet."""


class Threshold(Frozen):
    """How one list stands to the thresholds; `regions` are those where it falls short, or may."""

    no: int
    passing: Passing
    why: Reason | None
    regions: tuple[str, ...]


def threshold(
    rule: ListRule,
    totals: ContestTotals,
    option: OptionVotes,
    outstanding: int = 0,
    by_region: Mapping[str, int] | None = None,
) -> Threshold:
    """Compare one list with the thresholds of the rule, all of them parts of those who took part.

    `outstanding` are ballots that may still come on top of `totals.participants` (at most), `by_region` the same in
    each region. IN and OUT hold whatever those ballots, and the sealed ones, turn out to be.
    """
    national = _against(rule.national, option.votes, totals.participants, totals.unplaced, outstanding)
    if national is Passing.OUT or rule.regional is None:
        why = None if national is Passing.IN else Reason.BELOW_NATIONAL
        return Threshold(no=option.no, passing=national, why=why, regions=())
    below: list[str] = []
    unsure: list[str] = []
    for name in totals.quota_regions:
        region = totals.region(name)
        votes = dict(region.votes).get(option.no, 0)
        coming = (by_region or {}).get(name, 0)
        match _against(rule.regional, votes, region.participants, region.unplaced, coming):
            case Passing.IN:
                pass
            case Passing.OUT:
                below.append(name)
            case Passing.OPEN:
                unsure.append(name)
    if below:
        return Threshold(no=option.no, passing=Passing.OUT, why=Reason.BELOW_REGION, regions=tuple(below))
    if unsure:
        return Threshold(no=option.no, passing=Passing.OPEN, why=Reason.BELOW_REGION, regions=tuple(unsure))
    why = None if national is Passing.IN else Reason.BELOW_NATIONAL
    return Threshold(no=option.no, passing=national, why=why, regions=())


def decide_lists(rule: ListRule, totals: ContestTotals) -> SeatResult:
    """Divide the seats of a contest among its lists; see the rule's citation for the law and `silent` for its gaps.

    A list whose passing depends on sealed ballots makes the whole division undetermined: the quotient depends on it.
    """
    lists = totals.of_kind(OptionKind.LIST)
    leader = max((option.votes for option in lists), default=0)
    if leader == 0 and totals.against_all == 0:
        return SeatResult(rule=rule.name, status=Status.NONE, reason=Reason.NO_VOTES)
    thresholds = {option.no: threshold(rule, totals, option) for option in lists}
    steps = tuple(_step(option, thresholds[option.no]) for option in lists)
    if totals.against_all > leader:
        return SeatResult(
            rule=rule.name, status=Status.FAILED, vacant=totals.seats, steps=steps, reason=Reason.AGAINST_ALL
        )
    if any(each.passing is Passing.OPEN for each in thresholds.values()):
        return _undetermined(rule, totals, steps, Reason.SMALL_CELLS)
    passing = {option.no: option.votes for option in lists if thresholds[option.no].passing is Passing.IN}
    if not any(passing.values()):
        return _undetermined(rule, totals, steps, Reason.NO_LIST)
    if len(passing) < rule.fewest_lists:
        return _undetermined(rule, totals, steps, Reason.ONE_LIST)
    return _divide(rule, totals, passing, steps)


def _step(option: OptionVotes, stands: Threshold) -> Step:
    why = Reason.SMALL_CELLS if stands.passing is Passing.OPEN else stands.why
    return Step(no=option.no, votes=option.votes, excluded=why, regions=stands.regions)


def _divide(rule: ListRule, totals: ContestTotals, passing: dict[int, int], steps: tuple[Step, ...]) -> SeatResult:
    found = allocate(passing, totals.seats)
    whole, rest = dict(found.integer_part), dict(found.remainder)
    steps = tuple(
        step.model_copy(
            update={
                "integer_part": whole[step.no],
                "remainder": rest[step.no],
                "by_remainder": int(step.no in found.by_remainder),
            }
        )
        if step.no in passing
        else step
        for step in steps
    )
    certain = {no: count + (no in found.by_remainder) for no, count in whole.items()}
    result = SeatResult(
        rule=rule.name,
        status=Status.UNDETERMINED if found.contested else Status.DECIDED,
        seats=tuple((no, count) for no, count in certain.items() if count),
        open_seats=found.contested,
        tied=found.tied if found.contested else (),
        quotient=found.quotient,
        steps=steps,
        reason=Reason.TIE_AT_REMAINDER if found.contested else None,
    )
    return result if rule.cap is None else _capped(result, rule.cap, totals.seats, certain)


def _capped(result: SeatResult, cap: Part, seats: int, certain: dict[int, int]) -> SeatResult:
    """Keep a list within the cap.

    Only the capped list's own seats are certain then: what a second division would give the others is not in the law,
    and largest remainders can take seats away when the number of seats to divide grows.
    """
    most = seats * cap.numerator // cap.denominator
    over = [no for no, count in certain.items() if count > most]
    at_risk = [no for no in result.tied if certain[no] == most]
    if not over and not at_risk:
        return result
    return result.model_copy(
        update={
            "status": Status.UNDETERMINED,
            "seats": tuple((no, most) for no in (over or at_risk)),
            "open_seats": seats - most * len(over or at_risk),
            "tied": tuple(no for no in certain if no not in (over or at_risk)),
            "reason": Reason.SURPLUS,
        }
    )


def _against(part: Part, votes: int, base: int, sealed: int, outstanding: int) -> Passing:
    if reaches(votes, base + outstanding, part.numerator, part.denominator):
        return Passing.IN
    if not reaches(votes + sealed + outstanding, base + outstanding, part.numerator, part.denominator):
        return Passing.OUT
    return Passing.OPEN


def _undetermined(rule: ListRule, totals: ContestTotals, steps: tuple[Step, ...], reason: Reason) -> SeatResult:
    return SeatResult(rule=rule.name, status=Status.UNDETERMINED, open_seats=totals.seats, steps=steps, reason=reason)
