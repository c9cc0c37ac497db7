"""Nothing of cases is written before it was read back: the gate counts every case anew and reads as a reader does.

Pages come from counts that each record moves by its difference (`counts.py`); the gate counts the cases themselves, one
by one, whatever those counts say. Statuses partition: what a page shows of a kind sums to how many were filed.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from html import unescape
from typing import TYPE_CHECKING, Final

from selectolax.lexbor import LexborHTMLParser

from builder.cases.told import K
from builder.cases.views import OTHERS
from builder.gate.readback import read_page
from shailoo.errors import ShailooError
from shailoo.model.case_kind import Phase
from shailoo.rules.case_standing import standing_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from builder.cases.book import CaseBook
    from builder.gate.readback import Table
    from shailoo.model.case_kind import CaseKind
    from shailoo.model.election import Election

_DASH: Final = "—"
_SPACES: Final = str.maketrans("", "", "\u202f\u00a0 ")


class CasesDisagree(ShailooError):
    """A page of cases says another thing than the cases."""

    code = "cases-disagree"


@dataclass(slots=True)
class Recount:
    """Cases of one kind, counted one by one."""

    statuses: Counter[str] = field(default_factory=Counter)
    filed: Counter[str] = field(default_factory=Counter)
    """By region, and by `region/commission`."""
    decided: Counter[str] = field(default_factory=Counter)


def recount(book: CaseBook, election: Election) -> dict[str, Recount]:
    """Every case of an election, by kind."""
    found: dict[str, Recount] = {}
    closed = {
        kind.name: {status.name for status in kind.statuses if status.phase is Phase.CLOSED}
        for kind in book.kinds.values()
    }
    for row in book.state.rows.values():
        if row.election != election.id or row.kind not in closed:
            continue
        one = found.get(row.kind) or found.setdefault(row.kind, Recount())
        one.statuses[row.status] += 1
        station = election.station_by_no.get(row.station or "")
        names = (OTHERS,) if station is None else (station.region, f"{station.region}/{station.tec}")
        for name in names:
            one.filed[name] += 1
            if row.status in closed[row.kind]:
                one.decided[name] += 1
    return found


def check_figures(html: str, book: CaseBook, counted: Mapping[str, Recount]) -> None:
    """A page of figures against the cases. Raises CasesDisagree, Unreadable."""
    page = read_page(html)
    if page.stray:
        raise CasesDisagree("A number stands outside of every table.", text=page.stray)
    tables = {table.id: table for table in page.tables}
    told = {value: text for value, text, _ in page.figures}
    for kind, one in counted.items():
        filed = one.statuses.total()
        if _number(told.get(f"filed:{kind}", "")) != filed:
            raise CasesDisagree("The page and the cases have another sum.", kind=kind, filed=filed)
        _check_statuses(book.kinds[kind], _rows(tables.get(f"statuses:{kind}")), one.statuses)
        places = tables.get(f"places:{kind}")
        if places is not None:
            _check_places(kind, _rows(places), one)
    extra = {name.partition(":")[2] for name in tables} - counted.keys()
    if extra:
        raise CasesDisagree("The page shows a kind of which nothing was filed.", kind=min(extra))


def check_case(html: str, case: str, book: CaseBook, labels: Mapping[str, str]) -> None:
    """A page of one case: its number, its status as the desks' own fold has it, as many steps as there are acts.

    `labels`: status -> its words on this page. Raises CasesDisagree.
    """
    filed, acts = book.state.told[case]
    row = book.state.rows[case]
    standing = standing_of(book.kinds[filed.kind], filed, row.number, acts)
    tree = LexborHTMLParser(html)
    said = tree.css_first("[data-status]")
    number = tree.css_first("[data-number]")
    if said is None or number is None or unescape(said.text().strip()) != labels[standing.status.name]:
        raise CasesDisagree("The page of a case has another status.", number=row.number)
    if number.attributes.get("data-number") != str(row.number) or len(tree.css("ol.history > li")) != len(acts) + 1:
        raise CasesDisagree("The page of a case lacks a step.", number=row.number)


def check_list(html: str, cases: Iterable[str], book: CaseBook, labels: Mapping[str, str]) -> None:
    """A page of a register: exactly these cases, each with its status. Raises CasesDisagree."""
    shown = {
        row.attributes.get("data-row") or "": (cell.text().strip() if cell is not None else "")
        for row in LexborHTMLParser(html).css("tr[data-row]")
        for cell in [row.css_first("[data-status]")]
    }
    wanted = {
        str(book.state.rows[case].number): labels[
            standing_of(book.kinds[book.state.rows[case].kind], filed, book.state.rows[case].number, acts).status.name
        ]
        for case in cases
        for filed, acts in [book.state.told[case]]
    }
    if {number: unescape(text) for number, text in shown.items()} != wanted:
        raise CasesDisagree("The list of a register is not that of its cases.")


def _rows(table: Table | None) -> dict[str, list[int | None]]:
    if table is None:
        raise CasesDisagree("A table of the page is missing.")
    return {key: [_number(str(cell)) for cell in cells] for key, _, cells in table.rows}


def _number(text: str) -> int | None:
    plain = text.translate(_SPACES)
    if plain in {"", _DASH}:
        return None
    if not plain.isdecimal():
        raise CasesDisagree("A cell holds no number.", text=text[:40])
    return int(plain)


def _check_statuses(kind: CaseKind, rows: Mapping[str, Sequence[int | None]], statuses: Counter[str]) -> None:
    known = {status.name for status in kind.statuses}
    shown = {name: cells[0] for name, cells in rows.items()}
    if shown.keys() - known - {OTHERS} or sum(count or 0 for count in shown.values()) != sum(statuses.values()):
        raise CasesDisagree("The statuses of a kind do not sum to what was filed.", kind=kind.name)
    for name, count in shown.items():
        if name != OTHERS and count != statuses[name]:
            raise CasesDisagree("A status has another count.", kind=kind.name, status=name)
        few = count is not None and 0 < count < K and count < sum(statuses.values())
        if few and not kind.register:
            raise CasesDisagree("A count is so small that a person might be told from it.", kind=kind.name)


def _check_places(kind: str, rows: Mapping[str, Sequence[int | None]], one: Recount) -> None:
    hidden = any(done is None for name, (_, done) in rows.items() if "/" not in name)
    for name, (count, done) in rows.items():
        if hidden and "/" in name and done is not None:
            raise CasesDisagree("Commissions tell what their region hides.", kind=kind, place=name)
        if count is None or 0 < count < K:
            raise CasesDisagree("A place has so few cases that a person might be told from it.", kind=kind)
        if name.rpartition("/")[2] == OTHERS:
            continue
        if count != one.filed[name]:
            raise CasesDisagree("A place has another count.", kind=kind, place=name)
        if done is not None and done != one.decided[name]:
            raise CasesDisagree("A place has another number of decided cases.", kind=kind, place=name)
    _check_parts(kind, rows, one.filed)


def _check_parts(kind: str, rows: Mapping[str, Sequence[int | None]], filed: Counter[str]) -> None:
    wholes = {"": sum(count for name, count in filed.items() if "/" not in name)}
    wholes |= {name: filed[name] for name in rows if "/" not in name and name != OTHERS}
    for whole, wanted in wholes.items():
        parts = [cells[0] or 0 for name, cells in rows.items() if "/".join(name.split("/")[:-1]) == whole]
        if parts and sum(parts) != wanted:
            raise CasesDisagree("The parts of a place do not sum to it.", kind=kind, place=whole)
