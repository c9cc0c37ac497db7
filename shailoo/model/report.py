"""What a ballot box reports. The same values are printed, signed, sealed, stored and published."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from shailoo.model.base import Frozen, Moment
from shailoo.model.election import Mode, Slug

Count = Annotated[int, Field(ge=0, le=9_999_999)]
ReportName = Annotated[str, StringConstraints(pattern=r"^\S+( \S+)*$", max_length=300)]
"""A name as printed: words of at most 30 columns with one space between them."""


class ReportKind(StrEnum):
    """The four notes that a box signs."""

    ZERO = "zero"
    """Printed before voting; every counter is zero (VVSG 2.0, 1.1.3-B)."""
    FINAL = "final"
    """Printed after closing and before sending; all contests of the station in one report."""
    ANNEX = "annex"
    """Preference votes for the candidates of open lists; may come later."""
    CELLS = "cells"
    """Votes of contests with fewer ballots than the bound; never published, they enter only sums that reach it."""


class OptionCount(Frozen):
    """Votes for one line of the ballot, with the name as it is printed."""

    no: Annotated[int, Field(ge=1, le=999)]
    name: ReportName
    votes: Count


class ContestCount(Frozen):
    """The count of one contest in one box.

    Where the contest has fewer ballots than the package's bound, `invalid`, `valid` and `options` are None ("sealed").
    """

    contest: Slug
    title: ReportName
    ballots: Count
    invalid: Count | None
    valid: Count | None
    options: tuple[OptionCount, ...] | None

    @model_validator(mode="after")
    def _sealed_whole_or_not(self) -> Self:
        if len({self.invalid is None, self.valid is None, self.options is None}) != 1:
            message = "a sealed contest hides invalid, valid and options together"
            raise ValueError(message)
        return self

    @property
    def sealed(self) -> bool:
        """True when only the number of ballots is told."""
        return self.options is None


class CandidateVotes(Frozen):
    """Preference votes for one person on a list; zero is not written."""

    no: Annotated[int, Field(ge=1, le=999)]
    votes: Annotated[int, Field(ge=1, le=9_999_999)]


class ListPreferences(Frozen):
    """Preference votes within one list, with the list's own votes beside them."""

    contest: Slug
    no: Annotated[int, Field(ge=1, le=999)]
    name: ReportName
    votes: Count
    candidates: tuple[CandidateVotes, ...]


class Report(Frozen):
    """One signed text of a ballot box. `copy_no` 1 is the original; a reprint carries both times."""

    language: Literal["ky", "ru", "en"]
    kind: ReportKind
    mode: Mode
    election: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{2,39}$")]
    station: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,6}$")]
    box: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9-]{2,23}$")]
    copy_no: Annotated[int, Field(ge=1, le=999)]
    counters: Count | None = None
    """Zero report only: how many counters were read, all of them zero."""
    opened: Moment | None = None
    closed: Moment | None = None
    printed: Moment
    reprinted: Moment | None = None
    contests: tuple[ContestCount, ...] = ()
    preferences: tuple[ListPreferences, ...] = ()

    def same_figures(self, other: Self) -> bool:
        """Whether two reports differ in nothing but copy number and printing times."""
        blank = {"copy_no": 1, "printed": self.printed, "reprinted": None}
        return self.model_copy(update=blank) == other.model_copy(update=blank)
