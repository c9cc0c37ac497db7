"""Anybody can check that a voter's entry is in the published list, and nothing else passes for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from auditor.verify.findings import Verification
from auditor.verify.voter_entry import AskedEntry, verify_entry
from shailoo.adapters.memory import MemoryStore
from shailoo.cli import app
from shailoo.model.voter_list import list_facts
from shailoo.records.canonical import canonical_json
from shailoo.records.voter_proof import BadVoterProof, read_voter_proof, write_voter_proof
from tests.builder.scene import publisher_of, settle
from tests.voters.list_scene import Scene, row

PEOPLE = [row(n) for n in range(2, 20)]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """The public files of an election with a voter list, and one person's proof."""
    room = tmp_path_factory.mktemp("entry")
    store = MemoryStore()
    publisher = publisher_of(room, store, ("small",))
    publisher.start()
    settle(publisher)
    scene = Scene(room, store)
    scene.registers.versions.append({"s0": "1001", "s1": "1002"})
    scene.bring(PEOPLE)
    assert publisher.step() is not None
    settle(publisher)
    facts = room / "public" / "tizme" / "data" / "list" / "000001.json"
    facts.parent.mkdir(parents=True, exist_ok=True)
    facts.write_bytes(canonical_json(list_facts(scene.reader.made()[0])))
    return room / "public", write_voter_proof(scene.reader.proof(1, "P000003"))


def check(public: Path, proof: bytes) -> Verification:
    return verify_entry(AskedEntry(proof, str(public)))


def test_a_proof_holds_against_the_log(published: tuple[Path, bytes]) -> None:
    report = check(*published)
    assert report.good, report.text()
    assert [step.number for step in report.steps] == [1, 2, 3, 4, 5, 6]
    assert "on the list of station 1001" in report.text()
    assert "Өмүров" not in report.text()


@pytest.mark.parametrize(
    ("of", "to"),
    [
        ("Өмүров", "Өмиров"),
        ('"1001"', '"1002"'),
        ("1953-", "1954-"),
        ('"index":', '"index":1'),
        ('"list":1', '"list":2'),
    ],
)
def test_a_proof_of_anything_else_is_broken(published: tuple[Path, bytes], of: str, to: str) -> None:
    public, proof = published
    changed = proof.decode().replace(of, to, 1).encode()
    assert changed != proof
    assert not check(public, changed).good


def test_facts_that_were_changed_afterwards_are_found(published: tuple[Path, bytes]) -> None:
    public, proof = published
    facts = public / "tizme" / "data" / "list" / "000001.json"
    honest = facts.read_bytes()
    facts.write_bytes(honest.replace(b'"queued":', b'"queued":1'))
    try:
        report = check(public, proof)
    finally:
        facts.write_bytes(honest)
    assert report.broken_step[0] == 5


def test_the_command_says_well_or_broken(published: tuple[Path, bytes], tmp_path: Path) -> None:
    public, proof = published
    file = tmp_path / "proof.json"
    for data, ends in ((proof, 0), (proof.replace("Өмүров".encode(), "Өмиров".encode()), 1)):
        file.write_bytes(data)
        assert CliRunner().invoke(app, ["verify-entry", str(file), str(public)]).exit_code == ends


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.rstrip(b"\n"),
        lambda data: data + b"\n",
        lambda data: b" " + data,
        lambda data: data.replace(b'"index"', b'"Index"'),
        lambda data: data.replace(b'"size":', b'"size":-'),
        lambda data: data.replace(b"shailoo-voter-proof-1", b"shailoo-voter-proof-2"),
        lambda data: data * 100,
        lambda _: b"",
        lambda _: b"\xff",
    ],
    ids=range(9),
)
def test_what_we_did_not_write_is_no_proof(published: tuple[Path, bytes], change: Callable[[bytes], bytes]) -> None:
    assert write_voter_proof(read_voter_proof(published[1])) == published[1]
    with pytest.raises(BadVoterProof):
        read_voter_proof(change(published[1]))
