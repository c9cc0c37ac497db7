"""Between two calls a process stands still, and in a call it may be slow: neither harms what others publish."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from builder.lease import SECONDS
from builder.press import Page, Press
from rehearsal.paper import finals, store_all
from rehearsal.played import read_played
from shailoo.errors import StorageFailed
from shailoo.model.election import Election
from shailoo.model.log import Cosigned
from shailoo.model.record import ReportAccepted, record_bytes, record_key
from shailoo.ports import Entry
from shailoo.records.note import SignedNote, Signer, signature_line
from tests.builder.functions import Function, MemoryHome
from tests.builder.scene import PACKAGES, election

NAME = "small"


@pytest.fixture
def records() -> list[ReportAccepted]:
    """The final reports of a small election."""
    return finals(election(NAME), read_played(PACKAGES / NAME))


def test_folding_the_feed_may_take_longer_than_a_lease(
    tmp_path: Path, records: list[ReportAccepted], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = MemoryHome([NAME])
    store_all(home.store, records)
    read, elections = home.store.feed, home.elections

    def slow_feed(after: int, *, limit: int = 1000) -> Sequence[Entry]:
        home.clock.later(SECONDS - 20)
        return read(after, limit=limit)

    def slow_elections(_: MemoryHome) -> Mapping[str, Election]:
        home.clock.later(SECONDS - 20)
        return elections

    monkeypatch.setattr("builder.publish._BATCH", 2)
    monkeypatch.setattr(home.store, "feed", slow_feed)
    monkeypatch.setattr(MemoryHome, "elections", property(slow_elections))
    assert Function(home, tmp_path / "a").call() == {"batchItemFailures": []}
    assert f"results/data/{NAME}/pointer.json" in home.bucket.files


def test_what_a_failed_call_had_on_its_way_never_arrives(
    tmp_path: Path, records: list[ReportAccepted], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = MemoryHome([NAME])
    function, other = Function(home, tmp_path / "a"), Function(home, tmp_path / "b")
    function.until_done()
    store_all(home.store, records[:3])
    write = Press.write
    written: list[str] = []

    def failing(press: Press, page: Page) -> int:
        if len(written) == 3:
            assert any(files.on_their_way for files in home.opened)
            raise StorageFailed("The cloud does not answer.")
        written.append(page.name)
        return write(press, page)

    monkeypatch.setattr(Press, "write", failing)
    with pytest.raises(StorageFailed):
        function.call()
    monkeypatch.undo()
    store_all(home.store, records[3:])
    other.until_done()
    before = dict(home.bucket.files)
    for files in home.opened:  # the process wakes up: whatever its threads had left to do, they do now
        files.flush()
    assert home.bucket.files == before


def test_after_a_call_nothing_is_on_its_way(tmp_path: Path, records: list[ReportAccepted]) -> None:
    home = MemoryHome([NAME])
    store_all(home.store, records)
    function = Function(home, tmp_path / "a")
    function.until_done()
    head = SignedNote.parse(home.bucket.files["results/log/checkpoint"]).text
    (signature,) = Signer("witness", Ed25519PrivateKey.from_private_bytes(bytes(32))).sign(head).signatures
    word = Cosigned(
        size=int(head.splitlines()[1]), witness="witness", key_id="00000000", line=signature_line(*signature),
        seen=home.clock.now(),
    )  # fmt: skip
    home.store.append(record_key(word), record_bytes(word))
    function.until_done()
    assert b'"witness"' in home.bucket.files["results/log/status.json"]
    assert not any(files.on_their_way for files in home.opened)


def test_a_worker_whose_lease_ran_out_while_pages_were_put_moves_no_pointer(
    tmp_path: Path, records: list[ReportAccepted], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = MemoryHome([NAME])
    slow, other = Function(home, tmp_path / "a"), Function(home, tmp_path / "b")
    slow.until_done()
    store_all(home.store, records[:3])
    put = home.bucket.put
    pointer = f"results/data/{NAME}/pointer.json"
    then: list[bytes] = []

    def very_slow(path: str, data: bytes) -> None:
        put(path, data)
        if path.endswith(".tlog-proof") and not then:  # after the head of the log, before the pointer
            then.append(b"")
            store_all(home.store, records[3:])
            home.clock.later(1000)
            other.until_done()
            then[0] = home.bucket.files[pointer]

    monkeypatch.setattr(home.bucket, "put", very_slow)
    assert slow.call() == {"batchItemFailures": []}
    assert then == [home.bucket.files[pointer]]
