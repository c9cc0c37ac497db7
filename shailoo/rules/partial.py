"""Nothing is decided on partial data.

In 2021, after 28 % of the protocols seven parties stood above 5 %, after 61 % the seventh stood at exactly 5.00 %,
and in the end there were six. So an answer on part of the stations is called "if counted now", never a result, and
beside it stands what is proved: which lists no outstanding ballot can bring below the thresholds or above them, and
whether the answer as a whole can still change.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from shailoo.model.base import Frozen
from shailoo.model.election import OptionKind
from shailoo.rules.errors import TotalsIncomplete
from shailoo.rules.party_lists import Passing, threshold
from shailoo.rules.results import SeatResult, Status
from shailoo.rules.rulebook import ListRule, seat_rule
from shailoo.rules.seats import decide
from shailoo.rules.settled import settled
from shailoo.rules.totals import ContestTotals

Count = Annotated[int, Field(ge=0)]


class Coverage(Frozen):
    """How much of a contest is in.

    A held report is not in: its station counts as outstanding. `outstanding_voters` are voters on the lists of those
    stations, less nothing: that is the most ballots that may still come. `outstanding_by_region` gives the same by
    region; a region that is absent has none outstanding. Raises TotalsIncomplete if the parts exceed the whole.
    """

    stations: Count
    stations_in: Count
    outstanding_voters: Count
    outstanding_by_region: tuple[tuple[str, Count], ...] = ()
    held: Count = 0

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        regional = sum(voters for _, voters in self.outstanding_by_region)
        if self.stations_in + self.held > self.stations or regional > self.outstanding_voters:
            sentence = "The parts of the coverage exceed the whole. Count stations and their voters again."
            raise TotalsIncomplete(sentence, stations=self.stations, stations_in=self.stations_in, held=self.held)
        return self


class Waiting(StrEnum):
    """Why a contest is not decided although its rule gives an answer."""

    STATIONS = "stations-outstanding"
    HELD = "reports-held"
    VOTERS = "voters-outstanding"


class Prospect(Frozen):
    """What is proved of one list: IN or OUT whatever is outstanding, or OPEN."""

    no: int
    passing: Passing


class Judgement(Frozen):
    """The state of one contest.

    `if_counted_now` is what the rule says of the totals as they are. `decided` is true only when everything is in and
    the rule decides; `settled` is true when no outstanding ballot can change the answer, which is worth saying and
    still not a decision.
    """

    contest: str
    rule: str
    decided: bool
    settled: bool
    if_counted_now: SeatResult
    waiting: tuple[Waiting, ...]
    prospects: tuple[Prospect, ...]


def judge(rule_name: str, totals: ContestTotals, coverage: Coverage) -> Judgement:
    """Judge a contest on whatever has been counted so far. Raises what `decide` raises."""
    rule = seat_rule(rule_name)
    now = decide(rule_name, totals)
    by_region = dict(coverage.outstanding_by_region)
    waiting = _waiting(coverage)
    prospects: tuple[Prospect, ...] = ()
    if isinstance(rule, ListRule):
        prospects = tuple(
            Prospect(
                no=option.no,
                passing=threshold(rule, totals, option, coverage.outstanding_voters, by_region).passing,
            )
            for option in totals.of_kind(OptionKind.LIST)
        )
    return Judgement(
        contest=totals.contest,
        rule=rule_name,
        decided=not waiting and now.status in {Status.DECIDED, Status.FAILED, Status.SECOND_ROUND},
        settled=settled(rule, totals, now, coverage.outstanding_voters, by_region),
        if_counted_now=now,
        waiting=waiting,
        prospects=prospects,
    )


def _waiting(coverage: Coverage) -> tuple[Waiting, ...]:
    outstanding = coverage.stations - coverage.stations_in - coverage.held
    found = (
        (Waiting.STATIONS, outstanding > 0),
        (Waiting.HELD, coverage.held > 0),
        (Waiting.VOTERS, coverage.outstanding_voters > 0),
    )
    return tuple(reason for reason, applies in found if applies)
