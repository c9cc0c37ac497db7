"""Control equations of a protocol as data: `L6 + L7 = L8 + L9`, `L9 = sum(L10) + L11`, `L3 + L4 <= L1`.

The lines of the protocol and their equations differ from one kind of election to the next and change with the
commission's regulations, so an election package brings them and this module only reads and evaluates them. The
grammar is one line long:

    side relation side      side: term { " + " term }      term: L9 | sum(L10)      relation: = <= >=
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from shailoo.model.base import Frozen
from shailoo.rules.arithmetic import Breach, Relation
from shailoo.rules.errors import EquationUnreadable, UnknownLine

Lines = Mapping[str, int | tuple[int, ...]]
"""Figures of a protocol by line; a group line (votes of each option) maps to a tuple in ballot order."""

_EQUATION = re.compile(r"^(?P<left>[^<>=]+) (?P<relation>=|<=|>=) (?P<right>[^<>=]+)$")
_TERM = re.compile(r"^(?P<sum>sum\()?(?P<line>[A-Z][0-9]{1,2})(?P<close>\))?$")
_RELATIONS: Mapping[str, Relation] = {"=": "=", "<=": "<=", ">=": ">="}


class Term(Frozen):
    """A line of the protocol, or the sum over a group line."""

    line: str
    summed: bool

    def __str__(self) -> str:
        return f"sum({self.line})" if self.summed else self.line


class ProtocolEquation(Frozen):
    """Two sums of lines and the relation in which they must stand."""

    left: tuple[Term, ...]
    relation: Relation
    right: tuple[Term, ...]

    def __str__(self) -> str:
        return f"{_written(self.left)} {self.relation} {_written(self.right)}"

    @property
    def lines(self) -> tuple[str, ...]:
        """Every line that the equation speaks of, in the order of reading."""
        return tuple(dict.fromkeys(term.line for term in (*self.left, *self.right)))


def parse_equation(text: str) -> ProtocolEquation:
    """Read an equation; `str(parse_equation(text)) == text` for every text that is accepted.

    Raises EquationUnreadable with the place and an example of what can be read.
    """
    found = _EQUATION.match(text)
    if found is None:
        raise _unreadable(text, text)
    return ProtocolEquation(
        left=_side(text, found["left"]), relation=_RELATIONS[found["relation"]], right=_side(text, found["right"])
    )


def evaluate(equation: ProtocolEquation, lines: Lines) -> Breach | None:
    """Return the breach if the equation does not hold over the figures of a protocol, else None.

    The breach's `line` is the left side as written, `found` its value, `expected` the value of the right side. Raises
    UnknownLine if a line is missing (absent is not zero), or if a group line is used without `sum`, or a single line
    with it.
    """
    found = sum(_value(term, equation, lines) for term in equation.left)
    expected = sum(_value(term, equation, lines) for term in equation.right)
    match equation.relation:
        case "=":
            holds = found == expected
        case "<=":
            holds = found <= expected
        case ">=":
            holds = found >= expected
    if holds:
        return None
    return Breach(
        rule=str(equation), line=_written(equation.left), expected=expected, found=found, relation=equation.relation
    )


def check_lines(lines: Lines) -> tuple[Breach, ...]:
    """Return a breach for every figure of a protocol below zero."""
    figures = (
        (line, figure)
        for line, value in lines.items()
        for figure in (value if isinstance(value, tuple) else (value,))
        if figure < 0
    )
    return tuple(
        Breach(rule="not-negative", line=line, expected=0, found=figure, relation=">=") for line, figure in figures
    )


def _side(text: str, side: str) -> tuple[Term, ...]:
    return tuple(_term(text, part) for part in side.split(" + "))


def _term(text: str, part: str) -> Term:
    found = _TERM.match(part)
    if found is None or (found["sum"] is None) != (found["close"] is None):
        raise _unreadable(text, part)
    return Term(line=found["line"], summed=found["sum"] is not None)


def _value(term: Term, equation: ProtocolEquation, lines: Lines) -> int:
    value = lines.get(term.line)
    match value:
        case None:
            known = ", ".join(sorted(lines))
            sentence = (
                f"The protocol has no line {term.line}. Fill it in, or correct the equation; its lines are {known}."
            )
            raise UnknownLine(sentence, line=term.line, equation=str(equation))
        case tuple() if term.summed:
            return sum(value)
        case int() if not term.summed:
            return value
        case tuple():
            sentence = f"Line {term.line} has one figure per option. Write sum({term.line})."
            raise UnknownLine(sentence, line=term.line, equation=str(equation))
        case _:
            sentence = f"Line {term.line} has a single figure. Write {term.line} without sum."
            raise UnknownLine(sentence, line=term.line, equation=str(equation))


def _written(side: Iterable[Term]) -> str:
    return " + ".join(str(term) for term in side)


def _unreadable(text: str, part: str) -> EquationUnreadable:
    sentence = (
        f"Cannot read {part!r}. Write an equation as L6 + L7 = L8 + L9, or L9 = sum(L10) + L11, or L3 + L4 <= L1."
    )
    return EquationUnreadable(sentence, equation=text)
