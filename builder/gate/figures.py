"""What each single figure of a page ought to be, by the gate's own counting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from builder.gate.hand_tables import both_at, over_at, stations_of
from builder.gate.recount import Added
from shailoo.rules.shares import share_hundredths

if TYPE_CHECKING:
    from collections.abc import Callable

    from builder.gate.disagreement import About
    from builder.gate.facts import Facts


def figure(identity: str, facts: Facts, about: About) -> int | None:
    """A figure by its identity; hundredths of a percent for a share, None for a dash. Raises LookupError if unknown."""
    if identity.startswith("contest:"):
        contest, _, what = identity.removeprefix("contest:").rpartition(".")
        return _OF_CONTEST[what](facts, about, contest)
    family, _, rest = identity.partition(":")
    if rest and family in _OF_COUNTS:
        return _OF_COUNTS[family](facts, about, rest)
    if about.page == "option":
        contest, _, no = about.place.partition("/")
        return _OF_OPTION[identity](facts, facts.recount.of("country", "", contest), contest, no)
    return _OF_PLACE[identity](facts, about.kind, about.place)


def _participants(facts: Facts, kind: str, place: str) -> int | None:
    if not facts.boxes(kind, place):
        return None
    if kind == "district":
        first = next(contest for contest in facts.election.contests if contest.district == place)
        added = facts.recount.of("country", "", first.id)
        return added.ballots + added.sealed
    return facts.participants(kind, place)


def _turnout(facts: Facts, kind: str, place: str) -> int | None:
    voters, took_part = facts.voters(kind, place), _participants(facts, kind, place)
    return share_hundredths(took_part, voters) if took_part is not None and voters else None


def _votes(facts: Facts, added: Added, contest: str, no: str) -> int | None:
    if not added.boxes:
        return None
    return added.votes[[str(option.no) for option in facts.election.contest_by_id[contest].options].index(no)]


def _votes_share(facts: Facts, added: Added, contest: str, no: str) -> int | None:
    votes = _votes(facts, added, contest, no)
    return share_hundredths(votes, added.ballots) if votes is not None and added.ballots else None


def _compared(facts: Facts, about: About, rest: str) -> int:
    contest, _, what = rest.rpartition(".")
    voted = facts.election.contest_by_id[contest]
    return {
        "stations": lambda: both_at(facts, about, voted), "expected": lambda: len(stations_of(facts, about, voted)),
    }[what]()  # fmt: skip


def _layer_turnout(facts: Facts, _about: About, rest: str) -> int | None:
    contest, layer, _ = rest.split(".")
    voted = facts.election.contest_by_id[contest]
    total = facts.recount.of("country", "", contest) if layer == "boxes" else facts.layers.country(layer, voted)
    known = total.boxes if isinstance(total, Added) else total.stations
    voters = facts.voters("country", "")
    return share_hundredths(total.ballots, voters) if known and voters else None


def _over(facts: Facts, about: About, rest: str) -> int:
    contest = facts.election.contest_by_id[rest.removesuffix(".over")]
    return sum(1 for no in stations_of(facts, about, contest) if over_at(facts, no, contest))


def _identified(facts: Facts, kind: str, place: str) -> int | None:
    told = [facts.layers.hands.identified(station.no) for station in facts.stations(kind, place)]
    known = [voters for voters in told if voters is not None]
    return None if kind == "station" and not known else sum(known)


def _told(facts: Facts, kind: str, place: str) -> int:
    return sum(facts.layers.hands.identified(station.no) is not None for station in facts.stations(kind, place))


def _protocols(facts: Facts) -> tuple[int, int]:
    contest = next(
        (one for one in facts.election.contests if one.electorate.value != "district"), facts.election.contests[0]
    )
    stations = facts.layers.voting("country", "", contest)
    return sum(facts.layers.hands.paper(no, contest.id).word == "agreed" for no in stations), len(stations)


_OF_COUNTS: dict[str, Callable[[Facts, About, str], int | None]] = {
    "counts": _compared,
    "turnout": _layer_turnout,
    "spread": _over,
}
_OF_CONTEST: dict[str, Callable[[Facts, About, str], int]] = {
    "reported": lambda facts, about, contest: facts.recount.of(*about.sums, contest).boxes,
    "expected": lambda facts, about, contest: facts.expected(*about.sums, contest),
    "sealed": lambda facts, about, contest: facts.recount.of(*about.sums, contest).sealed,
    "merged": lambda facts, _about, contest: facts.recount.merged(contest),
}
_OF_PLACE: dict[str, Callable[[Facts, str, str], int | None]] = {
    "voters": lambda facts, kind, place: facts.voters(kind, place),
    "participants": _participants,
    "participants.share": _turnout,
    "reported": lambda facts, kind, place: facts.boxes(kind, place),
    "expected": lambda facts, kind, place: facts.expected(kind, place),
    "held": lambda facts, kind, place: facts.held(kind, place),
    "identified": _identified,
    "identified.stations": _told,
    "protocols": lambda facts, _kind, _place: _protocols(facts)[0],
    "protocols.expected": lambda facts, _kind, _place: _protocols(facts)[1],
    "conflicts": lambda facts, _kind, _place: facts.conflicts(),
    "seats.waiting": lambda facts, _kind, _place: facts.waiting("country", ""),
    "seats.total": lambda facts, _kind, _place: sum(facts.seats().values()),
    "seats.districts": lambda facts, _kind, _place: (
        sum(contest.seats for contest in facts.election.contests) - sum(facts.seats().values())
    ),
}
_OF_OPTION: dict[str, Callable[[Facts, Added, str, str], int | None]] = {
    "votes": _votes,
    "votes.share": _votes_share,
    "ballots": lambda _facts, added, _contest, _no: added.ballots if added.boxes else None,
    "reported": lambda _facts, added, _contest, _no: added.boxes,
    "expected": lambda facts, _added, contest, _no: facts.expected("country", "", contest),
    "preferences.reported": lambda facts, _added, _contest, _no: facts.recount.annexes,
    "preferences.expected": lambda _facts, added, _contest, _no: added.boxes,
}
