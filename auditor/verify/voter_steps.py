"""Step 12: the voter list. Facts of every version against the log, digests against the root, names against digests.

Names are read back from the pages, in three languages; tabs part the parts of a name. From a folder the lists of all
stations are read; over the network those of a few stations, chosen by the root of the log so that the commission cannot
choose them: a whole list is what we ask others not to harvest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from html import unescape
from multiprocessing import get_context
from typing import Any

from auditor.verify.findings import Broken, Step
from auditor.verify.log_steps import Log
from auditor.verify.sources import Source, need, object_of
from shailoo.model.base import LANGUAGES
from shailoo.records.log_entry import VoterListEntry
from shailoo.records.tlog import leaf_hash, root_of

NAME = "The voter list is the one in the log, and its pages show it"
TIZME = "../tizme"
"""Sources are asked for paths below `results/`."""
SAMPLE = 12
"""Stations whose names are read over the network."""
_PIECE = 32
_KINDS = {"took-part": "took-part"}
_INDEX = r'href="({kind}/[0-9a-f]+/)"'
_NAMES = re.compile(r'<ul class="names">(.*?)</ul>', re.DOTALL)
_CHANGED = (
    "This version of the list is not the one that was logged. Keep the file and complain; the log's head binds it."
)
_OTHER = "The names on the pages are not those of the logged list. Keep the pages of this station and complain."
_SUM = "The counts do not agree with each other. Keep both files and ask the commission."
Share = Callable[[Callable[[Sequence[str]], int], Sequence[str]], int]


@dataclass(frozen=True, slots=True)
class _Shown:
    """One list that pages show: where its pages lie, its number, and what binds it."""

    kind: str
    number: int
    digests: dict[str, str]


_AT_WORK: list[tuple[Source, _Shown]] = []
"""What forked workers inherit."""


def check_voter_list(source: Source, log: Log) -> Step | None:
    """None when no version of a voter list was ever logged. Raises Broken."""
    entries = {entry.number: (at, entry) for at, entry in enumerate(log.entries) if isinstance(entry, VoterListEntry)}
    if not entries:
        return None
    path = f"{TIZME}/data/pointer.json"
    if (data := source.read(path)) is None:
        return Step(12, NAME, len(entries), ("versions of the list were made, and none is public yet",))
    pointer = object_of(path, data)
    checked = sum(_facts(source, path, pointer, at, entry) for at, entry in entries.values())
    if pointer.get("number") not in entries:
        raise Broken(path, "number", expected="a version in the log", found=pointer.get("number"), remedy=_CHANGED)
    digests_path = f"{TIZME}/data/digests.json"
    notes = ["what people are beside their names is committed to under salts and was not looked at"]
    later = max(entries) - max(int(pointer["number"]), int((pointer.get("took_part") or {}).get("number", 0)))
    if later > 0:
        notes.append(f"{later} later versions are in the log and not public yet")
    for shown in object_of(digests_path, need(source, digests_path))["versions"]:
        if shown["number"] not in entries:
            raise Broken(digests_path, "number", expected="one in the log", found=shown["number"], remedy=_CHANGED)
        checked += _check_shown(source, digests_path, shown, log.head.root, notes)
    return Step(12, NAME, checked, tuple(notes))


def _facts(source: Source, pointer_path: str, pointer: dict[str, object], at: int, entry: VoterListEntry) -> int:
    """The published facts of a version have the digest of its entry; those of the newest stand in the pointer too."""
    path = f"{TIZME}/data/list/{entry.number:06d}.json"
    data = source.read(path)
    if data is None and entry.number > int(str(pointer["number"])):
        return 0
    found = sha256(data or need(source, path)).hexdigest()
    if found != entry.sha256:
        raise Broken(path, "whole file", expected=f"{entry.sha256} (entry {at})", found=found, remedy=_CHANGED)
    facts = object_of(path, data or b"")
    said = (facts["number"], facts["stage"], facts["as_of"], facts["voters"], facts["queued"])
    if said != (entry.number, entry.stage, entry.day, entry.voters, entry.queued):
        raise Broken(path, "facts", expected=f"those of entry {at}", found=said, remedy=_CHANGED)
    if entry.number == pointer["number"]:
        for name, value in facts.items():
            if pointer.get(name) != value:
                raise Broken(pointer_path, name, expected=value, found=pointer.get(name), remedy=_CHANGED)
    return 1


def _check_shown(source: Source, path: str, shown: dict[str, Any], lot: bytes, notes: list[str]) -> int:
    """The digests of one version give its root, and the pages of its stations give the digests."""
    number: int = shown["number"]
    digests: dict[str, str] = shown["digests"]
    facts_path = f"{TIZME}/data/list/{number:06d}.json"
    facts = object_of(facts_path, need(source, facts_path))
    root = root_of([leaf_hash(bytes.fromhex(digests[station])) for station in sorted(digests)]).hex()
    if root != facts["shown_root"]:
        raise Broken(path, f"version {number}", expected=facts["shown_root"], found=root, remedy=_CHANGED)
    if len(digests) != facts["stations"]:
        raise Broken(path, f"version {number}", expected=facts["stations"], found=len(digests), remedy=_SUM)
    stations = sorted(digests)
    if source.listed("log") is None:
        stations = sorted(stations, key=lambda station: sha256(lot + station.encode()).digest())[:SAMPLE]
        notes.append(f"version {number}: names of {len(stations)} of {len(digests)} stations were read, by lot")
    people = _read_all(source, _Shown(_KINDS.get(str(facts["stage"]), "list"), number, digests), stations)
    if len(stations) == len(digests) and people != facts["voters"]:
        raise Broken(facts_path, "voters", expected=people, found=facts["voters"], remedy=_SUM)
    return len(digests) + people


def _read_all(source: Source, shown: _Shown, stations: Sequence[str]) -> int:
    """Read the names of stations back; two processes where the source is a folder. Returns how many people."""
    _AT_WORK[:] = [(source, shown)]
    pieces = [stations[at : at + _PIECE] for at in range(0, len(stations), _PIECE)]
    if source.listed("log") is None or len(pieces) < 2:  # noqa: PLR2004 -- one piece shares nothing
        return sum(map(_read_piece, pieces))
    with ProcessPoolExecutor(2, mp_context=get_context("fork")) as pool:
        return sum(pool.map(_read_piece, pieces))


def _read_piece(stations: Iterable[str]) -> int:
    source, shown = _AT_WORK[0]
    return sum(_read_station(source, shown, station) for station in stations)


def _read_station(source: Source, shown: _Shown, station: str) -> int:
    """One station in three languages. Returns how many people are on its list. Raises Broken."""
    people: list[str] = []
    for language in LANGUAGES:
        page = f"{TIZME}/{language}/station/{station}/"
        html = need(source, f"{page}index.html").decode()
        people = []
        for below in dict.fromkeys(re.findall(_INDEX.format(kind=shown.kind), html)):
            text = need(source, f"{page}{below}index.html").decode()
            for block in _NAMES.findall(text):
                people += [unescape(line).strip("\n") for line in block.split("<li>")[1:]]
        found = sha256("".join(f"{line}\n" for line in (station, *people)).encode()).hexdigest()
        if found != shown.digests[station]:
            place = f"list of station {station}, version {shown.number}"
            raise Broken(f"{page}index.html", place, expected=shown.digests[station], found=found, remedy=_OTHER)
    return len(people)
