"""What the rules refuse to judge, under the one tree of `shailoo.errors`."""

from __future__ import annotations

from shailoo.errors import Held, NotFound, Refused


class UnknownRule(NotFound):
    """An election package names a rule version that this program does not know."""

    code = "unknown-rule"


class EquationUnreadable(Refused):
    """A control equation of a protocol is not of the form that `equations.parse_equation` reads."""

    code = "equation-unreadable"


class UnknownLine(Refused):
    """A control equation speaks of a protocol line that was not filled in, or uses a group line as a single one."""

    code = "unknown-line"


class ShareImpossible(Held):
    """A share below 0 % or above 100 %: one of its two numbers is wrong, so neither is published."""

    code = "share-impossible"


class TotalsIncomplete(Held):
    """The totals of a contest lack something without which its rule cannot be applied, or contradict themselves."""

    code = "totals-incomplete"


class CellsNotReleasable(Held):
    """Votes of small cells were asked for before, or against, the conditions that keep them secret."""

    code = "small-cells-not-releasable"
