"""The places and ballot lines of an election as views, made once and shared by every page."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from builder import views
from builder.tones import tones

if TYPE_CHECKING:
    from shailoo.model.election import Commission, Contest, District, Election, Region, Station


class Names:
    """The places and ballot lines of an election as views, made once and shared."""

    def __init__(self, election: Election) -> None:
        self.election = election
        self.head = views.Head(
            election=election.id,
            name=election.name,
            day=election.day.isoformat(),
            kind=election.kind,
            status="preliminary",
            synthetic=election.synthetic,
            zone=election.zone,
        )
        self.country = views.Place("country", "", election.name)
        self._options: dict[str, dict[int, views.Option]] = {}
        self._stations: dict[str, views.Place] = {}

    @cached_property
    def hours(self) -> tuple[str, ...]:
        """Local hours at which precincts tell how many have voted: from two hours after opening, up to closing."""
        last = self.election.closes.hour or 24
        return tuple(f"{hour:02}:00" for hour in range(self.election.opens.hour + 2, last + 1))

    def region(self, region: Region) -> views.Place:
        """A region."""
        return views.Place("region", region.id, region.name)

    def tec(self, commission: Commission) -> views.Place:
        """A territorial commission."""
        return views.Place("tec", commission.id, commission.name)

    def district(self, district: District) -> views.Place:
        """An electoral district."""
        return views.Place("district", district.id, district.name, str(district.no))

    def station(self, station: Station) -> views.Place:
        """A polling station."""
        known = self._stations.get(station.no)
        if known is None:
            known = self._stations[station.no] = views.Place("station", station.no, station.name, station.no)
        return known

    def options(self, contest: Contest) -> dict[int, views.Option]:
        """The lines of a ballot, with the colours of the lists in ballot order."""
        known = self._options.get(contest.id)
        if known is None:
            tone = tones(contest)
            known = {
                option.no: views.Option(
                    contest=contest.id,
                    key=str(option.no),
                    number=str(option.no),
                    name=option.name,
                    kind=option.kind,
                    tone=tone[option.no],
                )
                for option in contest.options
            }
            self._options[contest.id] = known
        return known
