"""When kinds of cases may be filed at an election, and the days that its clocks depend on: the operator's data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from shailoo.model.base import Frozen
from shailoo.model.case import KindName

MarkName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{2,39}$")]


class Window(Frozen):
    """The first and the last day on which a kind may be filed, both of them included; days of the election's zone."""

    first: date
    last: date

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first > self.last:
            message = "the first day comes after the last"
            raise ValueError(message)
        return self


class CaseCalendar(Frozen):
    """Of one election. A kind that is not named is off, unless its declaration needs no calendar."""

    windows: Mapping[KindName, Window] = Field(default_factory=dict)
    marks: Mapping[MarkName, date] = Field(default_factory=dict)
    """Days that clocks name: `lists-close`, after whose closing hour no application is answered."""
    holidays: frozenset[date] = frozenset()
    """Days off beside Saturdays, Sundays and those that the law names (`shailoo.rules.holidays`): religious ones, moved
    ones."""
    worked: frozenset[date] = frozenset()
    """Days on which the state works although they would be off: a Saturday to which work was moved."""

    @model_validator(mode="after")
    def _one_or_the_other(self) -> Self:
        if self.holidays & self.worked:
            message = "a day is off and worked"
            raise ValueError(message)
        return self


NO_CALENDAR = CaseCalendar()
