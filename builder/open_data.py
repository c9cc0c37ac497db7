"""Describes every file of open data for docs/open-data.md: which there are, and what each column and key means.

`python -m builder.open_data` writes the generated parts; a test notices when they drift, and when a column or key comes
without a meaning.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from builder import change_files, counts_files, data_files, document_files, protocols_file, samples, snapshot
from builder.cases import figures as case_figures
from builder.render.words import CAUSE, EVENT

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "open-data.md"
_PLACE = "`region`, `tec`, `rayon`, `district`, `station`; `country` where a table also has the total"
MEANING: Mapping[str, str] = {
    "election": "identifier of the election, as in the address",
    "status": "`upcoming`, `preliminary` (no legal force) or `final`; of cases, as their kind declares it, in CSV "
    "`other` for those that are not told one by one",
    "synthetic": "CSV: `yes` or `no`; JSON: true or false. Synthetic figures belong to a rehearsal, not to an election",
    "day": "day of the vote, `2021-11-28`",
    "licence": "of the file",
    "place_kind": _PLACE,
    "kind": "of a place, as `place_kind`; of what was handed in, as docs/cases.md declares it; of a contest, option or "
    "report, as in the election package",
    "place": "identifier of the place, unique among places of its kind",
    "id": "identifier; of an event a UUID, the same in every build from the same records",
    "name": "in three languages",
    "name_ky": "name in Kyrgyz",
    "name_ru": "name in Russian",
    "name_en": "name in English",
    "ky": "in Kyrgyz",
    "ru": "in Russian",
    "en": "in English",
    "contest": "identifier of the contest in the election package",
    "contests": "each contest voted on in this place",
    "line": "`option`, `invalid` or `ballots`; of a held report, the line that breaks the rule; of a protocol, as the "
    "election package names it",
    "no": "ballot number of the option; empty for other lines",
    "votes": "whole number; empty (null) while nothing is counted, and in a small cell",
    "ballots": "ballots of the contest found in the boxes: the base of every share",
    "invalid": "invalid ballots",
    "options": "lists, candidates or answers in ballot order, with `against all` among them",
    "fewer_than": "set where a cell is small: fewer ballots than this, so that only their number is told",
    "sealed_ballots": "ballots of small cells; in no other figure of the object",
    "merged_ballots": "ballots of small cells that were opened together, once, and are in the country's total",
    "voters": "voters on the lists",
    "participants": "voters who took part, by the ballots; empty while no box of the place is counted",
    "boxes_reported": "boxes that are in the totals",
    "boxes_expected": "boxes that ought to be",
    "held": "boxes whose report is held; in a file of held reports, the reports",
    "conflicts": "boxes with two different final reports; in a file of held reports, the reports",
    "voters_waiting": "voters of stations none of whose boxes is counted yet",
    "figures": "of the place as a whole; of a line of a protocol, one, or one for each option in ballot order",
    "parts": "the places below; of papers that are owed, which of their kind, empty when all of it",
    "coverage": "how complete each region is",
    "districts": "how the contest of each district stands",
    "state": "of a box: `waiting`, `accepted`, `held`, `conflict`, `replaced`, `revoked`; of a document: `checking`, "
    "`unreadable`, `public`, `withdrawn`; of a district: `waiting`, "
    "`leading`, `tie`, `against-all-leads`, `elected`, `failed`, `undetermined`, `second-round`; of a protocol: "
    "`counts`, `held`, `replaced` by a later version",
    "leader": "ballot number of the option with most votes",
    "leader_votes": "its votes",
    "seats": "seats if counted now, of the list contest; in a line of `lists`, the list's",
    "total": "seats of the contest",
    "decided": "true only when nothing is missing and the law leaves nothing open; of cases, how many are closed, "
    "empty (null) where that could tell of a person",
    "open": "seats that nobody certainly has; in a pointer, whether boxes are still expected",
    "reasons": "why seats are open: `partial`, `tie`, `cap`, `no-list`, `rule`",
    "rule": "name and version of the rule; of a held report, the rule it breaks",
    "lists": "lists with seats",
    "region": "identifier of the region",
    "tec": "identifier of the territorial commission",
    "district": "identifier of the electoral district; null abroad and at remote stations",
    "station": "number of the polling station",
    "box": "identifier of the ballot box",
    "boxes": "the ballot boxes of the station; beside `hand`, what they counted",
    "arrived": "when the report or document came in, UTC; of a conflict, both",
    "clock_off_s": "by how many seconds the box's clock was ahead",
    "reports": "the signed texts of the station's boxes",
    "sha256": "of the signed text, in hexadecimal; of a conflict, of both uploads as sealed; of a document, of the "
    "public copy (PDF), empty until one is approved",
    "file": "address of the signed text, or of the public copy of a document",
    "counted": "whether it is in the totals",
    "log_entry": "number of the text, or of the approved copy of a document, in the transparency log, from 0",
    "proof": "address of the proof that the text is in the log",
    "sources": "where the option's votes came from",
    "candidates": "of an open list",
    "preferences": "preferential votes",
    "elected": "the readings of the women's quota under which the candidate has a seat",
    "expected": "what the rule expects",
    "found": "what the report says",
    "since": "UTC, when the report came in",
    "refusals": "messages refused at the door, by hour and reason",
    "hour": "local hour, `10:00`; of refusals, the hour's beginning in UTC",
    "code": "the reason",
    "count": "how many; 100000 means that many or more",
    "turnout": "through the day",
    "voted": "voters who had voted by the hour, as the commissions told",
    "areas": "regions, then rayons and cities",
    "package": "SHA-256 of `package.zip`",
    "kinds": "each kind of which anything was handed in",
    "filed": "how many were handed in; of a case, when, UTC",
    "statuses": "how the cases of a kind stand; with `other_statuses` they sum to `filed`",
    "cases": "how many cases; null where so few that a person could be told from them",
    "other_statuses": "cases in statuses that are not told one by one, together",
    "commission": "identifier of the commission; empty for a region, and for the others together",
    "level": "`country`, `region` or `commission`",
    "acts": "of cases, how many acts are in the log; else decisions that change what counts: the SHA-256 of each, as "
    "canonical JSON, is in the log; of documents, those that concern no single station",
    "type": "of a record: `act`",
    "number": "of an act",
    "body": "the commission or court that decided",
    "reason": "why, word for word; of a document, why it was withdrawn",
    "entered": "UTC, when the act was recorded",
    "measures": "what the act changes; of an event, only their names",
    "measure": "what is changed: `join-reserve-box`, `revoke-box`, `release-report`, `choose-report`, `manual-only`, "
    "or a measure about the manual and the final count, with the fields it needs",
    "sealed_sha256": "of the upload that counts, as sealed: the digest of its arrival in the log",
    "version": "the version of the overview and its data set; of an event, the one that told of it; of a document, of "
    "its public copy; of a protocol, from 1",
    "complete": "the version up to which every page is written",
    "published_at": "UTC, when the version was published",
    "held_since": "UTC, since when nothing newer has passed the gate; null when all is well",
    "papers": "papers that stations owe, by kind",
    "regions": "by region",
    "commissions": "by territorial commission, all kinds together",
    "stations": "by polling station; of a count, how many there are",
    "counts": "boxes beside the count by hand, one for each contest",
    "hand": "counted by hand: the protocols on which two people agree, of the stations that have both counts",
    "stations_with_both": "stations whose boxes are all counted and whose protocol is agreed",
    "lines": "ballot numbers, then `invalid` and `ballots`; of a final count also `nobody`: votes that an act took "
    "out; of a protocol, the lines of the paper as the election package names them; SHA-256 of the canonical JSON that "
    "maps each to its figures is in the log",
    "layers": "each contest by `boxes`, `hand` and `final`: the count by hand without what acts exclude",
    "layer": "`boxes`, `hand` or `final`",
    "every_station": "whether every station is in the layer, or excluded from it by an act",
    "annulled": "whether an act annuls the contest, so that it has no final count",
    "identified": "voters identified, and how many stations told",
    "reversed_by": "number of the act by which this one no longer holds; null while it holds",
    "excludes": "what the act takes out of the final count",
    "what": "of an act: `exclude-outside`, `exclude-station`, `exclude-option` or `exclude-contest`; of an event: what "
    "happened, " + ", ".join(f"`{what}`" for what in EVENT),
    "events": "what happened, newest first: all of it at a station, the last hundred in a region or in the country",
    "happened": "UTC, when the report or document came in, or the act, protocol or figure was entered",
    "detail": "a code: the rule that a held report breaks, the hour of a turnout, the kind of a document or upload, "
    "the sheet of a protocol, a contest, the code of a refusal; null for none",
    "act": "number of the act: its own, the one behind an event, or that by which a paper was corrected; null for none",
    "reverses": "numbers of acts that no longer hold because of this one",
    "cuts": "the last fifty kept versions, newest first, each with what is new in it",
    "previous": "number of the version kept before; null for the first",
    "causes": "why figures are new since then",
    "cause": "as in the history of versions: " + ", ".join(f"`{cause}`" for cause in CAUSE),
    "before": "the figure in the version kept before; null while it was not known",
    "now": "the figure in this version",
    "protocols": "every version of a paper on which two people agree",
    "figure": "what the line of the paper says",
    "sheet": "the contest whose protocol it is, or `identification`",
    "agreed": "UTC, when the second of two equal keyings was handed over",
    "correction": "why there is a version after the first, word for word",
    "unreconciled": "why it was handed over although an equation does not hold, word for word",
    "votes_hidden": "whether lines that tell votes are left out, because there are too few ballots",
    "protocol": "`waiting`, `differs` (keyed differently), `held` or `agreed`",
    "ballots_boxes": "ballots by the boxes; null until all of the station's are counted",
    "ballots_hand": "ballots by hand",
    "votes_that_differ": "by how many votes the options differ, more and fewer added up; null where hidden",
    "invalid_difference": "invalid ballots by hand less those of the boxes",
    "excluded_by": "number of the act that takes the station out of the final count; null where none does",
    "owed": "papers of which nothing readable has been received",
    "missing": "how many papers of the kind",
    "documents": "every document received for the stations of the commission",
    "part": "which of several papers of a kind: a contest (`pr`), a list's annex (`pr-07`), a box, a number",
    "approved": "UTC, when the public copy was approved",
    "withdrawn": "UTC, when the document was withdrawn; it has no file then",
    "bytes": "size of the public copy",
    "pages": "its pages; each is also an image, `…-p1.jpg`",
    "original_sha256": "of the file that was received; it stays sealed",
    "papers_expected": "papers that are to be handed in",
    "papers_public": "of them, with a public copy",
    "papers_checking": "of them, with a file that was received and is being checked",
    "papers_missing": "the rest",
    "overview": "address of the data set of this version",
}
"""What each column and key means."""
TABLES: Sequence[tuple[str, str, Sequence[str]]] = (
    ("`overview.csv`, `region/*.csv`, `tec/*.csv`, `district/*.csv`, `station/*.csv`, `option/*.csv`",
     "the contests of a place, one line an option, then `invalid` and `ballots`; of an option, one line a place",
     data_files.COLUMNS),
    ("`region/*-parts.csv`, `tec/*-parts.csv`, `district/*-parts.csv`", "the places below, and how complete they are",
     data_files.COVERAGE_COLUMNS),
    ("`turnout.csv`", "turnout through the day, by region and hour", data_files.TURNOUT_COLUMNS),
    ("`map/areas.csv`", "what the map shows", data_files.AREA_COLUMNS),
    ("`counts.csv`, `counts/*.csv`, `counts/district/*.csv`",
     "boxes beside hand, over the stations that have both counts; one line an option, `invalid`, `ballots`",
     counts_files.COUNT_COLUMNS),
    ("`held.csv`", "the reports that are in no total", data_files.HELD_COLUMNS),
    ("`protocols.csv`", "papers on which two people agree, by version, a line a figure; no votes of small cells",
     protocols_file.PROTOCOL_COLUMNS),
    ("`documents/*.csv`, `documents.csv`", "scanned documents: of a commission's stations, of the country",
     document_files.DOCUMENT_COLUMNS),
    ("`applications.csv`", "what was handed in, by kind: the country, its statuses, regions and commissions",
     case_figures.FIGURE_COLUMNS),
    ("`stations.csv`", "every box of the country in one table; follows the totals within seconds",
     snapshot.STATION_COLUMNS),
)  # fmt: skip
"""(files, what they are, their columns)."""
POINTER: Sequence[str] = (
    "election", "version", "complete", "published_at", "open", "held_since", "overview",
)  # fmt: skip
"""The keys of `pointer.json`."""


def columns_table() -> str:
    """Every CSV with its columns, and what they mean."""
    parts = []
    for files, what, columns in TABLES:
        rows = [f"| `{column}` | {MEANING[column]} |" for column in columns]
        parts.append("\n".join([f"{files}: {what}.", "", "| column | meaning |", "| --- | --- |", *rows]))
    return "\n\n".join(parts)


def keys_table() -> str:
    """Every JSON with its keys, from one sample of each page."""
    lines = ["| file | keys |", "| --- | --- |"]
    used: dict[str, None] = {}
    for name, value in _documents():
        paths = dict.fromkeys(_keys(value))
        used |= dict.fromkeys(path.rpartition(".")[2].removesuffix("[]") for path in paths)
        lines.append(f"| `{name}` | {', '.join(f'`{path}`' for path in paths)} |")
    lines.append(f"| `pointer.json` | {', '.join(f'`{key}`' for key in POINTER)} |")
    meanings = [f"| `{key}` | {MEANING[key]} |" for key in sorted({*used, *POINTER})]
    return "\n".join([*lines, "", "| key | meaning |", "| --- | --- |", *meanings])


def renewed(text: str) -> str:
    """The document with its tables as they must be now."""
    for name, table in (("columns", columns_table()), ("keys", keys_table())):
        before, begin, rest = text.partition(f"<!-- {name}: generated -->\n")
        _, end, after = rest.partition(f"<!-- end of {name} -->")
        if not (begin and end):
            message = f"the document has no place for the table of {name}"
            raise LookupError(message)
        text = f"{before}{begin}\n{table}\n\n{end}{after}"
    return text


def _documents() -> Iterator[tuple[str, dict[str, Any]]]:
    feed = change_files.feed_value(samples.HEAD, ("country", ""), samples.told(), lambda _: 8)
    yield "changes/station/*.json`, `changes/region/*.json", feed
    yield "changes.json", {**feed, "cuts": [change_files.cut_value(samples.cut())]}
    place = case_figures.PlaceRow("bishkek", "", 30, 12)
    kind = case_figures.KindFigures("voter-missing", 50, 134, (("granted", 31),), 19, (place,), (place,))
    yield "applications.json", json.loads(case_figures.figures_json("sample", [kind], synthetic=True))
    seen: set[str] = set()
    for view in reversed(samples.every_view().values()):  # the station in trouble has every key
        for path, data in data_files.files(view):
            if path.endswith(".json"):
                _, _, *folders, name = path.split("/")
                general = "/".join([*folders, "*.json" if folders and folders[0] != "map" else name])
                if general not in seen:
                    seen.add(general)
                    yield general, json.loads(data)


def _keys(value: Mapping[str, Any], start: str = "") -> Iterator[str]:
    """Paths of keys: `contests[].options[].votes`. A name in three languages ends its path."""
    for key, inner in value.items():
        first = next((item for item in inner if isinstance(item, dict)), None) if isinstance(inner, list) else inner
        path = f"{start}{key}{'[]' if isinstance(inner, list) else ''}"
        if isinstance(first, dict) and set(first) != {"ky", "ru", "en"}:
            yield from _keys(first, f"{path}.")
        else:
            yield path


if __name__ == "__main__":
    DOCUMENT.write_text(renewed(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
