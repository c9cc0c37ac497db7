"""Granted applications on the voter list: every version follows all that are in force, and none that is not."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from shailoo.adapters.voters.carried import Fault
from shailoo.ids import StationNo
from shailoo.rules.list_effects import Wish
from tests.voters.list_scene import Scene, row

TWO = {"s0": "1001", "s1": "1002"}
PEOPLE = [row(n) for n in range(6)]
NEWCOMER = {
    "surname": "Токтогулов", "name": "Бекзат", "patronymic": "", "birth": "1980-05-02", "settlement": "s1",
    "street": "Ленина", "house": "3", "flat": "",
}  # fmt: skip


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    made = Scene(tmp_path)
    made.registers.versions.append(TWO)
    made.bring(PEOPLE)
    return made


def pin(n: int) -> str:
    return PEOPLE[n]["pin"]


def names(scene: Scene, number: int, station: str) -> list[tuple[str, str]]:
    found = dict(scene.reader.people(number, [StationNo(station)]))
    return [(one.surname, one.name) for one in found.get(StationNo(station), [])]


def test_who_was_granted_another_station_stands_there_from_the_next_version_on(scene: Scene) -> None:
    made, faults = scene.folder.carry([Wish(7, pin(0), "1002")])
    assert made is not None
    assert (made.number, made.because, faults) == (2, "applications", ())
    assert scene.reader.totals(2) == {"1001": 1, "1002": 3, "": 2}


def test_the_same_applications_again_make_no_version(scene: Scene) -> None:
    scene.folder.carry([Wish(7, pin(0), "1002")])
    assert scene.folder.carry([Wish(7, pin(0), "1002")]) == (None, ())


def test_what_was_withdrawn_leaves_nothing_behind(scene: Scene) -> None:
    scene.folder.carry([Wish(7, pin(0), "1002"), Wish(8, "20205198012345", "1001", added=NEWCOMER)])
    scene.folder.carry([])
    assert scene.reader.totals(3) == scene.reader.totals(1)
    assert names(scene, 3, "1001") == names(scene, 1, "1001")


def test_an_import_follows_them_and_an_assignment_keeps_them(scene: Scene) -> None:
    scene.bring(PEOPLE, wishes=[Wish(7, pin(0), "1002")])
    assert scene.reader.totals(2)["1002"] == 3
    scene.folder.assign(1)
    assert scene.reader.totals(3)["1002"] == 3
    assert scene.folder.carry([Wish(7, pin(0), "1002")]) == (None, ())


def test_whom_no_extract_names_is_added_until_one_does(scene: Scene) -> None:
    wish = Wish(9, "20205198012345", "1001", added=NEWCOMER)
    scene.folder.carry([wish])
    assert ("Токтогулов", "Бекзат") in names(scene, 2, "1001")
    again = row(50, pin=wish.pin, surname="Токтогулов", name="Бекзат", settlement="s1")
    scene.bring([*PEOPLE, again], wishes=[wish])
    assert names(scene, 3, "1001").count(("Токтогулов", "Бекзат")) == 1
    assert ("Токтогулов", "Бекзат") not in names(scene, 3, "1002")
    assert scene.reader.made()[-1].voters == scene.reader.made()[1].voters


def test_a_corrected_name_stands_on_the_list_and_the_next_extract_does_not_undo_it(scene: Scene) -> None:
    wish = Wish(11, pin(1), data={"surname": "Жапаров", "birth": "1970-01-02"})
    scene.folder.carry([wish])
    assert ("Жапаров", "Айбек") in names(scene, 2, "1002")
    scene.bring(PEOPLE, wishes=[wish])
    assert ("Жапаров", "Айбек") in names(scene, 3, "1002")
    scene.bring(PEOPLE)
    assert ("Жапаров", "Айбек") not in names(scene, 4, "1002")


def test_a_registered_disability_stands_in_the_next_version(scene: Scene) -> None:
    scene.folder.carry([Wish(12, pin(1), data={"disability": "yes"})])
    registered = []
    for made in scene.reader.made():
        with duckdb.connect() as db:
            voters = db.read_parquet(str(scene.root / "lists" / made.folder / "voters.parquet"))
            registered.append({str(one) for (one,) in voters.filter("disability").project("person").fetchall()})
    assert registered == [{"P000000"}, {"P000000", "P000001"}]


def test_of_two_applications_of_one_person_the_later_counts(scene: Scene) -> None:
    scene.folder.carry([Wish(7, pin(0), "1003"), Wish(8, pin(0), "1002")])
    assert scene.reader.totals(2) == {"1001": 1, "1002": 3, "": 2}


def test_what_the_list_cannot_follow_is_told_and_stops_nobody_else(scene: Scene) -> None:
    wishes = [Wish(7, "20000000999999", "1002"), Wish(8, pin(0), "9999"), Wish(9, pin(2), "1002")]
    made, faults = scene.folder.carry(wishes)
    assert made is not None
    assert faults == (Fault(7, "no-such-person"), Fault(8, "no-such-station"))
    assert scene.reader.totals(2) == {"1001": 2, "1002": 3, "": 1}


@pytest.mark.parametrize("step", ["write", "compare", "count", "seal"])
def test_a_stop_while_they_are_carried_leaves_the_list_as_it_was(scene: Scene, step: str) -> None:
    before = scene.files()
    scene.stop_at = step
    with pytest.raises(KeyboardInterrupt):
        scene.folder.carry([Wish(7, pin(0), "1002")])
    scene.stop_at = None
    assert scene.files() == before
    made, _ = scene.folder.carry([Wish(7, pin(0), "1002")])
    assert made is not None
    assert made.number == 2
