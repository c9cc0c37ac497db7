"""The transparency log beside the pages: whole after every stop, the same after a rebuild, no two heads of a size."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from builder.log import document
from builder.log.keeper import LogDiverged
from builder.store import PublicFolder
from shailoo.adapters.memory import MemoryStore
from shailoo.adapters.sqlite import SqliteStore
from shailoo.model.log import LOG_HEAD
from shailoo.model.record import Act, RevokeBox, record_bytes, record_key
from shailoo.records.checkpoint import SignedCheckpoint
from shailoo.records.log_entry import LogEntry, ReportEntry, read_entry
from shailoo.records.tiles import WIDTH, Tile, nodes_of, tiles_of, unpack_entries, unpack_hashes
from shailoo.records.tlog import consistency_path, leaf_hash, root_of, verify_consistency
from shailoo.records.tlog_proof import Policy, TlogProof
from tests.builder.scene import LOG_VERIFIER, Scene, scene, settle, tree
from tests.builder.test_publisher import spoilt


def read_log(public: Path) -> tuple[SignedCheckpoint, list[bytes]]:
    """The head, and every entry, after every tile was held against the entries and the root against all of them."""
    folder = public / "results" / "log"
    signed = SignedCheckpoint.read((folder / "checkpoint").read_bytes(), LOG_VERIFIER)
    entries: list[bytes] = []
    leaves: list[bytes] = []
    for tile in tiles_of(signed.head.size):
        data = (folder / tile.path).read_bytes()
        if tile.level is None:
            entries += unpack_entries(data, tile.width)
            leaves = [leaf_hash(entry) for entry in entries]
        else:
            step = WIDTH**tile.level
            start = tile.index * WIDTH
            for at, value in enumerate(unpack_hashes(data, tile.width), start):
                assert value == root_of(leaves[at * step : (at + 1) * step])
    assert root_of(leaves) == signed.head.root
    return signed, entries


def kinds(public: Path) -> list[str]:
    return [read_entry(entry).type for entry in read_log(public)[1]]


def check_proofs(where: Scene) -> int:
    """Every signed text in public has a proof beside it that shows it in the log. Returns how many."""
    texts = sorted((where.public / "results" / "data").rglob("report/*.txt"))
    entries = read_log(where.public)[1]
    for text in texts:
        proof = TlogProof.parse(text.with_name(f"{text.name}.tlog-proof").read_bytes())
        entry: LogEntry = read_entry(entries[proof.index])
        assert isinstance(entry, ReportEntry)
        assert text.name == f"{entry.box}-{entry.kind}-{entry.sha256[:12]}.txt"
        assert entry.bytes == text.stat().st_size
        proof.verify(leaf_hash(entries[proof.index]), Policy(LOG_VERIFIER))
    return len(texts)


def decide(where: Scene, number: str) -> None:
    """An act on the first box enters the feed."""
    first = where.records[0]
    act = Act(
        election="small", number=number, day=where.election.day, body="cec", reason="the key of the box leaked",
        entered=first.arrived, measures=(RevokeBox(box=first.box),),
    )  # fmt: skip
    where.store.append(record_key(act), record_bytes(act))


def test_the_log_tells_the_night_from_its_first_minute(tmp_path: Path) -> None:
    where = scene(tmp_path, "small")
    publisher = where.publisher()
    publisher.start()
    assert kinds(where.public) == ["package", "rules", "software", "zero-state"]
    where.send(where.records[0])
    settle(publisher)
    assert kinds(where.public)[4:] == ["arrival", "report"]
    where.send(spoilt(where, where.records[1]))
    settle(publisher)
    assert kinds(where.public)[6:] == ["arrival", "report", "held"]
    assert check_proofs(where) == 2
    page = (where.public / f"results/en/small/station/{where.records[0].station}/index.html").read_text()
    assert "Entry 5 of the public log" in page


def test_an_act_is_in_the_log(tmp_path: Path) -> None:
    where = scene(tmp_path, "small")
    publisher = where.publisher()
    publisher.start()
    decide(where, "7")
    settle(publisher)
    assert kinds(where.public)[4:] == ["act"]


def test_entries_do_not_depend_on_how_records_were_batched(tmp_path: Path) -> None:
    heads = []
    for name, size in (("one", 1), ("two", 2), ("all", 99)):
        where = scene(tmp_path / name, "small")
        publisher = where.publisher()
        publisher.start()
        for at in range(0, len(where.records), size):
            where.send(*where.records[at : at + size])
            settle(publisher)
        signed, entries = read_log(where.public)
        heads.append(entries[4:])
        assert signed.head.size == len(entries)
    assert heads[0] == heads[1] == heads[2]


def test_every_head_continues_the_heads_before_it(tmp_path: Path) -> None:
    where = scene(tmp_path, "small")
    publisher = where.publisher()
    publisher.start()
    folder = where.public / "results" / "log"
    heads = [read_log(where.public)[0].head]
    for record in where.records:
        where.send(record)
        settle(publisher)
        heads.append(read_log(where.public)[0].head)
    assert len({head.size for head in heads}) == len(heads)
    last = heads[-1]

    def read(tile: Tile) -> bytes:
        return (folder / tile.path).read_bytes()

    for head in heads:
        path = consistency_path(head.size, last.size, nodes_of(last.size, read))
        verify_consistency(head.size, head.root, last.size, last.root, path)
        assert all((folder / tile.path).is_file() for tile in tiles_of(head.size)), "partial tiles of every head stay"


def test_a_full_tile_replaces_its_partial_ones_and_a_rebuild_gives_the_same_files(tmp_path: Path) -> None:
    where = scene(tmp_path / "install", "small")
    publisher = where.publisher()
    publisher.start()
    for start in range(0, 540, 45):
        for number in range(start, start + 45):
            decide(where, f"{number}")
        settle(publisher)
    log = where.public / "results/log"
    assert read_log(where.public)[0].head.size > 2 * WIDTH
    assert (log / "tile/0/000").is_file()
    assert not (log / "tile/0/000.p").exists()
    before = tree(where.public)
    where.publisher().build()
    assert tree(where.public) == before
    elsewhere = tmp_path / "elsewhere" / "public"
    where.publisher(public=elsewhere).build()
    assert tree(elsewhere / "results/log") == tree(log)
    assert {path: digest for path, digest in tree(elsewhere).items() if "tlog-proof" in path} == {
        path: digest for path, digest in before.items() if "tlog-proof" in path
    }


class Killed(BaseException):
    """The process ends here."""


def dying(after: int, end: Callable[[], None]) -> Callable[..., bool]:
    """`PublicFolder.write` that ends the process at one of the log's writes, before it."""
    left, write = [after], PublicFolder.write

    def writing(self: PublicFolder, path: str, data: bytes) -> bool:
        if path.startswith("log/") or path.endswith(".tlog-proof"):
            if left[0] == 0:
                end()
            left[0] -= 1
        return write(self, path, data)

    return writing


def stop() -> None:
    raise Killed


@pytest.mark.parametrize("after", range(7))
def test_a_stop_between_any_two_writes_leaves_a_log_that_verifies_and_goes_on(
    tmp_path: Path, after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = scene(tmp_path, "small")
    publisher = where.publisher()
    publisher.start()
    where.send(*where.records[:2])
    settle(publisher)
    seen = read_log(where.public)[0].head
    where.send(where.records[2])
    with monkeypatch.context() as patch:
        patch.setattr(PublicFolder, "write", dying(after, stop))
        try:
            settle(publisher)
        except Killed:
            assert read_log(where.public)[0].head.size >= seen.size
        else:
            assert after == 6, "there is no write of the log that no stop was tried before"
    going_on = where.publisher()
    going_on.start()
    settle(going_on)
    where.send(*where.records[3:])
    settle(going_on)
    last, entries = read_log(where.public)
    leaves = [leaf_hash(entry) for entry in entries]
    assert root_of(leaves[: seen.size]) == seen.root
    assert last.head.size == len(entries)
    assert check_proofs(where) == len(where.records)
    before = tree(where.public)
    where.publisher().build()
    assert tree(where.public) == before


@pytest.mark.parametrize("after", [0, 2, 4, 5])
def test_a_publisher_that_is_killed_while_it_writes_the_log_is_followed_by_one_that_goes_on(
    tmp_path: Path, after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = scene(tmp_path, "small")
    where.store = SqliteStore(tmp_path / "store.db")
    where.publisher().start()
    where.send(where.records[0])
    monkeypatch.setattr(PublicFolder, "write", dying(after, lambda: os.kill(os.getpid(), signal.SIGKILL)))
    child = os.fork()
    if child == 0:
        where.store = SqliteStore(tmp_path / "store.db")
        publisher = where.publisher()
        publisher.start()
        publisher.step()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)
    monkeypatch.undo()
    read_log(where.public)
    again = where.publisher()
    again.start()
    settle(again)
    assert kinds(where.public)[4:] == ["arrival", "report"]
    assert check_proofs(where) == 1


def test_records_that_were_changed_afterwards_give_no_second_head(tmp_path: Path) -> None:
    where = scene(tmp_path, "small")
    publisher = where.publisher()
    publisher.start()
    where.send(*where.records)
    settle(publisher)
    forged = MemoryStore()
    for entry in where.store.feed(0):
        forged.append(entry.key, entry.body.replace(b'"sealed_bytes":', b'"sealed_bytes":1'))
    head = where.store.read(LOG_HEAD)
    assert head is not None
    forged.swap(LOG_HEAD, head.value, expected=None)
    where.store = forged
    before = (where.public / "results/log/checkpoint").read_bytes()
    with pytest.raises(LogDiverged):
        where.publisher().start()
    assert (where.public / "results/log/checkpoint").read_bytes() == before


def test_a_store_that_forgot_records_does_not_fork_the_public_log(tmp_path: Path) -> None:
    where = scene(tmp_path, "small")
    publisher = where.publisher()
    publisher.start()
    kept = list(where.store.feed(0))
    where.send(*where.records)
    settle(publisher)
    older = MemoryStore()
    for entry in kept:
        older.append(entry.key, entry.body)
    where.store = older
    with pytest.raises(LogDiverged):
        where.publisher().start()


def test_new_software_says_so_in_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    where = scene(tmp_path, "small")
    where.publisher().start()
    monkeypatch.setattr("builder.log.software.software_digest", lambda: "ab" * 32)
    again = where.publisher()
    again.start()
    settle(again)
    assert kinds(where.public) == ["package", "rules", "software", "zero-state", "software"]
    once_more = where.publisher()
    once_more.start()
    assert once_more.step() is None


def test_the_document_tells_every_kind_of_entry() -> None:
    text = document.DOCUMENT.read_text(encoding="utf-8")
    assert document.renewed(text) == text, "python -m builder.log.document writes it again"
