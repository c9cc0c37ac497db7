"""The interactive map of voters: the map that folium draws for results, with a script and figures of its own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from html import escape
from typing import Any

from builder.render import maps

NAME = "map_voters"
"""The identifier of the map's element."""


@cache
def assets() -> maps.MapFiles:
    """The map's script and sheet, below `/tizme/`."""
    return maps.bundle("tizme", "voters.js", maps.drawing("voters", "shailooVotersMap"))


def container(*, areas: str, home: str, language: str, said: Mapping[str, str], label: str) -> str:
    """The map's element with the addresses and words that its script reads."""
    words = escape(json.dumps(dict(said), ensure_ascii=False, separators=(",", ":")))
    return (
        f'<div id="{NAME}" class="leaf" data-areas="{escape(areas)}" data-home="{escape(home)}" '
        f'data-language="{language}" data-words="{words}" role="region" aria-label="{escape(label)}"></div>'
    )


def areas_geojson(figures: Iterable[Mapping[str, Any]], outlines: Mapping[str, Mapping[str, Any]]) -> bytes:
    """Shapes with their figures, which have `level` (`region`, `rayon`) and `id`; those without a shape stay out."""
    shapes = {
        (level, feature["properties"]["id"]): feature["geometry"]
        for level in ("region", "rayon")
        for feature in outlines.get(f"{level}s", {}).get("features", ())
    }
    features = [
        {"type": "Feature", "geometry": shapes[one["level"], one["id"]], "properties": dict(one)}
        for one in figures
        if (one["level"], one["id"]) in shapes
    ]
    value = {"type": "FeatureCollection", "features": features}
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode() + b"\n"
