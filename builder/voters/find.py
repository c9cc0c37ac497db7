"""Find my station: the form that asks the service, and the way by address, which tells nobody anything.

`find/` → `find/<region>/` → `find/<region>/<rayon>/` → `find/at/<settlement>/`, and of a big town
`find/at/<settlement>/<letter>/`.
Every page is static; the only thing that leaves the reader's device is the form, if it is sent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from babel import Locale
from markupsafe import Markup

from builder.render import components
from builder.voters import find_pages
from builder.voters.drawn import Drawn, Tizme
from builder.voters.find_pages import Leaf, Name, Street
from shailoo.i18n import catalog
from shailoo.model.base import LANGUAGES, Language
from shailoo.model.voter_list import Area, Centre, Settlement

TEMPLATES = components.SITES / "tizme" / "templates"
SCRIPT = '<script src="asset:streets.js" defer></script>'
"""The filter of streets; the site puts its address there."""
_Named = TypeVar("_Named", Area, Settlement)
ABROAD = "abroad"
"""The region of stations abroad, and their page."""


@dataclass(frozen=True, slots=True)
class Step:
    """A link of a list: where it leads, its name, how much is there (0: not said)."""

    href: str
    name: str
    count: int = 0


@dataclass(frozen=True, slots=True)
class Card:
    """A polling station in one language."""

    no: str
    href: str
    name: str
    building: str
    address: str
    opens: str
    closes: str
    step_free: str
    commission: str


@dataclass(frozen=True, slots=True)
class Abroad:
    """A country and the station of those who are registered there."""

    country: str
    """ISO 3166, two letters."""
    name: str
    card: Card


def depends_on(tizme: Tizme) -> str:
    """What all of it is made from: one version of the address register, whoever is on the lists."""
    return f"register {tizme.register.number}"


def files(tizme: Tizme) -> Iterator[tuple[str, bytes]]:
    """The family has no data of its own."""
    del tizme
    yield from ()


def pages(tizme: Tizme, language: Language) -> Iterator[Drawn]:
    """Every page of the family in one language."""
    yield from Finder(tizme, language).pages()


class Finder:
    """Draws the family in one language."""

    def __init__(self, tizme: Tizme, language: Language, *, strict: bool = False) -> None:
        register = tizme.register
        self._runs = register.runs
        self._consulates = register.consulates()
        self._language: Language = language
        self._at = LANGUAGES.index(language)
        self._env = components.environment(language, [TEMPLATES], strict=strict)
        self._says: dict[Language, find_pages.Say] = {
            code: catalog("builder", code, strict=strict).gettext for code in LANGUAGES
        }
        self._words = self._env.words
        self._home = f"/tizme/{language}/"
        self._regions = list(register.regions())
        self._rayons = list(register.rayons())
        self._centres = {centre.station: centre for centre in register.centres()}
        self._commissions = {area.id: area.name for area in register.commissions()}
        self._settlements: dict[str, list[Settlement]] = defaultdict(list)
        for one in register.settlements():
            self._settlements[one.rayon].append(one)

    def pages(self) -> Iterator[Drawn]:
        """The first page, then down to the houses."""
        yield self._first()
        yield self._abroad()
        for region in self._inside():
            rayons = self._below(region)
            yield self._region(region, rayons)
            for rayon in rayons:
                yield self._rayon(region, rayon)
                for settlement in self._settlements[rayon.id]:
                    yield from self._settlement(region, rayon, settlement)

    # --- the way down ---

    def _first(self) -> Drawn:
        inside = [self._step(self._down(region), region.name) for region in self._inside()]
        title = self._words.gettext("Find my polling station")
        told = self._words.gettext(
            "Where you vote: by PIN and surname, or by address without telling anything about yourself."
        )
        return self._drawn("find/", title, told, "find", regions=inside, cards=[])

    def _abroad(self) -> Drawn:
        cards = [self._card(one) for one in self._centres.values() if one.kind == ABROAD]
        countries = sorted(
            (
                Abroad(country, self._country(country), self._card(self._centres[station]))
                for country, station in self._consulates
                if station in self._centres
            ),
            key=lambda one: (find_pages.alphabetical(one.name), one.country),
        )
        title = self._words.gettext("Polling stations abroad")
        told = self._words.gettext("Stations at embassies and consulates: the country, the building, the hours.")
        return self._drawn(f"find/{ABROAD}/", title, told, "find", regions=[], cards=cards, countries=countries)

    def _region(self, region: Area, rayons: list[Area]) -> Drawn:
        steps = [
            self._step(self._into(region, one), one.name, len(self._settlements[one.id]))
            for one in self._sorted(rayons)
        ]
        return self._place(f"find/{region.id}/", region.name, "find_region", below=steps, parents=[])

    def _rayon(self, region: Area, rayon: Area) -> Drawn:
        steps = [self._step(f"find/at/{one.id}/", one.name) for one in self._sorted(self._settlements[rayon.id])]
        return self._place(
            f"find/{region.id}/{rayon.id}/",
            rayon.name,
            "find_rayon",
            below=steps,
            parents=[self._step(f"find/{region.id}/", region.name)],
            map=f"{self._home}map/#rayon={rayon.id}",
        )

    def _settlement(self, region: Area, rayon: Area, one: Settlement) -> Iterator[Drawn]:
        known = find_pages.streets(self._runs(one.id))
        parents = [self._step(f"find/{region.id}/", region.name)]
        if len(self._below(region)) > 1:
            parents.append(self._step(f"find/{region.id}/{rayon.id}/", rayon.name))
        path, around = f"find/at/{one.id}/", f"{self._home}map/#at={one.latitude_e5},{one.longitude_e5}"
        stations = sorted({run.station for street in known for run in street.runs})
        one_card = (
            [self._card(self._centres[stations[0]])] if len(stations) == 1 and stations[0] in self._centres else []
        )
        shown: dict[str, object] = {"parents": parents, "map": around, "cards": one_card}
        if one_card or not stations:
            near = [] if stations else self._near(one)
            yield self._houses(path, one, shown, near=near)
        elif find_pages.split(known):
            yield from self._split(one, known, shown, [*parents, self._step(path, one.name)])
        else:
            yield self._houses(path, one, shown, rows=self._rows(known))

    def _split(
        self, one: Settlement, known: list[Street], shown: dict[str, object], parents: list[Step]
    ) -> Iterator[Drawn]:
        """A town whose streets need several pages: the letters, then a page for each."""
        path = f"find/at/{one.id}/"
        made = {leaf.key: leaf for leaf in find_pages.leaves(known, self._at, self._home, self._words.gettext)}
        yield self._houses(path, one, shown, leaves=list(made.values()))
        below = {**shown, "parents": parents}
        for key in find_pages.keys(known, self._says):
            leaf = made.get(key)
            if leaf is None:
                yield self._houses(f"{path}{key}/", one, below, empty=True)
            else:
                yield self._houses(f"{path}{key}/", one, below, rows=leaf.rows, within=leaf.within)

    def _houses(
        self,
        path: str,
        one: Settlement,
        shown: dict[str, object],
        *,
        rows: Markup | None = None,
        leaves: Sequence[Leaf] = (),
        near: Sequence[Card] = (),
        within: str = "",
        empty: bool = False,
    ) -> Drawn:
        """A page of a town or village: one of the card in `shown`, rows, leaves, what is near, or nothing."""
        return self._place(
            path,
            one.name,
            "find_settlement",
            **shown,
            rows=rows,
            leaves=leaves,
            near=near,
            within=within,
            empty=empty,
        )

    # --- parts ---

    def _rows(self, known: list[Street]) -> Markup:
        ordered = sorted(known, key=lambda street: find_pages.alphabetical(street.name[self._at]))
        return Markup("").join(find_pages.row(street, self._at, self._home, self._words.gettext) for street in ordered)

    def _near(self, one: Settlement) -> list[Card]:
        """Stations of the rayon, nearest first, for a place about whose houses the register says nothing."""
        within = [centre for centre in self._centres.values() if centre.rayon == one.rayon]
        within.sort(key=lambda centre: (_apart(centre, one), centre.station))
        return [self._card(centre) for centre in within[:3]]

    def _country(self, code: str) -> str:
        """The name of a country; its code where the names of countries do not have it."""
        return str(Locale.parse(self._language).territories.get(code, code))

    def _inside(self) -> list[Area]:
        """Regions of the country."""
        return [region for region in self._regions if region.id != ABROAD]

    def _sorted(self, areas: list[_Named]) -> list[_Named]:
        return sorted(areas, key=lambda area: find_pages.alphabetical(area.name[self._at]))

    def _below(self, region: Area) -> list[Area]:
        return [one for one in self._rayons if one.region == region.id]

    def _down(self, region: Area) -> str:
        """Where the way through a region begins: further down where there is only one way to go."""
        rayons = self._below(region)
        return self._into(region, rayons[0]) if len(rayons) == 1 else f"find/{region.id}/"

    def _into(self, region: Area, rayon: Area) -> str:
        """Where the way through a rayon begins."""
        inside = self._settlements[rayon.id]
        return f"find/at/{inside[0].id}/" if len(inside) == 1 else f"find/{region.id}/{rayon.id}/"

    def _step(self, path: str, name: Name, count: int = 0) -> Step:
        return Step(self._home + path, name[self._at], count)

    def _card(self, centre: Centre) -> Card:
        at = self._at
        return Card(
            no=centre.station,
            href=f"{self._home}station/{centre.station}/",
            name=centre.name[at],
            building=centre.building[at],
            address=centre.address[at],
            opens=centre.opens,
            closes=centre.closes,
            step_free=self._step_free(centre),
            commission=self._commissions[centre.tec][at] if centre.tec in self._commissions else "",
        )

    def _step_free(self, centre: Centre) -> str:
        match centre.step_free:
            case "yes":
                return self._words.gettext("one gets in without steps")
            case "no":
                return self._words.gettext("there are steps")
            case "unknown":
                return self._words.gettext("not known whether there are steps")

    def _place(self, path: str, name: Name, template: str, **values: object) -> Drawn:
        shown = name[self._at]
        title = self._words.gettext("{place}: where you vote", place=shown)
        told = self._words.gettext("Polling stations of {place} by street and house.", place=shown)
        within = values.setdefault("within", "")
        return self._drawn(path, f"{title} · {within}" if within else title, told, template, name=shown, **values)

    def _drawn(self, path: str, title: str, told: str, template: str, **values: object) -> Drawn:
        main = self._env.get_template(f"{template}.html.j2").render(home=self._home, title=title, **values)
        head = SCRIPT if values.get("rows") else ""
        return Drawn(path=path, title=title, description=told, main=main, head=head)


def _apart(centre: Centre, one: Settlement) -> int:
    """The square of a distance, good for comparing within a rayon.

    At 41 degrees north a degree of longitude is three quarters of one of latitude.
    """
    return (4 * (centre.latitude_e5 - one.latitude_e5)) ** 2 + (3 * (centre.longitude_e5 - one.longitude_e5)) ** 2
