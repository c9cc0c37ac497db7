"""The room in which hostile files are read outlives every one of them, and gives nothing away."""

from __future__ import annotations

import os
import random
import time
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from builder.documents import CopyRoom, CopyRoomLost, DocumentUnfit, Limits, PublicCopy
from builder.documents.copies import Answer, MessageBroken, PageSize, pack, unpack
from functions.sentences import SENTENCES
from shailoo.rules.scan_faults import BY_CODE
from tests.builder.documents import advice, corpus

MUTANTS = int(os.environ.get("SHAILOO_MUTANTS", "300"))
"""How many spoilt papers; 10,000 before a release (docs/documents.md)."""


def spoilt(chance: random.Random, papers: list[bytes]) -> bytes:
    """A paper with flipped bytes, a cut, a splice of another, or several of these."""
    data = bytearray(chance.choice(papers))
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(5):
            case 0:
                for _ in range(chance.randint(1, 30)):
                    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
            case 1:
                del data[at : at + chance.randint(1, 400)]
            case 2:
                other = chance.choice(papers)
                begin = chance.randrange(len(other))
                data[at:at] = other[begin : begin + chance.randint(1, 2000)]
            case 3:
                data[at : at + 4] = chance.choice([b"\xff" * 4, b"\x00" * 4, b"9999", b" 0 R"])
            case _:
                del data[max(at, len(data) // 3) :]
        if not data:
            break
    return bytes(data)


@pytest.mark.timeout(6 * 3600 if MUTANTS > 300 else 180)
def test_no_spoilt_paper_brings_the_room_down(room: CopyRoom) -> None:
    chance = random.Random(20211128)
    slow = {"huge image", "much", "flate bomb", "endless drawing", "form that draws itself", "many pages"}
    makers = [*corpus.GOOD.values(), *corpus.ODD.values()]
    makers += [make for name, (make, _) in corpus.BAD.items() if name not in slow]
    papers = [data for make in makers if (data := make())]
    room.copy(corpus.scan())
    process, before = room.process_id, 0
    seen: dict[str, int] = {}
    for number in range(MUTANTS):
        try:
            outcome = "copy" if isinstance(room.copy(spoilt(chance, papers)), PublicCopy) else "?"
        except DocumentUnfit as unfit:
            outcome = unfit.code
        seen[outcome] = seen.get(outcome, 0) + 1
        if number == 50:
            before = psutil.Process(process).memory_info().rss
    assert room.process_id == process
    assert psutil.Process(process).memory_info().rss - before < 30_000_000
    assert seen.keys() <= BY_CODE.keys() | {"copy"}
    assert seen["copy"] > MUTANTS // 20
    assert seen["document-broken"] > MUTANTS // 20


def test_a_document_that_takes_too_long_is_given_up() -> None:
    with CopyRoom(Limits(cpu_s=60, wall_s=1)) as room:
        began = time.monotonic()
        with pytest.raises(DocumentUnfit) as refused:
            room.copy(corpus.endless_drawing())
        assert refused.value.code == "document-bomb"
        assert time.monotonic() - began < 20  # ended, not waited for
        assert psutil.Process(room.process_id).children() == []
        assert room.copy(corpus.jpeg(corpus.paper(60, 80))).pages


def test_a_room_that_died_is_no_verdict_on_the_document_and_opens_again() -> None:
    with CopyRoom() as room:
        room.copy(corpus.jpeg())
        process = psutil.Process(room.process_id)
        with ThreadPoolExecutor(1) as other:
            waiting = other.submit(room.copy, corpus.endless_drawing())
            while not (readers := process.children()):
                assert not waiting.done()
            process.kill()
            with pytest.raises(CopyRoomLost):
                waiting.result()
        psutil.wait_procs(readers, timeout=2)
        assert not any(reader.is_running() for reader in readers)
        assert room.copy(corpus.jpeg()).pages


def test_several_threads_may_ask_at_once(room: CopyRoom) -> None:
    papers = [corpus.jpeg(corpus.paper(100 + 10 * n, 200)) for n in range(6)]
    with ThreadPoolExecutor(6) as many:
        assert [copy.pages[0].width for copy in many.map(room.copy, papers)] == [100, 110, 120, 130, 140, 150]


def test_every_reason_has_a_sentence() -> None:
    assert BY_CODE.keys() <= SENTENCES.keys()


def test_the_advice_for_operators_is_current() -> None:
    text = advice.DOCUMENT.read_text(encoding="utf-8")
    assert advice.renewed(text) == text, "python -m tests.builder.documents.advice renews it"


def test_a_message_comes_back_as_it_was_and_no_other_is_read() -> None:
    head = Answer(pages=(PageSize(width=1, height=2),))
    body = pack(head, [b"", b"two"])[8:]
    read, pieces = unpack(body)
    assert Answer.model_validate_json(read) == head
    assert pieces == [b"", b"two"]
    for bad in (b"", body[:-1], body + b"x", b"\xff" * 40):
        with pytest.raises(MessageBroken):
            unpack(bad)
