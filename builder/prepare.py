"""Prose, shells, assets, the drawn map and compiled templates in one folder, for a machine that can make none of them.

prepared.json       digest of the rest, its files, the head of the map's page
public/<portal>/…   prose, 404 pages (the shells), assets, the map's script and sheet
search/<lang>.json  search index of the results' prose, to which data pages are added
templates/          templates as jinja2 compiled them: good only with the same code beside them
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from builder.render import maps
from builder.render.frame import PREPARED, PREPARED_TEMPLATES
from builder.render.pages import Pages
from builder.render.prose import PORTALS, build_prose
from shailoo.model.base import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterable


def prepare(out: Path, cache: Path | None = None) -> str:
    """Make the folder anew, whole or not at all; returns its digest. Raises ProseFailed."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent) as room:
        made = Path(room) / "made"
        digest = _fill(made, cache or Path(room) / "cache")
        shutil.rmtree(out, ignore_errors=True)
        made.rename(out)
    return digest


def _fill(made: Path, cache: Path) -> str:
    public = made / "public"
    files: list[str] = []
    (made / "search").mkdir(parents=True)
    for portal in PORTALS:
        built = build_prose(portal, public, cache)
        files += built.files
        for language in LANGUAGES:
            index = public / portal / language / "search" / "search_index.json"
            if portal == "results":
                (made / "search" / f"{language}.json").write_text(
                    json.dumps(built.index(language), ensure_ascii=False, sort_keys=True), encoding="utf-8"
                )
                index.unlink()
            else:
                files.append(index.relative_to(public).as_posix())
    drawn = maps.map_files()
    for name, body in drawn.files.items():
        place = public / "results" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(body)
        files.append(f"results/{name}")
    compile_templates(made / PREPARED_TEMPLATES)
    told = {
        "files": sorted(set(files)),
        "map": {"files": sorted(drawn.files), "head": drawn.head},
    }
    digest = _digest(made, json.dumps(told, sort_keys=True), sorted(set(files)))
    text = json.dumps({"digest": digest, **told}, ensure_ascii=False, indent=1, sort_keys=True)
    (made / PREPARED).write_text(f"{text}\n", encoding="utf-8")
    return digest


def compile_templates(folder: Path) -> None:
    """Compile every template of the results portal in every language."""
    for language in LANGUAGES:
        Pages(language, compiled=folder).compile()


def _digest(made: Path, told: str, files: Iterable[str]) -> str:
    whole = hashlib.sha256(told.encode())
    paths = [*(f"public/{name}" for name in files), *(f"search/{language}.json" for language in LANGUAGES)]
    for path in paths:
        whole.update(f"{path} {hashlib.sha256((made / path).read_bytes()).hexdigest()}\n".encode())
    return whole.hexdigest()
