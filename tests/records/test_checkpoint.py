"""Heads of the log, what witnesses sign, and proofs in one file: spelled one way, believed only when all is right."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from shailoo.records.checkpoint import BadCheckpoint, Checkpoint, SignedCheckpoint
from shailoo.records.cosignature import Cosigner, WitnessVerifier
from shailoo.records.note import BadNote, BadSignature, SignedNote, Signer, Verifier
from shailoo.records.tiles import Edge
from shailoo.records.tlog import BadProof, inclusion_path, leaf_hash, root_of
from shailoo.records.tlog_proof import Policy, TlogProof

ORIGIN = "results.example/log"
LOG = Signer(ORIGIN, Ed25519PrivateKey.from_private_bytes(bytes(32)))
WITNESSES = [Cosigner(f"witness-{no}.example", Ed25519PrivateKey.from_private_bytes(bytes([no]) * 32)) for no in (1, 2)]
SEEN = datetime(2026, 11, 25, 3, 0, 7, tzinfo=UTC)
ENTRIES = [b"entry %d" % at for at in range(11)]


def nodes(level: int, index: int) -> bytes:
    return root_of([leaf_hash(entry) for entry in ENTRIES[index << level : (index + 1) << level]])


def head() -> Checkpoint:
    edge = Edge()
    edge.grow(ENTRIES)
    return Checkpoint(ORIGIN, edge.size, edge.root())


def proof(index: int = 4, *, witnesses: int = 2) -> TlogProof:
    note = LOG.sign(head().text())
    lines = [witness.cosign(note.text, SEEN) for witness in WITNESSES[:witnesses]]
    signed = SignedCheckpoint.read(note.bytes(), LOG.verifier).with_signatures(*lines)
    return TlogProof(index, inclusion_path(index, len(ENTRIES), nodes), signed)


def policy(quorum: int) -> Policy:
    return Policy(LOG.verifier, tuple(witness.verifier for witness in WITNESSES), quorum)


def test_the_example_of_signed_notes_verifies() -> None:
    key = Verifier.parse("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
    assert key.vkey() == "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
    signature = "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM="
    note = SignedNote.parse(f"This is an example message.\n\n\u2014 example.com/foo {signature}\n".encode())
    note.verify(key)
    with pytest.raises(BadSignature):
        SignedNote(note.text.replace("example", "Example"), note.signatures).verify(key)


ORIGINS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z"), exclude_characters="+"), min_size=1)


@given(ORIGINS, st.integers(0, 2**62), st.binary(min_size=32, max_size=32), st.lists(ORIGINS, max_size=2))
def test_a_head_is_read_back(origin: str, size: int, root: bytes, more: list[str]) -> None:
    one = Checkpoint(origin, size, root, tuple(more))
    assert Checkpoint.parse(one.text()) == one


@pytest.mark.parametrize(
    "text",
    [
        "o\n01\n{root}\n", "o\n-1\n{root}\n", "o\n1\n{root}", "o\n1\n\n{root}\n", "o o\n1\n{root}\n", "o\n1\n{root}=\n",
        "o\n1\nAAAA\n", "o\n1\n", "\n1\n{root}\n", "o\n1\n{root}\n\n", "o\n\u0661\n{root}\n",
    ],
)  # fmt: skip
def test_what_is_spelled_otherwise_is_no_head(text: str) -> None:
    root = base64.b64encode(bytes(32)).decode()
    assert Checkpoint.parse(f"o\n1\n{root}\n").size == 1
    with pytest.raises(BadCheckpoint):
        Checkpoint.parse(text.replace("{root}", root))


def test_the_head_of_another_log_is_refused_although_the_key_is_right() -> None:
    other = Checkpoint("other.example/log", 1, bytes(32))
    with pytest.raises(BadCheckpoint):
        SignedCheckpoint.read(LOG.sign(other.text()).bytes(), LOG.verifier)


def test_a_witness_says_what_it_saw_and_when() -> None:
    note = proof().checkpoint
    for witness in WITNESSES:
        found = witness.verifier.find(note)
        assert found is not None
        assert found.seen == SEEN
        assert found.line.startswith(f"\u2014 {witness.name} ")
        assert WitnessVerifier.parse(witness.verifier.vkey()) == witness.verifier


def test_the_key_of_a_log_is_not_the_key_of_a_witness() -> None:
    with pytest.raises(BadNote):
        WitnessVerifier.parse(LOG.verifier.vkey())
    with pytest.raises(BadNote):
        Verifier.parse(WITNESSES[0].verifier.vkey())


def test_a_cosignature_on_another_head_or_of_another_time_is_refused() -> None:
    note = proof().checkpoint
    name, blob = note.signatures[1]
    later = (name, blob[:4] + (int.from_bytes(blob[4:12], "big") + 1).to_bytes(8, "big") + blob[12:])
    for text, line in ((note.text, later), (note.text.replace("\n11\n", "\n12\n"), (name, blob))):
        with pytest.raises(BadSignature):
            WITNESSES[0].verifier.find(SignedNote(text, (line,)))


@pytest.mark.parametrize("quorum", [0, 1, 2])
def test_a_proof_is_believed_with_enough_witnesses(quorum: int) -> None:
    for seen in (0, 1, 2):
        given_proof = proof(witnesses=seen)
        if seen >= quorum:
            signed, said = given_proof.verify(leaf_hash(ENTRIES[4]), policy(quorum))
            assert signed.head == head()
            assert len(said) == seen
        else:
            with pytest.raises(BadSignature):
                given_proof.verify(leaf_hash(ENTRIES[4]), policy(quorum))


def test_a_proof_of_another_entry_or_of_another_log_is_not_believed() -> None:
    with pytest.raises(BadProof):
        proof().verify(leaf_hash(ENTRIES[5]), policy(0))
    with pytest.raises(BadProof):
        proof(5).verify(leaf_hash(ENTRIES[4]), policy(0))
    stranger = Signer(ORIGIN, Ed25519PrivateKey.generate())
    with pytest.raises(BadSignature):
        proof().verify(leaf_hash(ENTRIES[4]), Policy(stranger.verifier))


@given(st.sampled_from(range(11)), st.one_of(st.none(), st.binary(max_size=30)))
def test_a_proof_is_read_back(index: int, extra: bytes | None) -> None:
    made = proof(index)
    one = TlogProof(made.index, made.path, made.checkpoint, extra)
    assert TlogProof.parse(one.encode()) == one


@given(st.data())
def test_no_other_bytes_are_the_same_proof(data: st.DataObject) -> None:
    whole = proof().encode()
    at = data.draw(st.integers(0, len(whole) - 1))
    other = whole[:at] + bytes([data.draw(st.integers(0, 255))]) + whole[at + 1 :]
    if other == whole:
        return
    with pytest.raises((BadProof, BadNote, BadSignature, BadCheckpoint)):
        TlogProof.parse(other).verify(leaf_hash(ENTRIES[4]), policy(2))
