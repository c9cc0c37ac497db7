"""The extract of the package that a box is given."""

from __future__ import annotations

import pytest

from edge_agent.box import Ballot, Box
from edge_agent.disk import UNSYNCED
from edge_agent.errors import BadManifest
from edge_agent.layout import layout_of
from edge_agent.manifest import BoxContest, BoxOption, manifest_for, read_manifest
from rehearsal.keys import rehearsal_box_key
from shailoo.model.election import BoxRole, Election
from shailoo.model.report import ReportKind
from tests.edge.boxes import COMMISSION, CONTESTS, INTAKE, Hands, day, manifest
from tests.voting import small_election

SEALING = COMMISSION.public_key().public_bytes_raw()
VKEY = INTAKE.verifier.vkey()


def test_every_box_of_the_small_election_gets_a_manifest_and_a_day(tmp_path_factory: pytest.TempPathFactory) -> None:
    election = small_election()
    for box in election.boxes:
        if box.station is None:
            continue
        made = manifest_for(election, box.id, SEALING, VKEY)
        station = election.station_by_no[box.station]
        assert [contest.id for contest in made.contests] == [contest.id for contest in election.contests_at(station)]
        assert (made.opens, made.closes) == (election.opening(station), election.closing(station))
        assert read_manifest(made.bytes()) == made
        folder = tmp_path_factory.mktemp("box") / "b"
        key = rehearsal_box_key(election.id, box.id)
        counted = day(Box.provision(folder, made, key, Hands(), disk=UNSYNCED), [Ballot(made.contests[0].id, (1,))])
        assert counted.note(ReportKind.FINAL) is not None
        counted.stop()


def test_a_reserve_box_is_given_a_station_and_no_other_box_is() -> None:
    election = small_election()
    main = election.boxes[0]
    reserve = main.model_copy(update={"station": None, "role": BoxRole.RESERVE})
    changed = election.model_copy(update={"boxes": (reserve,)})
    fresh = Election.model_validate(changed.model_dump())
    with pytest.raises(BadManifest):
        manifest_for(fresh, reserve.id, SEALING, VKEY)
    assert manifest_for(fresh, reserve.id, SEALING, VKEY, station_no=main.station).station == main.station
    other = next(station.no for station in election.stations if station.no != main.station)
    with pytest.raises(BadManifest):
        manifest_for(election, main.id, SEALING, VKEY, station_no=other)


def test_what_is_no_key_or_no_box_is_refused() -> None:
    election = small_election()
    box = election.boxes[0].id
    with pytest.raises(BadManifest):
        manifest_for(election, "ABB-999999", SEALING, VKEY)
    with pytest.raises(BadManifest):
        manifest_for(election, box, SEALING[:31], VKEY)
    with pytest.raises(BadManifest):
        manifest_for(election, box, SEALING, VKEY[:-1])
    with pytest.raises(BadManifest):
        manifest_for(election, box, SEALING, VKEY, check_page="http://example.org/")


@pytest.mark.parametrize(
    "option",
    [BoxOption(no=1, name="а" * 31), BoxOption(no=1, name="word " * 2 + "а" * 40)],
)
def test_a_name_wider_than_the_tape_comes_to_light_at_provisioning(option: BoxOption) -> None:
    with pytest.raises(BadManifest):
        layout_of(manifest(contests=(BoxContest(id="pr", title="Т", marks=1, options=(option,)),)))


def test_a_title_that_reads_like_a_line_of_the_ballot_comes_to_light_at_provisioning() -> None:
    odd = BoxContest(id="pr", title="100 округ", marks=1, options=CONTESTS[0].options)
    with pytest.raises(BadManifest):
        layout_of(manifest(contests=(odd,)))


def test_a_number_stands_for_one_line() -> None:
    twice = (BoxOption(no=1, name="А"), BoxOption(no=1, name="Б"))
    with pytest.raises(ValueError, match="one line"):
        BoxContest(id="pr", title="Т", marks=1, options=twice)
    with pytest.raises(ValueError, match="once in a list"):
        BoxContest(id="pr", title="Т", marks=1, options=(BoxOption(no=1, name="А", candidates=(1, 1)),))


def test_a_manifest_in_another_spelling_is_refused() -> None:
    data = manifest().bytes()
    for changed in (data + b"\n", data[:-1], data.replace(b'"1004"', b'"1005" ')):
        with pytest.raises(BadManifest):
            read_manifest(changed)


def test_the_storage_of_a_national_box_stays_small() -> None:
    lists = tuple(BoxOption(no=no, name=f"Саясий партия {no}", candidates=tuple(range(1, 55))) for no in range(1, 22))
    contests = (BoxContest(id="pr", title="Жогорку Кеңеш", marks=1, options=lists), CONTESTS[1])
    assert layout_of(manifest(contests=contests)).size < 400_000
