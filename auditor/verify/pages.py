"""Step 9: figures read back from the pages as a person reads them, in three languages, and compared with our sums.

A reader of our own, by patterns over the page's text: the meaning of a figure comes from the visible heading of its
column and the visible name of its row, not from a mark in the page alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import unescape

from auditor.verify.figures import Figures, Shown, same
from auditor.verify.findings import Broken
from auditor.verify.sources import Source
from auditor.verify.tally import COUNTRY, Scope
from shailoo.model.base import LANGUAGES, Language
from shailoo.model.election import Contest

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_TABLE = re.compile(r"<table\b([^>]*)>(.*?)</table>", re.DOTALL)
_ROW = re.compile(r"<tr\b[^>]*>(.*?)</tr>", re.DOTALL)
_HEADING = re.compile(r"<th\b([^>]*)>(.*?)</th>", re.DOTALL)
_CELL = re.compile(r"<td\b[^>]*>(.*?)</td>", re.DOTALL)
_FIGURE = re.compile(r'<(dd|span)\b[^>]*\bdata-figure="([a-z.]+)"[^>]*>([^<]*)')
_TERM = re.compile(r"<dt>([^<]*)</dt>\s*<dd\b[^>]*\bdata-figure=\"([a-z.]+)\"")
_PRE = re.compile(r"<pre\b[^>]*>(.*?)</pre>", re.DOTALL)
_SCRIPTED = re.compile(r"<(svg|style|script)\b.*?</\1>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_ATTRIBUTE = re.compile(r'([a-z-]+)="([^"]*)"')
_NUMBER = re.compile(r"0|[1-9][0-9]{0,2}(?:\u202f[0-9]{3})*")
_REMEDY = "Photograph the page and keep its file; compare with the page of the same place in another language."
_SHARES = 10_000
_TOP = frozenset({"voters", "participants", "reported", "expected", "held", "votes", "ballots"})
_READ = frozenset({"parts", "coverage", "districts", "candidates", "sources:region", "sources:tec", "sources:station"})
"""Tables that are read beside those of contests; turnout is signed by no box and is not."""
_WORDS: Mapping[str, frozenset[str]] = {
    "votes": frozenset({"Добуштар", "Голоса", "Votes"}),
    "share": frozenset({"Үлүш", "Доля", "Share", "Эсептелди", "Учтено", "Counted"}),
    "voters": frozenset({"Шайлоочулар", "Избиратели", "Voters"}),
    "participants": frozenset({"Катышты", "Приняли участие", "Took part"}),
    "reported": frozenset({"Урналар", "Урны", "Boxes"}),
    "expected": frozenset({"жалпысы", "из", "of"}),
    "held": frozenset({"Кармалды", "Удержано", "Held"}),
    "waiting": frozenset({"Али эсептелбеген шайлоочулар", "Избирателей ещё не учтено", "Voters not counted yet"}),
    "ballots": frozenset({"бюллетендердин ичинен", "из бюллетеней", "of ballots"}),
    "preferences": frozenset({"Преференциялык добуштар", "Преференциальные голоса", "Preferential votes"}),
}
"""What the heading of a column may say, so that two columns cannot change places unseen."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its columns, and its rows by key with their visible name and cells."""

    columns: tuple[str, ...]
    rows: Mapping[str, tuple[str, tuple[str, ...]]]


def check_pages(
    source: Source,
    figures: Figures,
    scopes: Iterable[Scope],
    texts: Mapping[str, list[str]],
    also: Callable[[str, str, str, Language], int],
) -> int:
    """Read the pages of places in every language. `texts` are the public texts of a station. Raises Broken.

    `also` looks at a station's page for what does not concern the boxes: address, main part, station, language.
    """
    checked = 0
    scopes = list(scopes)
    wanted = [(language, scope) for language in LANGUAGES for scope in scopes]
    paths = [page_path(figures, language, scope) for language, scope in wanted]
    for (language, scope), (path, data) in zip(wanted, source.fetch(paths), strict=True):
        html = main_of(path, data)
        checked += _check_facts(path, html, figures, scope)
        checked += _check_contests(path, html, figures, scope, language)
        if scope[0] == "station":
            checked += _check_texts(path, html, texts.get(scope[1], []))
            checked += also(path, html, scope[1], language)
    return checked


def page_path(figures: Figures, language: Language, scope: Scope) -> str:
    """Where the page of a place lies."""
    start = f"{language}/{figures.election.id}"
    return f"{start}/index.html" if scope == COUNTRY else f"{start}/{scope[0]}/{scope[1]}/index.html"


def main_of(path: str, data: bytes | None) -> str:
    """The main part of a page without comments. Raises Broken."""
    if data is None:
        raise Broken(path, "whole page", expected="a page", found=None, remedy=_REMEDY)
    html = _COMMENT.sub("", data.decode("utf-8", errors="replace"))
    _, begin, rest = html.partition("<main")
    main, end, _ = rest.partition("</main>")
    if not begin or not end or "<!--" in main:
        raise Broken(path, "whole page", expected="one main part", found="none that can be read", remedy=_REMEDY)
    return main


def _check_facts(path: str, html: str, figures: Figures, scope: Scope) -> int:
    place = figures.place(scope)
    expected = {"voters": place.voters, "participants": figures.participants(scope)}
    if scope[0] != "station":
        expected |= {"reported": place.boxes, "expected": place.expected, "held": place.held}
    found = figures_of(path, html)
    for name, figure in expected.items():
        same(path, name, figure, found.get(name))
    terms = {name: term for term, name in _TERM.findall(html)}
    if scope[0] != "station" and len({terms.get(one) for one in ("voters", "participants", "reported", "held")}) < 4:  # noqa: PLR2004 -- four different words
        raise Broken(path, "names of the figures", expected="four different names", found=str(terms), remedy=_REMEDY)
    return len(expected)


def figures_of(path: str, html: str) -> dict[str, int | None]:
    """The figures at the top of a page by name, each once. Raises Broken."""
    found: dict[str, int | None] = {}
    for _, name, text in _FIGURE.findall(html):
        if name in _TOP:
            if name in found:
                raise Broken(path, name, expected="one figure", found="two", remedy=_REMEDY)
            found[name] = number(path, name, text.strip())
    return found


def _check_contests(path: str, html: str, figures: Figures, scope: Scope, language: Language) -> int:
    tables = dict(tables_of(path, html))
    checked = 0
    contests = [one for one in figures.contests(scope) if figures.shown(scope, one).ballots is not None]
    drawn = sorted(name for name in tables if name.startswith("contest:"))
    same(path, "contests", sorted(f"contest:{one.id}" for one in contests), drawn)
    for contest in contests:
        shown = figures.shown(scope, contest)
        checked += _check_contest(path, tables[f"contest:{contest.id}"], shown, contest, language)
    parts = tables.get("parts")
    if parts is not None:
        checked += _check_parts(path, parts, figures, scope)
    return checked


def _check_contest(path: str, table: Table, shown: Shown, contest: Contest, language: Language) -> int:
    base = shown.ballots or 0
    expected: dict[str, int | None] = {
        str(option.no): votes for option, votes in zip(contest.options, shown.votes, strict=True)
    }
    expected |= {"invalid": shown.invalid, "ballots": shown.ballots}
    if shown.bound is not None:
        expected = {"ballots": shown.ballots}
    votes_at, share_at = table.columns.index("votes"), table.columns.index("share")
    same(path, f"{contest.id}: rows", sorted(expected), sorted(table.rows))
    for key, (name, cells) in table.rows.items():
        where = f"{contest.id}, {name}"
        figure = expected[key]
        same(path, f"{where}: votes", figure, number(path, where, cells[votes_at]))
        if key.isdecimal():
            called = " ".join(contest.option_by_no[int(key)].name.text(language).split())
            if called not in name:
                raise Broken(path, f"{contest.id}, row {key}", expected=called, found=name, remedy=_REMEDY)
        if key != "ballots" and figure is not None:
            same(path, f"{where}: share", share_of(figure, base), share_text(cells[share_at]))
    return 2 * len(expected)


def _check_parts(path: str, table: Table, figures: Figures, scope: Scope) -> int:
    parts = {name: (kind, name) for kind, name in figures.parts(scope)}
    same(path, "parts", sorted(parts), sorted(table.rows))
    for key, (name, cells) in table.rows.items():
        place = figures.place(parts[key])
        expected = {
            "voters": place.voters, "participants": figures.participants(parts[key]), "reported": place.boxes,
            "expected": place.expected, "held": place.held,
        }  # fmt: skip
        for column, figure in expected.items():
            cell = cells[table.columns.index(column)]
            same(path, f"{name}: {column}", figure, number(path, f"{name}: {column}", cell))
    return 5 * len(parts)


def _check_texts(path: str, html: str, texts: list[str]) -> int:
    found = [unescape(_TAG.sub("", inner)) for inner in _PRE.findall(html)]
    for text in found:
        if text not in texts:
            raise Broken(path, "a report's text", expected="the text that was signed", found=text[:200], remedy=_REMEDY)
    for text in texts:
        if text not in found:
            raise Broken(path, "reports", expected=text[:200], found=None, remedy=_REMEDY)
    return len(found)


def _of_results(name: str) -> bool:
    return name.startswith("contest:") or name in _READ


def tables_of(
    path: str,
    html: str,
    wanted: Callable[[str], bool] = _of_results,
    words: Callable[[str], Mapping[str, frozenset[str]]] = lambda _: _WORDS,
) -> Iterator[tuple[str, Table]]:
    """The tables of a page by name; `words` are the headings that columns of a table may have. Raises Broken."""
    seen: set[str] = set()
    for said, inner in _TABLE.findall(html):
        name = dict(_ATTRIBUTE.findall(said)).get("data-table", "")
        if name in seen or not name:
            raise Broken(path, f"table {name}", expected="a table with a name, once", found="another", remedy=_REMEDY)
        seen.add(name)
        if wanted(name):
            try:
                yield name, _table(path, name, inner, words(name))
            except (IndexError, ValueError) as error:
                raise Broken(path, f"table {name}", expected="a table", found=str(error), remedy=_REMEDY) from error


def _table(path: str, name: str, inner: str, known: Mapping[str, frozenset[str]]) -> Table:
    first, *others = _ROW.findall(_SCRIPTED.sub("", inner))
    columns = []
    for said, text in _HEADING.findall(first):
        column = dict(_ATTRIBUTE.findall(said))["data-col"]
        columns.append(column)
        if column in known and _words(text) not in known[column]:
            raise Broken(
                path, f"table {name}, heading of {column}", expected="one of " + ", ".join(sorted(known[column])),
                found=_words(text), remedy=_REMEDY,
            )  # fmt: skip
    rows: dict[str, tuple[str, tuple[str, ...]]] = {}
    for row in others:
        ((said, text),) = _HEADING.findall(row)
        cells = tuple(_words(cell) for cell in _CELL.findall(row))
        if len(cells) != len(columns) - 1:
            raise ValueError(row[:80])
        rows[dict(_ATTRIBUTE.findall(said))["data-row"]] = _words(text), cells
    if len(rows) != len(others):
        raise ValueError(name)
    return Table(tuple(columns[1:]), rows)


def _words(inner: str) -> str:
    return " ".join(unescape(_TAG.sub(" ", inner)).replace("\u202f", "\x00").split()).replace("\x00", "\u202f")


def number(path: str, place: str, text: str) -> int | None:
    """A figure as printed; None for a dash or nothing. Raises Broken."""
    if text in {"", "\u2014"}:
        return None
    if not _NUMBER.fullmatch(text):
        raise Broken(path, place, expected="a figure", found=text[:40], remedy=_REMEDY)
    return int(text.replace("\u202f", ""))


def share_of(part: int, base: int) -> int | None:
    """Hundredths of a percent, rounded half up; None of nothing."""
    return (part * 2 * _SHARES + base) // (2 * base) if base else None


def share_text(text: str) -> int | None:
    """A share as printed, in hundredths of a percent; None for a dash or nothing."""
    bare = text.replace("\u202f", "").removesuffix("%").replace(",", "").replace(".", "")
    return int(bare) if bare.isdecimal() else None
