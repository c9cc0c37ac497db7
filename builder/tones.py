"""Which colour of the palette a ballot line is drawn in.

A colour follows the package, never the rank: it must not change hands during the night. Where a package gives colours
to some lists, the others are grey, because a colour means something; where it gives none, the lines take the palette
in ballot order.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from shailoo.model.election import OptionKind

if TYPE_CHECKING:
    from shailoo.model.election import Contest

PALETTE: Mapping[str, int] = {
    "#1b4f72": 1,
    "#b9770e": 2,
    "#117a65": 3,
    "#7d3c98": 4,
    "#a93226": 5,
    "#2e86c1": 6,
    "#5d6d1e": 7,
    "#a04000": 8,
}
"""Colour in a package -> tone; `--list-N` of the style sheet is the same colour by day and a lighter one by night."""
TONES = 12
"""Tones 9 to 12 are mixtures, for ballots with many lines and no colours of their own."""


def tones(contest: Contest) -> dict[int, int]:
    """The tone of each line of a contest by its ballot number; 0 is grey, as "against all" always is."""
    named = any(option.colour is not None for option in contest.options)
    found: dict[int, int] = {}
    place = 0
    for option in contest.options:
        if option.kind is OptionKind.AGAINST_ALL:
            found[option.no] = 0
        elif named:
            found[option.no] = PALETTE.get(option.colour or "", 0)
        else:
            found[option.no] = place % TONES + 1
            place += 1
    return found
