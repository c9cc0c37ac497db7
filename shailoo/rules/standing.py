"""Who is elected by most votes, under limits by sex, without ever breaking a tie.

People with the same votes and the same sex are interchangeable to every rule here. So the calculation counts how many
of such a class are elected instead of choosing among them, follows every way in which a tie between the sexes could
fall, and keeps what is common to all ways: who is elected in each of them is certain; the rest is named as tied. No
order of names or numbers can leak into a result.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Literal

from shailoo.model.base import Frozen
from shailoo.model.election import Sex
from shailoo.rules.results import Reason

_MOST_UNKNOWN = 8
"""With more people of unknown sex than this, the ways to fill them in are not followed: nothing is certain then."""


class Stander(Frozen):
    """Someone who stands: the number on the ballot or list, votes, sex, and a second key where the law gives one.

    Of equal votes the higher `precedence` goes first; `among_women` is the same for seats reserved for women.
    """

    no: int
    votes: int
    sex: Sex | None
    precedence: int = 0
    among_women: int = 0


class Phase(Frozen):
    """Seats that are filled together, from everybody who is left or from the women who are left."""

    seats: int
    who: Literal["all", "women"] = "all"


class Elected(Frozen):
    """What is certain, in order of number. `certain` + `open_seats` + `vacant` are the seats asked for."""

    certain: tuple[int, ...]
    tied: tuple[int, ...]
    open_seats: int
    vacant: int
    reason: Reason | None


@dataclass(frozen=True)
class _Class:
    level: tuple[int, int]
    women_level: tuple[int, int]
    sex: Sex
    members: tuple[int, ...]

    def rank(self, phase: Phase) -> tuple[int, int]:
        return self.level if phase.who == "all" else self.women_level


@dataclass(frozen=True)
class _Way:
    """One way in which ties between the sexes may fall: how many of each class are elected."""

    taken: tuple[int, ...]
    left: int
    vacant: int = 0
    stuck: frozenset[int] = frozenset()
    """Classes among which no further step can be taken without choosing between people."""


def elect(standers: Sequence[Stander], phases: Sequence[Phase], one_sex_at_most: int | None = None) -> Elected:
    """Fill the phases one after another by most votes; at most `one_sex_at_most` of one sex in all of them together."""
    by_sex = one_sex_at_most is not None or any(phase.who == "women" for phase in phases)
    unknown = [index for index, stander in enumerate(standers) if stander.sex is None] if by_sex else []
    if len(unknown) > _MOST_UNKNOWN:
        seats = sum(phase.seats for phase in phases)
        everyone = tuple(sorted(stander.no for stander in standers))
        return Elected(certain=(), tied=everyone, open_seats=seats, vacant=0, reason=Reason.SEX_UNKNOWN)
    answers = []
    sexes: tuple[Sex, ...] = ("f", "m")
    for guess in product(sexes, repeat=len(unknown)):
        filled = list(standers)
        for index, sex in zip(unknown, guess, strict=True):
            filled[index] = filled[index].model_copy(update={"sex": sex})
        answers.append(_elect_known(filled, phases, one_sex_at_most, by_sex=by_sex))
    return _common(answers)


def _common(answers: Sequence[Elected]) -> Elected:
    first = answers[0]
    if all(answer == first for answer in answers):
        return first
    certain = set(first.certain).intersection(*(answer.certain for answer in answers))
    touched = {no for answer in answers for no in (*answer.certain, *answer.tied)}
    vacant = min(answer.vacant for answer in answers)
    seats = len(first.certain) + first.open_seats + first.vacant
    return Elected(
        certain=tuple(sorted(certain)),
        tied=tuple(sorted(touched - certain)),
        open_seats=seats - vacant - len(certain),
        vacant=vacant,
        reason=Reason.SEX_UNKNOWN,
    )


def _elect_known(
    standers: Sequence[Stander], phases: Sequence[Phase], one_sex_at_most: int | None, *, by_sex: bool
) -> Elected:
    classes = _classes(standers, by_sex=by_sex)
    start = _Way(taken=(0,) * len(classes), left=phases[0].seats if phases else 0)
    ways = list(_follow(start, tuple(phases), classes, one_sex_at_most))
    return _agreed(ways, classes, sum(phase.seats for phase in phases))


def _classes(standers: Sequence[Stander], *, by_sex: bool) -> tuple[_Class, ...]:
    found: dict[tuple[tuple[int, int], tuple[int, int], Sex], list[int]] = {}
    for stander in standers:
        sex: Sex = "f" if by_sex and stander.sex == "f" else "m"
        key = ((stander.votes, stander.precedence), (stander.votes, stander.among_women), sex)
        found.setdefault(key, []).append(stander.no)
    return tuple(
        _Class(level=level, women_level=women, sex=sex, members=tuple(numbers))
        for (level, women, sex), numbers in sorted(found.items())
    )


def _follow(way: _Way, phases: tuple[Phase, ...], classes: tuple[_Class, ...], cap: int | None) -> Iterator[_Way]:
    """Yield every way from here through all phases."""
    if not phases:
        yield way
        return
    phase, later = phases[0], phases[1:]
    for end in _fill(way, phase, classes, cap):
        if end.stuck:
            yield end
            continue
        # A seat for which candidates were too few is vacant; one for which women were too few is open:
        # the law does not say whose it is.
        vacant = end.vacant + (end.left if phase.who == "all" else 0)
        closed = replace(end, left=later[0].seats if later else 0, vacant=vacant)
        yield from _follow(closed, later, classes, cap)


def _fill(way: _Way, phase: Phase, classes: tuple[_Class, ...], cap: int | None) -> Iterator[_Way]:
    """Fill one phase level by level from the top; a level that does not fit ends it."""
    eligible = [index for index, each in enumerate(classes) if phase.who == "all" or each.sex == "f"]
    for level in sorted({classes[index].rank(phase) for index in eligible}, reverse=True):
        if way.left == 0:
            break
        group = [index for index in eligible if classes[index].rank(phase) == level and _rest(way, classes, index)]
        women, men = ([index for index in group if classes[index].sex == sex] for sex in ("f", "m"))
        fit_women, fit_men = (_fitting(way, classes, side, cap) for side in (women, men))
        if fit_women + fit_men > way.left:
            fewest, most = max(0, way.left - fit_men), min(fit_women, way.left)
            for count in range(fewest, most + 1):
                end = _take(_take(way, classes, women, count), classes, men, way.left - count)
                yield replace(end, stuck=frozenset(group)) if end.stuck else end
            return
        way = _take(_take(way, classes, women, fit_women), classes, men, fit_men)
        if way.stuck:
            break
    yield way


def _rest(way: _Way, classes: tuple[_Class, ...], index: int) -> int:
    return len(classes[index].members) - way.taken[index]


def _fitting(way: _Way, classes: tuple[_Class, ...], side: Sequence[int], cap: int | None) -> int:
    waiting = sum(_rest(way, classes, index) for index in side)
    if not side or cap is None:
        return waiting
    sex = classes[side[0]].sex
    seated = sum(count for each, count in zip(classes, way.taken, strict=True) if each.sex == sex)
    return min(waiting, max(0, cap - seated))


def _take(way: _Way, classes: tuple[_Class, ...], side: Sequence[int], count: int) -> _Way:
    """Seat `count` of one sex at one level; stuck if that means choosing between classes that differ elsewhere."""
    if way.stuck or count == 0:
        return way
    waiting = sum(_rest(way, classes, index) for index in side)
    if count < waiting and len(side) > 1:
        return replace(way, stuck=frozenset(side))
    taken = list(way.taken)
    for index in side:
        taken[index] += min(count, _rest(way, classes, index))
    return replace(way, taken=tuple(taken), left=way.left - count)


def _agreed(ways: Sequence[_Way], classes: tuple[_Class, ...], seats: int) -> Elected:
    certain: list[int] = []
    tied: list[int] = []
    for index, each in enumerate(classes):
        counts = [way.taken[index] for way in ways]
        if min(counts) == len(each.members):
            certain += each.members
        elif max(counts) > 0 or any(index in way.stuck for way in ways):
            tied += each.members
    vacant = min(0 if way.stuck else way.vacant for way in ways)
    open_seats = seats - vacant - len(certain)
    reason = None
    if open_seats:
        reason = Reason.TIE if tied else Reason.TOO_FEW_WOMEN
    elif vacant:
        reason = Reason.TOO_FEW_CANDIDATES
    return Elected(
        certain=tuple(sorted(certain)), tied=tuple(sorted(tied)), open_seats=open_seats, vacant=vacant, reason=reason
    )
