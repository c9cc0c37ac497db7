"""Many functions write at once: all records get numbers, one winner for each key, no late writes."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from shailoo.adapters.aws.records import DynamoRecordStore
from shailoo.adapters.aws.sequencer import Sequencer
from shailoo.adapters.aws.table import RecordTable
from shailoo.adapters.aws.transaction import MOST_RECORDS, Offer, cut
from shailoo.adapters.limits import LARGEST_RECORD
from shailoo.errors import Conflict, StorageFailed
from tests.adapters.aws.crowd import CrowdedDynamo

WRITERS = 24


def crowd() -> CrowdedDynamo:
    return CrowdedDynamo(request_s=0.001, transaction_s=0.004)


def test_of_many_functions_each_gets_its_numbers_and_the_feed_has_no_gaps() -> None:
    dynamo = crowd()

    def write(writer: int) -> list[int]:
        store = DynamoRecordStore(dynamo, "t")
        return [store.append(f"report/{writer}/{at}", bytes(100)).seq for at in range(12)]

    with ThreadPoolExecutor(WRITERS) as pool:
        told = list(pool.map(write, range(WRITERS)))
    feed = DynamoRecordStore(dynamo, "t").feed(0)
    assert [entry.seq for entry in feed] == list(range(1, WRITERS * 12 + 1))
    by_key = {entry.key: entry.seq for entry in feed}
    for writer, numbers in enumerate(told):
        assert numbers == sorted(numbers), "what a writer wrote later has a later number"
        assert numbers == [by_key[f"report/{writer}/{at}"] for at in range(12)]
    assert RecordTable(dynamo, "t").standing(["report/0/0"])["report/0/0"].seq == by_key["report/0/0"]


def test_of_many_functions_that_create_the_same_keys_exactly_one_wins_each() -> None:
    dynamo = crowd()

    def write(writer: int) -> int:
        store, won = DynamoRecordStore(dynamo, "t"), 0
        for at in range(6):
            with suppress(Conflict):
                won += store.append(f"report/{at}", b"%d" % writer).body == b"%d" % writer
        return won

    with ThreadPoolExecutor(WRITERS) as pool:
        assert sum(pool.map(write, range(WRITERS))) == 6
    assert [entry.seq for entry in DynamoRecordStore(dynamo, "t").feed(0)] == list(range(1, 7))


def test_a_box_that_sends_the_same_through_many_functions_at_once_gets_one_record() -> None:
    dynamo = crowd()
    with ThreadPoolExecutor(WRITERS) as pool:
        told = set(pool.map(lambda _: DynamoRecordStore(dynamo, "t").append("report/a", b"one").seq, range(48)))
    assert (told, DynamoRecordStore(dynamo, "t").last()) == ({1}, 1)


class Stuck(CrowdedDynamo):
    """A head that another transaction always holds."""

    def __init__(self) -> None:
        super().__init__(0, 0)
        self._held.add(("head", "head"))
        self.free = threading.Event()


def test_who_gives_up_leaves_nothing_that_could_be_written_later() -> None:
    dynamo = Stuck()
    store = DynamoRecordStore(dynamo, "t", patience_s=0.05)
    with pytest.raises(StorageFailed, match="nothing was written"):
        store.append("report/a", b"one")
    dynamo._held.clear()
    for at in range(3):
        store.append(f"report/b{at}", b"")
    assert store.get("report/a") is None
    assert [entry.key for entry in store.feed(0)] == ["report/b0", "report/b1", "report/b2"]


def test_a_record_whose_function_died_in_the_waiting_room_counts_only_while_it_would_have_waited() -> None:
    table = RecordTable(CrowdedDynamo(0, 0), "t")
    alive = Sequencer(table, patience_s=10, now=lambda: 1000.0)
    alive._crowded = True
    for key, until in (("report/in-time", 1001.0), ("report/too-late", 999.0)):
        alive._announce(Offer(key, b"x"), f"{key}#ticket", until)
    alive.write([Offer("report/alive", b"y")])
    assert table.standing(["report/in-time", "report/too-late", "report/alive"]).keys() == {
        "report/in-time",
        "report/alive",
    }
    assert list(table.query("waiting", limit=9)) == []


def test_a_group_is_cut_where_a_transaction_is_full() -> None:
    small = [Offer(f"k/{at}", b"") for at in range(2 * MOST_RECORDS + 1)]
    assert [len(group) for group in cut(small)] == [MOST_RECORDS, MOST_RECORDS, 1]
    large = [Offer(f"k/{at}", bytes(LARGEST_RECORD)) for at in range(25)]
    assert [sum(len(offer.body) for offer in group) for group in cut(large)] == [3_300_000, 3_300_000, 900_000]
    store = DynamoRecordStore(CrowdedDynamo(0, 0), "t")
    outcomes = store.append_all([(offer.key, offer.body) for offer in small + large])
    assert [getattr(outcome, "seq", 0) for outcome in outcomes[:67]] == list(range(1, 68))
    assert store.last() == len(small)  # the keys of the large ones were taken, by other bytes
    assert all(isinstance(outcome, Conflict) for outcome in outcomes[67:])
