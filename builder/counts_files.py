"""The three counts as CSV and JSON: boxes beside hand, the layers, the acts, and every station of a place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from builder import views
from builder.store import open_json
from builder.tables import about, names, table

if TYPE_CHECKING:
    from collections.abc import Sequence

COUNT_COLUMNS = (
    "election", "status", "synthetic", "place_kind", "place", "contest", "line", "no",
    "name_ky", "name_ru", "name_en", "boxes", "hand",
)  # fmt: skip
"""Both figures are of the stations that have both counts; the difference is `hand` less `boxes`."""


def counts_files(view: views.CountsView | views.CountsPlaceView) -> list[tuple[str, bytes]]:
    """The three counts of a place; no file before there is anything to compare."""
    if not view.begun:
        return []
    head = view.head
    kind, place = ("country", "") if isinstance(view, views.CountsView) else (view.place.kind, view.place.id)
    flag = "yes" if head.synthetic else "no"
    rows: list[Sequence[str | int | None]] = []
    for count in view.comparisons:
        for line in count.rows:
            name = line.option.name if line.option is not None else None
            rows.append((
                head.election, head.status, flag, kind, place, count.contest,
                "option" if name else line.key, line.key if name else "",
                name.ky if name else "", name.ru if name else "", name.en if name else "", line.boxes, line.hand,
            ))  # fmt: skip
    value = {
        **about(head),
        "place": {"kind": kind, "id": place},
        "counts": [_comparison(count) for count in view.comparisons],
        "layers": [_layers(one) for one in view.layers],
    }
    if isinstance(view, views.CountsView):
        value["identified"] = (
            {"voters": view.identified[0], "stations": view.identified[1]} if view.identified else None
        )
        value["acts"] = [_annulment(act) for act in view.acts]
    else:
        value["stations"] = [_differences(one) for one in view.lists]
    scope = views.scope(view)
    where = f"data/{head.election}/{scope}"
    return [(f"{where}.csv", table(COUNT_COLUMNS, rows)), (f"{where}.json", open_json(value))]


def protocol_value(text: views.SheetText) -> dict[str, Any]:
    """An agreed version of a paper; SHA-256 of the canonical JSON that maps each line to its figures is in the log."""
    return {
        "sheet": text.sheet,
        "version": text.version,
        "state": text.state,
        "agreed": text.agreed,
        "correction": text.correction or None,
        "act": text.act or None,
        "unreconciled": text.unreconciled or None,
        "votes_hidden": text.hidden,
        "lines": [{"line": line, "figures": list(figures)} for line, figures in text.lines],
    }


def _comparison(count: views.Comparison) -> dict[str, Any]:
    return {
        "contest": count.contest,
        "stations_with_both": count.stations,
        "stations": count.expected,
        "lines": [{"line": line.key, "boxes": line.boxes, "hand": line.hand} for line in count.rows],
    }


def _layers(layers: views.Layers) -> dict[str, Any]:
    return {
        "contest": layers.contest,
        "annulled": layers.annulled,
        "layers": [
            {
                "layer": name,
                "every_station": layers.complete[at],
                "lines": [{"line": row.key, "votes": row.votes[at], "seats": row.seats[at]} for row in layers.rows],
            }
            for at, name in enumerate(("boxes", "hand", "final"))
        ],
    }


def _annulment(act: views.ActRow) -> dict[str, Any]:
    return {
        "number": act.number,
        "day": act.day,
        "body": names(act.body),
        "reason": act.reason,
        "reversed_by": act.reversed_by or None,
        "excludes": [
            {
                "what": part.kind,
                "station": part.station.id if part.station else None,
                "contest": names(part.contest) if part.contest else None,
                "no": int(part.option.key) if part.option else None,
            }
            for part in act.parts
        ],
    }


def _differences(stations: views.StationList) -> dict[str, Any]:
    return {
        "contest": stations.contest,
        "stations": [
            {
                "station": row.place.id,
                "protocol": row.state,
                "ballots_boxes": row.boxes,
                "ballots_hand": row.hand,
                "votes_that_differ": row.size,
                "invalid_difference": row.invalid,
                "excluded_by": row.excluded or None,
                "reasons": list(row.reasons),
            }
            for row in stations.rows
        ],
    }
