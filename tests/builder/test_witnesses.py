"""Witnesses sign the heads of a night; what they say is a record, and stands on the checkpoint after a rebuild too."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from auditor.witness.judge import Witness
from auditor.witness.server import WitnessServer
from auditor.witness.shelf import FolderShelf, witness_key
from builder.log.witnesses import Collector, Reply, WitnessPlace
from builder.store import PublicFolder
from shailoo.records.checkpoint import SignedCheckpoint
from shailoo.records.cosignature import Cosigner
from shailoo.records.note import signature_line
from shailoo.records.submission import Submission
from shailoo.records.tlog_proof import cosignatures
from tests.builder.scene import LOG_VERIFIER, Scene, scene, settle, tree

NOW = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
COSIGNER = Cosigner("witness.example", Ed25519PrivateKey.from_private_bytes(bytes([7]) * 32))


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[list[WitnessServer]]:
    """Two parties, each with a witness of its own."""
    running = []
    for name in ("ata.example", "birlik.example"):
        folder = tmp_path / name
        folder.mkdir()
        shelf = FolderShelf(folder)
        judge = Witness(witness_key(folder, name), {LOG_VERIFIER.name: (LOG_VERIFIER,)}, shelf)
        server = WitnessServer(judge, shelf, ("127.0.0.1", 0))
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        running.append((server, thread))
    yield [server for server, _ in running]
    for server, thread in running:
        server.shutdown()
        thread.join()
        server.server_close()


def places(servers: list[WitnessServer]) -> list[WitnessPlace]:
    return [WitnessPlace(one.witness.cosigner.verifier, f"http://127.0.0.1:{one.server_address[1]}") for one in servers]


def collector(where: Scene, servers: list[WitnessServer]) -> Collector:

    return Collector(where.store, PublicFolder(where.public / "results"), LOG_VERIFIER, places(servers), pause_s=0)


def checkpoint(where: Scene) -> SignedCheckpoint:
    return SignedCheckpoint.read((where.public / "results/log/checkpoint").read_bytes(), LOG_VERIFIER)


def test_the_heads_of_a_night_are_signed_by_every_witness(tmp_path: Path, servers: list[WitnessServer]) -> None:
    where = scene(tmp_path / "install", "small")
    publisher = where.publisher()
    publisher.start()
    collecting = collector(where, servers)
    verifiers = [place.verifier for place in places(servers)]
    for record in where.records:
        assert collecting.collect() == []
        settle(publisher)
        signed = checkpoint(where)
        assert [one.witness for one in cosignatures(signed.note, verifiers)] == ["ata.example", "birlik.example"]
        where.send(record)
        settle(publisher)
        assert checkpoint(where).head.size > signed.head.size
        assert cosignatures(checkpoint(where).note, verifiers) == (), "nobody has seen the new head yet"
    collecting.collect()
    settle(publisher)
    status = json.loads((where.public / "results/log/status.json").read_bytes())
    assert [one["name"] for one in status["witnesses"]] == ["ata.example", "birlik.example"]
    assert {one["size"] for one in status["witnesses"]} == {status["size"]}
    for language in ("ky", "ru", "en"):
        page = (where.public / f"results/{language}/log/index.html").read_text("utf-8")
        assert checkpoint(where).head.root.hex() in page
        assert page.count('data-row="') == 2
        assert all(page.count(f'<time datetime="{one["seen"]}">') for one in status["witnesses"])
    before = tree(where.public)
    where.publisher().build()
    assert tree(where.public) == before
    elsewhere = tmp_path / "elsewhere" / "public"
    where.publisher(public=elsewhere).build()
    assert tree(elsewhere / "results/log") == tree(where.public / "results/log")


def test_who_collects_anew_goes_on_from_what_each_witness_saw(tmp_path: Path, servers: list[WitnessServer]) -> None:
    where = scene(tmp_path / "install", "small")
    publisher = where.publisher()
    publisher.start()
    collector(where, servers).collect()
    where.send(*where.records)
    settle(publisher)
    assert collector(where, servers).collect() == []
    forgetful = Collector(
        scene(tmp_path / "other", "small").store, publisher.public, LOG_VERIFIER, places(servers), pause_s=0
    )
    where.send()
    assert forgetful.collect() == [], "it asks with size 0, is told the size, and asks again"


def test_a_witness_that_is_silent_wrong_or_ahead_is_told_and_delays_nobody(
    tmp_path: Path, servers: list[WitnessServer]
) -> None:
    where = scene(tmp_path / "install", "small")
    publisher = where.publisher()
    publisher.start()
    good = places(servers)[0]
    stale = COSIGNER.cosign("another text\n", NOW)

    def answers(url: str, body: bytes) -> Reply:
        if url.startswith("http://silent"):
            return Reply(502, "text/html", b"<h1>")
        if url.startswith("http://ahead"):
            return Reply(409, "text/x.tlog.size", b"4000\n")
        if url.startswith("http://liar"):
            return Reply(409, "text/x.tlog.size", b"1\n")
        if url.startswith("http://other"):
            return Reply(200, "text/plain", f"{signature_line(*stale)}\n".encode())
        line = signature_line(*servers[0].witness.cosigner.cosign(Submission.parse(body).note.text, NOW))
        return Reply(200, "text/plain", f"{line}\n".encode())

    bad = [WitnessPlace(COSIGNER.verifier, f"http://{name}.example") for name in ("silent", "ahead", "liar", "other")]
    asking = Collector(
        where.store, publisher.public, LOG_VERIFIER, [bad[0], bad[1], bad[2], bad[3], good], post=answers, pause_s=0
    )
    said = asking.collect()
    assert [problem.facts.get("status", problem.facts.get("seen")) for problem in said] == [502, 4000, None, None]
    settle(publisher)
    assert len(cosignatures(checkpoint(where).note, [good.verifier])) == 1


def test_an_older_word_of_a_witness_never_replaces_a_newer_one(tmp_path: Path) -> None:
    where = scene(tmp_path / "install", "small")
    publisher = where.publisher()
    publisher.start()
    moments = iter([NOW, NOW - timedelta(hours=1)])

    def answers(url: str, body: bytes) -> Reply:
        line = signature_line(*COSIGNER.cosign(Submission.parse(body).note.text, next(moments)))
        return Reply(200, "text/plain", f"{line}\n".encode())

    for _ in range(2):
        anew = Collector(
            scene(tmp_path / "x", "small").store, publisher.public, LOG_VERIFIER,
            [WitnessPlace(COSIGNER.verifier, "http://w.example")], post=answers,
        )  # fmt: skip
        anew._store = where.store
        anew._sizes.clear()
        anew._read = where.store.last()
        anew.collect()
    settle(publisher)
    (said,) = cosignatures(checkpoint(where).note, [COSIGNER.verifier])
    assert said.seen == NOW
