"""The publisher of Tizme: gate, pages and data, pointer. In that order, and one at a time.

What is true if we stop after each step:

1. the gate has let the version through -- nothing has changed in public;
2. the mark says which stations are about to be drawn -- as before;
3. pages and data files are replaced one by one, each whole -- some are newer than the pointer says, all have passed;
4. what no longer exists is taken away, the strips with the dates and the pointer move -- the version is public;
5. the ledger says what stands in public, and the mark goes -- the next publication draws only what changed.

A publication that finds a mark draws again what the killed one was drawing. The result is the same, byte for byte, as
that of a publication into an empty folder. The lock is the caller's: two publishers never run at once.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from builder.crew import share_out
from builder.render import charts
from builder.render.prose import SearchDocument
from builder.store import PublicFolder, open_json
from builder.voters import gate
from builder.voters.cdn import cdn_file, robots_file
from builder.voters.drawn import Tizme
from builder.voters.edition import Edition, Shown, edition_of
from builder.voters.ledger import Ledger, Piece, Standing
from builder.voters.press import Done, Family, Job, Press
from builder.voters.site import PORTAL, Site
from builder.voters.station import INDEX, OUTLINE, Around, Fragments, PlaceKind
from shailoo.i18n import catalog
from shailoo.ids import StationNo
from shailoo.model.base import LANGUAGES, Language
from shailoo.model.voter_list import VoterListMade, list_facts
from shailoo.ports import AddressRegister, VoterLists
from shailoo.records.canonical import canonical_json, digest

POINTER = "data/pointer.json"
_TOGETHER = 48
"""Stations in one part: some 80,000 people are in memory at once, in each process."""
_DATA = "data"
"""The part that the publisher writes itself, after all pages."""


@dataclass(frozen=True, slots=True)
class Published:
    """What a publication did. `files` and `bytes` are all that stands below `/tizme/` afterwards."""

    version: int
    written: int
    unchanged: int
    seconds: float
    files: int
    bytes: int


class TizmePublisher:
    """Publishes one installation's voter list.

    `public` is what the CDN serves, `cache` may be lost, `state` must not be. `made`: every version, oldest first.
    `lists` answers in this process before the fork and must hold nothing over it; `reader` opens another for each
    process after it. `families` are the modules that draw the other pages; `sections` names those to link to
    (`numbers`, `find`, `map`, `changes`); `fragments` gives HTML for a place's page. `elections` tells names of
    elections, `outlines` is a GeoJSON collection of the regions for the small map.
    """

    def __init__(
        self,
        public: Path,
        cache: Path,
        state: Path,
        *,
        lists: VoterLists,
        register: AddressRegister,
        made: Sequence[VoterListMade],
        next_update: date,
        families: Sequence[Family] = (),
        processes: int = 2,
        reader: Callable[[], VoterLists] | None = None,
        sections: Iterable[str] = (),
        fragments: Fragments | None = None,
        elections: Mapping[str, tuple[str, str, str]] | None = None,
        outlines: Mapping[str, Any] | None = None,
        strict: bool = False,
    ) -> None:
        self._public = public
        self._site = Site(public, cache, strict=strict)
        self._ledger = Ledger(state)
        self._lists = lists
        self._register = register
        self._made = tuple(made)
        self._next_update = next_update
        self._families = tuple(families)
        self._processes = processes
        self._reader = reader
        self._around = Around(
            elections=elections or {},
            sections=frozenset(sections),
            fragments=fragments or _nothing,
            shapes=charts.Shapes.of(outlines) if outlines is not None else None,
        )

    def publish(self, progress: Callable[[int, int], None] | None = None) -> Published:
        """Bring everything below `/tizme/` up to the newest version. Nothing is written that is right already.

        `progress` is told, now and then, about how many parts of how many are done.

        Raises:
            Held: the gate does not let the version through; the pointer stays where it was.
            CrewLost: a process was killed; publish again.
        """
        started = time.monotonic()
        edition = edition_of(self._lists, self._register, self._made, self._next_update)
        gate.check(edition)
        self._site.prepare()
        standing, interrupted = self._ledger.standing(), self._ledger.interrupted()
        folder = PublicFolder(self._public / PORTAL)
        if folder.read(POINTER) is None:
            standing = Standing(pieces=standing.pieces)  # the folder was emptied or is not the one of the ledger
        keys = self._station_keys(edition)
        stale = {station for station, key in keys.items() if standing.stations.get(station) != key}
        stale |= interrupted or frozenset()
        gone = (standing.stations.keys() | (interrupted or frozenset())) - keys.keys()
        self._ledger.begin(stale | gone)

        press = Press(
            self._public, self._site, edition, around=self._around, families=self._families, open_tizme=self._open
        )
        part_keys = self._part_keys()
        kept = {name: piece for name, piece in standing.pieces.items() if self._same(part_keys, name, piece)}
        jobs = [*self._wide_jobs(kept), *_station_jobs(sorted(stale & keys.keys()))]
        done = [
            Done.of(line)
            for line in share_out(jobs, self._told(press.make, len(jobs), progress), processes=self._processes)
        ]
        pieces = dict(kept)
        pieces |= {one.name: Piece(part_keys[one.name], one.paths) for one in done if one.name in part_keys}
        data = press.write_files(self._data_files(edition))
        pieces[_DATA] = Piece("", tuple(data))
        for station in gone:
            for language in LANGUAGES:
                folder.remove_folder(f"{language}/station/{station}")
        self._forget(folder, standing, pieces)
        if interrupted is not None:
            self._sweep(folder, pieces, keys)
        self._index(edition)

        PublicFolder(self._public).write("robots.txt", robots_file())
        for path, body in press.strips():
            folder.write(path, body)
        folder.write_durably(POINTER, pointer_file(edition))
        self._ledger.finish(Standing(keys, pieces))
        files, size = _measure(self._public / PORTAL)
        return Published(
            version=edition.listed.record.number,
            written=sum(one.written for one in done) + folder.written,
            unchanged=sum(one.unchanged for one in done) + folder.unchanged,
            seconds=time.monotonic() - started,
            files=files,
            bytes=size,
        )

    def _told(
        self, make: Callable[[Job], list[str]], jobs: int, progress: Callable[[int, int], None] | None
    ) -> Callable[[Job], list[str]]:
        """Tell of progress in this process: the others are taken to be as far."""
        if progress is None:
            return make
        here, mine = os.getpid(), 0

        def work(job: Job) -> list[str]:
            nonlocal mine
            said = make(job)
            if os.getpid() == here:
                mine += 1
                progress(min(jobs, mine * self._processes), jobs)
            return said

        return work

    # --- what pages are made from ---

    def _station_keys(self, edition: Edition) -> dict[str, str]:
        """Station -> digest of all that its pages are made from."""
        say_once = canonical_json(
            {
                "elections": {name: list(text) for name, text in self._around.elections.items()},
                "lists": [
                    [one.record.stage.value, one.record.election, one.record.synthetic] for one in edition.shown()
                ],
                "outlines": self._outline_digest(),
                "sections": sorted(self._around.sections),
                "site": self._site.digest(),
            }
        )
        regions = {area.id: list(area.name) for area in edition.regions}
        keys: dict[str, str] = {}
        for station, centre in edition.centres.items():
            commission = edition.commissions[centre.tec]
            own = {
                "centre": repr(centre),
                "commission": [commission.id, commission.region, *commission.name, *regions.get(commission.region, [])],
                "fragments": [self._around.fragments("station", station, language) for language in LANGUAGES],
                "lists": [[one.totals.get(station, 0), one.digests.get(station, "")] for one in edition.shown()],
            }
            keys[station] = digest(say_once + canonical_json(own))
        return keys

    def _part_keys(self) -> dict[str, str]:
        """Name of a wide part -> what it was made from; "" for one that is always drawn."""
        keys = {f"front/{language}": "" for language in LANGUAGES}
        tizme: Tizme | None = None
        for family in self._families:
            key = ""
            depends_on: Callable[[Tizme], str] | None = getattr(family, "depends_on", None)
            if depends_on is not None:
                tizme = tizme or Tizme(self._lists, self._register, self._made, self._next_update)
                key = digest(f"{self._site.digest()} {depends_on(tizme)}".encode())
            keys |= {f"{_name(family)}/{part}": key for part in (*LANGUAGES, "files")}
        return keys

    def _same(self, keys: Mapping[str, str], name: str, piece: Piece) -> bool:
        key = keys.get(name, "")
        there = all((self._public / PORTAL / path).exists() for path in piece.paths) if key else False
        return bool(key) and piece.key == key and there

    def _outline_digest(self) -> str:
        return digest(charts.outline_file(self._around.shapes)) if self._around.shapes is not None else ""

    def _wide_jobs(self, kept: Mapping[str, Piece]) -> list[Job]:
        """Families first: the longest parts begin while there are others to share."""
        jobs = []
        for number, family in enumerate(self._families):
            name = _name(family)
            jobs.append(Job("files", f"{name}/files", family=number))
            jobs += [Job("family", f"{name}/{code}", family=number, language=code) for code in LANGUAGES]
        jobs += [Job("front", f"front/{code}", language=code) for code in LANGUAGES]
        return [job for job in jobs if job.name not in kept]

    def _open(self) -> Tizme:
        lists = self._reader() if self._reader is not None else self._lists
        return Tizme(lists, self._register, self._made, self._next_update)

    # --- data, and what no longer exists ---

    def _data_files(self, edition: Edition) -> Iterable[tuple[str, bytes]]:
        yield "cdn.json", cdn_file()
        for record in self._made:
            yield f"data/list/{record.number:06d}.json", canonical_json(list_facts(record))
        yield "data/digests.json", open_json({"versions": [_digests(one) for one in edition.shown()]})
        if self._around.shapes is not None:
            yield OUTLINE, charts.outline_file(self._around.shapes)

    def _forget(self, folder: PublicFolder, standing: Standing, pieces: Mapping[str, Piece]) -> None:
        """Take away what parts of the site once left and no part has now."""
        before = {path for piece in standing.pieces.values() for path in piece.paths}
        for path in sorted(before - {path for piece in pieces.values() for path in piece.paths}):
            folder.remove(path)
            _remove_empty(folder.root / path)

    def _sweep(self, folder: PublicFolder, pieces: Mapping[str, Piece], stations: Iterable[str]) -> None:
        """After a publication that was killed: take away whatever no publication would have left here."""
        wanted = {path for piece in pieces.values() for path in piece.paths} | {POINTER}
        wanted |= {path.removeprefix(f"{PORTAL}/") for path in self._site.files()}
        for code in LANGUAGES:
            wanted |= {f"{code}/updated.html", f"{code}/search/search_index.json"}
            wanted |= {f"{code}/station/{station}/index.html" for station in stations}
        for place, _, names in os.walk(folder.root):
            below = Path(place).relative_to(folder.root).as_posix()
            whole_list = below.count("/") > _LIST_DEPTH and below.split("/")[1] == "station"
            for name in names:
                path = f"{below}/{name}" if below != "." else name
                torn = ".part-" in name
                if torn or not (path in wanted or whole_list or below.startswith("assets")):
                    folder.remove(path)
                    _remove_empty(folder.root / path)

    def _index(self, edition: Edition) -> None:
        """Stations and places by number and name, for the site's search; no person is in it."""
        for language in LANGUAGES:
            gettext, at = catalog("builder", language).gettext, INDEX[language]
            self._site.merge_search(
                language,
                [
                    SearchDocument(
                        f"station/{centre.station}/",
                        gettext("Polling station № {number}", number=centre.station),
                        " ".join((centre.name[at], centre.building[at], centre.address[at])),
                    )
                    for centre in edition.centres.values()
                ],
            )


_LIST_DEPTH = 3
"""Slashes in `ky/station/1001/list/<key>`: such folders are swept as their station is drawn."""


def _nothing(kind: PlaceKind, place: str, language: Language) -> str:
    """Nobody adds anything to the page of a place."""
    del kind, place, language
    return ""


def pointer_file(edition: Edition) -> bytes:
    """The pointer: which version is public, of which day, until when, and the digests that bind it."""
    record = edition.listed.record
    took = edition.took_part
    return canonical_json(
        {
            **list_facts(record),
            "address_register": edition.register,
            "facts": f"/tizme/data/list/{record.number:06d}.json",
            "next_update": edition.next_update.isoformat(),
            "took_part": list_facts(took.record) if took is not None else None,
            "version": record.number,
        }
    )


def _digests(shown: Shown) -> dict[str, Any]:
    record = shown.record
    return {
        "digests": {station: shown.digests[station] for station in sorted(shown.digests)},
        "number": record.number,
        "shown_root": record.shown_root,
        "stage": record.stage.value,
    }


def _station_jobs(stations: Sequence[str]) -> list[Job]:
    return [
        Job("stations", f"stations/{at}", stations=tuple(StationNo(no) for no in stations[at : at + _TOGETHER]))
        for at in range(0, len(stations), _TOGETHER)
    ]


def _name(family: Family) -> str:
    """A family is known by the last word of its module's name."""
    return str(getattr(family, "__name__", type(family).__name__)).rpartition(".")[2]


def _remove_empty(file: Path) -> None:
    """Take away the folder of a file, and the one above, while they are empty."""
    for place in list(file.parents)[:3]:
        try:
            place.rmdir()
        except OSError:
            return


def _measure(root: Path) -> tuple[int, int]:
    """How many files stand below a folder, and how many bytes they hold."""
    files = size = 0
    waiting = [str(root)]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                else:
                    files += 1
                    size += entry.stat(follow_symlinks=False).st_size
    return files, size
