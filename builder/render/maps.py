"""The interactive map: drawn once by folium, served whole by us, its figures in a GeoJSON file beside it.

folium writes a page of its own with thirteen addresses of other hosts, inline scripts and random names. Here it draws
the Leaflet map under a fixed name, and only its script is kept: with Leaflet, the clusters and our own script it
becomes one file named by its content. There are no tiles: the country's own borders are the map. A new result replaces
`areas.geojson` and nothing else. Pure: values in, bytes out, the same bytes every time.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from jinja2 import Template

from builder.views import MapArea, MapView, Option

THEME = Path(__file__).resolve().parents[1] / "theme"
FOLDER = "assets/map"
"""Below the portal's folder."""
NAME = "map_results"
"""The identifier of the map's element in `map.html.j2`; folium makes it of its class and of our fixed name."""
_BANNED = re.compile(r"[^{}]*\{[^{}]*url\([^{}]*\}|\s*behavior:[^;]*;")
"""Rules of Leaflet's sheet that ask for pictures which our map does not use."""
_SOURCE_MAP = re.compile(r"/[/*][#@] ?sourceMappingURL=\S+( ?\*/)?")


@dataclass(frozen=True, slots=True)
class MapFiles:
    """Files to write (path below the portal's folder → bytes), and what the map's pages carry in their head."""

    files: Mapping[str, bytes]
    head: str


@cache
def map_files(theme: Path = THEME) -> MapFiles:
    """Return the map's script and sheet under names made of their content. They do not depend on any election."""
    return bundle("results", "results.js", drawing(), theme)


def bundle(portal: str, own: str, drawn: str, theme: Path = THEME) -> MapFiles:
    """Join Leaflet, its clusters, our script `theme/map/<own>` and what folium has drawn into two files of a portal."""
    vendor = theme / "vendor"
    script = "\n".join(
        (
            _plain(vendor / "leaflet" / "leaflet.js"),
            "/* leaflet.markercluster 1.5.3, MIT licence, (c) 2012 David Leaver */",
            _plain(vendor / "leaflet.markercluster" / "leaflet.markercluster.js"),
            _plain(theme / "map" / "base.js"),
            _plain(theme / "map" / own),
            drawn,
        )
    )
    sheet = "\n".join(
        (
            "/* Leaflet 1.9.4, BSD 2-Clause licence, (c) 2010-2023 Volodymyr Agafonkin, (c) 2010-2011 CloudMade */",
            _BANNED.sub("", _plain(vendor / "leaflet" / "leaflet.css")),
            "/* leaflet.markercluster 1.5.3, MIT licence, (c) 2012 David Leaver */",
            _plain(vendor / "leaflet.markercluster" / "MarkerCluster.css"),
        )
    )
    files: dict[str, bytes] = {}
    addresses = []
    for suffix, text in ((".css", sheet), (".js", script)):
        body = text.encode()
        path = f"{FOLDER}/map.{hashlib.sha256(body).hexdigest()[:12]}{suffix}"
        files[path] = body
        addresses.append(f"/{portal}/{path}")
    head = f'<link rel="stylesheet" href="{addresses[0]}"><script src="{addresses[1]}" defer></script>'
    return MapFiles(files, head)


def drawing(name: str = "results", function: str = "shailooResultsMap", deepest: int = 14) -> str:
    """Let folium draw the map and return its script: no tiles, no style, no address, no random name.

    The map's element is `map_<name>`; it is handed to `function` of our own script; one zooms in to `deepest`.
    """
    import folium  # noqa: PLC0415 -- takes a third of a second and 60 MB, and only a build of the assets needs it
    from branca.element import Figure, MacroElement  # noqa: PLC0415 -- as above

    class Handed(MacroElement):
        """Hands the drawn map to our own script."""

        _template = Template(
            f"{{% macro script(this, kwargs) %}}{function}({{{{ this._parent.get_name() }}}});{{% endmacro %}}"
        )

    drawn = folium.Map(
        location=[41.4, 74.7],
        zoom_start=7,
        tiles=None,
        zoom_control=False,
        scrollWheelZoom=False,
        attributionControl=False,
        zoomSnap=0.25,
        minZoom=5,
        maxZoom=deepest,
    )
    drawn._id = name  # noqa: SLF001 -- folium offers no other way to two equal renders
    handed = Handed()  # type: ignore[no-untyped-call]  # branca types only some of its functions
    handed._id = "figures"  # noqa: SLF001 -- as above
    drawn.add_child(handed, name="figures")
    root = drawn.get_root()
    if not isinstance(root, Figure):
        raise TypeError(
            "folium no longer draws a map into a branca figure: read its release notes and mend this function"
        )
    root.render()
    script = re.sub(r"\s+", " ", root.script.render()).strip()
    return f"(() => {{ {script} }})();\n"


def _plain(path: Path) -> str:
    return _SOURCE_MAP.sub("", path.read_text("utf-8")).strip()


def areas_geojson(
    regions: Sequence[MapArea],
    rayons: Sequence[MapArea],
    options: Sequence[Option],
    geometry: Sequence[Mapping[str, Any]],
    *,
    synthetic: bool,
) -> bytes:
    """The figures of the map with their shapes, for all three languages.

    `geometry` are FeatureCollections (`geo/regions.geojson`, `geo/rayons.geojson`) whose features have `properties.id`.
    An area without a shape is left out: it stands in the tables. Counts are integers or null, never shares.
    """
    shapes = {f["properties"]["id"]: f["geometry"] for one in geometry for f in one["features"]}
    features = [
        {"type": "Feature", "geometry": shapes[area.place.id], "properties": _properties(area, level)}
        for level, areas in (("region", regions), ("rayon", rayons))
        for area in areas
        if area.place.id in shapes
    ]
    named = {
        option.key: {"name": option.name.model_dump(), "number": option.number, "tone": option.tone}
        for option in options
    }
    return _json({"type": "FeatureCollection", "synthetic": synthetic, "options": named, "features": features})


def _properties(area: MapArea, level: str) -> dict[str, Any]:
    return {
        "id": area.place.id,
        "level": level,
        "name": area.place.name.model_dump(),
        "voters": area.voters,
        "participants": area.participants,
        "ballots": area.ballots,
        "leader": area.leader.key if area.leader is not None else None,
        "votes": dict(area.votes),
    }


def stations_geojson(stations: Iterable[tuple[str, int, int]]) -> bytes:
    """Where the stations are: (number, longitude, latitude) in units of 0.00001 degree. Never changes with a report."""
    points = ",\n".join(
        f'{{"type":"Feature","properties":{{"no":{json.dumps(no)}}},'
        f'"geometry":{{"type":"Point","coordinates":[{degrees(longitude)},{degrees(latitude)}]}}}}'
        for no, longitude, latitude in stations
    )
    return f'{{"type":"FeatureCollection","features":[\n{points}\n]}}\n'.encode()


def degrees(e5: int) -> str:
    """Write hundred-thousandths of a degree as a decimal, without a float on the way: `-73.95`."""
    whole, rest = divmod(abs(e5), 100_000)
    text = f"{whole}.{rest:05d}".rstrip("0").rstrip(".")
    return f"-{text}" if e5 < 0 else text


def data_files(
    view: MapView,
    regions: Mapping[str, Any] | None = None,
    rayons: Mapping[str, Any] | None = None,
    *,
    drawn: MapFiles | None = None,
) -> list[tuple[str, bytes]]:
    """Everything that a map's page loads: (path below `/results/`, bytes), the script and sheet first."""
    geometry = [collection for collection in (regions, rayons) if collection is not None]
    areas = areas_geojson(view.regions, view.rayons, view.options, geometry, synthetic=view.head.synthetic)
    return [
        *(drawn or map_files()).files.items(),
        (view.areas_href.removeprefix("/results/"), areas),
        (view.stations_href.removeprefix("/results/"), stations_geojson(view.stations)),
    ]


def head() -> str:
    """What goes into the head of a map's page: its sheet and its script."""
    return map_files().head


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode() + b"\n"


def container(*, areas: str, stations: str, home: str, language: str, said: Mapping[str, str], label: str) -> str:
    """The map's element with the addresses and words that its script reads."""
    words = escape(json.dumps(dict(said), ensure_ascii=False, separators=(",", ":")))
    return (
        f'<div id="{NAME}" class="leaf" data-live-keep data-areas="{escape(areas)}" data-stations="{escape(stations)}" '
        f'data-home="{escape(home)}" data-language="{language}" data-words="{words}" role="region" '
        f'aria-label="{escape(label)}"></div>'
    )
