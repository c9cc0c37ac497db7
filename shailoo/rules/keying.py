"""What the keyings of one paper amount to: two people type the same figures, and where they differ a third decides.

Nobody's second keying of a version counts, so that two who agree are two persons. A version that agrees replaces the
one before it; what it replaced stays readable. A version that breaks a hard equation is held until an act releases it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from itertools import combinations, groupby

from shailoo.model.base import Frozen
from shailoo.model.election import Protocol
from shailoo.model.manual import LineFigure, ProtocolKeyed
from shailoo.model.record import Act, ReleaseProtocol, ReverseAct
from shailoo.model.refs import ActNumber
from shailoo.rules.arithmetic import Breach
from shailoo.rules.equations import Lines, ProtocolEquation, evaluate, parse_equation


class Waiting(Frozen):
    """Fewer than two persons have keyed the version."""

    keyed: int
    """0 or 1."""


class Difference(Frozen):
    """A figure in which keyings differ."""

    line: str
    option: int | None
    """Place in a group line, from 0; None for a line with one figure."""
    figures: tuple[int, ...]
    """In the order of `Differ.keyings`."""


class Differ(Frozen):
    """No two persons have typed the same; one who has not keyed it yet is wanted."""

    keyings: tuple[int, ...]
    """Numbers of the keyings that are compared, one for each person."""
    lines: tuple[Difference, ...]


class Agreed(Frozen):
    """Two persons have typed the same figures."""

    lines: tuple[LineFigure, ...]
    keyings: tuple[int, int]
    """Numbers of the two keyings that agree."""
    moment: datetime
    """When the second of them was handed over."""
    unreconciled: str | None
    """Why it was handed over although a hard equation does not hold; None where all hold."""
    hard: tuple[Breach, ...]
    """Hard equations that do not hold: they hold the version back."""
    soft: tuple[Breach, ...]


VersionState = Waiting | Differ | Agreed


class VersionStanding(Frozen):
    """One version of a sheet. `correction` and `act` say why there is a later one."""

    version: int
    state: VersionState
    correction: str | None
    act: ActNumber | None


class SheetStanding(Frozen):
    """Every version of a sheet, from the first. A sheet that nobody has keyed has none."""

    versions: tuple[VersionStanding, ...]
    released: bool

    @property
    def current(self) -> VersionState:
        """How the newest version stands: the one that is keyed next."""
        return self.versions[-1].state if self.versions else Waiting(keyed=0)

    @property
    def agreed(self) -> Agreed | None:
        """The newest version that agrees; it replaces the ones before it, counted or held."""
        states = (one.state for one in reversed(self.versions))
        return next((state for state in states if isinstance(state, Agreed)), None)

    @property
    def held(self) -> Agreed | None:
        """The newest agreed version where it breaks a hard equation and no act has released it."""
        agreed = self.agreed
        return agreed if agreed is not None and agreed.hard and not self.released else None

    @property
    def counts(self) -> Agreed | None:
        """What enters the manual count; None while nothing agrees, or while what agrees is held."""
        return None if self.held is not None else self.agreed


def standing(keyings: Sequence[ProtocolKeyed], protocol: Protocol | None, *, released: bool) -> SheetStanding:
    """How one sheet of one station stands. `protocol` is that of its contest; None for the identification report.

    `released` says whether an act lets its newest agreed version count although an equation does not hold;
    `sheet_standing` reads that off the acts. Raises UnknownLine for keyings that were made for another protocol.
    """
    ordered = sorted(keyings, key=lambda one: (one.version, one.keying))
    versions = []
    for version, made in groupby(ordered, key=lambda one: one.version):
        of_version = tuple(made)
        first = of_version[0]
        state = version_state(of_version, protocol)
        versions.append(VersionStanding(version=version, state=state, correction=first.correction, act=first.act))
    return SheetStanding(versions=tuple(versions), released=released)


def sheet_standing(keyings: Sequence[ProtocolKeyed], protocol: Protocol | None, acts: Iterable[Act]) -> SheetStanding:
    """The standing of a sheet with what the acts of its election say of it.

    An act releases figures that were there when it was entered: one that is older than the newest agreed version does
    not release that version.
    """
    found = standing(keyings, protocol, released=False)
    held = found.held
    if held is None:
        return found
    known = tuple(acts)
    undone = {measure.number for act in known for measure in act.measures if isinstance(measure, ReverseAct)}
    of = keyings[0]
    released = any(
        isinstance(measure, ReleaseProtocol) and (measure.station, measure.sheet) == (of.station, of.sheet)
        for act in known
        if act.election == of.election and act.number not in undone and act.entered >= held.moment
        for measure in act.measures
    )
    return found.model_copy(update={"released": released})


def version_state(keyings: Sequence[ProtocolKeyed], protocol: Protocol | None) -> VersionState:
    """How one version stands, whatever the order in which its keyings are given."""
    counted: dict[str, ProtocolKeyed] = {}
    for one in sorted(keyings, key=lambda one: one.keying):
        counted.setdefault(one.person, one)
    persons = tuple(counted.values())
    if len(persons) <= 1:
        return Waiting(keyed=len(persons))
    pairs = sorted(combinations(persons, 2), key=lambda pair: (pair[1].keying, pair[0].keying))
    for first, second in pairs:
        if _figures(first.lines) == _figures(second.lines):
            return _agreed(first, second, protocol)
    return Differ(keyings=tuple(one.keying for one in persons), lines=differences([one.lines for one in persons]))


def differences(keyed: Sequence[Sequence[LineFigure]]) -> tuple[Difference, ...]:
    """Every figure in which several keyings of the same sheet differ, in the order of the first."""
    figures = [_figures(lines) for lines in keyed]
    found = []
    for line, values in figures[0].items():
        single = len(values) == 1
        for place, typed in enumerate(zip(*(one[line] for one in figures), strict=True)):
            if len(set(typed)) > 1:
                found.append(Difference(line=line, option=None if single else place, figures=typed))
    return tuple(found)


def verdicts(lines: Lines, protocol: Protocol | None) -> tuple[tuple[Breach, ...], tuple[Breach, ...]]:
    """The hard and the soft equations of a protocol that do not hold over its lines, in the package's order."""
    hard: list[Breach] = []
    soft: list[Breach] = []
    for equation in protocol.equations if protocol is not None else ():
        breach = evaluate(_parsed(equation.text), lines)
        if breach is not None:
            (hard if equation.hard else soft).append(breach)
    return tuple(hard), tuple(soft)


def as_lines(lines: Iterable[LineFigure], protocol: Protocol | None) -> Lines:
    """Figures as equations read them: a tuple for a group line, one number for any other."""
    groups = {line.id for line in protocol.lines if line.group} if protocol is not None else set()
    return {one.line: one.figures if one.line in groups else one.figures[0] for one in lines}


@cache
def _parsed(text: str) -> ProtocolEquation:
    return parse_equation(text)


def _agreed(first: ProtocolKeyed, second: ProtocolKeyed, protocol: Protocol | None) -> Agreed:
    hard, soft = verdicts(as_lines(first.lines, protocol), protocol)
    return Agreed(
        lines=first.lines,
        keyings=(first.keying, second.keying),
        moment=max(first.entered, second.entered),
        unreconciled=(first.unreconciled or second.unreconciled) if hard else None,
        hard=hard,
        soft=soft,
    )


def _figures(lines: Iterable[LineFigure]) -> dict[str, tuple[int, ...]]:
    return {one.line: one.figures for one in lines}
