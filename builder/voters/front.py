"""The pages that lead to the lists: the front, regions, commissions, every station; and the strip with the dates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from builder.render import policy
from builder.voters.drawn import Drawn
from builder.voters.station import INDEX, Around, Link, PlaceKind, election_name
from builder.voters.words import STAGE
from shailoo.i18n import local_date
from shailoo.rules import disclosure

if TYPE_CHECKING:
    from builder.render.components import Tongue
    from builder.voters.edition import Edition
    from shailoo.model.base import Language
    from shailoo.model.voter_list import Centre


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table of places."""

    id: str
    href: str
    name: str
    commissions: int
    stations: int
    voters: int


@dataclass(frozen=True, slots=True)
class PlaceView:
    """A region with its commissions, or a commission with its stations."""

    home: str
    id: str
    name: str
    parents: tuple[Link, ...]
    rows: tuple[Row, ...]
    stations: int
    voters: int
    synthetic: bool
    fragment: Markup


@dataclass(frozen=True, slots=True)
class StationLink:
    """A station in the list of all."""

    href: str
    number: str
    name: str


@dataclass(frozen=True, slots=True)
class Group:
    """A commission in the list of all stations."""

    href: str
    name: str
    stations: tuple[StationLink, ...]


@dataclass(frozen=True, slots=True)
class RegionGroups:
    """A region in the list of all stations."""

    href: str
    name: str
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class ListsView:
    """Every station by region and commission. Holds no counts, so it changes only with the register."""

    home: str
    regions: tuple[RegionGroups, ...]


@dataclass(frozen=True, slots=True)
class FrontView:
    """The front page."""

    voters: int
    stations: int
    commissions: int
    queued: int
    version: int
    updated: str
    next_update: str
    stage: str
    election: str
    results: str
    results_home: str
    synthetic: bool
    regions: tuple[Row, ...]
    find_href: str
    map_href: str
    numbers_href: str
    changes_href: str
    sources: tuple[str, ...]
    """What the rule about the fields that are shown rests on; citations are kept in English."""


@dataclass(frozen=True, slots=True)
class UpdatedView:
    """The strip that every page of Tizme shows in a frame."""

    policy: str
    sheet: str
    script: str
    version: int
    stage: str
    updated: str
    next_update: str
    synthetic: bool


class FrontPages:
    """Draws these pages in one language."""

    def __init__(self, env: Tongue, edition: Edition, around: Around) -> None:
        self._env = env
        self._edition = edition
        self._around = around
        self._language: Language = env.language
        self._at = INDEX[env.language]
        self._home = f"/tizme/{env.language}/"
        self._stations = edition.by_commission()
        self._commissions = edition.by_region()
        self._record = edition.listed.record

    def pages(self) -> Iterator[Drawn]:
        """All of them."""
        yield self._front()
        yield self._lists()
        for region, commissions in self._commissions.items():
            yield self._region(region, commissions)
        for commission, centres in self._stations.items():
            yield self._commission(commission, centres)

    def updated(self, sheet: str, script: str) -> str:
        """The strip: a page of its own, so that a new version need not write every page anew."""
        record = self._record
        view = UpdatedView(
            policy=policy.CONTENT_SECURITY_POLICY,
            sheet=sheet,
            script=script,
            version=record.number,
            stage=self._env.words.gettext(STAGE[record.stage]),
            updated=local_date(record.as_of, self._language),
            next_update=local_date(self._edition.next_update, self._language),
            synthetic=record.synthetic,
        )
        return self._env.get_template("updated.html.j2").render(v=view)

    def _front(self) -> Drawn:
        gettext, record, sections = self._env.words.gettext, self._record, self._around.sections
        rows = tuple(
            Row(
                area.id,
                f"region/{area.id}/",
                area.name[self._at],
                len(self._commissions[area.id]),
                sum(len(self._stations[commission]) for commission in self._commissions[area.id]),
                sum(self._voters(commission) for commission in self._commissions[area.id]),
            )
            for area in self._edition.regions
            if area.id in self._commissions
        )
        view = FrontView(
            voters=record.voters,
            stations=len(self._edition.centres),
            commissions=len(self._stations),
            queued=record.queued,
            version=record.number,
            updated=local_date(record.as_of, self._language),
            next_update=local_date(self._edition.next_update, self._language),
            stage=gettext(STAGE[record.stage]),
            election=self._election(),
            results=f"/results/{self._language}/{record.election}/" if record.election else "",
            results_home=f"/results/{self._language}/",
            synthetic=record.synthetic,
            regions=rows,
            find_href="find/" if "find" in sections else "",
            map_href="map/" if "map" in sections else "",
            numbers_href="numbers/" if "numbers" in sections else "",
            changes_href="changes/" if "changes" in sections else "",
            sources=tuple(source.text for source in disclosure.LEAST.citations),
        )
        return Drawn(
            "",
            gettext("Tizme: voters and their lists"),
            gettext("Voter lists of every polling station, their numbers, and the way to your station."),
            self._env.get_template("front.html.j2").render(v=view),
        )

    def _lists(self) -> Drawn:
        gettext = self._env.words.gettext
        names = {area.id: area.name[self._at] for area in self._edition.regions}
        view = ListsView(
            self._home,
            tuple(
                RegionGroups(
                    f"{self._home}region/{region}/",
                    names[region],
                    tuple(
                        Group(
                            f"{self._home}tec/{commission}/",
                            self._commission_name(commission),
                            tuple(
                                StationLink(f"{self._home}station/{one.station}/", one.station, self._place(one))
                                for one in self._stations[commission]
                            ),
                        )
                        for commission in commissions
                    ),
                )
                for region, commissions in self._commissions.items()
            ),
        )
        title = gettext("All polling stations and their lists")
        return Drawn("lists/", title, title, self._env.get_template("lists.html.j2").render(v=view))

    def _region(self, region: str, commissions: list[str]) -> Drawn:
        gettext = self._env.words.gettext
        name = next(area.name[self._at] for area in self._edition.regions if area.id == region)
        rows = tuple(
            Row(
                commission,
                f"{self._home}tec/{commission}/",
                self._commission_name(commission),
                1,
                len(self._stations[commission]),
                self._voters(commission),
            )
            for commission in commissions
        )
        view = PlaceView(
            self._home,
            region,
            name,
            (),
            rows,
            sum(row.stations for row in rows),
            sum(row.voters for row in rows),
            self._record.synthetic,
            self._fragment("region", region),
        )
        title = gettext("{name}: commissions and their voters", name=name)
        return Drawn(f"region/{region}/", title, title, self._env.get_template("region.html.j2").render(v=view))

    def _commission(self, commission: str, centres: list[Centre]) -> Drawn:
        gettext = self._env.words.gettext
        area = self._edition.commissions[commission]
        name = area.name[self._at]
        above = next((one for one in self._edition.regions if one.id == area.region), None)
        rows = tuple(
            Row(
                centre.station,
                f"{self._home}station/{centre.station}/",
                self._place(centre),
                1,
                1,
                self._edition.voters(centre.station),
            )
            for centre in centres
        )
        view = PlaceView(
            self._home,
            commission,
            name,
            (Link(f"{self._home}region/{above.id}/", above.name[self._at]),) if above is not None else (),
            rows,
            len(rows),
            sum(row.voters for row in rows),
            self._record.synthetic,
            self._fragment("tec", commission),
        )
        title = gettext("{name}: polling stations and their voter lists", name=name)
        return Drawn(f"tec/{commission}/", title, title, self._env.get_template("tec.html.j2").render(v=view))

    def _fragment(self, kind: PlaceKind, place: str) -> Markup:
        return Markup(self._around.fragments(kind, place, self._language))  # noqa: S704 -- HTML of a family

    def _place(self, centre: Centre) -> str:
        building, name = centre.building[self._at], centre.name[self._at]
        return f"{name} · {building}" if building and name else name or building

    def _commission_name(self, commission: str) -> str:
        return self._edition.commissions[commission].name[self._at]

    def _voters(self, commission: str) -> int:
        return sum(self._edition.voters(centre.station) for centre in self._stations[commission])

    def _election(self) -> str:
        return election_name(self._around, self._record.election, self._language)
