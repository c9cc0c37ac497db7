"""The copyist: every document and every blackout gets one copy, whatever happens to whoever makes it."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from builder.copyist import Copyist, work
from shailoo.adapters.files import FileObjectStore
from shailoo.adapters.memory import Fault
from shailoo.adapters.sqlite import SqliteStore
from shailoo.errors import StorageFailed
from shailoo.ids import Digest
from shailoo.model.document import Blackout, DocumentCopied, DocumentUnreadable
from shailoo.model.record import read_record
from shailoo.usecases.document_desk import DocumentDesk
from shailoo.usecases.receive_document import receive_document
from shailoo.usecases.registry import Registry
from shailoo.usecases.review_document import ask_blackout, withdraw_document
from tests.builder.copying import MADE, FakeCopy, FakeMaker
from tests.functions.browser import FixedClock
from tests.law.source import ROOT
from tests.usecases.papers import AIDA, AREA, NIGHT, PDF, PROTOCOL, TEC, Papers
from tests.voting import small_election


@pytest.fixture
def papers() -> Papers:
    return Papers()


def copyist(papers: Papers, make: FakeMaker | None = None) -> Copyist:
    return Copyist(papers.store, papers.objects, FixedClock(MADE), make or FakeMaker())


def test_a_document_is_copied_once_and_its_pages_are_kept(papers: Papers) -> None:
    document = papers.received()
    make = FakeMaker()
    assert work(copyist(papers, make)) == (1, 0)
    [copy] = [one for one in papers.records() if isinstance(one, DocumentCopied)]
    assert (copy.version, copy.original, copy.areas, copy.made) == (1, document.original, (), MADE)
    assert papers.objects.get(Digest(copy.pdf)) == b"copy of " + PDF + b"()"
    assert [papers.objects.get(Digest(page.sha256))[:4] for page in copy.pages] == [b"1 of", b"2 of"]
    assert work(copyist(papers, make)) == (0, 0)
    assert make.calls == 1


def test_a_blackout_gets_a_copy_of_its_own_with_all_its_areas(papers: Papers) -> None:
    document = papers.received()
    one = copyist(papers)
    work(one)
    ask_blackout(document, [AREA], 1, papers.desk, TEC, now=NIGHT)
    assert work(one) == (1, 0)
    assert papers.standing(document).copies[2].areas == (AREA,)
    assert papers.standing(document).state == "waiting"


def test_of_what_cannot_be_read_the_reason_is_kept_and_the_others_go_on(papers: Papers) -> None:
    bad = papers.received(PDF + b" damaged")
    good = papers.received()
    make = FakeMaker(frozenset({PDF + b" damaged"}))
    assert work(copyist(papers, make)) == (2, 0)
    [record] = [one for one in papers.records() if isinstance(one, DocumentUnreadable)]
    assert (record.original, record.code) == (bad.original, "document-broken")
    assert papers.standing(good).state == "waiting"
    work(copyist(papers, make))
    assert make.calls == 2


def test_nobody_makes_a_copy_of_what_was_withdrawn(papers: Papers) -> None:
    withdraw_document(papers.received(), "Not ours.", papers.desk, TEC, now=NIGHT)
    make = FakeMaker()
    assert work(copyist(papers, make)) == (0, 0)
    assert make.calls == 0


def test_a_machine_that_fails_keeps_no_other_document_waiting_and_is_tried_again(papers: Papers) -> None:
    first = papers.received()
    papers.received(PDF + b" 2")
    failing = [True]

    class Trouble(FakeMaker):
        def __call__(self, original: bytes, *, blackouts: Sequence[Blackout] = ()) -> FakeCopy:
            if original == PDF and failing[0]:
                raise StorageFailed("The room is lost.")
            return super().__call__(original, blackouts=blackouts)

    one = copyist(papers, Trouble())
    assert work(one) == (1, 1)
    assert papers.standing(first).state == "copying"
    failing.clear()
    failing.append(False)
    assert work(one) == (1, 0)


@pytest.mark.parametrize("fail", ["before", "after"])
def test_a_record_that_could_not_be_kept_is_made_again(papers: Papers, fail: str) -> None:
    document = papers.received()
    papers.store.plan.add(Fault("before" if fail == "before" else "after"))
    work(copyist(papers))
    assert papers.standing(document).state == "waiting"
    assert sum(isinstance(one, DocumentCopied) for one in papers.records()) == 1


def test_a_copyist_that_is_told_to_stop_stops(papers: Papers) -> None:
    papers.received()
    assert work(copyist(papers), lambda: True) == (0, 0)


def test_killed_at_any_point_the_copyist_goes_on_and_copies_everything_once(tmp_path: Path) -> None:
    objects, draw = FileObjectStore(tmp_path / "objects"), random.Random(7)
    with SqliteStore(tmp_path / "store.db") as store:
        desk = DocumentDesk(Registry({"small": small_election()}), store, objects)
        for at in range(25):
            receive_document(PROTOCOL, PDF + str(at).encode(), desk, AIDA, now=NIGHT)
    command = [sys.executable, "-m", "tests.builder.copying", str(tmp_path)]
    killed = 0
    for _ in range(4):
        with subprocess.Popen(command, cwd=ROOT) as process:
            before = _copies(tmp_path)
            while process.poll() is None and _copies(tmp_path) < before + 3:
                time.sleep(0.002)
            time.sleep(draw.random() / 50)
            process.send_signal(signal.SIGKILL)
            killed += process.wait() == -signal.SIGKILL
    assert killed
    subprocess.run(command, cwd=ROOT, check=True)
    with SqliteStore(tmp_path / "store.db") as store:
        records = [read_record(entry.body) for entry in store.feed(0)]
    copies = [one for one in records if isinstance(one, DocumentCopied)]
    assert len(copies) == len({one.original for one in copies}) == 25
    for one in copies:
        assert objects.get(Digest(one.pdf)).startswith(b"copy of " + PDF)


def _copies(folder: Path) -> int:
    with SqliteStore(folder / "store.db") as store:
        return len(store.page("copy/", limit=1000).entries)
