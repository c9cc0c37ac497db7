"""The papers of a rehearsal: complete, marked as synthetic, legible, always the same, and silent about small cells."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from pypdf import PdfReader

from builder.documents import make_copy
from rehearsal.counts import hides_votes
from rehearsal.manual import counted_by_hand
from rehearsal.packages import MAIN, find_package, read_package
from rehearsal.paper import accepted
from rehearsal.papers import Cabinet, Scan
from rehearsal.played import read_played
from rehearsal.scans import LINES, MARK, photographed, scanned, secret_areas
from shailoo.adapters.memory import FaultPlan, MemoryStore
from shailoo.model.record import record_bytes, record_key
from shailoo.rules.documents import expected_documents
from shailoo.rules.scan_kinds import look


def cabinet(package: str) -> Cabinet:
    """The papers of a package, its boxes' reports received."""
    election, played = read_package(find_package(package)), read_played(find_package(package))
    store = MemoryStore(FaultPlan())
    for box in sorted(played.box_counts)[:40]:
        report = accepted(election, box, played.box_counts[box], played.arrives(election, box))
        report = report.model_copy(update={"zero": report.note})
        store.append(record_key(report), record_bytes(report))
    return Cabinet(election, played, store)


@pytest.fixture(scope="module")
def small() -> Cabinet:
    return cabinet("small")


def scan(of: Cabinet, station: str, kind: str, part: str) -> Scan:
    """One paper."""
    papers = of.papers(of.election.station_by_no[station], whole=True)
    return next(one for one in papers if (one.paper.kind, one.paper.part) == (kind, part))


def text(pdf: bytes) -> list[str]:
    """What can be read on the pages of a scan, before it is made again from its pixels."""
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def test_a_station_of_2021_sends_27_papers_in_the_order_of_the_day() -> None:
    main = cabinet(MAIN)
    station = main.election.stations[0]
    papers = [(one.paper.kind, one.paper.part) for one in main.papers(station, whole=True)]
    assert len(papers) == 27
    assert papers == list(expected_documents(main.election, station))


def test_a_large_election_sends_some_papers_and_one_station_has_something_to_hide() -> None:
    main = cabinet(MAIN)
    chosen = main.chosen(main.election.stations)
    whole = [no for no, everything in chosen.items() if everything]
    assert (len(whole), len(chosen)) == (3, 15)
    contests = [contest.id for contest in main.election.contests]
    assert any(hides_votes(main.election, main.played, no, contest) for no in whole for contest in contests)
    few = main.papers(main.election.station_by_no[next(no for no in chosen if no not in whole)], whole=False)
    assert {one.paper.kind for one in few} == {"protocol"}


def test_every_page_says_in_three_languages_that_it_is_synthetic(small: Cabinet) -> None:
    protocol = scan(small, "1001", "protocol", "pr").sheet
    long = replace(protocol, lines=protocol.lines * 8)
    pages = text(scanned(long))
    assert len(pages) == long.pages == -(-len(long.lines) // LINES) > 1
    for page in pages:
        for mark in MARK:
            assert mark in page


def test_the_figures_of_the_count_by_hand_stand_on_the_protocol(small: Cabinet) -> None:
    count = counted_by_hand(small.election, small.played)["1001", "pr"]
    (page,) = text(scan(small, "1001", "protocol", "pr").data)
    for figure in (count.invalid, count.ballots - count.invalid, *count.votes):
        assert str(figure) in page.split()


def test_the_same_paper_has_the_same_bytes_of_a_few_kilobytes_and_another_has_others(small: Cabinet) -> None:
    station = small.election.station_by_no["5001"]
    first, again = ([one.data for one in small.papers(station, whole=True)] for _ in range(2))
    assert first == again
    assert len(set(first)) == len(first)
    assert max(map(len, first)) < 100_000
    assert {look(data) for data in first} == {"application/pdf", "image/jpeg"}


def test_the_public_copy_of_a_small_cell_is_the_same_whatever_its_votes_were(small: Cabinet) -> None:
    sheet = scan(small, "5001", "protocol", "smd-2").sheet
    assert sheet.secret is not None
    votes = tuple("9" * len(line) for line in sheet.lines[sheet.secret :])
    other = replace(sheet, lines=(*sheet.lines[: sheet.secret], *votes))
    assert scanned(other) != scanned(sheet)
    areas = secret_areas(sheet)
    assert make_copy(scanned(sheet), blackouts=areas) == make_copy(scanned(other), blackouts=areas)
    assert make_copy(scanned(sheet)) != make_copy(scanned(other))


def test_a_cell_that_is_not_small_is_shown(small: Cabinet) -> None:
    assert secret_areas(scan(small, "1001", "protocol", "smd-1").sheet) == ()
    assert secret_areas(scan(small, "1900", "protocol", "smd-2").sheet) != ()


def test_a_photograph_is_the_sheet_itself(small: Cabinet) -> None:
    sheet = scan(small, "1001", "protocol", "pr").sheet
    assert photographed(sheet) == make_copy(scanned(sheet)).pages[0].data
