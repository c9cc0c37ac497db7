"""The results portal's data pages: a view in, the HTML inside `<main>` out.

What the gate may rely on when it reads a page back (`data-` attributes, in every language alike):

* the root is `div[data-page][data-scope][data-election]`;
* `table[data-table]`: the n-th header of the head (`th[data-col]`, the first one being that of the row headers) gives
  the meaning of the n-th cell of a row; a row is known by `th[scope=row][data-row]`; a cell holds one number or share,
  a dash or nothing, unless the cell is marked `data-text` (words) or belongs to the column `bar`;
* `[data-figure]`: its own text, without that of its children, is one number or share;
* a bar is `svg.bar > rect[width]`: the row's share on the scale `data-scale` of its table (`charts.bar_width`);
* `svg[data-seats]` draws a group `g[data-row]` of circles per list; the list after it repeats them, `li[data-row] > b`;
* `svg[data-map] path[data-row].cN`: N is the last step of `ol[data-legend]` whose lower bound the share reaches;
* digits outside of these stand inside `[data-text]`: names, numbers of places, dates, citations, reports.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Template
from markupsafe import Markup

from builder import views
from builder.change_views import ChangesView
from builder.document_views import DocumentsView, OwedView
from builder.render import charts, components, maps, words
from shailoo.model.base import Language

ZONE = "Asia/Bishkek"
"""The zone of pages that belong to no single election."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A page ready to be stamped into the shell: `main` is HTML, `title` and `description` are plain text.

    `path` is the folder below `/results/<lang>/`; `chip` and `sentence` are for the state bar ("" without an election).
    """

    path: str
    title: str
    description: str
    main: str
    chip: str
    sentence: str


class Pages:
    """Draws every page in one language. Keeps compiled templates and what pages repeat, so make it once and keep it.

    `shapes` (election → outlines) come from the package's `geo/regions.geojson`; without them pages have no maps.
    `outlines` (election → address of the file that `charts.outline_file` made) is needed for the stations' small map.
    """

    def __init__(
        self,
        language: Language,
        *,
        shapes: Mapping[str, charts.Shapes] | None = None,
        outlines: Mapping[str, str] | None = None,
        templates: Sequence[Path] = (),
        strict: bool = False,
        compiled: Path | None = None,
    ) -> None:
        self.language: Language = language
        self._env = components.environment(language, templates, strict=strict, compiled=compiled)
        self._shapes = shapes or {}
        self._outlines = outlines or {}
        self._links: dict[tuple[str, str], components.Links] = {}
        self._templates: dict[str, Template] = {}
        self._endings: dict[tuple[str, str], str] = {}

    def compile(self) -> None:
        """Compile every template, for those who keep what is compiled."""
        for name in self._env.list_templates():
            self._env.get_template(name)

    # --- each page ---

    def elections(self, view: views.ElectionsView) -> str:
        """The list of elections."""
        return self._template("elections").render(v=view, root=f"/results/{self.language}/")

    def log(self, view: views.LogView) -> str:
        """The head of the public log."""
        return self._template("log").render(v=view, zone=ZONE)

    def overview(self, view: views.OverviewView) -> str:
        """The overview, or its archived version."""
        return self._draw("overview", view)

    def place(self, view: views.PlaceView) -> str:
        """A region, a TEC or a district."""
        return self._draw("place", view)

    def station(self, view: views.StationView) -> str:
        """One polling station."""
        return self._draw("station", view)

    def option(self, view: views.OptionView) -> str:
        """One list or candidate."""
        return self._draw("option", view)

    def map(self, view: views.MapView) -> str:
        """The page of the interactive map. Its sheet and script go into the head: `maps.head()`."""
        said = {key: self._env.words.gettext(sentence) for key, sentence in words.SCRIPT.items()}
        home = self.links(view.head).home
        element = maps.container(
            areas=view.areas_href,
            stations=view.stations_href,
            home=home,
            language=self.language,
            said=said,
            label=self._env.words.gettext("Map"),
        )
        return self._draw("map", view, container=Markup(element))  # noqa: S704 -- escaped there

    def stations(self, view: views.StationsView) -> str:
        """The plain list of stations."""
        return self._draw("stations", view)

    def held(self, view: views.HeldView) -> str:
        """What is held and why."""
        return self._draw("held", view)

    def versions(self, view: views.VersionsView) -> str:
        """The history."""
        return self._draw("versions", view)

    def turnout(self, view: views.TurnoutView) -> str:
        """Turnout by region and hour."""
        return self._draw("day", view)

    def counts(self, view: views.CountsView) -> str:
        """The three counts of the country."""
        return self._draw("counts", view)

    def counts_place(self, view: views.CountsPlaceView) -> str:
        """The three counts of a region or district."""
        return self._draw("counts_place", view)

    def beside(self, name: str, head: views.Head, **values: object) -> str:
        """A page that is no view of results: its template by name, with the election's head and links."""
        return self._template(name).render(head=head, e=self.links(head), **values)

    def ending(self, head: views.Head) -> str:
        """What every title of an election ends with: its name, its day, its status."""
        return self._ending(head)

    def main(self, view: views.View) -> str:  # noqa: C901, PLR0911, PLR0912 -- one return for each kind of page
        """Draw whatever page it is."""
        match view:
            case views.ElectionsView():
                return self.elections(view)
            case views.LogView():
                return self.log(view)
            case views.OverviewView():
                return self.overview(view)
            case views.PlaceView():
                return self.place(view)
            case views.StationView():
                return self.station(view)
            case views.OptionView():
                return self.option(view)
            case views.MapView():
                return self.map(view)
            case views.StationsView():
                return self.stations(view)
            case views.HeldView():
                return self.held(view)
            case views.VersionsView():
                return self.versions(view)
            case views.TurnoutView():
                return self.turnout(view)
            case DocumentsView():
                return self._draw("documents", view)
            case OwedView():
                return self._draw("owed", view)
            case views.CountsView():
                return self.counts(view)
            case views.CountsPlaceView():
                return self.counts_place(view)
            case ChangesView():
                return self._draw("changes", view)

    # --- what the shell asks for ---

    def draw(self, view: views.View) -> Drawn:
        """Draw a page with all that its shell needs."""
        head = None if isinstance(view, views.OfPortal) else view.head
        return Drawn(
            path=views.address(view),
            title=self.title(view),
            description=self.description(view),
            main=self.main(view),
            chip=self.chip(head) if head is not None else "",
            sentence=self.sentence(head) if head is not None else "",
        )

    def title(self, view: views.View) -> str:
        """What the page is, of which election, how far it can be relied on. Never without the status."""
        if isinstance(view, views.ElectionsView):
            return self._env.words.gettext("Election results")
        if isinstance(view, views.LogView):
            return self.subject(view)
        subject, ending = self.subject(view), self._ending(view.head)
        return f"{subject} — {ending}" if subject else ending

    def subject(self, view: views.View) -> str:  # noqa: C901, PLR0911, PLR0912 -- one return for each kind of page
        """The page without its election: `Polling station № 1004`; "" for an overview."""
        gettext = self._env.words.gettext
        match view:
            case views.ElectionsView():
                return gettext("Elections")
            case views.LogView():
                return gettext("The public log")
            case views.OverviewView(archive=archive):
                return "" if archive is None else gettext("Version {number}", number=archive.number)
            case views.PlaceView(place=place) | views.StationView(place=place):
                return self.links(view.head).name(place)
            case views.OptionView(option=option):
                return option.name.text(self.language)
            case views.MapView():
                return gettext("Map")
            case views.StationsView():
                return gettext("Every polling station")
            case views.HeldView():
                return gettext("What is held and why")
            case views.VersionsView():
                return gettext("History of versions")
            case views.TurnoutView():
                return gettext("Turnout by region and hour")
            case DocumentsView():
                return gettext("Documents")
            case OwedView(place=place):
                return gettext("Documents: {name}", name=self.links(view.head).name(place))
            case views.CountsView():
                return gettext("Three counts")
            case ChangesView(place=region):
                what = gettext("What changed")
                return f"{what}: {self.links(view.head).name(region)}" if region is not None else what
            case views.CountsPlaceView(place=place):
                return f"{gettext('Three counts')}: {self.links(view.head).name(place)}"

    def description(self, view: views.View) -> str:
        """One sentence for search engines: subject, election, status."""
        if isinstance(view, views.ElectionsView):
            return self._env.words.gettext("Elections and referendums, from the ballot box to the page.")
        if isinstance(view, views.LogView):
            return self._env.words.gettext(
                "The head of the log in which every published record stands, and who has seen it."
            )
        return f"{self.title(view)}. {self.sentence(view.head)}"

    def chip(self, head: views.Head) -> str:
        """The status in a word, with the synthetic mark."""
        return self._filter("status", head)

    def sentence(self, head: views.Head) -> str:
        """The status in a sentence."""
        return self._filter("status_line", head)

    def links(self, head: views.Head) -> components.Links:
        """The links of an election, kept."""
        known = self._links.get((head.election, head.status))
        if known is None:
            known = components.Links(
                self._env, head, self._shapes.get(head.election), self._outlines.get(head.election, "")
            )
            self._links[(head.election, head.status)] = known
        return known

    # --- inside ---

    def _ending(self, head: views.Head) -> str:
        """What every title of an election ends with."""
        known = self._endings.get((head.election, head.status))
        if known is None:
            parts = [f"{self._filter('bare', head)}, {self._filter('day', head.day)}"]
            parts.append(self._filter("status_title", head.status))
            if head.synthetic:
                parts.append(self._env.words.gettext("synthetic figures"))
            known = self._endings[(head.election, head.status)] = " — ".join(part for part in parts if part)
        return known

    def _filter(self, name: str, value: object) -> str:
        return str(self._env.filters[name](value))

    def _template(self, name: str) -> Template:
        known = self._templates.get(name)
        if known is None:
            known = self._templates[name] = self._env.get_template(f"{name}.html.j2")
        return known

    def _draw(self, name: str, view: views.OfElection, **more: str) -> str:
        return self._template(name).render(v=view, e=self.links(view.head), scope=views.scope(view), **more)
