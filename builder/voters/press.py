"""Draws one part of Tizme at a time and writes it: a family of pages, the front, or the lists of some stations.

Parts may be drawn in forked processes. Each process opens its own reader of lists after the fork and counts what it
writes; what a part has to say goes back as a line of JSON.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from builder.store import PublicFolder
from builder.voters import gate
from builder.voters.drawn import Drawn, Tizme
from builder.voters.edition import Edition, Shown
from builder.voters.front import FrontPages
from builder.voters.lists import KINDS, CutList, Kind, cut, every_language
from builder.voters.site import PORTAL, Site
from builder.voters.station import Around, StationPages
from shailoo.ids import StationNo
from shailoo.model.base import LANGUAGES, Language
from shailoo.model.voter_list import PersonName


class Family(Protocol):
    """A module that draws pages of one kind; see `builder.voters.drawn`.

    It may also have `depends_on(tizme) -> str`: what its pages are made from. While that stays the same (and no code,
    template or translation changes), they are not drawn again.
    """

    def pages(self, tizme: Tizme, language: Language) -> Iterable[Drawn]:
        """Its pages in one language."""
        ...

    def files(self, tizme: Tizme) -> Iterable[tuple[str, bytes]]:
        """Its data files: path below `/tizme/`, bytes."""
        ...


@dataclass(frozen=True, slots=True)
class Job:
    """One part: `name` is its own; `what` chooses who draws it."""

    what: Literal["family", "files", "front", "stations"]
    name: str
    family: int = 0
    language: Language = "ky"
    stations: tuple[StationNo, ...] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """What a part has to say; `paths` below `/tizme/`."""

    name: str
    paths: tuple[str, ...] = ()
    written: int = 0
    unchanged: int = 0

    def line(self) -> str:
        """For the pipe between two processes."""
        return json.dumps([self.name, self.paths, self.written, self.unchanged])

    @classmethod
    def of(cls, line: str) -> Done:
        """Read a line."""
        name, paths, written, unchanged = json.loads(line)
        return cls(name, tuple(paths), written, unchanged)


@dataclass(slots=True)
class _Desk:
    """What one process works with."""

    folder: PublicFolder
    open_tizme: Callable[[], Tizme]
    opened: Tizme | None = field(default=None)

    @property
    def tizme(self) -> Tizme:
        if self.opened is None:
            self.opened = self.open_tizme()
        return self.opened


class Press:
    """Draws and writes. Made before the fork; `open_tizme` is called after it, once in each process."""

    def __init__(
        self,
        public: Path,
        site: Site,
        edition: Edition,
        *,
        around: Around,
        families: Sequence[Family],
        open_tizme: Callable[[], Tizme],
    ) -> None:
        self._root = public / PORTAL
        self._site = site
        self._edition = edition
        self._families = families
        self._open_tizme = open_tizme
        self._lists = every_language()
        self._stations = {code: StationPages(site.environment(code), edition, around) for code in LANGUAGES}
        self._front = {code: FrontPages(site.environment(code), edition, around) for code in LANGUAGES}
        self._desks: dict[int, _Desk] = {}

    def make(self, job: Job) -> list[str]:
        """Draw and write one part. Raises Held when a list does not pass the gate."""
        desk = self._desk()
        before = desk.folder.written, desk.folder.unchanged
        match job.what:
            case "front":
                paths = self._write_pages(job.language, self._front[job.language].pages())
            case "family":
                paths = self._write_pages(job.language, self._families[job.family].pages(desk.tizme, job.language))
            case "files":
                paths = self.write_files(self._families[job.family].files(desk.tizme))
            case "stations":
                for station, lists in self._cut_lists(job.stations):
                    self._write_station(station, lists)
                paths = []
        written, unchanged = desk.folder.written - before[0], desk.folder.unchanged - before[1]
        return [Done(job.name, tuple(paths), written, unchanged).line()]

    def write_files(self, files: Iterable[tuple[str, bytes]]) -> list[str]:
        """Write data files; returns their paths."""
        folder, paths = self._desk().folder, []
        for path, data in files:
            folder.write(path, data)
            paths.append(path)
        return paths

    def strips(self) -> list[tuple[str, bytes]]:
        """The strips with the dates, in every language."""
        sheet, script = self._site.asset("site", "css"), self._site.asset("shell", "js")
        return [(f"{code}/updated.html", self._front[code].updated(sheet, script).encode()) for code in LANGUAGES]

    def _desk(self) -> _Desk:
        """The desk of this process: never one that was opened before a fork."""
        pid = os.getpid()
        desk = self._desks.get(pid)
        if desk is None:
            desk = self._desks[pid] = _Desk(PublicFolder(self._root), self._open_tizme)
        return desk

    def _write_pages(self, language: Language, pages: Iterable[Drawn]) -> list[str]:
        return self.write_files(self._site.page(language, drawn) for drawn in pages)

    def _cut_lists(self, stations: Sequence[StationNo]) -> Iterable[tuple[StationNo, dict[Kind, CutList]]]:
        """The lists of stations, checked and cut; those who took part beside the list itself."""
        edition = self._edition
        took = dict(self._people(edition.took_part, stations)) if edition.took_part is not None else {}
        for station, people in self._people(edition.listed, stations):
            lists: dict[Kind, CutList] = {"list": cut(station, "list", people)}
            if edition.took_part is not None:
                lists["took-part"] = cut(station, "took-part", took[station])
            yield station, lists

    def _people(self, shown: Shown, stations: Sequence[StationNo]) -> Iterable[tuple[StationNo, Sequence[PersonName]]]:
        """Everybody who is shown at each of the stations; nobody where there is no list."""
        asked = [station for station in stations if shown.totals.get(station, 0)]
        answers = iter(self._desk().tizme.lists.people(shown.record.number, asked) if asked else ())
        for station in stations:
            people: Sequence[PersonName] = ()
            if shown.totals.get(station, 0):
                _, people = next(answers, (station, []))
            gate.check_list(shown, station, people)
            yield station, people

    def _write_station(self, station: StationNo, lists: dict[Kind, CutList]) -> None:
        folder = self._desk().folder
        for language in LANGUAGES:
            for cut_list in lists.values():
                for drawn in self._lists[language].pages(cut_list):
                    folder.write(*self._site.page(language, drawn))
            page = self._stations[language].page(self._edition.centres[station], lists["list"], lists.get("took-part"))
            folder.write(*self._site.page(language, page))
            for kind in KINDS:
                below = f"{language}/station/{station}/{kind}"
                keys = {leaf.key for leaf in lists[kind].pages} if kind in lists else set()
                for old in set(folder.names(below)) - keys:
                    folder.remove_folder(f"{below}/{old}")
                if not keys:
                    folder.remove_folder(below)
