"""What the manual protocol of a contest says, read off its lines by their roles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from shailoo.model.base import Frozen
from shailoo.model.election import Contest, LineRole, Option, OptionKind, Protocol
from shailoo.model.manual import LineFigure

_OPEN: Final[frozenset[LineRole]] = frozenset({
    LineRole.LISTED, LineRole.RECEIVED, LineRole.ISSUED, LineRole.ISSUED_OUTSIDE, LineRole.CANCELLED,
    LineRole.PORTABLE, LineRole.STATIONARY,
})  # fmt: skip
"""Lines that say how many ballots there were, and nothing of how they were marked."""


class ManualCount(Frozen):
    """The count by hand of one contest at one station. None where the protocol has no such line; absent is not zero."""

    ballots: int
    """Ballots in the boxes, portable and stationary; valid and invalid ones where the protocol has no such lines."""
    invalid: int
    valid: int
    votes: tuple[int, ...]
    """In ballot order, against all among them."""
    listed: int | None
    received: int | None
    issued: int | None
    """In the premises."""
    issued_outside: int | None
    cancelled: int | None
    portable: int | None
    stationary: int | None


def counted(lines: Sequence[LineFigure], protocol: Protocol, contest: Contest) -> ManualCount:
    """Read the count off the lines of a keyed protocol, as many figures in its group line as `voted_for` names."""
    figures = {one.line: one.figures for one in lines}

    def one(role: LineRole) -> int | None:
        line = protocol.line_by_role.get(role)
        return None if line is None else figures[line.id][0]

    portable, stationary = one(LineRole.PORTABLE), one(LineRole.STATIONARY)
    invalid, valid = (figures[protocol.line_by_role[role].id][0] for role in (LineRole.INVALID, LineRole.VALID))
    in_boxes = [part for part in (portable, stationary) if part is not None]
    return ManualCount(
        ballots=sum(in_boxes) if in_boxes else invalid + valid,
        invalid=invalid,
        valid=valid,
        votes=_votes(figures[protocol.line_by_role[LineRole.VOTES].id], one(LineRole.AGAINST_ALL), contest),
        listed=one(LineRole.LISTED),
        received=one(LineRole.RECEIVED),
        issued=one(LineRole.ISSUED),
        issued_outside=one(LineRole.ISSUED_OUTSIDE),
        cancelled=one(LineRole.CANCELLED),
        portable=portable,
        stationary=stationary,
    )


def open_lines(lines: Sequence[LineFigure], protocol: Protocol | None, *, hidden: bool) -> tuple[LineFigure, ...]:
    """The lines of a paper that may be told. Of a small cell (`hidden`) those alone that do not say how anybody voted.

    A digest of few possible figures is as good as the figures, so the log is given the digest of these lines.
    """
    if not hidden or protocol is None:
        return tuple(lines)
    told = {protocol.line_by_role[role].id for role in _OPEN if role in protocol.line_by_role}
    return tuple(one for one in lines if one.line in told)


def voted_for(protocol: Protocol, contest: Contest) -> tuple[Option, ...]:
    """The options that the group line has a figure for, in ballot order: those that have no line of their own."""
    own_line = LineRole.AGAINST_ALL in protocol.line_by_role
    return tuple(one for one in contest.options if not (own_line and one.kind is OptionKind.AGAINST_ALL))


def _votes(group: Sequence[int], against: int | None, contest: Contest) -> tuple[int, ...]:
    """Put the line against all in its place on the ballot."""
    if against is None:
        return tuple(group)
    rest = iter(group)
    return tuple(against if one.kind is OptionKind.AGAINST_ALL else next(rest) for one in contest.options)
