"""Holds a table that was read back against what it ought to say, cell by cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from builder.gate.disagreement import PageDisagrees
from builder.gate.readback import difference, number, share

if TYPE_CHECKING:
    from collections.abc import Callable

    from builder.gate.ought import Ought
    from builder.gate.readback import Table
    from shailoo.model.base import Language

_FULL = 10_000
_PIXEL = 100
"""A hundredth of the full width of a bar, in hundredths of a percent: less than a pixel."""
_SHARES = frozenset({"share", "turnout"})
_TEXT = frozenset(
    {"leader", "state", "rule", "line", "since", "release", "day", "kind", "status", "code", "capped", "at", "causes",
     "digest", "body", "what", "reason", "force"}
)  # fmt: skip
"""Columns of words, times and digests."""


def compare(table: Table, ought: Ought, language: Language, page: str) -> None:
    """Every row that should be there, once, and every figure in it. Raises PageDisagrees, naming row and column."""
    keys = {key for key, _, _ in table.rows}
    if len(keys) < len(table.rows) or keys != ought.rows.keys():
        missing, extra = sorted(ought.rows.keys() - keys), sorted(keys - ought.rows.keys())
        raise PageDisagrees(
            "Rows are missing or too many.",
            page=page, table=table.id, missing=str(missing[:5]), extra=str(extra[:5]), rows=len(table.rows),
        )  # fmt: skip
    columns = tuple(column for column, _ in table.columns[1:])
    if ought.hours and tuple(column for column in columns if ":" in column) != ought.hours:
        raise PageDisagrees("An hour is missing.", page=page, table=table.id)
    _words(table, ought, language, page)
    readers = [(at, column, reader) for at, column in enumerate(columns) if (reader := _reader(column, ought))]
    for key, name, cells in table.rows:
        if key in ought.names and ought.names[key].text(language) not in name:
            raise PageDisagrees("A row stands beside another row's name.", page=page, table=table.id, row=key)
        spelled = (columns, table.scale, tuple(cells))
        if ought.right.get(key) != spelled:
            _row(table, key, [(column, reader, cells[at]) for at, column, reader in readers], ought, page)
            ought.right[key] = spelled


def _row(
    table: Table, key: str, cells: list[tuple[str, Callable[[str], int | None], str | int]], ought: Ought, page: str
) -> None:
    """Every figure of a row: its column, how it is read, what stands there."""
    figures = ought.rows[key]
    for column, reader, cell in cells:
        if column not in figures:
            raise PageDisagrees("A column that the gate does not know.", page=page, table=table.id, column=column)
        wanted = figures[column]
        if column == "bar":
            _bar(table, cell, wanted, key, page)
            continue
        found = reader(str(cell))
        if found != wanted:
            raise PageDisagrees(
                "A figure differs from the sum of the signed texts.",
                page=page, table=table.id, row=key, column=column, expected=wanted, found=found,
            )  # fmt: skip


def _words(table: Table, ought: Ought, language: Language, page: str) -> None:
    """Words that the gate knows: the reason of an act, who decided it, what it names."""
    if not ought.said:
        return
    columns = [column for column, _ in table.columns[1:]]
    for key, _, cells in table.rows:
        texts = {column: " ".join(str(cell).split()) for column, cell in zip(columns, cells, strict=True)}
        for column, pieces in ought.said.get(key, {}).items():
            for piece in pieces:
                wanted = " ".join((piece if isinstance(piece, str) else piece.text(language)).split())
                found = texts.get(column, "")
                if wanted not in found or (len(pieces) == 1 and wanted != found):
                    raise PageDisagrees(
                        "Words differ from the record.",
                        page=page, table=table.id, row=key, column=column, expected=wanted, found=found,
                    )  # fmt: skip


def only_figures(table: Table) -> None:
    """Where the gate has no figures of its own, a figure is a figure all the same. Raises Unreadable."""
    for _, _, cells in table.rows:
        for (column, _), cell in zip(table.columns[1:], cells, strict=True):
            if column not in _TEXT:
                number(str(cell))


def _reader(column: str, ought: Ought) -> Callable[[str], int | None] | None:
    """How a column's cells are read; None for words."""
    if column in _TEXT or (ought.words and column.startswith(ought.words)):
        return None
    if column in ought.signed:
        return difference
    return share if column in _SHARES or column in ought.shares else number


def _bar(table: Table, cell: str | int, wanted: int | None, row: str, page: str) -> None:
    if table.scale is None:
        raise PageDisagrees("Bars without a scale.", page=page, table=table.id)
    width = min(_FULL, (wanted or 0) * _FULL // table.scale) if table.scale else 0
    drawn = cell if isinstance(cell, int) else 0
    if abs(drawn - width) > _PIXEL:
        raise PageDisagrees(
            "A bar does not fit its share.", page=page, table=table.id, row=row, expected=width, found=drawn
        )
