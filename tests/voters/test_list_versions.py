"""From an extract to versions of the list, and what their readers are given."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from shailoo.ids import StationNo
from shailoo.model.voter_list import ChangeReason, ListStage, StationChange
from shailoo.records.tlog import BadProof
from shailoo.records.voter_commitment import verify_voter
from shailoo.rules import disclosure
from shailoo.rules.kyrgyz_order import kyrgyz_key
from shailoo.rules.residence import residence_key
from shailoo.rules.shown_list import shown_digest, shown_root
from tests.voters.list_scene import Bytes, Scene, row


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


TWO = {"s0": "1001", "s1": "1002"}


def test_without_a_register_everybody_queues(scene: Scene) -> None:
    made = scene.bring([row(n) for n in range(30)])
    assert (made.rows, made.refused, made.record.queued, made.record.voters) == (30, 0, 30, 0)
    assert scene.reader.totals(1) == {"": 30}
    assert scene.reader.cells(1) == []
    assert scene.reader.made() == [made.record]


def test_an_assignment_puts_everybody_where_the_register_says(scene: Scene) -> None:
    scene.bring([row(n) for n in range(30)])
    scene.registers.versions.append(TWO)
    record = scene.folder.assign(1)
    assert (record.voters, record.queued, record.stations) == (20, 10, 2)
    assert scene.reader.totals(2) == {"1001": 10, "1002": 10, "": 10}
    assert sum(cell.voters for cell in scene.reader.cells(2)) == 20
    assert StationChange("1001", ChangeReason.BOUNDARIES_IN, 10) in scene.reader.changes(1, 2)


def test_a_residence_is_known_by_the_key_that_the_rule_says(scene: Scene) -> None:
    streets = ["көч. Ленина", "ЛЕНИНА  улица", "Ленина ул.", "", "Ё-ул | х", "Manas street"]
    homes = [(street, house) for street in streets for house in ("17А", "017a", "", "5/2", "Ө1")]
    scene.bring([row(n, street=street, house=house) for n, (street, house) in enumerate(homes)])
    (folder,) = (scene.root / "lists").iterdir()
    with duckdb.connect() as db:
        found = db.execute(
            f"SELECT residence, settlement, street, house, country FROM '{folder / 'voters.parquet'}'"  # noqa: S608  our own path
        ).fetchall()
    assert len(found) == len(homes)
    assert all(told == residence_key(*cells) for told, *cells in found)


def test_an_import_keeps_known_residences_and_places_the_others(scene: Scene) -> None:
    scene.registers.versions.append(TWO)
    scene.bring([row(n) for n in range(30)])
    scene.registers.versions.append({"s0": "1009"})
    made = scene.bring([row(n) for n in range(33)])
    assert made.record.register_number == 1
    assert scene.reader.totals(2) == {"1001": 11, "1002": 11, "": 11}
    assert scene.reader.changed(1, 2) == {"1001", "1002"}


def test_people_stand_in_the_order_of_the_kyrgyz_alphabet(scene: Scene) -> None:
    scene.registers.versions.append(TWO)
    scene.bring([row(n) for n in range(60)])
    found = dict(scene.reader.people(1, [StationNo("1002"), StationNo("1001"), StationNo("7777")]))
    assert list(found) == ["1002", "1001", "7777"]
    assert len(found[StationNo("1001")]) == 20
    assert not found[StationNo("7777")]
    for people in found.values():
        assert people == sorted(people, key=lambda person: kyrgyz_key(*person))
    del found[StationNo("7777")]
    digests = scene.reader.digests(1)
    assert digests == {station: shown_digest(station, people) for station, people in found.items()}
    assert shown_root(digests) == scene.reader.made()[0].shown_root


def test_a_person_can_prove_to_be_on_the_list_and_nowhere_else(scene: Scene) -> None:
    scene.registers.versions.append(TWO)
    names = [row(n) for n in range(600)] + [row(600, surname="А\\б", name="Ж/")]
    scene.bring(names)
    root = bytes.fromhex(scene.reader.made()[0].salted_root)
    for n in (0, 1, 299, 600):
        proof = scene.reader.proof(1, f"P{n:06}")
        verify_voter(proof, root)
        with pytest.raises(BadProof):
            verify_voter(proof, bytes(32))


def test_a_decision_on_an_application_outlives_imports_and_assignments(scene: Scene) -> None:
    scene.registers.versions.append(TWO)
    scene.bring([row(n) for n in range(6)])
    scene.folder.move("P000000", StationNo("1002"))
    assert scene.reader.totals(2) == {"1001": 1, "1002": 3, "": 2}
    assert StationChange("1002", ChangeReason.MOVED_IN, 1) in scene.reader.changes(1, 2)
    scene.bring([row(n) for n in range(6)])
    scene.folder.assign(1)
    assert scene.reader.totals(4) == {"1001": 1, "1002": 3, "": 2}
    scene.folder.move("P000000", None)
    assert scene.reader.totals(5) == {"1001": 2, "1002": 2, "": 2}


def test_changes_tell_their_reasons(scene: Scene) -> None:
    scene.registers.versions.append(TWO)
    first = [row(3 * n) for n in range(10)]
    scene.bring(first, as_of=date(2021, 10, 1))
    second = [
        row(0, status="died"),
        row(3, status="convicted"),
        row(9, settlement="s1"),
        *first[4:],
        row(90, birth_date="2003-10-15"),
        row(93, birth_date="1980-10-15"),
    ]
    scene.bring(second, as_of=date(2021, 11, 1))
    assert scene.reader.changes(1, 2) == [
        StationChange("1001", ChangeReason.ABSENT, 1),
        StationChange("1001", ChangeReason.CAME_OF_AGE, 1),
        StationChange("1001", ChangeReason.CONVICTED, 1),
        StationChange("1001", ChangeReason.DIED, 1),
        StationChange("1001", ChangeReason.MOVED_OUT, 1),
        StationChange("1001", ChangeReason.REGISTERED, 1),
        StationChange("1002", ChangeReason.MOVED_IN, 1),
    ]


def test_those_who_took_part_are_of_the_final_list_and_in_its_order(scene: Scene) -> None:
    scene.registers.versions.append(TWO)
    scene.bring([row(n) for n in range(30)], stage=ListStage.FINAL, election="jk-2021-11-28")
    lines = [
        "station,pin",
        *(f"1001,{20000000000000 + n}" for n in (27, 3, 0)),
        "1002,20000000000006",
        "1001,2",
        "1001,20000000000006",
        "1001,20000000000003",
        "",
    ]
    made = scene.folder.take_part(Bytes("\n".join(lines).encode()), election="jk-2021-11-28", as_of=date(2021, 11, 28))
    assert (made.rows, made.refused, made.record.voters) == (7, 3, 4)
    assert made.problems == {"form": 1, "not-on-list": 1, "twice": 1}
    assert made.record.stage is ListStage.TOOK_PART
    assert scene.reader.totals(2) == {"1001": 4}
    scene.bring([row(n) for n in range(30)])
    assert scene.reader.totals(3) == {"1001": 10, "1002": 10, "": 10}
    assert scene.reader.changes(1, 3) == []


def test_a_version_knows_since_when_a_person_stands_at_a_station(scene: Scene) -> None:
    scene.registers.versions.append(TWO)
    scene.bring([row(n) for n in range(3)])
    scene.bring([row(0, surname="Өмүров"), row(1, settlement="s0"), row(2), row(3)])
    folder = scene.root / "lists" / scene.reader.made()[-1].folder
    with duckdb.connect() as db:
        found = db.execute(f"SELECT person, since FROM '{folder / 'voters.parquet'}'").fetchall()  # noqa: S608  our own path
    assert dict(found) == {"P000000": 1, "P000001": 2, "P000002": 1, "P000003": 2}


def test_a_rule_that_shows_less_is_obeyed_by_names_and_digests(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    less = disclosure.LEAST.model_copy(
        update={"fields": tuple(one for one in disclosure.LEAST.fields if one != disclosure.PersonField.PATRONYMIC)}
    )
    monkeypatch.setattr(disclosure, "LEAST", less)
    scene.registers.versions.append(TWO)
    scene.bring([row(n) for n in range(30)])
    found = dict(scene.reader.people(1, [StationNo("1001")]))
    people = found[StationNo("1001")]
    assert people
    assert not any(person.patronymic for person in people)
    assert scene.reader.digests(1)[StationNo("1001")] == shown_digest(StationNo("1001"), people)
