"""Reads a finished page as a reader would: which figure stands under which heading, beside which name.

The meaning of a cell comes from the heading of its column and the name of its row, never from a mark on the cell
itself: a template that swaps two columns must not be able to swap their meaning too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from selectolax.lexbor import LexborHTMLParser

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_DIGIT = re.compile(r"[0-9]")
_SPACES = str.maketrans("", "", "\u202f\u00a0 ")
_NUMBER = re.compile(r"^(0|[1-9][0-9]{0,2}(\u202f[0-9]{3})*)$")
_SHARE = re.compile(r"^[0-9]{1,7}[.,][0-9]{2}%$")
_ELSEWHERE = "[data-text],table,[data-figure],ul.key,svg,pre,time,ol[data-legend],select"


class Unreadable(ValueError):
    """A page that cannot be read back: a table with a row too long, a figure that is no figure."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell: its text, and the width of its bar in hundredths of a percent where it has one."""

    text: str
    width: int | None


@dataclass(slots=True)
class Table:
    """A table by its identity: columns in order with their visible labels, rows with their visible names."""

    id: str
    scale: int | None
    columns: list[tuple[str, str]]
    rows: list[tuple[str, str, list[Cell]]]


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
    for table in root.css("table"):
        page.tables.append(_table(table))
    for node in root.css("[data-figure]"):
        page.figures.append((node.attributes["data-figure"] or "", _own_text(node), _label(node)))
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


def number(text: str) -> int | None:
    """A figure as printed: digits in groups of three. None for a dash or an empty cell. Raises Unreadable."""
    if text in {"", "\u2014"}:
        return None
    if not _NUMBER.match(text):
        message = f"not a figure: {text!r}"
        raise Unreadable(message)
    return int(text.replace("\u202f", ""))


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


def _table(node: LexborNode) -> Table:
    identity = node.attributes.get("data-table")
    if not identity:
        message = "a table without data-table"
        raise Unreadable(message)
    scale = node.attributes.get("data-scale")
    rows = node.css("tr")
    table = Table(identity, int(scale) if scale else None, _headings(identity, rows[0]) if rows else [], [])
    shape = ["th", *["td"] * (len(table.columns) - 1)]
    bars = [column == "bar" for column, _ in table.columns[1:]]
    for row in rows[1:]:
        name, *cells = row.iter()
        attributes = name.attributes
        if [name.tag, *[cell.tag for cell in cells]] != shape or attributes.get("scope") == "col":
            message = f"a row of table {identity} is not one name and {len(shape) - 1} cells"
            raise Unreadable(message)
        read = [_bar(cell) if bar else Cell(cell.text().strip(), None) for bar, cell in zip(bars, cells, strict=True)]
        table.rows.append((attributes.get("data-row") or "", _visible(name), read))
    return table


def _headings(identity: str, row: LexborNode) -> list[tuple[str, str]]:
    """The first row of a table: nothing but headings of columns."""
    cells = [(cell.tag, cell.attributes, cell) for cell in row.iter()]
    if not cells or any(tag != "th" or attributes.get("scope") != "col" for tag, attributes, _ in cells):
        message = f"table {identity} does not begin with a row of headings"
        raise Unreadable(message)
    return [(attributes.get("data-col") or "", _visible(cell)) for _, attributes, cell in cells]


def _bar(node: LexborNode) -> Cell:
    bar = node.css_first("svg rect")
    if bar is None:
        return Cell(node.text().strip(), None)
    width = (bar.attributes.get("width") or "").removesuffix("%")
    whole, _, part = width.partition(".")
    if not whole.isdecimal() or not (part or "0").isdecimal():
        message = f"not a width: {width!r}"
        raise Unreadable(message)
    return Cell("", int(whole) * 100 + int((part + "00")[:2]))


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
