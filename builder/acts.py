"""Acts that annul, as they hold now: an act that a later one reverses changes nothing any more."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shailoo.model.record import (
    ExcludeContest,
    ExcludeOption,
    ExcludeOutside,
    ExcludeStation,
    ReleaseProtocol,
    ReverseAct,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from shailoo.model.record import Act

ANNULMENTS = (ExcludeOutside, ExcludeStation, ExcludeOption, ExcludeContest)


def reversed_by(acts: Sequence[Act]) -> dict[str, str]:
    """Number of an act that no longer holds -> number of the act that reversed it. `acts` in the order of the feed.

    Read from the end: whether an act holds depends on later acts only, and the reversal of a reversal lets the first
    one hold again.
    """
    found: dict[str, str] = {}
    for act in reversed(acts):
        if act.number not in found:
            for measure in act.measures:
                if isinstance(measure, ReverseAct) and measure.number != act.number:
                    found[measure.number] = act.number
    return found


def annuls(act: Act) -> bool:
    """Whether an act takes something out of the final count."""
    return any(isinstance(measure, ANNULMENTS) for measure in act.measures)


@dataclass(slots=True)
class Effects:
    """What the acts in force change in the counts by hand. Each effect carries the act that orders it."""

    stations: dict[str, Act] = field(default_factory=dict)
    outside: dict[tuple[str, str], list[tuple[Act, ExcludeOutside]]] = field(default_factory=dict)
    """(station, contest) -> votes cast outside the premises that leave the final count."""
    options: dict[str, dict[int, Act]] = field(default_factory=dict)
    """Contest -> ballot number -> act."""
    contests: dict[str, Act] = field(default_factory=dict)
    releasing: dict[tuple[str, str], list[Act]] = field(default_factory=dict)
    """(station, sheet) -> acts that let a protocol count although an equation does not hold."""


def effects(acts: Sequence[Act]) -> Effects:
    """Fold the acts in force; of several that order the same, the first stands for it."""
    gone = reversed_by(acts)
    found = Effects()
    for act in acts:
        for measure in act.measures if act.number not in gone else ():
            match measure:
                case ExcludeStation(station=station):
                    found.stations.setdefault(station, act)
                case ExcludeOutside(station=station, contest=contest):
                    found.outside.setdefault((station, contest), []).append((act, measure))
                case ExcludeOption(contest=contest, no=no):
                    found.options.setdefault(contest, {}).setdefault(no, act)
                case ExcludeContest(contest=contest):
                    found.contests.setdefault(contest, act)
                case ReleaseProtocol(station=station, sheet=sheet):
                    found.releasing.setdefault((station, sheet), []).append(act)
                case _:
                    pass  # concerns what the boxes counted
    return found


def concerned(acts: Iterable[Act]) -> tuple[set[tuple[str, str | None]], set[str]]:
    """What acts touch: (station, sheet or None for all of its sheets), and contests that they touch everywhere."""
    places: set[tuple[str, str | None]] = set()
    contests: set[str] = set()
    for act in acts:
        for measure in act.measures:
            match measure:
                case ExcludeStation(station=station):
                    places.add((station, None))
                case ExcludeOutside(station=station, contest=sheet) | ReleaseProtocol(station=station, sheet=sheet):
                    places.add((station, sheet))
                case ExcludeOption(contest=contest) | ExcludeContest(contest=contest):
                    contests.add(contest)
                case _:
                    pass
    return places, contests
