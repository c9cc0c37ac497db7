"""The figures of applications of one election on one portal: values for the page, for JSON and for CSV alike."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from builder.cases.counts import NOWHERE
from builder.cases.told import decided_of, rows_of
from builder.store import open_json
from shailoo.model.case_kind import Phase

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from builder.cases.book import CaseBook
    from builder.cases.counts import KindCounts
    from shailoo.model.case_kind import CaseKind, Portal
    from shailoo.model.election import Election


FIGURE_COLUMNS: Final = (
    "election", "synthetic", "kind", "level", "region", "commission", "status", "cases", "decided",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A region, a commission in it, or the others together (`id` is then empty)."""

    region: str
    id: str
    filed: int
    decided: int | None
    """None: too few to be told."""


@dataclass(frozen=True, slots=True)
class KindFigures:
    """Of one kind."""

    kind: str
    filed: int
    acts: int
    statuses: tuple[tuple[str, int | None], ...]
    """Every status of the declaration, in its order; None: among `others`."""
    others: int
    """In the statuses that are not told one by one, together."""
    regions: tuple[PlaceRow, ...] = ()
    commissions: tuple[PlaceRow, ...] = ()
    """Of the regions that are told."""


def figures_of(book: CaseBook, election: Election, portal: Portal) -> tuple[KindFigures, ...]:
    """All kinds of a portal of which anything was filed, in the order of their declaration."""
    found = []
    for kind in book.kinds.values():
        counts = book.state.counts.get((election.id, kind.name))
        if kind.portal == portal and counts is not None:
            found.append(_figures(kind, counts, election, book.state.logged[election.id, kind.name]))
    return tuple(found)


def _figures(kind: CaseKind, counts: KindCounts, election: Election, logged: tuple[int, int]) -> KindFigures:
    names = [status.name for status in kind.statuses]
    values = [counts.statuses[name] for name in names]
    told = tuple(values) if kind.register else rows_of(values)
    closed = frozenset(status.name for status in kind.statuses if status.phase is Phase.CLOSED)
    hidden = sum(value for value, shown in zip(values, told, strict=True) if shown is None)
    regions = _rows(counts, "", {one.id: one.id for one in election.regions}, counts.alone, closed)
    commissions = [
        row
        for region in election.regions
        if region.id in counts.alone
        for row in _rows(counts, region.id, {}, counts.alone_tecs.get(region.id, {}), closed)
    ]
    if any(row.decided is None for row in regions):
        # Sums of commissions would open what their region does not tell, and by it the regions that hide it.
        commissions = [replace(row, decided=None) for row in commissions]
    return KindFigures(
        kind.name, sum(values), logged[1], tuple(zip(names, told, strict=True)), hidden, tuple(regions),
        tuple(commissions),
    )  # fmt: skip


def _rows(
    counts: KindCounts, region: str, order: dict[str, str], alone: Iterable[str], closed: frozenset[str]
) -> list[PlaceRow]:
    """Rows of one level: those that are told alone, then the others together. None where nobody is told alone."""
    told = [one for one in order if one in alone] if order else sorted(alone)
    if not told:
        return []
    sums: dict[str, list[int]] = {one: [0, 0] for one in (*told, NOWHERE)}
    for (at, tec), cell in counts.cells.items():
        if region and at != region:
            continue
        name = tec if region else at
        pair = sums[name if name in sums else NOWHERE]
        pair[0] += cell.total()
        pair[1] += sum(cell[status] for status in closed)
    decided = decided_of([(one[0], one[1]) for one in sums.values()])
    return [
        PlaceRow(region or name, name if region else "", pair[0], many)
        for (name, pair), many in zip(sums.items(), decided, strict=True)
    ]


def figures_json(election: str, figures: Sequence[KindFigures], *, synthetic: bool) -> bytes:
    """For programs."""
    value: dict[str, Any] = {
        "election": election,
        "synthetic": synthetic,
        "kinds": [
            {
                "kind": one.kind,
                "filed": one.filed,
                "acts": one.acts,
                "statuses": [{"status": name, "cases": cases} for name, cases in one.statuses],
                "other_statuses": one.others,
                "regions": [_place(row) for row in one.regions],
                "commissions": [_place(row) for row in one.commissions],
            }
            for one in figures
        ],
    }
    return open_json(value)


def _place(row: PlaceRow) -> dict[str, str | int | None]:
    return {"region": row.region, "commission": row.id, "filed": row.filed, "decided": row.decided}


def figures_csv(election: Election, figures: Sequence[KindFigures]) -> bytes:
    """For spreadsheets: a line for each figure; an empty cell is one that is not told."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(FIGURE_COLUMNS)
    start = election.id, "yes" if election.synthetic else "no"
    for one in figures:
        writer.writerow((*start, one.kind, "country", "", "", "", one.filed, ""))
        for name, cases in one.statuses:
            writer.writerow((*start, one.kind, "country", "", "", name, "" if cases is None else cases, ""))
        if one.others:
            writer.writerow((*start, one.kind, "country", "", "", "other", one.others, ""))
        for level, rows in (("region", one.regions), ("commission", one.commissions)):
            for row in rows:
                decided = "" if row.decided is None else row.decided
                writer.writerow((*start, one.kind, level, row.region, row.id, "", row.filed, decided))
    return text.getvalue().encode()
