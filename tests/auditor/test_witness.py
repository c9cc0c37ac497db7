"""A witness signs what continues what it saw, and nothing else, however it is asked."""

from __future__ import annotations

import threading
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from auditor.witness.judge import Answer, Witness
from auditor.witness.server import WitnessServer
from auditor.witness.shelf import BadWitnessFolder, FolderShelf, WitnessBusy, only_witness, origin_name, witness_key
from builder.log.witnesses import post_over_http
from shailoo.records.checkpoint import Checkpoint
from shailoo.records.cosignature import Cosigner
from shailoo.records.note import SignedNote, Signer, read_signature_line
from shailoo.records.submission import BadSubmission, Submission
from shailoo.records.tlog import EMPTY_ROOT, Nodes, consistency_path, leaf_hash, root_of

LOG = Signer("results.example/log", Ed25519PrivateKey.from_private_bytes(bytes(32)))
COSIGNER = Cosigner("witness.example", Ed25519PrivateKey.from_private_bytes(bytes([7]) * 32))
NOW = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
ENTRIES = [b"entry %d" % at for at in range(40)]
FORKED = [*ENTRIES[:5], b"another", *ENTRIES[6:]]


class Memory:
    """Shelf in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def read(self, origin: str) -> bytes | None:
        return self.kept.get(origin)

    def keep(self, origin: str, note: bytes) -> None:
        self.kept[origin] = note


def nodes(entries: list[bytes]) -> Nodes:
    return lambda level, index: root_of([leaf_hash(one) for one in entries[index << level : (index + 1) << level]])


def head(size: int, entries: list[bytes] = ENTRIES, origin: str = LOG.name) -> Checkpoint:
    return Checkpoint(origin, size, root_of([leaf_hash(one) for one in entries[:size]]))


def submission(old: int, size: int, entries: list[bytes] = ENTRIES, signer: Signer = LOG) -> bytes:
    path = consistency_path(old, size, nodes(entries)) if old <= size else ()
    new = head(size, entries)
    return Submission(old, path, signer.sign(new.text()), new).body()


def witness() -> Witness:
    return Witness(COSIGNER, {LOG.name: (LOG.verifier,)}, Memory())


def asked(one: Witness, body: bytes) -> Answer:
    return one.add_checkpoint(body, NOW)


def test_a_head_that_continues_what_was_seen_is_signed() -> None:
    one = witness()
    for old, size in ((0, 0), (0, 3), (3, 8), (8, 8), (8, 40)):
        answer = asked(one, submission(old, size))
        assert answer.status == 200
        lines = tuple(read_signature_line(line) for line in answer.body.decode().splitlines())
        found = COSIGNER.verifier.find(SignedNote(head(size).text(), lines))
        assert found is not None
        assert found.seen == NOW


def test_each_wrong_submission_has_its_own_answer() -> None:
    one = witness()
    assert asked(one, submission(0, 8)).status == 200
    stranger = Signer(LOG.name, Ed25519PrivateKey.generate())
    elsewhere = Signer("other.example/log", LOG.private_key)
    other = head(8, origin=elsewhere.name)
    log = LOG.sign(head(8).text())
    for status, body in (
        (400, b"old 8\n"),
        (400, submission(8, 12).replace(b"old 8", b"old 08")),
        (400, submission(9, 8)),
        (404, Submission(0, (), elsewhere.sign(other.text()), other).body()),
        (403, submission(8, 12, signer=stranger)),
        (409, submission(3, 12)),
        (422, Submission(8, (bytes(32),), LOG.sign(head(12).text()), head(12)).body()),
        (422, submission(8, 12, FORKED)),
        (422, submission(8, 8, FORKED)),
        (422, Submission(8, (bytes(32),), log, head(8)).body()),
    ):
        assert asked(one, body).status == status, body
    conflict = asked(one, submission(3, 12))
    assert (conflict.body, conflict.content_type) == (b"8\n", "text/x.tlog.size")
    assert asked(one, submission(8, 12)).status == 200, "none of them has changed what was seen"


def test_of_a_log_never_seen_the_proof_is_empty_and_an_empty_log_has_one_root() -> None:
    zero = Checkpoint(LOG.name, 0, bytes(32))
    assert asked(witness(), Submission(0, (), LOG.sign(zero.text()), zero).body()).status == 422
    assert asked(witness(), Submission(0, (EMPTY_ROOT,), LOG.sign(head(4).text()), head(4)).body()).status == 422


@pytest.mark.parametrize("size", [3, 8])
def test_a_log_that_went_back_is_not_signed(size: int) -> None:
    one = witness()
    asked(one, submission(0, 8))
    asked(one, submission(8, 20))
    answer = asked(one, submission(min(size, 8), size))
    assert (answer.status, answer.body) == (409, b"20\n")


@given(st.integers(0, 40), st.integers(0, 40))
def test_a_submission_is_read_back(first: int, second: int) -> None:
    old, size = sorted((first, second))
    body = submission(old, size)
    assert Submission.parse(body).body() == body


@given(st.binary(max_size=200))
def test_other_bytes_are_no_submission(data: bytes) -> None:
    with pytest.raises(BadSubmission):
        Submission.parse(data)


@contextmanager
def serving(folder: Path) -> Iterator[WitnessServer]:
    shelf = FolderShelf(folder)
    cosigner = witness_key(folder, "witness.example")
    judge = Witness(cosigner, {LOG.name: (LOG.verifier,)}, shelf)
    with WitnessServer(judge, shelf, ("127.0.0.1", 0), lambda: NOW) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def at(server: WitnessServer) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}"


def test_of_submissions_at_the_same_moment_exactly_one_wins(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        url = f"{at(server)}/add-checkpoint"
        assert post_over_http(url, submission(0, 8)).status == 200
        bodies = [submission(8, size) for size in range(9, 33)]
        with ThreadPoolExecutor(12) as pool:
            answers = list(pool.map(lambda body: post_over_http(url, body), bodies))
        won = [9 + place for place, answer in enumerate(answers) if answer.status == 200]
        assert len(won) == 1
        lost = [answer for answer in answers if answer.status != 200]
        assert {answer.status for answer in lost} == {409}
        assert {answer.body for answer in lost} == {b"%d\n" % won[0]}
        kept = urllib.request.urlopen(f"{at(server)}/{origin_name(LOG.name)}/checkpoint").read()  # noqa: S310 -- our own server
        assert Checkpoint.parse(SignedNote.parse(kept).text) == head(won[0])


def test_a_witness_remembers_after_a_start(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        first = post_over_http(f"{at(server)}/add-checkpoint", submission(0, 8))
    with serving(tmp_path) as server:
        again = post_over_http(f"{at(server)}/add-checkpoint", submission(0, 4))
        assert (first.status, again.status, again.body) == (200, 409, b"8\n")
        assert post_over_http(f"{at(server)}/add-checkpoint", submission(8, 9)).status == 200


def test_what_cannot_be_kept_is_not_signed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: FolderShelf, origin: str, note: bytes) -> None:
        raise OSError(28, "no space")

    with serving(tmp_path) as server:
        monkeypatch.setattr(FolderShelf, "keep", full)
        answer = post_over_http(f"{at(server)}/add-checkpoint", submission(0, 8))
        assert (answer.status, b"\xe2\x80\x94" in answer.body) == (503, False)


def test_what_is_too_long_or_elsewhere_is_refused(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        assert post_over_http(f"{at(server)}/add-checkpoint", b"x" * 70_000).status == 400
        assert post_over_http(f"{at(server)}/elsewhere", submission(0, 8)).status == 404


def test_the_key_is_drawn_once_and_only_the_owner_may_read_it(tmp_path: Path) -> None:
    first = witness_key(tmp_path, "witness.example")
    assert witness_key(tmp_path, None).verifier == first.verifier
    assert (tmp_path / "witness.key").stat().st_mode & 0o077 == 0
    with pytest.raises(BadWitnessFolder):
        witness_key(tmp_path, "another.example")
    with pytest.raises(BadWitnessFolder):
        witness_key(tmp_path / "elsewhere", None)


def test_two_witnesses_never_share_a_folder(tmp_path: Path) -> None:
    with only_witness(tmp_path), pytest.raises(WitnessBusy), only_witness(tmp_path):
        pass
