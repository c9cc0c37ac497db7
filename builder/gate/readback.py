"""Reads a finished page as a reader would: which figure stands under which heading, beside which name.

The meaning of a cell comes from the heading of its column and the name of its row, never from a mark on the cell
itself: a template that swaps two columns must not be able to swap their meaning too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from html import unescape
from typing import TYPE_CHECKING

from selectolax.lexbor import LexborHTMLParser

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_DIGIT = re.compile(r"[0-9]")
_SPACES = str.maketrans("", "", "\u202f\u00a0 ")
_NUMBER = re.compile(r"^(0|[1-9][0-9]{0,2}(\u202f[0-9]{3})*)$")
_SHARE = re.compile(r"^[0-9]{1,7}[.,][0-9]{2}%$")
_RECT = re.compile(r"<rect((?: [^>]*)?)>")
_ATTRIBUTE = re.compile(r'([a-z-]+)="([^"]*)"')
_CELL = re.compile(r"<td(?: [^>]*)?>([^<&]*)</td>")
_TAG = re.compile(r"<[^>]*>")
_REMEMBERED = 4_096
"""Spellings whose meaning is remembered: the same figures stand on many pages and in three languages."""
_DOCUMENT = re.compile(r'(?:href|src|srcset|data-[a-z]+)="([^"]*/document/[^"]*)"')
_DRAWN = ("data-seats", "data-map", "data-legend", '"key', " key")
"""Without any of these in it, a page has no drawing that says figures."""
_ELSEWHERE = "[data-text],[data-figure],ul.key,svg,pre,time,ol[data-legend],select"


class Unreadable(ValueError):
    """A page that cannot be read back: a table with a row too long, a figure that is no figure."""


@dataclass(slots=True)
class Table:
    """A table by its identity: columns in order with their visible labels, rows with their visible names."""

    id: str
    scale: int | None
    columns: list[tuple[str, str]]
    rows: list[tuple[str, str, list[str | int]]]
    """(key, visible name, cells): the text of a cell, or the width of its bar in hundredths of a percent."""


@dataclass(slots=True)
class PageRead:
    """Everything on a page that says a figure."""

    page: str
    scope: str
    election: str
    tables: list[Table] = field(default_factory=list)
    figures: list[tuple[str, str, str]] = field(default_factory=list)
    """(identity, visible text without nested figures, the label before it)."""
    seats: list[tuple[str, str, str]] = field(default_factory=list)
    """(row, name, figure) of the hemicycle's key."""
    seat_marks: dict[str, int] = field(default_factory=dict)
    """Row -> dots of the hemicycle."""
    areas: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Region -> (class of its colour, title) on the map."""
    legend: list[int] = field(default_factory=list)
    """Lower bounds of the map's colours, in whole percent."""
    notes: list[str] = field(default_factory=list)
    """Texts of signed reports."""
    documents: frozenset[str] = frozenset()
    """Addresses of files of scanned documents, linked or shown."""
    stray: str = ""
    """Visible text with a digit in it that belongs to none of these."""


def read_page(html: str) -> PageRead:
    """Read the main part of a page. Raises Unreadable."""
    tree = LexborHTMLParser(html)
    root = tree.css_first("[data-page]")
    if root is None:
        message = "the page has no data-page"
        raise Unreadable(message)
    attributes = root.attributes
    page = PageRead(
        attributes["data-page"] or "", attributes.get("data-scope") or "", attributes.get("data-election") or ""
    )
    if "/document/" in html:
        page.documents = frozenset(map(unescape, _DOCUMENT.findall(html)))
    for node in root.css("[data-figure]"):
        page.figures.append((node.attributes["data-figure"] or "", _own_text(node), _label(node)))
    for table in root.css("table"):
        page.tables.append(_table(table.html or ""))
        table.decompose()
    if any(sign in html for sign in _DRAWN):
        _read_drawings(root, page)
    page.notes = [node.text() for node in root.css("pre")]
    for node in root.css(_ELSEWHERE):
        node.decompose()
    rest = root.text(separator=" ")
    found = _DIGIT.search(rest)
    if found is not None:
        page.stray = " ".join(rest[max(0, found.start() - 40) : found.end() + 40].split())
    return page


def _read_drawings(root: LexborNode, page: PageRead) -> None:
    """The hemicycle with its key, and the map with its legend."""
    for item in root.css("ul.key > li"):
        figure = item.css_first("b")
        name = item.css_first("span")
        if figure is None or name is None:
            message = "a line of the seats' key lacks its name or its figure"
            raise Unreadable(message)
        page.seats.append((item.attributes.get("data-row") or "", name.text().strip(), figure.text().strip()))
    for group in root.css("svg[data-seats] g[data-row]"):
        page.seat_marks[group.attributes["data-row"] or ""] = len(group.css("circle"))
    for path in root.css("svg[data-map] path[data-row]"):
        title = path.css_first("title")
        page.areas[path.attributes["data-row"] or ""] = (
            path.attributes.get("class") or "",
            title.text() if title else "",
        )
    for step in root.css("ol[data-legend] li"):
        if step.attributes.get("class") != "cn":
            page.legend.append(_whole_percent(step.text()))


@lru_cache(maxsize=_REMEMBERED)
def number(text: str) -> int | None:
    """A figure as printed: digits in groups of three. None for a dash or an empty cell. Raises Unreadable."""
    if text in {"", "\u2014"}:
        return None
    if not _NUMBER.match(text):
        message = f"not a figure: {text!r}"
        raise Unreadable(message)
    return int(text.replace("\u202f", ""))


@lru_cache(maxsize=_REMEMBERED)
def difference(text: str) -> int | None:
    """A difference as printed, with its sign; nought has none. None for a dash. Raises Unreadable."""
    sign, rest = (text[0], text[1:]) if text[:1] in {"+", "\u2212"} else ("", text)
    found = number(rest)
    if bool(sign) != bool(found):
        message = f"not a difference: {text!r}"
        raise Unreadable(message)
    return -found if sign == "\u2212" and found is not None else found


@lru_cache(maxsize=_REMEMBERED)
def share(text: str) -> int | None:
    """A share as printed, in hundredths of a percent. None for a dash or an empty cell. Raises Unreadable."""
    bare = text.translate(_SPACES)
    if bare in {"", "\u2014", "\u2013"}:
        return None
    if not _SHARE.match(bare):
        message = f"not a share: {text!r}"
        raise Unreadable(message)
    return int(bare[:-1].replace(",", "").replace(".", ""))


def _whole_percent(text: str) -> int:
    bare = text.translate(_SPACES).removesuffix("%")
    if not bare.isascii() or not bare.isdecimal():
        message = f"not a whole percent: {text!r}"
        raise Unreadable(message)
    return int(bare)


def _table(html: str) -> Table:
    """A table from its normal spelling, as the parser writes it: every tag closed, every attribute in quotes.

    Cells are found in that text and not in the tree: there are fifty a table and twenty-five thousand tables a build.
    """
    first, *rows = _rows(html)
    known = _attributes(html[: html.index(">")])
    identity = known.get("data-table")
    if not identity:
        message = "a table without data-table"
        raise Unreadable(message)
    scale = known.get("data-scale")
    table = Table(identity, int(scale) if scale else None, _headings(identity, first), [])
    wide = len(table.columns) - 1
    bars = [at for at, (column, _) in enumerate(table.columns[1:]) if column == "bar"]
    for row in rows:
        name, end, rest = row.partition("</th>")
        cells = _cells(rest)
        if not end or len(cells) != wide:
            message = f"a row of table {identity} is not one name and {wide} cells"
            raise Unreadable(message)
        key, visible = _name(name)
        read: list[str | int] = list(cells)
        if bars:
            spelled = rest.split("</td>")
            for at in bars:
                read[at] = _bar(spelled[at])
        table.rows.append((key, visible, read))
    return table


@lru_cache(maxsize=4 * _REMEMBERED)
def _name(name: str) -> tuple[str, str]:
    """The key and the visible name of a row, from all that stands before its first cell."""
    said, _, visible = name.partition(">")
    attributes = _attributes(said)
    if name[:4] != "<th " or attributes.get("scope") == "col" or name.count("<th") != 1:
        message = f"a row does not begin with its name: {name[:60]!r}"
        raise Unreadable(message)
    return attributes.get("data-row", ""), _visible_text(visible)


@lru_cache(maxsize=512)
def _cells(rest: str) -> tuple[str, ...]:
    """The texts of a row's cells. A page's rows are remembered: in the next language most figures are spelled alike."""
    plain = _CELL.findall(rest)
    if rest.count("<") == 2 * len(plain) == 2 * rest.count("</td><td") + 2 and rest[:3] + rest[-5:] == "<td</td>":
        return tuple(map(str.strip, plain))  # cell after cell, with nothing but text in them
    *cells, after = rest.split("</td>")
    if after.strip() or rest.count("<td") != len(cells) or "<th" in rest:
        message = f"a cell within a cell, or text after the cells of a row: {after[:20]!r}"
        raise Unreadable(message)
    return tuple(map(_text, cells))


def _rows(html: str) -> list[str]:
    """What stands inside each row, without the text around rows. A table has at least one."""
    pieces = html.split("</tr>")[:-1]
    if not pieces or html.count("<table") != 1 or html.count("<tr") != len(pieces):
        message = "a table within a table, or without rows"
        raise Unreadable(message)
    return [piece[piece.index(">", piece.index("<tr")) + 1 :] for piece in pieces]


def _headings(identity: str, row: str) -> list[tuple[str, str]]:
    """The first row of a table: nothing but headings of columns."""
    cells = [cell.partition(">") for cell in row.split("</th>")]
    *cells, (rest, _, _) = cells
    found = [(_attributes(said), inner) for said, _, inner in cells]
    if not found or rest.strip() or "<td" in row or any(one.get("scope") != "col" for one, _ in found):
        message = f"table {identity} does not begin with a row of headings"
        raise Unreadable(message)
    return [(attributes.get("data-col", ""), _visible_text(inner)) for attributes, inner in found]


def _bar(cell: str) -> int | str:
    """The width of the bar in a cell, in hundredths of a percent; its text when there is no bar."""
    found = _RECT.search(cell)
    if found is None:
        return _text(cell)
    width = _attributes(found[1]).get("width", "").removesuffix("%")
    whole, _, part = width.partition(".")
    if not whole.isdecimal() or not (part or "0").isdecimal():
        message = f"not a width: {width!r}"
        raise Unreadable(message)
    return int(whole) * 100 + int((part + "00")[:2])


@lru_cache(maxsize=_REMEMBERED)
def _attributes(said: str) -> dict[str, str]:
    return {name: unescape(value) for name, value in reversed(_ATTRIBUTE.findall(said))}  # of two, the first is read


def _text(cell: str) -> str:
    """What is read in a cell, from its opening tag on, without the spaces around it."""
    if cell[:4] == "<td>":
        inner = cell[4:]
    elif cell[:4] == "<td ":
        inner = cell[cell.index(">") + 1 :]
    else:
        message = f"text between the cells of a row: {cell[:20]!r}"
        raise Unreadable(message)
    if "<" in inner:
        inner = _TAG.sub("", inner)
    return (unescape(inner) if "&" in inner else inner).strip()


@lru_cache(maxsize=_REMEMBERED)
def _visible_text(inner: str) -> str:
    """Words of a cell with one space between them, also where only a tag stood."""
    return " ".join(unescape(_TAG.sub(" ", inner)).split())


def _visible(node: LexborNode) -> str:
    return " ".join(node.text(separator=" ").split())


def _own_text(node: LexborNode) -> str:
    """Text of a figure without the figures and remarks nested in it."""
    return (node.text(deep=False) or "").strip()


def _label(node: LexborNode) -> str:
    before = node.prev
    while before is not None and before.tag != "dt":
        before = before.prev
    return _visible(before) if before is not None and node.tag == "dd" else ""
