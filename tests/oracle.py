"""An independent reading of a whole election: totals by plain addition, winners by every way to break a tie.

Knows nothing of the builder, of the rules' code or of records. The figures of the rules are written down here a
second time. Every function answers with the *set* of outcomes that some order among equals would give: one outcome
means that the law decides, several mean that it is silent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import permutations, product

from rehearsal.played import PlayedCount
from shailoo.model.election import Contest, Election, OptionKind
from tests.rules.oracle import hare

LISTS = {"kg-jk-2021": (50, 5, 2, 1), "kg-kenesh-2021": (70, None, None, 2)}
"""Rule -> thousandths of the country, thousandths of every region, the cap as a divisor, fewest lists."""
WOMEN_PERCENT = {"kg-ayil-kenesh-2022": 30}
ONE_SEX = {"kg-jk-2025": 2}
QUORUM_PERCENT = 30

Outcome = tuple[str, tuple[tuple[int, int], ...]]
"""(`decided`, `failed`, `none`, `silent`, `second-round`, `adopted`, `rejected`), and seats by ballot number."""


@dataclass
class Sum:
    """What the boxes hold of one contest."""

    ballots: int = 0
    invalid: int = 0
    votes: dict[int, int] = field(default_factory=dict)
    sealed: int = 0
    """Ballots of small cells, which are in no other figure."""


def add(contest: Contest, counts: Iterable[PlayedCount], bound: int) -> Sum:
    """Add up what may be shown; a count of fewer ballots than the bound is known by its ballots only."""
    total = Sum(votes={option.no: 0 for option in contest.options})
    for count in counts:
        if 0 < count.ballots < bound:
            total.sealed += count.ballots
            continue
        total.ballots += count.ballots
        total.invalid += count.invalid
        for option, votes in zip(contest.options, count.votes, strict=True):
            total.votes[option.no] += votes
    return total


def outcomes(  # noqa: PLR0911 -- one answer for each kind of contest
    election: Election, contest: Contest, counts: Mapping[str, Iterable[PlayedCount]]
) -> set[Outcome]:
    """Every outcome of a contest that is wholly counted and in which no cell is small."""
    total = add(contest, (count for of in counts.values() for count in of if count.contest == contest.id), 0)
    choices = {
        option.no: total.votes[option.no] for option in contest.options if option.kind is not OptionKind.AGAINST_ALL
    }
    against = sum(total.votes.values()) - sum(choices.values())
    if contest.rule == "advisory":
        return {("none", ())}
    if contest.rule == "kg-referendum-2016":
        return {(_question(election, total, choices), ())}
    if max(choices.values(), default=0) == 0 and against == 0:
        return {("none", ())}
    if against > max(choices.values(), default=0):
        return {("failed", ())}
    if contest.rule in LISTS:
        return _lists(election, contest, total, choices, counts)
    if contest.rule == "kg-president-2021":
        return _president(contest, total, choices)
    return _candidates(contest, choices)


def _question(election: Election, total: Sum, choices: Mapping[int, int]) -> str:
    voters = sum(station.voters for station in election.stations)
    if total.ballots == 0:
        return "none"
    if total.ballots * 100 == voters * QUORUM_PERCENT:
        return "silent"
    if total.ballots * 100 < voters * QUORUM_PERCENT:
        return "failed"
    return "adopted" if next(iter(choices.values())) * 2 > total.ballots else "rejected"


def _lists(
    election: Election,
    contest: Contest,
    total: Sum,
    choices: Mapping[int, int],
    counts: Mapping[str, Iterable[PlayedCount]],
) -> set[Outcome]:
    national, regional, cap, fewest = LISTS[contest.rule]
    through = {no: votes for no, votes in choices.items() if votes * 1000 >= national * total.ballots}
    for region in election.quota_regions if regional is not None else ():
        own = [
            count
            for box, of in counts.items()
            for count in of
            if count.contest == contest.id and _region(election, box) == region
        ]
        part = add(contest, own, 0)
        through = {
            no: votes for no, votes in through.items() if part.votes[no] * 1000 >= (regional or 0) * part.ballots
        }
    if len(through) < fewest or not sum(through.values()):
        return {("silent", ())}
    found: set[Outcome] = set()
    for division in hare(through, contest.seats):
        if cap is not None and max(division.values()) > contest.seats // cap:
            return {("silent", ())}
        found.add(("decided", tuple(sorted((no, seats) for no, seats in division.items() if seats))))
    return found


def _region(election: Election, box: str) -> str:
    return election.station_by_no[election.box_by_id[box].station or ""].region


def _president(contest: Contest, total: Sum, choices: Mapping[int, int]) -> set[Outcome]:
    best = max(choices.values())
    leaders = [no for no, votes in choices.items() if votes == best]
    if contest.round == 2 or best * 2 > total.ballots:
        return {("decided", ((no, 1),)) for no in leaders}
    if len(choices) == 1:
        return {("silent", ())}
    pairs = set()
    for order in permutations(choices):
        ranked = sorted(order, key=lambda no: -choices[no])
        pairs.add(frozenset(ranked[:2]))
    return {("second-round", tuple((no, 0) for no in sorted(pair))) for pair in pairs}


def _candidates(contest: Contest, choices: Mapping[int, int]) -> set[Outcome]:
    """Sort by votes in every order of the equal; take from the top whoever the limits by sex let through."""
    most, reserved = ONE_SEX.get(contest.rule), 0
    if contest.rule in WOMEN_PERCENT:
        reserved = -(-contest.seats * WOMEN_PERCENT[contest.rule] // 100)
    matters = most is not None or reserved
    unknown = [no for no in choices if contest.option_by_no[no].sex is None] if matters else []
    found: set[Outcome] = set()
    for guess in product("fm", repeat=len(unknown)):
        sexes = {no: contest.option_by_no[no].sex for no in choices} | dict(zip(unknown, guess, strict=True))
        for order in permutations(choices):
            ranked = sorted(order, key=lambda no: -choices[no])
            seated: list[int] = []
            for seats, wanted in ((reserved, "f"), (contest.seats, None)):
                for no in ranked:
                    same = sum(1 for other in seated if sexes[other] == sexes[no])
                    if (
                        len(seated) < seats
                        and no not in seated
                        and wanted in (None, sexes[no])
                        and (most is None or same < most)
                    ):
                        seated.append(no)
                if wanted == "f" and len(seated) < seats:
                    return {("silent", ())}
            found.add(("decided", tuple((no, 1) for no in sorted(seated))))
    return found
