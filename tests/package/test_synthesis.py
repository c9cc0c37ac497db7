"""The generated packages: byte for byte as committed, each of them loadable, each sum as its README says."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.keys import rehearsal_signer
from rehearsal.played import read_played
from rehearsal.synthesis.__main__ import ELECTIONS, differences
from rehearsal.synthesis.catalogue import MAKERS
from rehearsal.synthesis.parliament import ID as PARLIAMENT
from rehearsal.synthesis.rounding import fit, split, split_within
from rehearsal.synthesis.schemas import SCHEMAS, schemas
from shailoo.adapters.package_folder import read_files, read_folder
from shailoo.model.election import BoxRole, ContestKind, ElectionKind
from shailoo.package import load_package
from shailoo.package_writer import write_package
from shailoo.rules.small_cells import is_small


@pytest.mark.parametrize("name", MAKERS)
def test_a_package_is_generated_byte_for_byte_as_committed(name: str) -> None:
    assert differences(MAKERS[name](), ELECTIONS / name) == []


def test_no_package_is_there_that_is_not_generated() -> None:
    assert {path.name for path in ELECTIONS.iterdir() if path.is_dir()} == set(MAKERS)


@pytest.mark.parametrize("name", MAKERS)
def test_a_package_written_again_is_the_same(name: str) -> None:
    files = read_files(ELECTIONS / name)
    election = load_package(files)
    assert election.id == name
    again = write_package(election)
    assert {file: files[file] for file in again} == again
    assert load_package(files | again) == election


@pytest.mark.parametrize("name", MAKERS)
def test_what_is_played_fits_the_package(name: str) -> None:
    election, played = read_folder(ELECTIONS / name), read_played(ELECTIONS / name)
    assert set(played.box_counts) == {box.id for box in election.boxes if box.role is BoxRole.MAIN}
    assert played.arrival_offset_s.keys() == played.box_counts.keys()
    assert {station for station, _ in played.turnout} == set(election.station_by_no)
    for box, counts in played.box_counts.items():
        station = election.station_by_no[election.box_by_id[box].station or ""]
        contests = election.contests_at(station)
        assert [count.contest for count in counts] == [contest.id for contest in contests]
        for count, contest in zip(counts, contests, strict=True):
            valid = count.ballots - count.invalid
            assert len(count.votes) == len(contest.options)
            assert valid <= sum(count.votes) <= valid * contest.marks
            assert max(count.votes) <= valid
            assert count.ballots <= election.voters_of(station, contest)


def test_every_kind_of_election_and_contest_has_a_package() -> None:
    elections = [read_folder(ELECTIONS / name) for name in MAKERS]
    assert {election.kind for election in elections} == set(ElectionKind)
    assert {contest.kind for election in elections for contest in election.contests} == set(ContestKind)
    assert {contest.round for election in elections for contest in election.contests} == {1, 2}
    days = [election.day for election in elections]
    assert len(set(days)) < len(days), "several elections share a day"


def test_elections_of_one_day_do_not_share_a_box() -> None:
    first, second = read_folder(ELECTIONS / "president-2021-sample"), read_folder(ELECTIONS / "referendum-sample")
    assert first.day == second.day
    assert not first.box_by_id.keys() & second.box_by_id.keys()


def test_the_small_election_holds_sealed_cells_that_reach_the_bound_and_decide() -> None:
    election, played = read_folder(ELECTIONS / "small"), read_played(ELECTIONS / "small")
    sealed = [
        (box, count)
        for box, counts in played.box_counts.items()
        for count in counts
        if is_small(count.ballots, election.small_cell_bound)
    ]
    assert [(box, count.contest, count.ballots) for box, count in sealed] == [
        ("ABB-000004", "smd-2", 7),
        ("ABB-000006", "smd-2", 8),
    ]


def test_boxes_carry_the_public_rehearsal_keys() -> None:
    election = read_folder(ELECTIONS / PARLIAMENT)
    for box in election.boxes[::97]:
        assert rehearsal_signer(election.id, box.id).verifier.vkey() == box.vkey


def test_2494_stations_load_within_a_second() -> None:
    files = read_files(ELECTIONS / PARLIAMENT)
    started = time.process_time()
    load_package(files)
    assert time.process_time() - started < 1


def test_the_published_schemas_are_those_of_the_loader() -> None:
    assert {path.name: path.read_bytes() for path in SCHEMAS.glob("*.json")} == schemas()


WEIGHTS = st.lists(st.floats(0.01, 1000), min_size=1, max_size=30)


@given(st.integers(0, 10_000), WEIGHTS)
def test_a_split_adds_up_and_stays_within_one_of_its_share(total: int, weights: list[float]) -> None:
    parts = split(total, weights)
    assert sum(parts) == total
    assert all(abs(part - total * weight / sum(weights)) < 1.001 for part, weight in zip(parts, weights, strict=True))


@given(st.data(), WEIGHTS)
def test_a_bounded_split_adds_up_within_its_bounds(data: st.DataObject, weights: list[float]) -> None:
    least = [data.draw(st.integers(0, 20)) for _ in weights]
    most = [low + data.draw(st.integers(0, 50)) for low in least]
    total = data.draw(st.integers(sum(least), sum(most)))
    parts = split_within(total, weights, most, least)
    assert sum(parts) == total
    assert all(low <= part <= high for low, part, high in zip(least, parts, most, strict=True))


@given(st.data(), st.integers(2, 6), st.integers(2, 12))
def test_a_fitted_table_has_exactly_the_given_sums(data: st.DataObject, columns: int, rows: int) -> None:
    table = [[data.draw(st.integers(0, 40)) for _ in range(columns)] for _ in range(rows)]
    row_sums = [sum(row) for row in table]
    column_sums = [sum(column) for column in zip(*table, strict=True)]
    weights = [[1.0 + data.draw(st.floats(0, 3)) for _ in range(columns)] for _ in range(rows)]
    if all(row_sums) and all(column_sums):
        fitted = fit(weights, row_sums, column_sums)
        assert [sum(row) for row in fitted] == row_sums
        assert [sum(column) for column in zip(*fitted, strict=True)] == column_sums
        assert min(min(row) for row in fitted) >= 0
