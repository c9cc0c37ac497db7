"""Every table also as CSV and JSON: the same views that the pages draw, written for machines.

Columns are documented in docs/open-data.md. Every row says which election it belongs to, the status of the figures, and
whether they are synthetic, so that a file that travels alone cannot be mistaken.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from builder import views
from builder.change_files import cut_value
from builder.change_views import ChangesView
from builder.counts_files import counts_files, protocol_value
from builder.document_files import DOCUMENT_COLUMNS, document_rows, document_value, tally_value
from builder.document_views import DocumentsView, OwedView
from builder.store import open_json
from builder.tables import about as _about
from builder.tables import names as _names
from builder.tables import table as _table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from builder.document_views import DocumentLine

COLUMNS = (
    "election", "status", "synthetic", "place_kind", "place", "contest", "line", "no",
    "name_ky", "name_ru", "name_en", "votes", "ballots",
)  # fmt: skip
"""A figure is a whole number; `votes` of line `option`, `invalid` or `ballots`; the base of a share is `ballots`."""
COVERAGE_COLUMNS = (
    "election", "status", "synthetic", "place_kind", "place", "name_ky", "name_ru", "name_en",
    "voters", "participants", "boxes_reported", "boxes_expected", "held", "voters_waiting",
)  # fmt: skip
HELD_COLUMNS = (
    "election", "status", "synthetic", "station", "box", "rule", "contest", "line", "expected", "found", "since",
)  # fmt: skip
TURNOUT_COLUMNS = ("election", "status", "synthetic", "place_kind", "place", "voters", "hour", "voted")
AREA_COLUMNS = (
    "election", "status", "synthetic", "place_kind", "place", "voters", "participants", "ballots", "leader",
    "leader_votes",
)  # fmt: skip
_ABOUT = 3
"""The first columns say what a file is; in JSON they stand once, at its top."""


def files(view: views.View) -> list[tuple[str, bytes]]:  # noqa: C901, PLR0911 -- one return for each kind of page keeps the match exhaustive
    """The data files of a page: (path below the portal, bytes). Pages without figures have none."""
    match view:
        case views.OverviewView(archive=archive):
            if archive is not None:
                return _kept(view, archive)
            return _both(view.head, "overview", _place_rows("country", "", view.contests, view.head), _overview(view))
        case views.PlaceView():
            scope = f"{view.place.kind}/{view.place.id}"
            value = {
                **_about(view.head),
                "place": _place(view.place),
                "figures": _figures(view.figures),
                "contests": [_contest(count) for count in view.contests],
                "parts": [_coverage(row) for row in view.parts],
            }
            rows = _place_rows(view.place.kind, view.place.id, view.contests, view.head)
            return [
                *_both(view.head, scope, rows, value),
                (
                    f"data/{view.head.election}/{scope}-parts.csv",
                    _table(COVERAGE_COLUMNS, _parts(view.head, view.parts)),
                ),
            ]
        case views.StationView():
            return _both(
                view.head,
                f"station/{view.place.id}",
                _place_rows("station", view.place.id, view.contests, view.head),
                _station(view),
            )
        case views.OptionView():
            return _option(view)
        case views.HeldView():
            return _held(view)
        case views.TurnoutView():
            return _turnout(view)
        case views.MapView():
            return _map(view)
        case views.CountsView() | views.CountsPlaceView():
            return counts_files(view)
        case DocumentsView():
            return [(f"data/{view.head.election}/documents.json", open_json(_papers(view)))]
        case OwedView():
            return _owed(view)
        case views.StationsView() | views.VersionsView() | views.ElectionsView() | views.LogView() | ChangesView():
            return []


def _place(place: views.Place) -> dict[str, Any]:
    return {"kind": place.kind, "id": place.id, "name": _names(place.name)}


def _figures(figures: views.Figures) -> dict[str, Any]:
    return {
        "voters": figures.voters,
        "participants": figures.participants,
        "boxes_reported": figures.reported,
        "boxes_expected": figures.expected,
        "held": figures.held,
        "conflicts": figures.conflicts,
    }


def _coverage(row: views.CoverageRow) -> dict[str, Any]:
    return {
        "place": _place(row.place),
        "voters": row.voters,
        "participants": row.participants,
        "boxes_reported": row.reported,
        "boxes_expected": row.expected,
        "held": row.held,
        "voters_waiting": row.waiting,
    }


def _contest(count: views.ContestCount) -> dict[str, Any]:
    return {
        "contest": count.contest,
        "kind": count.kind.value,
        "name": _names(count.name),
        "ballots": count.ballots,
        "invalid": count.invalid,
        "boxes_reported": count.reported,
        "boxes_expected": count.expected,
        "fewer_than": count.bound,
        "sealed_ballots": count.sealed,
        "merged_ballots": count.merged,
        "options": [
            {
                "no": int(row.option.key),
                "kind": row.option.kind.value,
                "name": _names(row.option.name),
                "votes": row.votes,
            }
            for row in sorted(count.rows, key=lambda row: int(row.option.key))
        ],
    }


def _overview(view: views.OverviewView) -> dict[str, Any]:
    value = {
        **_about(view.head),
        "figures": _figures(view.figures),
        "contests": [_contest(count) for count in view.contests],
        "coverage": [_coverage(row) for row in view.coverage],
        "districts": [
            {
                "place": _place(row.place),
                "state": row.state,
                "leader": int(row.leader.key) if row.leader else None,
                "votes": row.votes,
                "ballots": row.ballots,
                "boxes_reported": row.reported,
                "boxes_expected": row.expected,
            }
            for row in view.districts
        ],
    }
    if view.seats is not None:
        value["seats"] = {
            "contest": view.seats.contest,
            "total": view.seats.total,
            "decided": view.seats.decided,
            "open": view.seats.open,
            "reasons": list(view.seats.reasons),
            "rule": view.seats.rule,
            "lists": [{"no": int(row.option.key), "seats": row.seats} for row in view.seats.rows],
        }
    return value


def _kept(view: views.OverviewView, archive: views.Archive) -> list[tuple[str, bytes]]:
    """A kept version: the data set that it showed, and what is new in it."""
    start = f"data/{view.head.election}"
    found = [(f"{start}/v/{archive.number}.json", open_json(_overview(view)))]
    if view.since is not None:
        value = {**_about(view.head), **cut_value(view.since)}
        found.append((f"{start}/changes/v/{archive.number}.json", open_json(value)))
    return found


def _station(view: views.StationView) -> dict[str, Any]:
    return {
        **_about(view.head),
        "place": _place(view.place),
        "region": view.region.id,
        "tec": view.tec.id if view.tec else None,
        "district": view.district.id if view.district else None,
        "voters": view.voters,
        "participants": view.participants,
        "boxes": [
            {"box": box.id, "state": box.state, "arrived": box.arrived or None, "clock_off_s": box.clock}
            for box in view.boxes
        ],
        "reports": [
            {
                "box": report.box,
                "kind": report.kind,
                "sha256": report.digest,
                "file": report.href,
                "counted": report.counted,
                "log_entry": report.entry,
                "proof": f"{report.href}.tlog-proof" if report.entry is not None else None,
            }
            for report in view.reports
        ],
        "contests": [_contest(count) for count in view.contests],
        "held": [{"box": row.box, "rule": row.rule, "contest": row.contest, "line": row.line} for row in view.held],
        "protocols": [protocol_value(one) for one in view.counts.texts] if view.counts is not None else [],
    }


def _place_rows(
    kind: str, place: str, contests: Iterable[views.ContestCount], head: views.Head
) -> list[Sequence[str | int | None]]:
    flag = "yes" if head.synthetic else "no"
    start = (head.election, head.status, flag, kind, place)
    rows: list[Sequence[str | int | None]] = []
    for count in contests:
        for row in sorted(count.rows, key=lambda row: int(row.option.key)):
            name = row.option.name
            rows.append(
                (*start, count.contest, "option", row.option.key, name.ky, name.ru, name.en, row.votes, count.ballots)
            )
        rows.append((*start, count.contest, "invalid", "", "", "", "", count.invalid, count.ballots))
        rows.append((*start, count.contest, "ballots", "", "", "", "", count.ballots, count.ballots))
    return rows


def _parts(head: views.Head, parts: Iterable[views.CoverageRow]) -> list[Sequence[str | int | None]]:
    flag = "yes" if head.synthetic else "no"
    return [
        (
            head.election, head.status, flag, row.place.kind, row.place.id, row.place.name.ky, row.place.name.ru,
            row.place.name.en, row.voters, row.participants, row.reported, row.expected, row.held, row.waiting,
        )
        for row in parts
    ]  # fmt: skip


def _both(
    head: views.Head, scope: str, rows: Iterable[Sequence[str | int | None]], value: dict[str, Any]
) -> list[tuple[str, bytes]]:
    where = f"data/{head.election}/{scope}"
    return [(f"{where}.csv", _table(COLUMNS, rows)), (f"{where}.json", open_json(value))]


def _option(view: views.OptionView) -> list[tuple[str, bytes]]:
    head, key = view.head, view.option.key
    flag = "yes" if head.synthetic else "no"
    name = view.option.name
    sources = [*view.regions, *view.tecs, *view.stations]
    rows = [
        (head.election, head.status, flag, row.place.kind, row.place.id, view.contest.contest, "option", key,
         name.ky, name.ru, name.en, row.votes, row.ballots)
        for row in sources
    ]  # fmt: skip
    value = {
        **_about(head),
        "contest": view.contest.contest,
        "no": int(key),
        "name": _names(name),
        "votes": view.votes,
        "ballots": view.contest.ballots,
        "sources": [{"place": _place(row.place), "votes": row.votes, "ballots": row.ballots} for row in sources],
        "candidates": [
            {
                "no": int(row.number),
                "name": _names(row.name),
                "preferences": row.preferences,
                "elected": list(row.elected),
            }
            for row in view.candidates
        ],
    }
    return _both(head, f"option/{view.contest.contest}-{key}", rows, value)


def _held(view: views.HeldView) -> list[tuple[str, bytes]]:
    head = view.head
    flag = "yes" if head.synthetic else "no"
    rows = [
        (
            head.election,
            head.status,
            flag,
            row.station.id,
            row.box,
            row.rule,
            row.contest,
            row.line,
            row.expected,
            row.found,
            row.since,
        )
        for row in view.held
    ]
    value = {
        **_about(head),
        "held": [dict(zip(HELD_COLUMNS[_ABOUT:], row[_ABOUT:], strict=True)) for row in rows],
        "conflicts": [
            {"station": row.station.id, "box": row.box, "sha256": list(row.digests), "arrived": list(row.arrived)}
            for row in view.conflicts
        ],
        "refusals": [{"hour": row.hour, "code": row.code, "count": row.count} for row in view.refusals],
    }
    where = f"data/{head.election}/held"
    acts = {**_about(head), "acts": [json.loads(act) for act in view.acts]}
    return [
        (f"{where}.csv", _table(HELD_COLUMNS, rows)),
        (f"{where}.json", open_json(value)),
        (f"data/{head.election}/acts.json", open_json(acts)),
    ]


def _turnout(view: views.TurnoutView) -> list[tuple[str, bytes]]:
    head, table = view.head, view.table
    flag = "yes" if head.synthetic else "no"
    rows = [
        (head.election, head.status, flag, row.place.kind, row.place.id, row.voters, hour, voted)
        for row in (*table.rows, table.total)
        for hour, voted in zip(table.hours, row.voted, strict=True)
    ]
    told = [dict(zip(TURNOUT_COLUMNS[_ABOUT:], row[_ABOUT:], strict=True)) for row in rows]
    value = {**_about(head), "turnout": told}
    where = f"data/{head.election}/turnout"
    return [(f"{where}.csv", _table(TURNOUT_COLUMNS, rows)), (f"{where}.json", open_json(value))]


def _map(view: views.MapView) -> list[tuple[str, bytes]]:
    head = view.head
    flag = "yes" if head.synthetic else "no"
    rows = [
        (head.election, head.status, flag, area.place.kind, area.place.id, area.voters, area.participants, area.ballots,
         area.leader.key if area.leader else None, area.leader_votes)
        for area in (*view.regions, *view.rayons)
    ]  # fmt: skip
    areas = [dict(zip(AREA_COLUMNS[_ABOUT:], row[_ABOUT:], strict=True)) for row in rows]
    value = {**_about(head), "areas": areas}
    where = f"data/{head.election}/map/areas"
    return [(f"{where}.csv", _table(AREA_COLUMNS, rows)), (f"{where}.json", open_json(value))]


def _papers(view: DocumentsView) -> dict[str, Any]:
    return {
        **_about(view.head),
        "papers": [
            {
                "kind": one.kind,
                "regions": [{"place": _place(row.place), **tally_value(row)} for row in one.rows],
                **tally_value(one.total),
            }
            for one in view.kinds
        ],
        "commissions": [{"place": _place(row.place), **tally_value(row)} for row in view.commissions],
        "acts": [document_value(line) for line in view.acts],
    }


def _owed(view: OwedView) -> list[tuple[str, bytes]]:
    head = view.head
    value = {
        **_about(head),
        "place": _place(view.place),
        "papers": [{"kind": tally.kind, **tally_value(tally)} for tally in view.kinds],
        "stations": [
            {
                "station": row.place.id,
                **tally_value(row),
                "owed": [{"kind": owed.kind, "missing": owed.missing, "parts": list(owed.parts)} for owed in row.owed],
            }
            for row in view.stations
        ],
        "documents": [document_value(line) for line in view.lines],
    }
    where = f"data/{head.election}/documents/{view.place.id}"
    told = _table(DOCUMENT_COLUMNS, document_rows(head, view.lines))
    return [(f"{where}.csv", told), (f"{where}.json", open_json(value))]


def documents_table(head: views.Head, lines: Iterable[DocumentLine]) -> bytes:
    """Every document of a country in one table."""
    return _table(DOCUMENT_COLUMNS, document_rows(head, lines))
