"""Publish Tizme: put the publisher together with the installation's list, register and families of pages."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

from shailoo.cli.home import only_one
from shailoo.errors import Conflict, NotFound, StorageFailed

if TYPE_CHECKING:
    from builder.voters.drawn import Tizme
    from builder.voters.publish import Published
    from shailoo.assembly import Installation
    from shailoo.model.base import Name

NOTHING = "There is no voter list here yet, or nobody was distributed: `shailoo voters import`, then `… assign`."


class TizmeBusy(Conflict):
    """Two publishers would write the same pages."""

    code = "tizme-busy"


class NothingToPublish(NotFound):
    """No version of the list rests on an address register."""

    code = "nothing-to-publish"


def tizme_of(home: Installation) -> Tizme:
    """What pages are made from: the newest list, its register, and when the next version is due."""
    from builder.voters.drawn import Tizme
    from shailoo.assembly import newest_list
    from shailoo.rules.list_schedule import next_update

    lists = home.voter_reader()
    made = tuple(lists.made())
    record = newest_list(made)
    if record is None or not record.register_number:
        raise NothingToPublish(NOTHING, folder=home.folder.name)
    due = next_update(record.as_of, election_days(home))
    return Tizme(lists, home.registers.open(record.register_number), made, due, _outlines(home))


def election_days(home: Installation) -> tuple[date, ...]:
    """The days of the elections in this installation."""
    return tuple(sorted(one.day for one in home.elections.values()))


def publish_tizme(home: Installation, progress: Callable[[str, int], None]) -> dict[str, object]:
    """Publish the newest list and make its index. Returns what was done. Raises TizmeBusy, Held, StorageFailed."""
    try:
        with only_one(home.folder, "tizme.lock", TizmeBusy, wait=False):
            return _publish(home, progress)
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        raise StorageFailed(
            f"The pages could not be written: {'the disk is full' if full else 'look at the disk and its rights'}. "
            "The former version stays public; make room and publish again.",
            cause=type(error).__name__,
        ) from error


def _publish(home: Installation, progress: Callable[[str, int], None]) -> dict[str, object]:
    from builder.store import PublicFolder
    from builder.voters import find, station_map
    from builder.voters.number_pages import NumberPages
    from builder.voters.publish import TizmePublisher

    tizme = tizme_of(home)
    progress("index", 50)
    found = home.index_stations()
    home.index_entries()
    progress("numbers", 80)
    state = home.folder / "voters" / "pages"
    numbers = NumberPages(tizme, PublicFolder(state))
    progress("pages", 150)
    outlines = tizme.outlines.get("regions")
    publisher = TizmePublisher(
        home.public,
        home.folder / "cache",
        state,
        lists=tizme.lists,
        register=tizme.register,
        made=tizme.made,
        next_update=tizme.next_update,
        families=(find, station_map.StationMap(outlines), numbers),
        reader=home.voter_reader,
        sections=("find", "map", "numbers", "changes"),
        fragments=numbers.of_place,
        elections={name: three(one.short_name) for name, one in home.elections.items()},
        outlines=outlines,
    )
    done = publisher.publish(lambda made, of: progress("pages", 150 + 800 * made // max(of, 1)))
    numbers.keep()
    on_results(home, tizme)
    progress("done", 1000)
    return {**facts_of(done), "rows": tizme.current.voters, "refused": 0, "found_by_pin": found}


def on_results(home: Installation, tizme: Tizme) -> None:
    """The map of polling stations stands on the results portal too, once that has a frame to put it into."""
    from builder.render.shell import Shell
    from builder.store import PublicFolder
    from builder.voters.first_pages import publish_on_results
    from shailoo.model.base import LANGUAGES

    folder = PublicFolder(home.public / "results")
    for language in LANGUAGES:
        if (folder.root / language / "404.html").exists():
            publish_on_results(folder, Shell.load(home.public, "results", language), tizme, language)


def facts_of(done: Published) -> dict[str, object]:
    """What a publication did."""
    return {
        "version": done.version, "written": done.written, "unchanged": done.unchanged, "files": done.files,
        "bytes": done.bytes,
    }  # fmt: skip


def three(name: Name) -> tuple[str, str, str]:
    """A name as the address register has them: ky, ru, en."""
    return name.ky, name.ru, name.en


def _outlines(home: Installation) -> dict[str, dict[str, Any]]:
    """The outlines of regions and rayons, as some election's package has them."""
    found: dict[str, dict[str, Any]] = {}
    for name in sorted(home.elections):
        folder = home.folder / "elections" / name / "geo"
        for kind, file in (("regions", "regions_small.geojson"), ("rayons", "rayons.geojson")):
            if kind not in found and (folder / file).is_file():
                found[kind] = json.loads((folder / file).read_text("utf-8"))
    return found
