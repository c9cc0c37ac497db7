"""Nothing falls without a recorded cause.

On the night of 28 November 2021 the screen went down and came back with lower numbers, and nobody could say why.
Totals may fall (a station is annulled, a report is replaced by a protocol), but then the cause is a record with a
number, and the page shows it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from shailoo.rules.arithmetic import Breach


def check_no_fall(before: Mapping[str, int], after: Mapping[str, int], excused: Collection[str]) -> tuple[Breach, ...]:
    """Compare two consecutive states of named figures, in the order of their names.

    A figure that fell, or that vanished (it then counts as fallen to zero), is a breach unless its name is in
    `excused`: the figures touched by an act, a protocol or a replacing report that was recorded between the two
    states.
    """
    return tuple(
        Breach(rule="nothing-falls", line=name, expected=before[name], found=after.get(name, 0), relation=">=")
        for name in sorted(before)
        if name not in excused and after.get(name, 0) < before[name]
    )
