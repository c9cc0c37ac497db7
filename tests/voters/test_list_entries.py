"""A person's own entry in the list, how they moved on it, and the proof: by PIN, for nobody else."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from shailoo.adapters.voters.entries import IndexedEntries, merged
from shailoo.adapters.voters.entries_index import index_entries
from shailoo.errors import StorageFailed
from shailoo.model.voter_list import ListStage, Movement, Settlement
from shailoo.records.tlog import BadProof
from shailoo.records.voter_commitment import Committed, VoterProof, verify_voter
from shailoo.rules.list_effects import Wish
from tests.voters.list_scene import Scene, row

PEOPLE = [row(n) for n in range(12)]
NAMES = [Settlement("s0", "chui", "r1", "village", 0, 0, ("Кемин айылы", "село Кемин", "Kemin"))]


class Indexed:
    """A scene whose list is indexed when it is asked for."""

    def __init__(self, root: Path) -> None:
        self.scene = Scene(root)
        self.scene.registers.versions.append({"s0": "1001", "s1": "1002"})
        self.folder = self.scene.root / "entries"

    def index(self) -> IndexedEntries:
        made = [one for one in self.scene.reader.made() if one.stage is not ListStage.TOOK_PART]
        lists = self.scene.root / "lists"
        index_entries(self.folder, [(one.number, lists / one.folder / "voters.parquet") for one in made], NAMES)
        return IndexedEntries(self.folder, self.scene.root, self.scene.store)


@pytest.fixture
def indexed(tmp_path: Path) -> Indexed:
    return Indexed(tmp_path)


def pin(n: int) -> str:
    return PEOPLE[n]["pin"]


def test_an_entry_is_what_the_list_holds(indexed: Indexed) -> None:
    indexed.scene.bring(PEOPLE)
    entry = indexed.index().entry(pin(3))
    assert entry is not None
    assert (entry.list, entry.person, entry.surname, entry.name) == (1, "P000003", "Өмүров", "Айбек")
    assert (entry.birth, entry.street, entry.house) == (date(1953, 4, 15), "көч. Ленина", "4")
    assert (entry.station, entry.way, entry.since) == ("1001", "street", 1)
    assert entry.settlement == ("Кемин айылы", "село Кемин", "Kemin")


def test_who_waits_in_the_queue_has_an_entry_without_station(indexed: Indexed) -> None:
    indexed.scene.bring(PEOPLE)
    entry = indexed.index().entry(pin(2))
    assert entry is not None
    assert (entry.station, entry.way, entry.settlement) == (None, "no-settlement", ("s2", "s2", "s2"))


@pytest.mark.parametrize("asked", ["99999999999999", "", "2000000000000x", "٢" * 14, "1' OR 1=1 --", "1" * 400])
def test_nobody_else_is_told_anything(indexed: Indexed, asked: str) -> None:
    indexed.scene.bring(PEOPLE)
    assert indexed.index().entry(asked) is None
    assert indexed.index().movements(asked, None) == []


def test_movements_are_told_in_order_also_of_who_left(indexed: Indexed) -> None:
    scene = indexed.scene
    scene.bring(PEOPLE)
    scene.bring([row(0, settlement="s1"), *PEOPLE[1:11]])
    scene.folder.carry([Wish(7, pin(0), "1003")])
    scene.bring([*PEOPLE[1:], row(30)])
    entries = indexed.index()
    assert entries.movements(pin(0), "P000000") == [
        Movement(2, "1001", "1002"), Movement(3, "1002", "1003"), Movement(4, "1003", None),
    ]  # fmt: skip
    assert entries.movements(pin(1), "P000001") == []
    assert entries.movements(pin(11), "P000011") == [Movement(2, "", None), Movement(4, None, "")]
    assert entries.movements(row(30)["pin"], "P000030") == [Movement(4, None, "1001")]


def test_an_index_goes_on_from_the_one_before_it(indexed: Indexed) -> None:
    indexed.scene.bring(PEOPLE)
    indexed.scene.bring([row(0, settlement="s1"), *PEOPLE[1:]])
    first = indexed.index()
    assert first.movements(pin(0), None) == [Movement(2, "1001", "1002")]
    indexed.scene.bring(PEOPLE)
    indexed.index()
    assert first.movements(pin(0), None) == [Movement(2, "1001", "1002"), Movement(3, "1002", "1001")]
    assert [path.name for path in indexed.folder.iterdir()] == ["000003"]


def test_who_got_another_pin_keeps_the_history(indexed: Indexed) -> None:
    indexed.scene.bring(PEOPLE)
    indexed.scene.bring([row(0, settlement="s1"), *PEOPLE[1:]])
    indexed.scene.bring([row(0, settlement="s1", pin="20000000009999"), *PEOPLE[1:]])
    entries = indexed.index()
    entry = entries.entry("20000000009999")
    assert entry is not None
    assert entries.entry(pin(0)) is None
    assert entries.movements("20000000009999", entry.person) == [Movement(2, "1001", "1002")]


def test_whom_an_application_added_stays_one_person_once_the_register_names_them() -> None:
    twice = [Movement(5, "1001", None), Movement(5, None, "1002"), Movement(3, None, "1001")]
    assert merged(twice) == [Movement(3, None, "1001"), Movement(5, "1001", "1002")]
    assert merged([Movement(5, None, "1001"), Movement(5, "1001", None)]) == []


def test_the_proof_shows_the_entry_and_no_other(indexed: Indexed) -> None:
    indexed.scene.bring(PEOPLE)
    entries = indexed.index()
    entry = entries.entry(pin(4))
    assert entry is not None
    proof = entries.proof(entry)
    root = bytes.fromhex(entries.made(1).salted_root)
    verify_voter(proof, root)
    told = proof.committed
    other = Committed(1, told.person, told.surname, told.name, told.patronymic, told.birth, "1009")
    with pytest.raises(BadProof):
        verify_voter(VoterProof(other, proof.salt, proof.index, proof.size, proof.path), root)


def test_without_an_index_it_is_said(indexed: Indexed) -> None:
    with pytest.raises(StorageFailed):
        IndexedEntries(indexed.folder, indexed.scene.root, indexed.scene.store).entry(pin(0))


def test_the_index_is_for_its_owner_alone(indexed: Indexed) -> None:
    indexed.scene.bring(PEOPLE)
    indexed.index()
    assert {path.stat().st_mode & 0o077 for path in indexed.folder.rglob("*")} == {0}
