"""The shape of what a table ought to say."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shailoo.model.base import Name

Figures = dict[str, int | None]
"""Column -> figure, or hundredths of a percent in a column of shares. None is a dash: not known, which is not zero."""


Spelled = tuple[tuple[str, ...], int | None, tuple[str | int, ...]]
"""A row as it stands on a page: the columns of its table, the scale of its bars, its cells."""


@dataclass(frozen=True, slots=True)
class Ought:
    """A table as it should be: its rows, each under its key. The order of rows is the page's own affair."""

    rows: dict[str, Figures]
    names: dict[str, Name] = field(default_factory=dict)
    """Row -> what it must be called, where the gate knows it."""
    hours: tuple[str, ...] = ()
    """Columns that are hours; none may be missing."""
    shares: frozenset[str] = frozenset()
    """Columns, beside those called so, that are shares."""
    signed: frozenset[str] = frozenset()
    """Columns of differences, written with their sign."""
    said: dict[str, dict[str, tuple[Name | str, ...]]] = field(default_factory=dict)
    """Row -> column of words -> what must stand there: one piece is the whole of the cell, several are in it."""
    words: str = ""
    """Columns whose name begins so hold words: which reading of a rule gives a person a seat says who, not how many."""
    right: dict[str, Spelled] = field(default_factory=dict)
    """Rows as they were once spelled and found right: in the next language most are spelled alike."""
