"""Which papers a station owes."""

from __future__ import annotations

import typing
from collections import Counter

import pytest

from rehearsal.packages import find_package, package_files
from shailoo.model.document import DocumentKind, Placed
from shailoo.model.election import Election
from shailoo.package import load_package
from shailoo.rules.documents import (
    KINDS,
    LATER,
    NEVER_OWED,
    RETENTION_DAYS,
    document_order,
    expected_documents,
    source_of,
)
from tests.voting import small_election


@pytest.fixture(scope="module")
def parliament() -> Election:
    return load_package(package_files(find_package("jk-2021-11-28")))


def test_a_precinct_of_2021_owes_23_papers_counted_by_hand_and_those_of_its_machines(parliament: Election) -> None:
    station = next(one for one in parliament.stations if one.district is not None)
    owed = Counter(kind for kind, _ in expected_documents(parliament, station))
    assert owed["protocol"] + owed["annex"] == 23
    boxes = len(parliament.boxes_by_station[station.no])
    assert owed["zero-report"] == owed["final-report"] == boxes
    assert owed["identification-initial"] == owed["identification-final"] == 1


def test_a_station_owes_each_paper_once_and_each_can_be_named_in_a_record(parliament: Election) -> None:
    for station in parliament.stations:
        owed = expected_documents(parliament, station)
        assert len(set(owed)) == len(owed)
        assert list(owed) == sorted(owed, key=lambda one: document_order(*one))
    for kind, part in expected_documents(parliament, parliament.stations[0]):
        Placed(election=parliament.id, station=parliament.stations[0].no, kind=kind, part=part, original="a" * 64)


def test_two_boxes_of_a_station_owe_two_papers_of_a_kind_and_a_joined_one_owes_its_own() -> None:
    election = small_election()
    station = election.station_by_no["5001"]
    finals = [part for kind, part in expected_documents(election, station) if kind == "final-report"]
    assert finals == ["abb-000003", "abb-000004"]
    owed = expected_documents(election, station, ["ABB-000003", "ABB-000007"])
    assert [part for kind, part in owed if kind == "zero-report"] == ["abb-000003", "abb-000007"]


def test_nobody_owes_a_decision() -> None:
    election = small_election()
    owed = {kind for station in election.stations for kind, _ in expected_documents(election, station)}
    assert owed == set(KINDS) - NEVER_OWED


def test_every_kind_has_an_order_a_source_and_a_time_for_which_its_original_is_kept() -> None:
    assert set(KINDS) == set(typing.get_args(DocumentKind)) == RETENTION_DAYS.keys()
    assert [source_of(kind) for kind in KINDS].count("decision") == len(LATER)
