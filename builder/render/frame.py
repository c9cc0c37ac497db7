"""What data pages stand in: prose, shells, assets and the drawn map. Made on this machine, or brought along made.

A machine with MkDocs makes it when its sources change (`DrawnFrame`). Where there is none, in a function of the cloud,
it comes in a folder that `builder.prepare` made (`PreparedFrame`): nothing of MkDocs, Material or folium is imported.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from builder.render.prose import PORTALS, ProseBuild, build_prose
from builder.render.shell import Shell
from builder.store import PublicFolder
from shailoo.errors import ShailooError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from builder.render.maps import MapFiles
    from shailoo.model.base import Language
    from shailoo.ports import PublicFiles

PREPARED = "prepared.json"
"""What stands in a prepared folder: its digest, the files of the portals, the head of the map's page."""
PREPARED_TEMPLATES = "templates"
"""Folder in it with compiled templates."""


class NotPrepared(ShailooError):
    """The folder with prose, shells and assets is not there, or not whole."""

    code = "not-prepared"


class Frame(Protocol):
    """Prose, shells and assets of the portals."""

    def files(self, portal: str) -> PublicFiles:
        """The public files of a portal."""
        ...

    def bring(self) -> None:
        """See that prose and assets are among the public files."""
        ...

    def shell(self, portal: str, language: Language) -> Shell:
        """The sheet on which data pages are stamped. After `bring`."""
        ...

    def index(self, language: Language) -> dict[str, Any]:
        """The search index of the results' prose. After `bring`."""
        ...

    def map(self) -> MapFiles:
        """The interactive map's script and sheet, and what its page carries in its head."""
        ...


class DrawnFrame:
    """Made by MkDocs and folium on this machine, kept in a cache under the digest of its sources."""

    def __init__(self, public: Path, cache: Path) -> None:
        self._public = public
        self._cache = cache
        self._builds: dict[str, ProseBuild] = {}
        self._files = {portal: PublicFolder(public / portal) for portal in PORTALS}

    def files(self, portal: str) -> PublicFiles:
        """The folder of a portal."""
        return self._files[portal]

    def bring(self) -> None:
        """Have MkDocs make what has changed. Raises ProseFailed."""
        for portal in PORTALS:
            self._builds[portal] = build_prose(portal, self._public, self._cache)

    def shell(self, portal: str, language: Language) -> Shell:
        """See Frame."""
        return self._builds[portal].shell(language)

    def index(self, language: Language) -> dict[str, Any]:
        """See Frame."""
        return self._builds["results"].index(language)

    def map(self) -> MapFiles:
        """See Frame."""
        from builder.render import maps  # noqa: PLC0415 -- folium takes half a second to import, and only a trailing page needs it

        return maps.map_files()


@dataclass(frozen=True, slots=True)
class _Made:
    digest: str
    files: tuple[str, ...]
    """Paths below `public/`, sorted."""
    map_files: tuple[str, ...]
    """Those of the map, below the results' folder."""
    map_head: str


class PreparedFrame:
    """Brought along in a folder that `builder.prepare` made."""

    def __init__(self, folder: Path, files: Callable[[str], PublicFiles]) -> None:
        self._folder = folder
        self._files: Mapping[str, PublicFiles] = {portal: files(portal) for portal in PORTALS}
        self._shells: dict[tuple[str, str], Shell] = {}
        try:
            told = json.loads((folder / PREPARED).read_text("utf-8"))
            self._made = _Made(told["digest"], tuple(told["files"]), tuple(told["map"]["files"]), told["map"]["head"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise NotPrepared(
                "There is no prepared folder of prose and assets here: `shailoo prepare --out DIR`.", folder=folder.name
            ) from error

    @property
    def digest(self) -> str:
        """Of everything in the folder."""
        return self._made.digest

    def files(self, portal: str) -> PublicFiles:
        """The public files of a portal."""
        return self._files[portal]

    def bring(self) -> None:
        """Put every file among the public ones; what is there already is left."""
        for path in self._made.files:
            portal, _, name = path.partition("/")
            self._files[portal].write(name, (self._folder / "public" / path).read_bytes())

    def shell(self, portal: str, language: Language) -> Shell:
        """See Frame."""
        if (portal, language) not in self._shells:
            self._shells[portal, language] = Shell.load(self._folder / "public", portal, language)
        return self._shells[portal, language]

    def index(self, language: Language) -> dict[str, Any]:
        """See Frame."""
        value = json.loads((self._folder / "search" / f"{language}.json").read_text("utf-8"))
        return dict(value)

    def map(self) -> MapFiles:
        """See Frame."""
        from builder.render.maps import MapFiles  # noqa: PLC0415 -- as above

        place = self._folder / "public" / "results"
        return MapFiles({name: (place / name).read_bytes() for name in self._made.map_files}, self._made.map_head)
