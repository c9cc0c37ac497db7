"""Versions follow each other by number and day, whatever the clock says; a decision names a station that is there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shailoo.adapters.memory import MemoryStore
from shailoo.adapters.voters.distribution import distribute
from shailoo.adapters.voters.folder import (
    Decision,
    NoSuchPerson,
    NoSuchStation,
    StaleExtract,
    VoterFolder,
)  # fmt: skip
from shailoo.adapters.voters.reader import VoterListReader
from shailoo.adapters.voters.register import RegisterFolder
from shailoo.adapters.voters.sources import FileSource
from shailoo.assembly import newest_list
from shailoo.errors import ShailooError
from shailoo.ids import StationNo
from shailoo.model.voter_list import ListStage
from tests.voters.list_scene import AS_OF, Bytes, Scene, csv_bytes, row
from tests.voters.registers import boundaries, person, small_extract, tables, write_register

PEOPLE = [row(n) for n in range(12)]
DAY = timedelta(days=1)


@dataclass
class SetClock:
    """A clock that somebody sets."""

    moment: datetime = datetime(2021, 11, 5, 6, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def scene(tmp_path: Path, clock: SetClock) -> Scene:
    made = Scene(tmp_path)
    made.folder._clock = clock
    made.registers.versions.append({"s0": "1001", "s1": "1002"})
    return made


@pytest.mark.parametrize("stage", list(ListStage)[:-1])
def test_an_extract_of_an_older_day_is_refused_whatever_stage_it_is_for(scene: Scene, stage: ListStage) -> None:
    scene.bring(PEOPLE)
    files = scene.files()
    with pytest.raises(StaleExtract) as raised:
        scene.bring(PEOPLE[1:], as_of=AS_OF - DAY, stage=stage, election="small")
    assert raised.value.facts == {"list": 1}
    assert scene.files() == files
    assert scene.bring(PEOPLE, as_of=AS_OF).record.number == 2


def test_an_older_day_is_refused_after_those_who_took_part_too(scene: Scene) -> None:
    scene.bring(PEOPLE, as_of=AS_OF, stage=ListStage.FINAL, election="small")
    report = csv_bytes([{"station": "1001", "pin": PEOPLE[0]["pin"]}], ("station", "pin"))
    scene.folder.take_part(Bytes(report), election="small", as_of=AS_OF + 20 * DAY)
    with pytest.raises(StaleExtract):
        scene.bring(PEOPLE, as_of=AS_OF - DAY)
    assert scene.bring(PEOPLE, as_of=AS_OF + DAY).record.number == 3


def test_a_clock_that_was_set_back_changes_neither_the_order_of_versions_nor_which_is_newest(
    scene: Scene, clock: SetClock
) -> None:
    scene.bring(PEOPLE)
    clock.moment -= 700 * DAY
    scene.bring(PEOPLE[1:], as_of=AS_OF + DAY)
    scene.folder.move("P000001", StationNo("1001"))
    clock.moment -= 3000 * DAY
    made = scene.bring(PEOPLE[2:], as_of=AS_OF + 2 * DAY).record
    records = scene.reader.made()
    assert [one.number for one in records] == [1, 2, 3, 4]
    assert [one.made for one in records] != sorted(one.made for one in records)
    assert newest_list(records) == made == records[-1]
    assert sum(scene.reader.totals(4).values()) == len(PEOPLE) - 2
    assert {change.reason.value for change in scene.reader.changes(3, 4)} == {"absent"}


def test_a_decision_for_a_station_that_is_not_in_the_register_is_refused(scene: Scene) -> None:
    scene.bring(PEOPLE)
    files = scene.files()
    for station, told in (("8888", "8888"), ("", None), ("Асанович", None), ("1001'; --", None)):
        with pytest.raises(NoSuchStation, match="no polling station") as raised:
            scene.folder.decide([Decision("P000000", StationNo("1002")), Decision("P000001", StationNo(station))])
        assert raised.value.facts == {"station": told, "register": 1}
    assert scene.files() == files
    assert len(scene.reader.made()) == 1
    with pytest.raises(NoSuchPerson):
        scene.folder.move("P999999", StationNo("1002"))


def test_a_decision_is_measured_by_the_register_of_the_list_not_by_the_newest(tmp_path: Path) -> None:
    registers = RegisterFolder(tmp_path / "voters" / "register")
    store = MemoryStore()
    folder = VoterFolder(tmp_path / "voters", store, SetClock(), registers=registers, distribute=distribute)
    extract = small_extract(tmp_path / "extract.csv")

    def bring() -> None:
        folder.import_extract(
            FileSource(extract), stage=ListStage.PERMANENT, election=None, as_of=AS_OF, synthetic=True
        )

    bring()
    who = person(1)["person"]
    with pytest.raises(NoSuchStation) as raised:  # nobody knows any station yet
        folder.move(who, StationNo("1002"))
    assert raised.value.facts["register"] == 0
    registers.load(write_register(tmp_path / "first", tables(), boundaries()))
    folder.assign(1)
    rows = tables()
    for centre in rows["centres"]:
        if centre["station"] == "1002":
            centre["name_en"] = "Another"
    registers.load(write_register(tmp_path / "second", rows, boundaries()))
    assert folder.move(who, StationNo("1002")).register_number == 1
    assert registers.stations(1) == {centre.station for centre in registers.open(1).centres()}
    with pytest.raises(ShailooError, match="no polling station"):
        folder.move(who, StationNo("1099"))
    assert [one.number for one in VoterListReader(tmp_path / "voters", store, registers=registers).made()] == [1, 2, 3]
