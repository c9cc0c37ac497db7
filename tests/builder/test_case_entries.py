"""What cases add to the log: a filing the digest of its receipt, an act the digest of what may be told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from builder.cases.book import CaseBook
from builder.fold import read_fold, write_fold
from shailoo.adapters.memory import MemoryStore
from shailoo.adapters.sqlite import SqliteStore
from shailoo.kinds import KINDS
from shailoo.model.case import CaseAct, CaseFiled
from shailoo.model.record import read_record
from shailoo.records.canonical import digest
from shailoo.records.case_public import public_part
from shailoo.records.log_entry import CaseActEntry, CaseEntry, entry_bytes
from tests.builder.case_records import CHANGE, Filer
from tests.builder.scene import election, publisher_of, settle, tree
from tests.functions.case_scene import LAMP

if TYPE_CHECKING:
    from pathlib import Path

    from shailoo.records.log_entry import LogEntry

KNOWN = {**KINDS, "lamp": LAMP}


def book_of(store: MemoryStore | SqliteStore) -> tuple[CaseBook, list[LogEntry]]:
    """Everything in a store, folded."""
    book = CaseBook({"small": election("small")}, KNOWN)
    entries = store.feed(0)
    for entry in entries:
        record = read_record(entry.body)
        if isinstance(record, CaseFiled | CaseAct):
            book.receive(entry.seq, record)
    book.absorb(entries[-1].seq)
    return book, [entry for _, entry in book.entries]


def test_a_filing_is_the_digest_of_its_receipt_and_names_nobody() -> None:
    filer = Filer(MemoryStore())
    receipt = filer.file("one")
    _, (entry,) = book_of(filer.store)
    assert isinstance(entry, CaseEntry)
    assert entry.sha256 == digest(receipt.text().encode())
    assert (entry.election, entry.kind, entry.at) == ("small", CHANGE, "2025-05-12T04:00:00Z")
    assert filer.filed["one"].case not in entry_bytes(entry).decode()
    assert "pec-" not in entry_bytes(entry).decode(), "a commission with few applications would tell who filed"


def test_an_act_binds_what_may_be_told_and_never_the_official() -> None:
    filer = Filer(MemoryStore())
    filer.file("one", "lamp", told={"what": "dark"})
    act = filer.act("one", "mend", reason="A new bulb")
    _, (_, entry) = book_of(filer.store)
    assert isinstance(entry, CaseActEntry)
    part = public_part(act, told=True)
    assert part["reason"] == "A new bulb"
    assert "a" * 64 not in str(part)
    assert "reason" not in public_part(act, told=False)


def test_two_acts_that_differ_have_different_entries_and_the_case_hides_them() -> None:
    first, second = Filer(MemoryStore()), Filer(MemoryStore())
    for filer, name in ((first, "one"), (second, "two")):
        filer.file(name, "lamp")
        filer.act(name, "ask", reason="Which?")
    entries = [book_of(filer.store)[1][1].sha256 for filer in (first, second)]
    assert entries[0] != entries[1], "the same act upon another case cannot be guessed from this one"


def test_a_record_that_does_not_fit_moves_nothing_and_stops_nothing() -> None:
    filer = Filer(MemoryStore())
    filer.file("one", "lamp")
    filer.act("one", "answer")
    filer.acts["one"] = 0
    filer.file("two", "lamp")
    book, entries = book_of(filer.store)
    assert [entry.type for entry in entries] == ["case", "case"]
    assert book.state.unfit == 1


def test_the_log_is_the_same_however_the_feed_was_batched_and_from_a_snapshot(tmp_path: Path) -> None:
    store = MemoryStore()
    publisher = publisher_of(tmp_path / "a", store, ("small",))
    publisher.start()
    filer = Filer(store)
    for name in ("one", "two", "three"):
        filer.file(name)
        settle(publisher)
    fold = publisher.fold
    assert fold is not None
    assert read_fold(write_fold(fold, "stand"), "stand").cases == fold.cases
    again = publisher_of(tmp_path / "b", store, ("small",))
    again.build()
    logs = [
        {path: found for path, found in tree(tmp_path / one / "public" / "results" / "log").items() if "tile" in path}
        for one in "ab"
    ]
    assert logs[0].items() >= logs[1].items()
    pages = [tmp_path / one / "public" / "results" / "log" / "checkpoint" for one in "ab"]
    assert pages[0].read_bytes() == pages[1].read_bytes()
