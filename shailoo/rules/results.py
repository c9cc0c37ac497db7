"""What a rule answers, with enough of the calculation for anyone to repeat it by hand."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from shailoo.model.base import Frozen

Count = Annotated[int, Field(ge=0)]


class Status(StrEnum):
    """How far the law takes these totals."""

    DECIDED = "decided"
    SECOND_ROUND = "second-round"
    UNDETERMINED = "undetermined"
    """The law, as far as its text was found, does not say; a person has to. Never a guess."""
    FAILED = "failed"
    """The election failed in this contest and is repeated."""
    NONE = "none"
    """There is nothing to decide: no votes, or a vote that only advises."""


class Reason(StrEnum):
    """Why an answer is what it is. Stable; `SENTENCES` has the words."""

    NO_VOTES = "no-votes"
    ADVISORY = "advisory"
    AGAINST_ALL = "against-all-leads"
    TIE = "tie"
    TIE_AT_REMAINDER = "tie-at-remainder"
    SURPLUS = "surplus-over-cap"
    NO_LIST = "no-list-qualifies"
    ONE_LIST = "one-list-qualifies"
    SEX_UNKNOWN = "sex-not-recorded"
    TOO_FEW_WOMEN = "too-few-women"
    TOO_FEW_CANDIDATES = "too-few-candidates"
    NO_MAJORITY = "no-majority"
    ONE_CANDIDATE = "one-candidate-without-majority"
    TURNOUT_BELOW = "turnout-below"
    TURNOUT_AT_BOUND = "turnout-at-bound"
    SMALL_CELLS = "small-cells-matter"
    BELOW_NATIONAL = "below-national"
    BELOW_REGION = "below-region"
    SEX_CAP = "passed-over-sex"


SENTENCES: Mapping[Reason, str] = {
    Reason.NO_VOTES: "No votes have been counted.",
    Reason.ADVISORY: "The vote is advisory: it decides nothing by itself.",
    Reason.AGAINST_ALL: "More votes were cast against all than for the leader: the election failed and is repeated.",
    Reason.TIE: "Votes are equal, and no rule that says who is elected was found.",
    Reason.TIE_AT_REMAINDER: "Remainders are equal, and no rule that says which list receives the seat was found.",
    Reason.SURPLUS: "A list exceeds the seats that one list may hold, and the law does not say whose the surplus is.",
    Reason.NO_LIST: "No list reaches the thresholds.",
    Reason.ONE_LIST: "Only one list reaches the threshold, and the rule for that case was not found.",
    Reason.SEX_UNKNOWN: "The sex of a candidate is not recorded, and the result depends on it.",
    Reason.TOO_FEW_WOMEN: "There are fewer women than seats reserved for them, and no rule for that case was found.",
    Reason.TOO_FEW_CANDIDATES: "There are fewer candidates than seats: seats stay vacant.",
    Reason.NO_MAJORITY: "Nobody has more than half of those who took part: the two best go to a second round.",
    Reason.ONE_CANDIDATE: "The only candidate lacks more than half of those who took part; no rule for that was found.",
    Reason.TURNOUT_BELOW: "Too few voters took part: the referendum did not take place.",
    Reason.TURNOUT_AT_BOUND: "Turnout is exactly at the bound; sources differ on whether that is enough.",
    Reason.SMALL_CELLS: "Ballots whose votes are sealed to keep the vote secret could change the result.",
    Reason.BELOW_NATIONAL: "Fewer votes than the national threshold.",
    Reason.BELOW_REGION: "Fewer votes than the threshold in a region.",
    Reason.SEX_CAP: "Passed over, because no more candidates of one sex may be elected in the district.",
}
"""English sentences, which pages translate."""


class Step(Frozen):
    """One line of the calculation: an option and what became of it.

    For lists: `integer_part` seats by the whole part of votes / quotient, `remainder` the rest as a numerator over
    `SeatResult.quotient[0]`, `by_remainder` the seats that the rest brought. For candidates these are None and 0.
    `excluded` says why an option takes no part, or SMALL_CELLS where that is open; `regions` where that was.
    """

    no: int
    votes: Count
    excluded: Reason | None = None
    regions: tuple[str, ...] = ()
    integer_part: Count | None = None
    remainder: Count | None = None
    by_remainder: Count = 0


class SeatResult(Frozen):
    """The answer of a rule.

    `seats` holds (ballot number, seats) of what is certain, in ballot order, never zero; `open_seats` are seats that
    somebody has won but the rule cannot say who, and `tied` the options between which they lie; `vacant` are seats
    that nobody takes (the contest failed, or candidates ran out). In every status but NONE and SECOND_ROUND, and for
    contests with seats, the three add up to the seats of the contest. `quotient` is the Hare quotient as numerator
    and denominator. `second_round` are the two who go on; `adopted` answers a question of a referendum. `reason` is
    None only for plain decisions.
    """

    rule: str
    status: Status
    seats: tuple[tuple[int, int], ...] = ()
    open_seats: Count = 0
    vacant: Count = 0
    tied: tuple[int, ...] = ()
    quotient: tuple[int, int] | None = None
    steps: tuple[Step, ...] = ()
    second_round: tuple[int, ...] = ()
    adopted: bool | None = None
    reason: Reason | None = None

    def seats_of(self, no: int) -> int:
        """Return the seats that are certain for an option, 0 if none."""
        return dict(self.seats).get(no, 0)
