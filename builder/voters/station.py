"""The page of one polling station: where it is, who may help, and the index of its list."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from markupsafe import Markup

from builder.render import charts
from builder.voters.drawn import Drawn
from builder.voters.words import STAGE, STEP_FREE
from shailoo.ids import StationNo

if TYPE_CHECKING:
    from builder.render.components import Tongue
    from builder.voters.edition import Edition, Shown
    from builder.voters.lists import CutList, Span
    from shailoo.model.base import Language
    from shailoo.model.voter_list import Centre

ZONE = "Asia/Bishkek"
INDEX: Mapping[Language, int] = {"ky": 0, "ru": 1, "en": 2}
"""Where a language stands in the names of the address register."""
PlaceKind = Literal["station", "tec", "region"]
Fragments = Callable[[PlaceKind, str, "Language"], str]
"""What others add to the page of a place, as HTML: its numbers. Kind, number or code, language -> HTML or ""."""


@dataclass(frozen=True, slots=True)
class Link:
    """A name and where it leads."""

    href: str
    name: str


@dataclass(frozen=True, slots=True)
class ListIndex:
    """A list on the page of its station."""

    people: int
    spans: Sequence[Span]
    digest: str


@dataclass(frozen=True, slots=True)
class StationView:
    """What the template of a station shows; `v` there."""

    home: str
    number: str
    parents: tuple[Link, ...]
    commission: Link
    name: str
    building: str
    address: str
    opens: str
    closes: str
    zone: str
    step_free: str
    phone: str
    geo_href: str
    map_href: str
    locator: Markup
    stage: str
    election: str
    results: str
    synthetic: bool
    voters: int
    listed: ListIndex
    took_part: ListIndex | None
    took_part_election: str
    digest: str
    fragment: Markup
    changes_href: str


@dataclass(frozen=True, slots=True)
class Around:
    """What stands on pages and comes from elsewhere.

    `elections`: election -> its name (ky, ru, en), for those that are known by name. `sections`: which of the other
    parts of Tizme exist (`numbers`, `find`, `map`, `changes`), so that no link leads nowhere. `shapes`: outlines of the
    country for the small map, whose drawing lies at OUTLINE.
    """

    elections: Mapping[str, tuple[str, str, str]]
    sections: frozenset[str]
    fragments: Fragments
    shapes: charts.Shapes | None


OUTLINE = "data/outline.svg"


class StationPages:
    """Draws the stations' pages in one language."""

    def __init__(self, env: Tongue, edition: Edition, around: Around) -> None:
        self._env = env
        self._edition = edition
        self._around = around
        self._language: Language = env.language
        self._at = INDEX[env.language]
        self._home = f"/tizme/{env.language}/"
        self._template = env.get_template("station.html.j2")

    def page(self, centre: Centre, listed: CutList, took_part: CutList | None) -> Drawn:
        """Draw the page of one station."""
        gettext = self._env.words.gettext
        view = self._view(centre, listed, took_part)
        number = gettext("Polling station № {number}", number=centre.station)
        place = ", ".join(part for part in (view.building, view.address) if part)
        return Drawn(
            path=f"station/{centre.station}/",
            title=gettext("{station}: voter list, address, hours", station=number),
            description=gettext("{station}, {place}. Voter list by surname.", station=number, place=place),
            main=self._template.render(v=view),
            head='<script src="asset:search.js" defer></script>' if listed.pages else "",
        )

    def _view(self, centre: Centre, listed: CutList, took_part: CutList | None) -> StationView:
        gettext, edition = self._env.words.gettext, self._edition
        record = edition.listed.record
        commission = edition.commissions[centre.tec]
        link = Link(f"{self._home}tec/{commission.id}/", commission.name[self._at])
        region = next((area for area in edition.regions if area.id == commission.region), None)
        parents = [Link(f"{self._home}region/{region.id}/", region.name[self._at])] if region is not None else []
        took = edition.took_part
        placed = bool(centre.latitude_e5 or centre.longitude_e5)
        return StationView(
            home=self._home,
            number=centre.station,
            parents=(*parents, link),
            commission=link,
            name=centre.name[self._at],
            building=centre.building[self._at] or centre.name[self._at],
            address=centre.address[self._at],
            opens=centre.opens,
            closes=centre.closes,
            zone=centre.zone if centre.zone != ZONE else "",
            step_free=gettext(STEP_FREE[centre.step_free]),
            phone=centre.phone,
            geo_href=f"geo:{_degrees(centre.latitude_e5)},{_degrees(centre.longitude_e5)}" if placed else "",
            map_href=_street_map(centre) if placed else "",
            locator=self._locator(centre),
            stage=gettext(STAGE[record.stage]),
            election=election_name(self._around, record.election, self._language),
            results=f"/results/{self._language}/{record.election}/station/{centre.station}/" if record.election else "",
            synthetic=record.synthetic,
            voters=edition.voters(centre.station),
            listed=_index(edition.listed, listed),
            took_part=_index(took, took_part) if took is not None and took_part is not None else None,
            took_part_election=election_name(self._around, took.record.election, self._language) if took else "",
            digest=edition.listed.digests.get(centre.station, ""),
            fragment=Markup(self._around.fragments("station", centre.station, self._language)),  # noqa: S704 -- HTML of a family
            changes_href=f"{self._home}changes/" if "changes" in self._around.sections else "",
        )

    def _locator(self, centre: Centre) -> Markup:
        shapes = self._around.shapes
        if shapes is None or not (centre.latitude_e5 or centre.longitude_e5):
            return Markup()
        label = self._env.words.gettext("Where the station is")
        at = (centre.longitude_e5, centre.latitude_e5)
        return Markup(charts.locator(shapes, at, f"/tizme/{OUTLINE}", label))  # noqa: S704 -- escaped there


def election_name(around: Around, election: str | None, language: Language) -> str:
    """An election by its name, or by its identifier where nobody told its name; "" for none."""
    if election is None:
        return ""
    known = around.elections.get(election)
    return known[INDEX[language]] if known is not None else election


def _index(shown: Shown, cut_list: CutList) -> ListIndex:
    station = StationNo(cut_list.station)
    return ListIndex(shown.totals.get(station, 0), tuple(cut_list.spans()), shown.digests.get(station, ""))


def _degrees(e5: int) -> str:
    sign, whole = "-" if e5 < 0 else "", abs(e5)
    return f"{sign}{whole // 100_000}.{whole % 100_000:05d}"


def _street_map(centre: Centre) -> str:
    latitude, longitude = _degrees(centre.latitude_e5), _degrees(centre.longitude_e5)
    return f"https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}#map=17/{latitude}/{longitude}"
