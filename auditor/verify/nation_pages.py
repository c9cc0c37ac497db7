"""Step 9, further: districts, coverage and seats on the overview, and the page of every list and candidate."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from auditor.verify.figures import Figures, same
from auditor.verify.findings import Broken
from auditor.verify.pages import Table, figures_of, main_of, number, page_path, share_of, share_text, tables_of
from auditor.verify.sources import Source, read_json
from auditor.verify.tally import COUNTRY, Scope
from shailoo.model.base import LANGUAGES, Language
from shailoo.model.election import Contest, Option

_SEATS = re.compile(r'<li data-row="([a-z0-9]+)"[^>]*><span[^>]*>[^<]*</span>\s*<b>([^<]*)</b>')
_REMEDY = "Photograph the page and keep its file; compare with the page of the same place in another language."
Line = tuple[Contest, int, Option]
"""A line of a ballot: contest, place on the ballot from 0, option."""


def check_overviews(source: Source, figures: Figures) -> int:
    """What stands on the overviews beside the contests. Raises Broken."""
    seats = read_json(source, f"data/{figures.election.id}/overview.json").get("seats")
    checked = 0
    for language in LANGUAGES:
        path = page_path(figures, language, COUNTRY)
        html = main_of(path, source.read(path))
        tables = dict(tables_of(path, html))
        checked += _check_coverage(path, tables["coverage"], figures)
        if "districts" in tables:
            checked += _check_districts(path, tables["districts"], figures, language)
        if seats is not None:
            checked += _check_key(path, html, seats)
    return checked


def _check_coverage(path: str, table: Table, figures: Figures) -> int:
    parts = {name: (kind, name) for kind, name in figures.parts(COUNTRY)}
    same(path, "coverage", sorted(parts), sorted(table.rows))
    for key, (name, cells) in table.rows.items():
        place = figures.place(parts[key])
        for column, figure in (("reported", place.boxes), ("expected", place.expected), ("waiting", place.waiting)):
            _same_cell(path, table, (name, cells), column, figure)
        same(path, f"{name}: share", share_of(place.boxes, place.expected), _share(table, cells))
    return 4 * len(parts)


def _check_districts(path: str, table: Table, figures: Figures, language: Language) -> int:
    for key, (name, cells) in table.rows.items():
        contest = figures.contests(("district", key))[0]
        total = figures.country(contest.id)
        ranked = sorted(
            zip((-votes for votes in total.votes), contest.options, strict=True), key=lambda one: (one[0], one[1].no)
        )
        counted = total.boxes > 0 and ranked[0][0] < 0
        votes = -ranked[0][0] if counted else None
        leader = ranked[0][1].name.text(language) if counted else "\u2014"
        same(path, f"{name}: leader", " ".join(leader.split()), cells[table.columns.index("leader")])
        _same_cell(path, table, (name, cells), "votes", votes)
        _same_cell(path, table, (name, cells), "reported", total.boxes)
        _same_cell(path, table, (name, cells), "expected", total.expected)
        same(
            path, f"{name}: share", share_of(votes, total.ballots) if votes is not None else None, _share(table, cells)
        )
    return 5 * len(table.rows)


def _check_key(path: str, html: str, seats: Mapping[str, object]) -> int:
    """The key of the hemicycle against the seats that step 8 has found right."""
    told = {key: number(path, f"seats of {key}", text.strip()) for key, text in _SEATS.findall(html)}
    lists = seats["lists"]
    rows = lists if isinstance(lists, list) else []
    same(
        path, "seats", {str(row["no"]): row["seats"] for row in rows}, {k: v for k, v in told.items() if k.isdecimal()}
    )
    return len(rows)


def check_options(source: Source, figures: Figures, lines: Iterable[Line]) -> int:
    """The pages of lists and candidates in every language: votes, where they came from, preference votes."""
    checked = 0
    wanted = [(language, line) for language in LANGUAGES for line in lines]
    paths = [
        f"{language}/{figures.election.id}/option/{contest.id}/{option.no}/index.html"
        for language, (contest, _, option) in wanted
    ]
    for (_, (contest, index, option)), (path, data) in zip(wanted, source.fetch(paths), strict=True):
        html = main_of(path, data)
        total = figures.country(contest.id)
        found = figures_of(path, html)
        same(path, "votes", total.votes[index] if total.boxes else None, found.get("votes"))
        same(path, "ballots", total.ballots if total.boxes else None, found.get("ballots"))
        same(path, "reported", total.boxes, found.get("reported"))
        for name, table in tables_of(path, html):
            if name.startswith("sources:"):
                checked += _check_sources(path, table, figures, (contest, index, option), name.partition(":")[2])
            elif name == "candidates":
                checked += _check_candidates(path, table, figures.tally.preferences.get((contest.id, option.no)))
        checked += 3
    return checked


def _check_sources(path: str, table: Table, figures: Figures, line: Line, kind: str) -> int:
    contest, index, _ = line
    for key, (name, cells) in table.rows.items():
        scope: Scope = (kind, key)
        part = figures.tally.of(scope, contest.id)
        known = part.boxes > 0 and part.ballots > 0
        _same_cell(path, table, (name, cells), "votes", part.votes[index] if known else None)
        _same_cell(path, table, (name, cells), "ballots", part.ballots if known else None)
        if known:
            same(path, f"{name}: share", share_of(part.votes[index], part.ballots), _share(table, cells))
    return 3 * len(table.rows)


def _check_candidates(path: str, table: Table, chosen: Mapping[int, int] | None) -> int:
    for key, (name, cells) in table.rows.items():
        votes = None if chosen is None else chosen.get(int(key), 0)
        _same_cell(path, table, (name, cells), "preferences", votes)
    return len(table.rows)


def _same_cell(path: str, table: Table, row: tuple[str, tuple[str, ...]], column: str, figure: int | None) -> None:
    name, cells = row
    if column not in table.columns:
        raise Broken(path, f"column {column}", expected="a column", found=None, remedy=_REMEDY)
    cell = cells[table.columns.index(column)]
    same(path, f"{name}: {column}", figure, number(path, f"{name}: {column}", cell))


def _share(table: Table, cells: tuple[str, ...]) -> int | None:
    return share_text(cells[table.columns.index("share")])


def lines_of(figures: Figures) -> list[Line]:
    """Every line of every ballot."""
    return [
        (contest, index, option)
        for contest in figures.election.contests
        for index, option in enumerate(contest.options)
    ]
