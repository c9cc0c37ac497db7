"""Who of a list is elected, by preference votes and the women's part; the reading of the law is chosen by name.

Two readings of Article 64(4) were published in 2021 and elect different people: "first at least 30 % of the seats to
the women with most votes", and "70 % to the best placed, the remaining 30 % to women". Both are here as named rule
versions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from shailoo.model.base import Frozen
from shailoo.model.election import Sex
from shailoo.rules.candidates import reserved_for_women
from shailoo.rules.results import Reason, Status
from shailoo.rules.rulebook import LIST_RULES, open_list_rule
from shailoo.rules.standing import Phase, Stander, elect

__all__ = ["LIST_RULES", "ListElection", "PreferenceVotes", "elect_from_list"]


class PreferenceVotes(Frozen):
    """Preference votes for one candidate of a list; `no` is the place on the list, which voters mark."""

    no: Annotated[int, Field(ge=1)]
    votes: Annotated[int, Field(ge=0)]
    sex: Sex | None


class ListElection(Frozen):
    """Who of one list is elected: `elected` is certain, in list order; `open_seats` lie between `tied`.

    `vacant` have nobody. `elected` + `open_seats` + `vacant` are the seats of the list; `women` of them were set aside.
    """

    rule: str
    status: Status
    seats: int
    women: int
    elected: tuple[int, ...]
    tied: tuple[int, ...]
    open_seats: int
    vacant: int
    reason: Reason | None


def elect_from_list(rule_name: str, seats: int, candidates: Sequence[PreferenceVotes]) -> ListElection:
    """Give the seats of a list to its candidates. Numbers withdrawn from the list are simply absent; none is refilled.

    Raises UnknownRule for a reading that is not in LIST_RULES.
    """
    rule = open_list_rule(rule_name)
    women = reserved_for_women(seats, rule.women)
    reserved, general = Phase(seats=women, who="women"), Phase(seats=seats - women)
    standers = [
        Stander(
            no=candidate.no,
            votes=candidate.votes,
            sex=candidate.sex,
            among_women=-candidate.no if rule.unmarked_women_by_list and candidate.votes == 0 else 0,
        )
        for candidate in candidates
    ]
    found = elect(standers, [reserved, general] if rule.women_first else [general, reserved])
    return ListElection(
        rule=rule_name,
        status=Status.UNDETERMINED if found.open_seats else Status.DECIDED,
        seats=seats,
        women=women,
        elected=found.certain,
        tied=found.tied,
        open_seats=found.open_seats,
        vacant=found.vacant,
        reason=found.reason,
    )
