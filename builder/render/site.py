"""The results portal as a whole: prose and shell made once, data pages drawn and stamped into the shell."""

from __future__ import annotations

import io
import json
import re
import zipfile
from html import escape
from typing import TYPE_CHECKING, Any

from builder import views
from builder.change_views import ChangesView
from builder.render import charts
from builder.render.pages import Pages
from builder.render.prose import PORTALS, SearchDocument, with_documents
from builder.render.shell import DataPage
from builder.voters.first_pages import see_to_first_pages
from shailoo.i18n import catalog, local_moment
from shailoo.model.base import LANGUAGES, Language, Name, stamp
from shailoo.records.canonical import digest
from shailoo.records.draw_manifest import manifest_bytes, manifest_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from builder.night import Made, Night
    from builder.render.frame import Frame
    from builder.render.shell import Shell

_STATE = re.compile(r'(<p data-live="state">)(?:<strong class="hold">.*?</strong> )?')


class Site:
    """Draws pages in three languages. Keeps templates, shells and outlines; make it once."""

    def __init__(
        self,
        frame: Frame,
        packages: Mapping[str, Path],
        *,
        compiled: Path,
        templates: Sequence[Path] = (),
        strict: bool = False,
    ) -> None:
        self._frame = frame
        self._geo = {name: folder / "geo" for name, folder in packages.items()}
        self.shapes: dict[str, charts.Shapes] = {}
        for name in packages:
            outlines = self._read(name, "regions_small.geojson") or self._read(name, "regions.geojson")
            if outlines is not None:
                self.shapes[name] = charts.Shapes.of(outlines)
        addresses = {name: f"/results/data/{name}/outline.svg" for name in self.shapes}
        self._pages = {
            language: Pages(
                language,
                shapes=self.shapes,
                outlines=addresses,
                templates=templates,
                strict=strict,
                compiled=compiled,
            )
            for language in LANGUAGES
        }
        self._shells: dict[Language, Shell] = {}

    def prepare(self, nights: Mapping[str, Night]) -> None:
        """Bring prose, assets, shells and the search index up to date."""
        self._frame.bring()
        results = self._frame.files("results")
        for language in LANGUAGES:
            index = with_documents(self._frame.index(language), self._documents(language, nights))
            results.write(f"{language}/search/search_index.json", index)
            shells = self._frame.shell("results", language), self._frame.shell("tizme", language)
            see_to_first_pages(self._frame.files, *shells, language)
        for name, night in nights.items():
            package = self.package_file(name)
            results.write(f"data/{name}/package.zip", package)
            results.write(
                f"data/{name}/draw-manifest.json", manifest_bytes(manifest_of(night.election, digest(package)))
            )
        for name, shapes in self.shapes.items():
            results.write(f"data/{name}/outline.svg", charts.outline_file(shapes))
        for portal in PORTALS:
            self._frame.files(portal).flush()
        self.open()

    def open(self) -> None:
        """Take up the shells of a site that was prepared before."""
        self._shells = {language: self._frame.shell("results", language) for language in LANGUAGES}

    def package_file(self, election: str) -> bytes:
        """The election package as one archive: everybody can have the keys of the boxes. Same package, same bytes."""
        folder = self._geo[election].parent
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
            for path in sorted(folder.rglob("*")):
                name = path.relative_to(folder).as_posix()
                if path.is_file() and not name.startswith("played/"):
                    packed.writestr(zipfile.ZipInfo(f"{election}/{name}"), path.read_bytes(), zipfile.ZIP_DEFLATED)
        return archive.getvalue()

    def rayons(self, election: str) -> dict[str, views.Place]:
        """The rayons and cities of an election's map, by identifier."""
        collection = self._read(election, "rayons.geojson")
        found: dict[str, views.Place] = {}
        for feature in collection["features"] if collection is not None else ():
            about = feature["properties"]
            name = Name(ky=about["name_ky"], ru=about["name_ru"], en=about["name_en"])
            found[about["id"]] = views.Place("rayon", about["id"], name)
        return found

    def body(self, language: Language, view: views.View) -> str:
        """What stands inside `<main>`."""
        return self._pages[language].main(view)

    def page(self, language: Language, view: views.View, body: str, made: Made) -> tuple[str, bytes]:
        """A whole page: (path below the portal's folder, bytes)."""
        pages = self._pages[language]
        path = views.address(view)
        data = None
        if not isinstance(view, views.OfPortal):
            head = view.head
            data = DataPage(
                election=head.election,
                scope=views.scope(view),
                version=made.version,
                published_at=stamp(made.published),
                clock=local_moment(made.published, head.zone, language),
                status=head.status,
                chip=pages.chip(head),
                sentence=pages.sentence(head),
                zone=head.zone,
                follow=not isinstance(view, views.OverviewView) or view.archive is None,
            )
        text = self._shell(language).stamp(
            title=pages.title(view),
            main=body,
            path=path,
            data=data,
            description=pages.description(view),
            head_extra=self._head(language, view),
            follow=_followed(view),
        )
        return f"{language}/{path}index.html", text.encode()

    def beside(
        self, language: Language, template: str, night: Night, path: str, title: str, **values: object
    ) -> tuple[str, str, bytes]:
        """A page beside the results of an election: (what stands inside `<main>`, path of its file, bytes).

        `path` is the folder below `/results/<lang>/`. It follows no pointer: it says what it shows as of its version.
        """
        pages = self._pages[language]
        head = night.plan.names.head
        body = pages.beside(template, head, **values)
        whole = f"{title} — {pages.ending(head)}"
        text = self._shell(language).stamp(title=whole, main=body, path=path, description=f"{whole}.")
        return body, f"{language}/{path}index.html", text.encode()

    def map_files(self, view: views.MapView) -> Iterable[tuple[str, bytes]]:
        """The interactive map's own data: areas and stations."""
        from builder.render import maps  # noqa: PLC0415 -- folium takes half a second to import, and only a trailing page needs it

        regions, rayons = (self._read(view.head.election, f"{name}.geojson") for name in ("regions", "rayons"))
        return maps.data_files(view, regions, rayons, drawn=self._frame.map())

    def with_hold_notice(self, language: Language, page: bytes, since: datetime) -> bytes:
        """A published page that says since when nothing newer has passed the gate."""
        sentence = catalog("builder", language).gettext(
            "Since {moment} new figures do not pass the check; this is the last complete state.",
            moment=local_moment(since, "Asia/Bishkek", language),
        )
        notice = f'<strong class="hold">{escape(sentence)}</strong> '
        return _STATE.sub(lambda found: found[1] + notice, page.decode(), count=1).encode()

    def _head(self, language: Language, view: views.View) -> str:
        if not isinstance(view, views.MapView):
            feed = feed_of(view, language)
            return f'<link rel="alternate" type="application/atom+xml" href="{escape(feed)}">' if feed else ""
        return self._frame.map().head

    def _shell(self, language: Language) -> Shell:
        shell = self._shells.get(language)
        if shell is None:
            message = "the site was not prepared: there is no shell to stamp pages into"
            raise LookupError(message)
        return shell

    def _documents(self, language: Language, nights: Mapping[str, Night]) -> Iterable[SearchDocument]:
        """Stations, districts, lists and candidates, so that they are found by number or name."""
        say = catalog("builder", language).gettext
        for name, night in nights.items():
            election = night.election
            title = election.short_name.text(language)
            for district in election.districts:
                yield SearchDocument(
                    f"{name}/district/{district.id}/", f"{district.name.text(language)} — {title}", f"{district.no}"
                )
            for station in election.stations:
                number = say("Polling station № {number}", number=station.no)
                yield SearchDocument(
                    f"{name}/station/{station.no}/", f"{number} — {title}", station.name.text(language)
                )

    def _read(self, election: str, name: str) -> dict[str, Any] | None:
        try:
            value = json.loads((self._geo[election] / name).read_text("utf-8"))
        except FileNotFoundError:
            return None
        return value if isinstance(value, dict) else None


def _followed(view: views.View) -> str:
    """The election whose pointer a page of the whole portal follows; "" for none."""
    match view:
        case views.ElectionsView(rows=(row, *_)):
            return row.head.election
        case views.LogView(election=election):
            return election
        case _:
            return ""


def feed_of(view: views.View, language: Language) -> str:
    """The address of the Atom feed that a page points to: of its station, its region, or the country; "" for none."""
    match view:
        case views.StationView(head=head, place=place):
            return f"/results/data/{head.election}/changes/station/{place.id}.atom"
        case views.PlaceView(head=head, place=views.Place(kind="region", id=region)):
            return f"/results/{language}/{head.election}/changes/{region}/feed.atom"
        case ChangesView(head=head, place=views.Place(id=region)):
            return f"/results/{language}/{head.election}/changes/{region}/feed.atom"
        case views.OverviewView(head=head) | views.VersionsView(head=head) | ChangesView(head=head):
            return f"/results/{language}/{head.election}/changes/feed.atom"
        case _:
            return ""
