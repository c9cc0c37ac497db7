"""Preference votes inside open lists, under every published reading of the women's quota."""

from __future__ import annotations

from typing import TYPE_CHECKING

from builder import views
from shailoo.model.base import Name
from shailoo.rules.open_lists import LIST_RULES, PreferenceVotes, elect_from_list

if TYPE_CHECKING:
    from builder.judge import Verdict
    from builder.state import ElectionState
    from shailoo.model.election import Contest

_READINGS = {
    "women-30-first": Name(ky="Адегенде аялдарга 30 %", ru="Сначала 30 % женщинам", en="Women first, at least 30 %"),
    "top-70-then-women": Name(
        ky="70 % добуш боюнча, калганы аялдарга",
        ru="70 % по голосам, остальное женщинам",
        en="70 % by votes, the rest to women",
    ),
}


def readings(contest: Contest) -> tuple[views.Reading, ...]:
    """The readings of the quota that have been published, the package's own first."""
    own = [contest.list_rule] if contest.list_rule is not None else []
    return tuple(
        views.Reading(name, _READINGS[name], LIST_RULES[name].citation)
        for name in dict.fromkeys([*own, *sorted(LIST_RULES)])
        if name in _READINGS
    )


def list_candidates(
    state: ElectionState, contest: Contest, no: int, verdict: Verdict
) -> tuple[views.ListCandidate, ...]:
    """The candidates of a list in the order in which voters placed them, then by number.

    Seats are given to persons only once every box and every annex is in; before that a rank is all that is shown.
    """
    option = contest.option_by_no[no]
    sums = state.preferences.get((contest.id, no))
    elected: dict[int, list[str]] = {}
    if verdict.complete and verdict.result is not None and state.annexes == verdict.total.boxes and sums is not None:
        votes = [
            PreferenceVotes(no=person.no, votes=sums.get(person.no, 0), sex=person.sex) for person in option.candidates
        ]
        for reading in readings(contest):
            for person in elect_from_list(reading.id, verdict.result.seats_of(no), votes).elected:
                elected.setdefault(person, []).append(reading.id)
    ranked = sorted(option.candidates, key=lambda person: (-(sums or {}).get(person.no, 0), person.no))
    return tuple(
        views.ListCandidate(
            number=str(person.no),
            name=person.name,
            preferences=sums.get(person.no, 0) if sums is not None else None,
            elected=tuple(elected.get(person.no, ())),
        )
        for person in ranked
    )
