"""Why people came to and left a list: which counts by reason may be shown, and in which words.

How many came and left is public with the names. Why is not: "died", "convicted", "lost citizenship" must never meet a
name. So a reason is told only of whole months that never overlap (a count "this month so far" would tell today's reason
by difference), only when each reason that stands there has at least K people, and only when there are two of them: one
reason alone would tell about every name. At stations and commissions all reasons of leaving but moving are one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from shailoo.model.voter_list import ADDITIONS, ChangeReason, StationChange
from shailoo.rules.voter_groups import COUNTRY, K, tree


class ReasonClass(StrEnum):
    """Reasons as a page may tell them."""

    FIRST = "first"
    """Came of age, or new on the list for another reason."""
    MOVED_IN = "moved-in"
    MOVED_OUT = "moved-out"
    LEFT = "left"
    """Left the list: died, convicted, incapable, citizenship, or absent without a reason."""
    CAME_OF_AGE = "came-of-age"
    REGISTERED = "registered"
    DIED = "died"
    CONVICTED = "convicted"
    INCAPABLE = "incapable"
    CITIZENSHIP = "citizenship"
    ABSENT = "absent"
    OTHER = "other"
    """Reasons with too few people each."""


_IN = {
    ChangeReason.CAME_OF_AGE: ReasonClass.FIRST,
    ChangeReason.REGISTERED: ReasonClass.FIRST,
    ChangeReason.MOVED_IN: ReasonClass.MOVED_IN,
    ChangeReason.BOUNDARIES_IN: ReasonClass.MOVED_IN,
}
_OUT = {ChangeReason.MOVED_OUT: ReasonClass.MOVED_OUT, ChangeReason.BOUNDARIES_OUT: ReasonClass.MOVED_OUT}
_FINE: Final = {
    ChangeReason.CAME_OF_AGE: ReasonClass.CAME_OF_AGE,
    ChangeReason.REGISTERED: ReasonClass.REGISTERED,
    ChangeReason.DIED: ReasonClass.DIED,
    ChangeReason.CONVICTED: ReasonClass.CONVICTED,
    ChangeReason.INCAPABLE: ReasonClass.INCAPABLE,
    ChangeReason.CITIZENSHIP: ReasonClass.CITIZENSHIP,
    ChangeReason.ABSENT: ReasonClass.ABSENT,
}
Reasons = Mapping[ReasonClass, int]


@dataclass(frozen=True, slots=True)
class Flow:
    """How many came and left, and why where that may be said. `came_for` and `gone_for` are None where it may not."""

    came: int
    gone: int
    came_for: Reasons | None
    gone_for: Reasons | None


def flow(changes: Iterable[StationChange]) -> Flow:
    """How many came and left, without a reason: as public as the names."""
    came, gone = _counted(changes)
    return Flow(sum(came.values()), sum(gone.values()), None, None)


def reasons_shown(children: Mapping[str, Sequence[StationChange]]) -> tuple[Flow, dict[str, Flow]]:
    """The changes of a place and of its children over one whole month: (the place, child by child).

    A child's reasons are shown if they pass by themselves. What the place's reasons lack of the children's must pass
    too, so more children stay without; if the place itself does not pass, nobody's reasons are shown.
    """
    counted = {child: _counted(changes) for child, changes in children.items()}
    result: list[dict[str, Reasons | None]] = []
    whole: list[Reasons | None] = []
    for way in (0, 1):
        each = {child: both[way] for child, both in counted.items()}
        total = _sum(each.values())
        shown = {child for child, one in each.items() if _passes(one)} if _passes(total) else set()
        while shown and not _passes(_sum(one for child, one in each.items() if child not in shown), or_nobody=True):
            shown.remove(min(shown, key=lambda child: (sum(each[child].values()), child)))
        whole.append(total if _passes(total) else None)
        result.append({child: one if child in shown else None for child, one in each.items()})
    flows = {
        child: Flow(sum(came.values()), sum(gone.values()), result[0][child], result[1][child])
        for child, (came, gone) in counted.items()
    }
    place = Flow(sum(one.came for one in flows.values()), sum(one.gone for one in flows.values()), whole[0], whole[1])
    return place, flows


def flows(changes: Sequence[StationChange], places: Mapping[str, tuple[str, str]], *, whole: bool) -> dict[str, Flow]:
    """Say of every place (`country`, `region/…`, `tec/…`, `station/…`) how many came and left, and why where allowed.

    `whole` is True for the changes of a whole month; of any other time no reason is told. Under a place whose reasons
    are not shown none are, or they would add up to it. Stations where nobody came or left are missing.
    """
    by_station: dict[str, list[StationChange]] = {}
    for change in changes:
        if change.station:
            by_station.setdefault(f"station/{change.station}", []).append(change)
    parents = tree(places, [name.partition("/")[2] for name in by_station])

    def below(place: str) -> list[StationChange]:
        if place in by_station:
            return by_station[place]
        return [change for child in parents.get(place, ()) for change in below(child)]

    found: dict[str, Flow] = {}

    def go(place: str, *, allowed: tuple[bool, bool]) -> None:
        mine, children = reasons_shown({child: below(child) for child in parents.get(place, ())})
        allowed = (allowed[0] and mine.came_for is not None, allowed[1] and mine.gone_for is not None)
        if place == COUNTRY:
            found[place] = _only(mine, allowed)
        for child, told in children.items():
            found[child] = _only(told, allowed)
            if child in parents:
                go(child, allowed=(found[child].came_for is not None, found[child].gone_for is not None))

    go(COUNTRY, allowed=(whole, whole))
    return found


def _only(told: Flow, allowed: tuple[bool, bool]) -> Flow:
    return Flow(told.came, told.gone, told.came_for if allowed[0] else None, told.gone_for if allowed[1] else None)


def reasons_of_region(changes: Iterable[StationChange], told: Flow) -> Reasons:
    """Why people were new to, or left, the list of a region in a whole month, reason by reason; {} if too few.

    Only in a direction in which the region tells its reasons at all (`told`, from `flows`): otherwise the sum of these,
    taken from all who came, would be those who moved. Reasons with fewer than K people are told together; if those
    together are still fewer, with the next larger one.
    """
    counts: dict[ReasonClass, int] = {}
    for change in changes:
        if change.reason in _FINE:
            counts[_FINE[change.reason]] = counts.get(_FINE[change.reason], 0) + change.people
    shown: dict[ReasonClass, int] = {}
    added, removed = (ReasonClass.CAME_OF_AGE, ReasonClass.REGISTERED), tuple(_FINE.values())[2:]
    for way in ((added if told.came_for is not None else ()), (removed if told.gone_for is not None else ())):
        mine = {reason: counts[reason] for reason in way if counts.get(reason)}
        few = {reason for reason, people in mine.items() if people < K}
        while few and sum(mine[reason] for reason in few) < K and few != mine.keys():
            few.add(min(mine.keys() - few, key=lambda reason: (mine[reason], reason)))
        if len(mine) - len(few) + bool(few) < 2:  # noqa: PLR2004 -- one reason alone would tell about every name
            continue
        shown |= {reason: people for reason, people in mine.items() if reason not in few}
        if few:
            shown[ReasonClass.OTHER] = shown.get(ReasonClass.OTHER, 0) + sum(mine[reason] for reason in few)
    return shown


def _counted(changes: Iterable[StationChange]) -> tuple[dict[ReasonClass, int], dict[ReasonClass, int]]:
    came: dict[ReasonClass, int] = {}
    gone: dict[ReasonClass, int] = {}
    for change in changes:
        side = came if change.reason in ADDITIONS else gone
        known = _IN.get(change.reason) or _OUT.get(change.reason, ReasonClass.LEFT)
        side[known] = side.get(known, 0) + change.people
    return came, gone


def _sum(all_: Iterable[Mapping[ReasonClass, int]]) -> dict[ReasonClass, int]:
    total: dict[ReasonClass, int] = {}
    for one in all_:
        for reason, people in one.items():
            total[reason] = total.get(reason, 0) + people
    return total


def _passes(counts: Mapping[ReasonClass, int], *, or_nobody: bool = False) -> bool:
    some = [people for people in counts.values() if people]
    return (or_nobody and not some) or (len(some) > 1 and min(some) >= K)
