"""Every table of the numbers as CSV and JSON, below `/tizme/data/numbers/`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from builder.store import open_json
from builder.tables import table as csv_table
from builder.voters import compare, elections_history, numbers_map
from builder.voters.numbers_view import Numbers, Period, Row
from shailoo.rules.voter_groups import COUNTRY, Table
from shailoo.rules.voter_reasons import Flow

FOLDER = "data/numbers"
PLACE_COLUMNS = (
    "list", "as_of", "synthetic", "kind", "place", "name_ky", "name_ru", "name_en", "what", "from_age", "to_age",
    "women", "men", "voters", "told_as_of", "with_other_places",
)  # fmt: skip
"""`what`: total (as of the list), all, age, first-vote (as of `told_as_of`, when they were last renewed)."""
CHANGE_COLUMNS = (
    "from_list", "to_list", "synthetic", "kind", "place", "name_ky", "name_ru", "name_en", "direction", "reason",
    "people",
)  # fmt: skip
"""`reason` is empty for all together; reasons only where the rule lets them be told."""


def files(numbers: Numbers) -> Iterable[tuple[str, bytes]]:
    """Everything but the pages: (path below `/tizme/`, bytes)."""
    yield compare.script()
    yield from numbers_map.files(numbers)
    yield from _places(numbers, "country", [numbers.country, *numbers.regions])
    for region in numbers.regions:
        rows = [region, *numbers.commissions(region.id), *numbers.rayons(region.id)]
        yield from _places(numbers, region.id, [*rows, *numbers.stations("region", region.id)])
    yield from _series(numbers)
    yield from _changes(numbers)
    yield f"{FOLDER}/past_elections.csv", elections_history.csv_file()
    yield f"{FOLDER}/past_elections.json", open_json(elections_history.json_value())


def _about(numbers: Numbers) -> dict[str, Any]:
    made = numbers.made
    return {
        "list": made.number,
        "as_of": made.as_of.isoformat(),
        "stage": made.stage.value,
        "election": made.election,
        "synthetic": made.synthetic,
        "licence": "CC BY 4.0",
    }


def _places(numbers: Numbers, stem: str, rows: Sequence[Row]) -> Iterator[tuple[str, bytes]]:
    flag = "yes" if numbers.made.synthetic else "no"
    start = (numbers.made.number, numbers.made.as_of.isoformat(), flag)
    lines = [(*start, *line) for row in rows for line in _lines(row)]
    yield f"{FOLDER}/{stem}.csv", csv_table(PLACE_COLUMNS, lines)
    value = {**_about(numbers), "places": [_place(row) for row in rows]}
    if stem == COUNTRY:
        value["queued"] = numbers.made.queued
        value["together"] = [{"places": list(places), "table": _told(told)} for places, told in numbers.together()]
        value["disabled"] = numbers.history.released.disabled
    yield f"{FOLDER}/{stem}.json", open_json(value)


def _lines(row: Row) -> Iterator[tuple[str | int | None, ...]]:
    who = (row.kind, row.id, *row.name)
    yield (*who, "total", None, None, None, None, row.voters, None, row.together)
    told = row.table
    if told is None:
        return
    end = (told.as_of.isoformat(), 0)
    yield (*who, "all", None, None, told.women, told.men, told.voters, *end)
    yield (*who, "first-vote", None, None, None, None, told.first_time, *end)
    for first, last, women, men, voters in _ages(told):
        yield (*who, "age", first, last, women, men, voters, *end)


def _ages(told: Table) -> Iterator[tuple[int, int | None, int | None, int | None, int]]:
    if not told.ages:
        return
    ends = (*(first - 1 for first in told.groups[1:]), None)
    women = told.women_by_age or (None,) * len(told.ages)
    for first, last, w, voters in zip(told.groups, ends, women, told.ages, strict=True):
        yield first, last, w, None if w is None else voters - w, voters


def _place(row: Row) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "id": row.id,
        "name": _name(row.name),
        "voters": row.voters,
        "with_other_places": row.together,
        "table": None if row.table is None else _told(row.table),
    }


def _told(table: Table) -> dict[str, Any]:
    return {
        "list": table.version,
        "as_of": table.as_of.isoformat(),
        "voters": table.voters,
        "women": table.women,
        "men": table.men,
        "first_vote": table.first_time,
        "ages": [
            {"from": first, "to": last, "women": women, "men": men, "voters": voters}
            for first, last, women, men, voters in _ages(table)
        ],
    }


def _name(name: tuple[str, str, str]) -> dict[str, str]:
    return dict(zip(("ky", "ru", "en"), name, strict=True))


def _series(numbers: Numbers) -> Iterator[tuple[str, bytes]]:
    rows = _areas(numbers)
    value = {
        **_about(numbers),
        "places": [{"key": row.key, "kind": row.kind, "id": row.id, "name": _name(row.name)} for row in rows],
        "versions": [point.model_dump(mode="json") for point in numbers.history.series],
    }
    yield f"{FOLDER}/series.json", open_json(value)
    names = [COUNTRY, *(row.key for row in rows)]
    lines = [
        (
            point.number,
            point.as_of.isoformat(),
            point.stage.value,
            point.queued,
            *(point.places.get(n, 0) for n in names),
        )
        for point in numbers.history.series
    ]
    yield f"{FOLDER}/series.csv", csv_table(("list", "as_of", "stage", "queued", *names), lines)


def _areas(numbers: Numbers) -> list[Row]:
    below = [row for region in numbers.regions for row in (*numbers.rayons(region.id), *numbers.commissions(region.id))]
    return [*numbers.regions, *below]


def _changes(numbers: Numbers) -> Iterator[tuple[str, bytes]]:
    rows = [*_areas(numbers), *(row for region in numbers.regions for row in numbers.stations("region", region.id))]
    periods = [period for period in (numbers.newest, numbers.month) if period is not None]
    if len(periods) > 1 and periods[0].whole:
        periods = periods[1:]
    flag = "yes" if numbers.made.synthetic else "no"
    lines = [
        (period.before.number, period.after.number, flag, row.kind, row.id, *row.name, *line)
        for period in periods
        for row in (numbers.country, *rows)
        for line in _flow_lines(period, row)
    ]
    yield f"{FOLDER}/changes.csv", csv_table(CHANGE_COLUMNS, lines)
    value = {**_about(numbers), "periods": [_period(period, [numbers.country, *rows]) for period in periods]}
    yield f"{FOLDER}/changes.json", open_json(value)


def _flow_lines(period: Period, row: Row) -> Iterator[tuple[str, str, int]]:
    flow = period.flows.get(row.key)
    if flow is None:
        return
    yield "came", "", flow.came
    yield "left", "", flow.gone
    for way, told in (("came", flow.came_for), ("left", flow.gone_for)):
        for reason, people in sorted((told or {}).items()):
            yield way, reason.value, people


def _period(period: Period, rows: Sequence[Row]) -> dict[str, Any]:
    return {
        "from": period.before.number,
        "to": period.after.number,
        "whole_month": period.whole,
        "places": [
            {"kind": row.kind, "id": row.id, **_flow(period.flows[row.key])} for row in rows if row.key in period.flows
        ],
        "reasons_by_region": {
            region: {reason.value: people for reason, people in sorted(told.items())}
            for region, told in sorted(period.reasons.items())
            if told
        },
    }


def _flow(flow: Flow) -> dict[str, Any]:
    return {
        "came": flow.came,
        "left": flow.gone,
        "came_for": {reason.value: people for reason, people in sorted((flow.came_for or {}).items())} or None,
        "left_for": {reason.value: people for reason, people in sorted((flow.gone_for or {}).items())} or None,
    }
