"""Every agreed version of every paper of a count by hand in one table: one row for each figure that may be told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from builder.counts import sheet_texts
from builder.tables import table
from shailoo.model.election import LineRole
from shailoo.rules.manual_count import voted_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from builder.state import ElectionState
    from builder.views import Head, SheetText

PROTOCOL_COLUMNS = (
    "election", "status", "synthetic", "station", "sheet", "version", "state", "agreed", "correction", "act",
    "unreconciled", "line", "no", "figure",
)  # fmt: skip
"""`no` is set on the lines that have a figure for each option."""


def protocols_table(state: ElectionState, head: Head) -> bytes:
    """The table of a whole election."""
    numbers = _numbers(state)
    start = (head.election, head.status, "yes" if head.synthetic else "no")
    return table(
        PROTOCOL_COLUMNS,
        (
            (*start, station.no, *row)
            for station in state.election.stations
            for text in sheet_texts(state, station.no)
            for row in _rows(text, numbers)
        ),
    )


def _numbers(state: ElectionState) -> dict[tuple[str, str], list[int]]:
    """(sheet, group line) -> the ballot numbers of its figures."""
    election = state.election
    found: dict[tuple[str, str], list[int]] = {}
    for contest in election.contests:
        protocol = election.protocol_by_kind.get(contest.kind)
        if protocol is not None and LineRole.VOTES in protocol.line_by_role:
            line = protocol.line_by_role[LineRole.VOTES].id
            found[contest.id, line] = [one.no for one in voted_for(protocol, contest)]
    return found


def _rows(text: SheetText, numbers: dict[tuple[str, str], list[int]]) -> Iterator[Sequence[str | int | None]]:
    about = (
        text.sheet, text.version, text.state, text.agreed, text.correction or None, text.act or None,
        text.unreconciled or None,
    )  # fmt: skip
    for line, figures in text.lines:
        for no, figure in zip(numbers.get((text.sheet, line), (None,)), figures, strict=True):
            yield (*about, line, no, figure)
