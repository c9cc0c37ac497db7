"""Counts of cases from which nobody can be told: rows hold at least K, parts sum, whatever is filed and how it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.cases.book import CaseBook
from builder.cases.figures import KindFigures, figures_of
from builder.cases.gate import CasesDisagree, check_figures, recount
from builder.cases.press import PER_PAGE, pages_of
from builder.cases.told import K, rows_of
from builder.cases.views import kind_views
from shailoo.adapters.memory import MemoryStore
from shailoo.kinds import KINDS
from shailoo.model.case import CaseAct, CaseFiled
from shailoo.model.record import read_record
from shailoo.rules.case_standing import standing_of
from tests.builder.case_records import CHANGE, STATIONS, Filer
from tests.builder.scene import election, publisher_of

if TYPE_CHECKING:
    from pathlib import Path

SMALL = election("small")
WAYS = ("identify", "lapse", "identify-by-passport")


def followed(stations: list[int], acts: list[tuple[int, str]]) -> tuple[CaseBook, Filer, list[KindFigures]]:
    """Cases at stations, then acts on some of them; figures after every record."""
    filer = Filer(MemoryStore())
    for at, station in enumerate(stations):
        filer.file(str(at), station=STATIONS[station])
    for at, act in acts:
        filer.act(str(at % len(stations)), act, reason="So it is.", proposed=act == "identify-by-passport")
    book, seen = CaseBook({"small": SMALL}, KINDS), list[KindFigures]()
    for entry in filer.store.feed(0):
        record = read_record(entry.body)
        assert isinstance(record, CaseFiled | CaseAct)
        book.receive(entry.seq, record)
        book.absorb(entry.seq)
        seen += figures_of(book, SMALL, "tizme")
    return book, filer, seen


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, len(STATIONS) - 1), min_size=1, max_size=90),
    st.lists(st.tuples(st.integers(0, 89), st.sampled_from(WAYS)), max_size=60),
)
def test_no_row_is_smaller_than_k_and_parts_always_sum(stations: list[int], acts: list[tuple[int, str]]) -> None:
    _, _, seen = followed(stations, acts)
    alone: set[str] = set()
    for figures in seen:
        told = [cases for _, cases in figures.statuses if cases is not None]
        assert sum(told) + figures.others == figures.filed
        assert all(cases == 0 or cases >= K for cases in told)
        assert figures.others == 0 or figures.others >= K or figures.others == figures.filed
        assert not figures.regions or sum(row.filed for row in figures.regions) == figures.filed
        hidden = any(row.decided is None for row in figures.regions)
        assert not hidden or all(row.decided is None for row in figures.commissions)
        for row in (*figures.regions, *figures.commissions):
            assert row.filed == 0 or row.filed >= K
            if row.decided is not None:
                assert row.decided == 0 or row.decided >= K
                assert row.filed == row.decided or row.filed - row.decided >= K
        now = {row.region for row in figures.regions if row.region}
        assert alone <= now, "who was told alone goes back into the others: the difference would open both"
        alone = now


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(0, len(STATIONS) - 1), min_size=1, max_size=30),
    st.lists(st.tuples(st.integers(0, 29), st.sampled_from(WAYS)), max_size=40),
)
def test_the_publishers_fold_and_the_desks_agree_on_every_case(
    stations: list[int], acts: list[tuple[int, str]]
) -> None:
    book, filer, _ = followed(stations, acts)
    for name, filed in filer.filed.items():
        row = book.state.rows[filed.case]
        records = [read_record(one.body) for one in filer.store.page(f"case-act/{filed.case}/", limit=99).entries]
        known = [one for one in records if isinstance(one, CaseAct)][: row.acts]
        assert standing_of(KINDS[CHANGE], filed, filer.numbers[name], known).status.name == row.status


@given(st.lists(st.integers(0, 40), min_size=1, max_size=9))
def test_what_is_hidden_is_never_one_and_never_few(counts: list[int]) -> None:
    told = rows_of(counts)
    hidden = [count for count, shown in zip(counts, told, strict=True) if shown is None]
    if hidden and any(told):
        assert sum(hidden) >= K
        assert len(hidden) > 1


def test_the_gate_stops_a_figure_that_is_not_that_of_the_cases(tmp_path: Path) -> None:
    book, _, _ = followed([0] * 30 + [1] * 15 + [3] * 12, [])
    publisher = publisher_of(tmp_path, MemoryStore(), ["small"])
    publisher.start()
    night = publisher.nights["small"]
    kinds = kind_views(book, night, "ru")
    body, _, _ = publisher.site.beside("ru", "applications", night, "small/applications/", "x", kinds=kinds, files=[])
    check_figures(body, book, recount(book, SMALL))
    swapped = body.replace('data-row="bishkek"', 'data-row="osh"')
    for wrong in (body.replace(">57<", ">58<"), body.replace(">30<", ">31<"), swapped):
        assert wrong == body or _stopped(wrong, book)
    assert body.replace(">57<", ">58<") != body


def _stopped(body: str, book: CaseBook) -> bool:
    with pytest.raises(CasesDisagree):
        check_figures(body, book, recount(book, SMALL))
    return True


@given(st.integers(0, 5 * PER_PAGE))
def test_a_new_case_changes_the_first_page_of_a_register_and_no_full_one(count: int) -> None:
    before, after = pages_of([str(at) for at in range(count)]), pages_of([str(at) for at in range(count + 1)])
    full = [tuple(page) for page in before if len(page) == PER_PAGE]
    assert [tuple(page) for page in after if len(page) == PER_PAGE][-len(full) :] == full or not full
    assert sum(map(len, after)) == count + 1
