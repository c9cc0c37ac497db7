"""What a rule is given: the totals of one contest, added up elsewhere and checked before they come here."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from shailoo.model.base import Frozen
from shailoo.model.election import OptionKind, Sex
from shailoo.rules.errors import TotalsIncomplete

Count = Annotated[int, Field(ge=0)]


class OptionVotes(Frozen):
    """Votes for one line of the ballot."""

    no: Annotated[int, Field(ge=1)]
    kind: OptionKind
    votes: Count
    sex: Sex | None = None
    """None where it is not recorded; a rule that needs it then answers `undetermined`."""
    registered: Annotated[int, Field(ge=1)] | None = None
    """Place in the order in which the commission registered the candidates; breaks ties in single mandates."""


class RegionVotes(Frozen):
    """Votes of a contest in one region, for thresholds that ask about every region."""

    region: str
    participants: Count
    """Ballots of the region, those of sealed small cells included: their number is public."""
    votes: tuple[tuple[int, Count], ...]
    """Ballot number and votes; sealed small cells are never in here."""
    unplaced: Count = 0
    """Ballots of the region whose votes are sealed."""


class ContestTotals(Frozen):
    """The totals of one contest.

    `participants` is the number of voters who took part, that is all ballots in the boxes, valid or not, sealed small
    cells included; every threshold of the law is measured against it. `voters` is the number on the lists. `unplaced`
    counts ballots that are known by number only because their votes are sealed; once the small cells of the contest
    are merged it is 0 and their votes stand in `options`, but never in `regions`. Options stand in ballot order.

    Raises TotalsIncomplete if more votes stand for one option than there are ballots, or an option stands twice.
    """

    contest: str
    seats: Count
    voters: Count
    participants: Count
    options: tuple[OptionVotes, ...]
    round: Annotated[int, Field(ge=1, le=2)] = 1
    regions: tuple[RegionVotes, ...] = ()
    quota_regions: tuple[str, ...] = ()
    """Regions in each of which a list must reach the regional threshold: the seven oblasts, Bishkek and Osh in 2021."""
    unplaced: Count = 0

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        numbers = [option.no for option in self.options]
        if len(set(numbers)) < len(numbers):
            sentence = "An option stands twice in the totals of a contest. Add its votes up before asking a rule."
            raise TotalsIncomplete(sentence, contest=self.contest)
        room = self.participants - self.unplaced
        if any(option.votes > room for option in self.options):
            sentence = (
                "An option has more votes than there are ballots with open votes. Check how the totals were added."
            )
            raise TotalsIncomplete(sentence, contest=self.contest, ballots=room)
        return self

    def of_kind(self, *kinds: OptionKind) -> tuple[OptionVotes, ...]:
        """Return the options of some kinds, in ballot order."""
        return tuple(option for option in self.options if option.kind in kinds)

    @property
    def against_all(self) -> int:
        """Votes against all; 0 where the ballot has no such line."""
        return sum(option.votes for option in self.of_kind(OptionKind.AGAINST_ALL))

    def region(self, region: str) -> RegionVotes:
        """Return the votes of a region. Raises TotalsIncomplete if it is not there: absent is not zero."""
        for found in self.regions:
            if found.region == region:
                return found
        sentence = (
            "The totals lack a region in which every list must reach a threshold. Add it, with zeros if nobody voted."
        )
        raise TotalsIncomplete(sentence, contest=self.contest, region=region)
