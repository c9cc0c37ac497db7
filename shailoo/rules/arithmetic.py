"""The arithmetic of one contest in a box, a station or a total. A breach holds the report; nothing is repaired here.

By one of the five explanations of 28 November 2021 a display added "valid ballots" to the votes of which they
consist. So the two are never added here: valid ballots and the sum of their votes stand on the two sides of one
equation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from shailoo.model.base import Frozen

Relation = Literal["=", "<=", ">="]

SENTENCES: Mapping[str, str] = {
    "not-negative": "No figure is below zero.",
    "ballots-partition": "Ballots are valid ballots plus invalid ballots.",
    "votes-partition": "Votes for all options, against all included, add up to the valid ballots.",
    "votes-within-marks": "Votes for all options are at most the valid ballots times the marks allowed.",
    "option-within-valid": "No option has more votes than there are valid ballots.",
    "option-once": "Each option stands in a report once.",
    "preferences-within-list": "Preference votes for the candidates of a list are at most the votes for the list.",
    "total-of-parts": "A total is the sum of its parts.",
    "share-of-its-numbers": "A share is computed from the two numbers beside it.",
    "same-in-every-view": "A figure is the same wherever it is shown.",
    "nothing-falls": "No figure falls without a recorded cause.",
    "turnout-within-voters": "No more people voted than are on the list.",
    "turnout-within-identified": "No more people voted than were identified.",
    "turnout-hours": "Turnout figures follow one another by the hour.",
}
"""What each built-in rule says, in English; pages translate the sentence."""


class Breach(Frozen):
    """One equation that does not hold: `found` should stand in `relation` to `expected`.

    `rule` is a key of `SENTENCES`, or the text of a protocol's control equation; `line` names the place that was
    measured.
    """

    rule: str
    line: str
    expected: int
    found: int
    relation: Relation


class Tally(Frozen):
    """What a report claims for one contest. Nothing is assumed of the numbers: judging them is what this module is for.

    `votes` are pairs of ballot number and votes, "against all" among them; `marks` is how many options a ballot may
    name.
    """

    ballots: int
    invalid: int
    valid: int
    votes: tuple[tuple[int, int], ...]
    marks: int = 1


def check_contest(tally: Tally) -> tuple[Breach, ...]:
    """Return every hard equation of a contest that does not hold, in a fixed order; empty when all hold.

    Equality of votes and valid ballots is asked only where a ballot has one mark. With several, a ballot may name
    fewer than it might, so only upper bounds hold: all votes within `marks * valid`, and each option within `valid`.
    """
    breaches = [*_negative(tally), *_repeated(tally)]
    parts = tally.valid + tally.invalid
    if tally.ballots != parts:
        breaches.append(_breach("ballots-partition", "ballots", parts, tally.ballots))
    cast = sum(votes for _, votes in tally.votes)
    if tally.marks == 1:
        if cast != tally.valid:
            breaches.append(_breach("votes-partition", "valid", cast, tally.valid))
        return tuple(breaches)
    if cast > tally.marks * tally.valid:
        breaches.append(_breach("votes-within-marks", "votes", tally.marks * tally.valid, cast, "<="))
    breaches += [
        _breach("option-within-valid", f"option {no}", tally.valid, votes, "<=")
        for no, votes in tally.votes
        if votes > tally.valid
    ]
    return tuple(breaches)


def check_preferences(list_no: int, list_votes: int, preferences: Iterable[tuple[int, int]]) -> tuple[Breach, ...]:
    """Check an annex: preference votes (candidate number, votes) of one list against the votes of the list.

    Fewer is right, because a vote for the list without a mark for a candidate is valid; more is impossible.
    """
    pairs = tuple(preferences)
    breaches = [
        _breach("not-negative", f"list {list_no} candidate {no}", 0, votes, ">=") for no, votes in pairs if votes < 0
    ]
    preferred = sum(votes for _, votes in pairs)
    if preferred > list_votes:
        breaches.append(_breach("preferences-within-list", f"list {list_no}", list_votes, preferred, "<="))
    return tuple(breaches)


def check_total(line: str, total: int, parts: Iterable[int]) -> Breach | None:
    """Check that a total is exactly the sum of its parts; `line` names the total."""
    added = sum(parts)
    return None if total == added else _breach("total-of-parts", line, added, total)


def check_views(line: str, views: Mapping[str, int]) -> tuple[Breach, ...]:
    """Check that one figure is the same in every view; the first view by name is the measure of the others."""
    if not views:
        return ()
    first, *others = sorted(views)
    return tuple(
        _breach("same-in-every-view", f"{line}: {name}", views[first], views[name])
        for name in others
        if views[name] != views[first]
    )


def _negative(tally: Tally) -> list[Breach]:
    figures = [("ballots", tally.ballots), ("invalid", tally.invalid), ("valid", tally.valid)]
    figures += [(f"option {no}", votes) for no, votes in tally.votes]
    return [_breach("not-negative", line, 0, figure, ">=") for line, figure in figures if figure < 0]


def _repeated(tally: Tally) -> list[Breach]:
    times: dict[int, int] = {}
    for no, _ in tally.votes:
        times[no] = times.get(no, 0) + 1
    return [_breach("option-once", f"option {no}", 1, count) for no, count in times.items() if count > 1]


def _breach(rule: str, line: str, expected: int, found: int, relation: Relation = "=") -> Breach:
    return Breach(rule=rule, line=line, expected=expected, found=found, relation=relation)
