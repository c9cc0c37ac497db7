"""Step 9, further still: turnout through the day, the map, held reports and kept versions, in three languages.

No box signs turnout, and what an older version said of its hour cannot be added up any more. Of these it is checked
that every view of a figure says the same, and that regions add up to the country.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from auditor.verify.data_steps import rows_of
from auditor.verify.figures import Figures, same
from auditor.verify.files_steps import digest
from auditor.verify.findings import Broken
from auditor.verify.pages import Table, main_of, number, page_path, share_of, share_text, tables_of
from auditor.verify.sources import Source, need, read_json
from auditor.verify.tally import COUNTRY, Scope
from shailoo.model.base import LANGUAGES

_KEPT = re.compile(r'<tr><th scope="row" data-row="([0-9]+)"(.*?)</tr>', re.DOTALL)
_DIGEST = re.compile(r'<code title="([0-9a-f]{64})">([0-9a-f]*)')
_REMEDY = "Keep the page and the file: one of the two was changed. Compare with the page in another language."
Told = Mapping[tuple[str, str], tuple[int, Mapping[str, int | None]]]
"""Place -> voters, and how many had voted by the hour."""


def check_views(source: Source, figures: Figures) -> int:
    """Everything that this module looks at. Raises Broken."""
    return (
        _check_turnout(source, figures)
        + _check_map(source, figures)
        + _check_held(source, figures)
        + _check_versions(source, figures)
    )


# --- turnout ---


def _check_turnout(source: Source, figures: Figures) -> int:
    path = f"data/{figures.election.id}/turnout.json"
    rows = read_json(source, path)["turnout"]
    columns = ("place_kind", "place", "voters", "hour", "voted")
    table = [{column: row[column] for column in columns} for row in _csv(source, f"data/{figures.election.id}/turnout")]
    said = [{column: _text(row[column]) for column in columns} for row in rows]
    if table != said:
        _first(f"data/{figures.election.id}/turnout.csv", said, table)
    told: dict[tuple[str, str], tuple[int, dict[str, int | None]]] = {}
    for row in rows:
        place = row["place_kind"], row["place"]
        told.setdefault(place, (row["voters"], {}))[1][row["hour"]] = row["voted"]
    country = next(((place, one) for place, one in told.items() if place[0] == "country"), None)
    if country is None:
        raise Broken(path, "country", expected="a row of the country", found=None, remedy=_REMEDY)
    regions = {place: one for place, one in told.items() if place[0] == "region"}
    same(path, "regions", [one.id for one in figures.election.regions], [place for _, place in regions])
    for place, (voters, _) in told.items():
        scope = COUNTRY if place[0] == "country" else place
        same(path, f"{place[0]} {place[1]}: voters", figures.place(scope).voters, voters)
    for hour, voted in country[1][1].items():
        parts = [one[hour] for _, one in regions.values()]
        same(path, f"country at {hour}", _sum(parts), voted)
    every: Told = {**regions, COUNTRY: country[1]}
    checked = len(rows)
    for language in LANGUAGES:
        start = f"{language}/{figures.election.id}"
        checked += _turnout_page(source, f"{start}/turnout/index.html", every)
        for scope in every:
            checked += _day(source, page_path(figures, language, scope), every[scope])
        for region in figures.election.regions:
            checked += _commissions(source, figures, f"{start}", ("region", region.id), every)
    return checked


def _turnout_page(source: Source, path: str, told: Told) -> int:
    tables = _tables(source, path, "turnout", "turnout.share", "turnout:day")
    by_row = {place[1] or "country": one for place, one in told.items()}
    for name in ("turnout", "turnout.share"):
        if name not in tables:
            raise Broken(path, f"table {name}", expected="a table", found=None, remedy=_REMEDY)
        same(path, f"{name}: rows", len(by_row), len(tables[name].rows))
        for key, (title, cells) in tables[name].rows.items():
            voters, voted = by_row.get(key) or told[COUNTRY]
            same(path, f"{title}: voters", voters, number(path, title, _cell(path, tables[name], cells, "voters")))
            for hour, figure in voted.items():
                cell = _cell(path, tables[name], cells, hour)
                where = f"{title}: {hour}"
                if name == "turnout":
                    same(path, where, figure, number(path, where, cell))
                else:
                    same(path, where, share_of(figure, voters) if figure is not None else None, share_text(cell))
    _same_day(path, tables, told[COUNTRY])
    return 2 * len(by_row) * len(told[COUNTRY][1])


def _day(source: Source, path: str, told: tuple[int, Mapping[str, int | None]]) -> int:
    tables = _tables(source, path, "turnout:day")
    if "turnout:day" in tables or any(figure is not None for figure in told[1].values()):
        _same_day(path, tables, told)
    return len(told[1])


def _same_day(path: str, tables: Mapping[str, Table], told: tuple[int, Mapping[str, int | None]]) -> None:
    table = tables.get("turnout:day")
    if table is None:
        raise Broken(path, "table turnout:day", expected="a table", found=None, remedy=_REMEDY)
    voters, voted = told
    same(path, "turnout:day: hours", sorted(voted), sorted(table.rows))
    for hour, (_, cells) in table.rows.items():
        figure = voted[hour]
        same(path, f"turnout at {hour}", figure, number(path, hour, _cell(path, table, cells, "voted")))
        share = share_of(figure, voters) if figure is not None else None
        same(path, f"turnout at {hour}: share", share, share_text(_cell(path, table, cells, "share")))


def _commissions(source: Source, figures: Figures, start: str, region: Scope, told: Told) -> int:
    """What commissions say by the hour adds up to their region."""
    days = []
    for kind, name in figures.parts(region):
        path = f"{start}/{kind}/{name}/index.html"
        table = _tables(source, path, "turnout:day").get("turnout:day")
        rows = table.rows if table is not None else {}
        days.append({
            hour: number(path, hour, _cell(path, table, cells, "voted"))
            for hour, (_, cells) in rows.items()
            if table is not None
        })  # fmt: skip
    for hour, voted in told[region][1].items():
        same(f"{start}/{region[0]}/{region[1]}/index.html", f"commissions at {hour}", voted, _sum(
            [day.get(hour) for day in days]
        ))  # fmt: skip
    return len(days)


# --- the map ---


def _check_map(source: Source, figures: Figures) -> int:
    folder = f"data/{figures.election.id}/map"
    areas = read_json(source, f"{folder}/areas.json")["areas"]
    said = [{key: _text(value) for key, value in row.items()} for row in areas]
    table = [{key: row[key] for key in said[0]} if said else {} for row in _csv(source, f"{folder}/areas")]
    if table != said:
        _first(f"{folder}/areas.csv", said, table)
    by_place = {(row["place_kind"], row["place"]): row for row in areas}
    checked = len(areas) + _check_shapes(source, f"{folder}/areas.geojson", figures, by_place)
    for language in LANGUAGES:
        path = f"{language}/{figures.election.id}/map/index.html"
        tables = _tables(source, path, "areas:regions", "areas:rayons")
        for name, kind in (("areas:regions", "region"), ("areas:rayons", "rayon")):
            rows = {place: row for (found, place), row in by_place.items() if found == kind}
            drawn = tables[name].rows if name in tables else {}
            same(path, name, sorted(rows), sorted(drawn))
            for key, (title, cells) in drawn.items():
                _same_area(path, tables[name], title, cells, rows[key])
                checked += 5
    return checked


def _same_area(path: str, table: Table, title: str, cells: Sequence[str], row: Mapping[str, Any]) -> None:
    for column, figure in (
        ("voters", row["voters"]), ("participants", row["participants"]), ("votes", row["leader_votes"]),
    ):  # fmt: skip
        same(path, f"{title}: {column}", figure, number(path, title, _cell(path, table, cells, column)))
    for column, part, base in (
        ("turnout", row["participants"], row["voters"]), ("share", row["leader_votes"], row["ballots"]),
    ):  # fmt: skip
        share = share_of(part, base) if part is not None and base else None
        same(path, f"{title}: {column}", share, share_text(_cell(path, table, cells, column)))


def _check_shapes(
    source: Source, path: str, figures: Figures, rows: Mapping[tuple[str, str], Mapping[str, Any]]
) -> int:
    """The file that the interactive map draws: figures of areas, and votes of each option."""
    try:
        shapes = read_json(source, path)["features"]
    except KeyError as error:
        raise Broken(path, "whole file", expected="GeoJSON", found=str(error), remedy=_REMEDY) from error
    contest = next(iter(figures.contests(COUNTRY)))
    for shape in shapes:
        said = shape["properties"]
        scope = said["level"], said["id"]
        row, total = rows[scope], figures.tally.of(scope, contest.id)
        for key in ("voters", "participants", "ballots", "leader"):
            same(path, f"{scope[0]} {scope[1]}: {key}", row[key], said[key])
        votes = {str(one.no): figure for one, figure in zip(contest.options, total.votes, strict=True)}
        same(path, f"{scope[0]} {scope[1]}: votes", votes if total.ballots else {}, said["votes"])
    return 5 * len(shapes)


# --- held reports, kept versions ---


def _check_held(source: Source, figures: Figures) -> int:
    folder = f"data/{figures.election.id}/held"
    value = read_json(source, f"{folder}.json")
    said = [{key: _text(one) for key, one in row.items()} for row in value["held"]]
    table = [{key: row[key] for key in said[0]} if said else {} for row in _csv(source, folder)]
    if table != said:
        _first(f"{folder}.csv", said, table)
    expected = {
        f"{row['box']}:{row['rule']}:{row['contest']}:{row['line']}": (row["expected"], row["found"])
        for row in value["held"]
    }
    for language in LANGUAGES:
        path = f"{language}/{figures.election.id}/held/index.html"
        held = _tables(source, path, "held").get("held")
        rows = held.rows if held is not None else {}
        same(path, "held", sorted(expected), sorted(rows))
        for key, (_, cells) in rows.items():
            for column, figure in zip(("expected", "found"), expected[key], strict=True):
                found = number(path, key, _cell(path, held, cells, column))
                same(path, f"{key}: {column}", figure, found)
        html = main_of(path, source.read(path))
        for row in value["conflicts"]:
            for sha256 in row["sha256"]:
                if sha256 not in html:
                    raise Broken(path, f"conflict of {row['box']}", expected=sha256, found=None, remedy=_REMEDY)
    return 3 * len(expected)


def _check_versions(source: Source, figures: Figures) -> int:
    """Every kept version: its data set has the digest in the history, and its page says what its data set says."""
    checked = 0
    for language in LANGUAGES:
        start = f"{language}/{figures.election.id}"
        path = f"{start}/versions/index.html"
        table = _tables(source, path, "versions").get("versions")
        html = main_of(path, source.read(path))
        if table is None:
            raise Broken(path, "table versions", expected="a table", found=None, remedy=_REMEDY)
        for version, row in _KEPT.findall(html):
            kept = f"data/{figures.election.id}/v/{version}.json"
            found = _DIGEST.search(row)
            data = need(source, kept)
            same(kept, f"digest in {path}", digest(data), found[1] if found is not None else None)
            if found is not None and not found[1].startswith(found[2]):
                raise Broken(path, f"version {version}", expected=found[1][:12], found=found[2], remedy=_REMEDY)
            value = read_json(source, kept)
            _, cells = table.rows[version]
            for column, key in (("reported", "boxes_reported"), ("participants", "participants"), ("held", "held")):
                figure = number(path, f"version {version}", _cell(path, table, cells, column))
                same(path, f"version {version}: {column}", value["figures"][key], figure)
            checked += 4 + _kept_page(source, f"{start}/v/{version}/index.html", value)
    return checked


def _kept_page(source: Source, path: str, value: Mapping[str, Any]) -> int:
    tables = dict(tables_of(path, main_of(path, source.read(path)), lambda name: name.startswith("contest:")))
    checked = 0
    for contest in value["contests"]:
        table = tables.get(f"contest:{contest['contest']}")
        if table is None:
            same(path, f"{contest['contest']}: ballots", contest["ballots"], None)
            continue
        votes = {str(one["no"]): one["votes"] for one in contest["options"]}
        votes |= {"invalid": contest["invalid"], "ballots": contest["ballots"]}
        same(path, f"{contest['contest']}: rows", sorted(votes), sorted(table.rows))
        for key, (title, cells) in table.rows.items():
            same(path, f"{title}: votes", votes[key], number(path, title, _cell(path, table, cells, "votes")))
        checked += len(votes)
    return checked


# --- how pages and tables are read ---


def _tables(source: Source, path: str, *names: str) -> dict[str, Table]:
    html = main_of(path, source.read(path))
    return dict(tables_of(path, html, lambda name: name in names, lambda _: {}))


def _cell(path: str, table: Table | None, cells: Sequence[str], column: str) -> str:
    if table is None or column not in table.columns:
        raise Broken(path, f"column {column}", expected="a column", found=None, remedy=_REMEDY)
    return cells[table.columns.index(column)]


def _csv(source: Source, path: str) -> Iterator[dict[str, str]]:
    yield from rows_of(f"{path}.csv", need(source, f"{path}.csv"))


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _sum(parts: Sequence[int | None]) -> int | None:
    known = [one for one in parts if one is not None]
    return sum(known) if known else None


def _first(path: str, expected: Sequence[object], found: Sequence[object]) -> None:
    """Name the first line in which a table differs from the JSON beside it."""
    same(path, "rows", len(expected), len(found))
    for at, (one, other) in enumerate(zip(expected, found, strict=True), 2):
        same(path, f"line {at}", one, other)
