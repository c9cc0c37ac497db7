"""Step 11 for what changed: every event against its entry of the log, every kept version against its own data set.

And the Atom feeds: each can be read, and tells the very events and versions of the JSON beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.parsers import expat

from auditor.verify.figures import same
from auditor.verify.files_steps import Public
from auditor.verify.findings import Broken
from auditor.verify.sources import Source, need, object_of, read_json
from shailoo.model.base import LANGUAGES
from shailoo.records.log_entry import LogEntry, ReportEntry

_REMEDY = "Keep both files: one of them tells another story of the same night. Compare with the log, and complain."
_MISSING = "The log knows a report of which the station's list of changes says nothing. Ask the commission why."
_ENTRY = re.compile(r"<entry><id>urn:uuid:([0-9a-f-]{36})</id>.*?</entry>", re.DOTALL)
_KEPT = re.compile(r'<category term="kept"/>.*?/v/([0-9]+)/"/>', re.DOTALL)
_FIGURES = {"participants": "participants", "reported": "boxes_reported", "held": "held"}


def check_changes(source: Source, public: Public) -> int:
    """Compare the lists of changes of an election. Returns how many events and versions it saw. Raises Broken."""
    try:
        return _check(source, public)
    except (KeyError, TypeError, AttributeError) as error:
        raise Broken(
            f"{public.folder}/changes.json, or one below changes/", repr(error),
            expected="the keys of docs/open-data.md", found="others", remedy=_REMEDY,
        ) from error  # fmt: skip


def _check(source: Source, public: Public) -> int:
    start = f"{public.folder}/changes"
    entries = dict(public.entries)
    acts = {str(act["number"]) for act in public.acts}
    country = read_json(source, f"{start}.json")
    checked = _check_events(f"{start}.json", country, entries, acts) + _check_cuts(source, public, country)
    election = public.election
    for language in LANGUAGES:
        path = f"{language}/{election.id}/changes/feed.atom"
        _check_atom(path, need(source, path), country)
    for region in election.regions:
        path = f"{start}/region/{region.id}.json"
        value = read_json(source, path)
        checked += _check_events(path, value, entries, acts)
        for language in LANGUAGES:
            path = f"{language}/{election.id}/changes/{region.id}/feed.atom"
            _check_atom(path, need(source, path), value)
    return checked + _check_stations(source, public, entries, acts)


def _check_stations(source: Source, public: Public, entries: Mapping[int, LogEntry], acts: set[str]) -> int:
    """A station's list has an event for every final report that its boxes sent, and nothing that the log denies."""
    start = f"{public.folder}/changes/station"
    boxes = {box.id: box.station for box in public.election.boxes if box.station is not None}
    sent: dict[str, set[int]] = {}
    for at, entry in entries.items():
        if isinstance(entry, ReportEntry) and entry.kind == "final" and boxes.get(entry.box) == entry.station:
            sent.setdefault(entry.station, set()).add(at)
    numbers = [station.no for station in public.election.stations]
    checked = 0
    files = source.fetch(f"{start}/{no}.json" for no in numbers)
    feeds = source.fetch(f"{start}/{no}.atom" for no in numbers)
    for no, (path, data), (feed, atom) in zip(numbers, files, feeds, strict=True):
        value = object_of(path, data if data is not None else need(source, path))
        checked += _check_events(path, value, entries, acts, no)
        told = {event["log_entry"] for event in value["events"]}
        missing = sorted(sent.get(no, set()) - told)
        if missing:
            raise Broken(path, "events", expected=f"entry {missing[0]} of the log", found=None, remedy=_MISSING)
        _check_atom(feed, atom if atom is not None else need(source, feed), value)
    return checked


def _check_events(
    path: str,
    value: Mapping[str, Any],
    entries: Mapping[int, LogEntry],
    acts: set[str],
    station: str | None = None,
) -> int:
    """Each event has a name of its own, is at this station, and agrees with the log and with the acts."""
    seen: set[str] = set()
    for event in _events(path, value):
        where = f"event {event['id']}"
        if event["id"] in seen or (station is not None and station not in event["stations"]):
            raise Broken(path, where, expected="an event of this place, once", found=str(event)[:200], remedy=_REMEDY)
        seen.add(event["id"])
        if event["log_entry"] is not None:
            entry = entries.get(event["log_entry"])
            known = (entry.box, entry.sha256) if isinstance(entry, ReportEntry) else None
            same(path, f"{where}: log_entry", known, (event["box"], event["sha256"]))
        if event["what"] == "act" and event["act"] not in acts:
            raise Broken(path, where, expected="an act of acts.json", found=event["act"], remedy=_REMEDY)
    versions = [event["version"] for event in value["events"]]
    same(path, "versions of the events", sorted(versions, reverse=True), versions)
    return len(versions)


def _events(path: str, value: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    keys = {"id", "what", "stations", "box", "sha256", "log_entry", "act", "version"}
    for event in value.get("events", ()):
        if not isinstance(event, dict) or not keys <= event.keys():
            raise Broken(
                path, "events", expected="the keys of docs/open-data.md", found=str(event)[:200], remedy=_REMEDY
            )
        yield event


def _check_cuts(source: Source, public: Public, country: Mapping[str, Any]) -> int:
    """What is new in a kept version: its figures are those of its data set, the ones before those of the one before."""
    cuts = country["cuts"]
    for cut in cuts:
        version, previous = cut["version"], cut["previous"]
        path = f"{public.folder}/changes/v/{version}.json"
        alone = read_json(source, path)
        same(path, "whole file", cut, {key: alone.get(key) for key in cut})
        now = _figures(read_json(source, f"{public.folder}/v/{version}.json"))
        before = _figures(read_json(source, f"{public.folder}/v/{previous}.json")) if previous is not None else {}
        told = [("", line) for line in cut["figures"]]
        told += [(one["contest"], line) for one in cut["contests"] for line in one["lines"]]
        same(path, "lines", sorted(now), sorted((contest, line["line"]) for contest, line in told))
        for contest, line in told:
            key = contest, line["line"]
            same(path, f"{' '.join(key)}: now", now[key], line["now"])
            same(path, f"{' '.join(key)}: before", before.get(key), line["before"])
    return len(cuts)


def _figures(overview: Mapping[str, Any]) -> dict[tuple[str, str], int | None]:
    """(contest or "", line) -> figure of a kept version's data set."""
    found = {("", line): overview["figures"][key] for line, key in _FIGURES.items()}
    for contest in overview["contests"]:
        found |= {(contest["contest"], str(option["no"])): option["votes"] for option in contest["options"]}
        found |= {(contest["contest"], line): contest[line] for line in ("invalid", "ballots")}
    return found


def _check_atom(path: str, data: bytes, value: Mapping[str, Any]) -> None:
    """A feed is well-formed XML without a document type, so that nothing can expand, and tells what the JSON tells."""
    if b"<!" in data:
        raise Broken(path, "whole file", expected="an Atom feed", found="a declaration in it", remedy=_REMEDY)
    parser = expat.ParserCreate()
    try:
        parser.Parse(data, True)  # noqa: FBT003 -- expat's own signature
        text = data.decode()
    except (expat.ExpatError, ValueError) as error:
        raise Broken(path, "whole file", expected="an Atom feed", found=str(error), remedy=_REMEDY) from error
    events, versions = _told(text)
    same(path, "events", [event["id"] for event in value["events"]], events)
    same(path, "kept versions", [cut["version"] for cut in value.get("cuts", ())], versions)


def _told(text: str) -> tuple[Sequence[str], Sequence[int]]:
    events: list[str] = []
    versions: list[int] = []
    for found in _ENTRY.finditer(text):
        kept = _KEPT.search(found[0])
        if kept is None:
            events.append(found[1])
        else:
            versions.append(int(kept[1]))
    return events, versions
