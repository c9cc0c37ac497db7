"""Sheets as people type them, for tests of double entry."""

from __future__ import annotations

from collections.abc import Sequence

from shailoo.model.election import Election
from shailoo.model.manual import IDENTIFICATION, LineFigure
from shailoo.usecases.key_protocol import IDENTIFIED, lines_of


def sheet_lines(
    election: Election, sheet: str, *, station: str = "1001", first: int = 100, **changed: int | Sequence[int]
) -> tuple[LineFigure, ...]:
    """The lines of a paper that balances: `first` votes for the first option, ten for each other, none against all."""
    if sheet == IDENTIFICATION:
        return (LineFigure(line=IDENTIFIED, figures=(first,)),)
    widths = lines_of(election, election.station_by_no[station], sheet)
    votes = (first, *[10] * (widths["L10"] - 1))
    valid = sum(votes)
    figures: dict[str, int | Sequence[int]] = {
        "L1": 900, "L2": 900, "L3": 700, "L4": 20, "L5": 180, "L6": 2, "L7": valid, "L8": 2, "L9": valid,
        "L10": votes, "L11": 0, **changed,
    }  # fmt: skip
    return tuple(
        LineFigure(line=line, figures=(value,) if isinstance(value, int) else tuple(value))
        for line, value in figures.items()
        if line in widths
    )
