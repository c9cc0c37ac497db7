"""The publisher as a function: the bytes of the one on a machine, one at a time, nothing lost when it is killed."""

from __future__ import annotations

import hashlib
import json
import pickle
import subprocess
import sys
import zlib
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from builder.desk import FOLD_ITEM, LEASE
from builder.fold import FORMAT
from builder.lease import GRACE, SECONDS, Lease, LeaseLost
from builder.publish import Cadence
from rehearsal.paper import finals, store_all
from rehearsal.played import read_played
from shailoo.adapters.memory import MemoryStore
from shailoo.model.record import ReportAccepted
from shailoo.ports import Entry
from shailoo.records.canonical import canonical_json, digest
from tests.builder.functions import CADENCE, Function, Killed, MemoryHome, prepared
from tests.builder.scene import PACKAGES, election, publisher_of, tree
from tests.law.source import ROOT

NAME = "small"
NEEDED = {
    "annotated_types", "babel", "cryptography", "cython_runtime", "jinja2", "markupsafe", "pydantic", "pydantic_core",
    "selectolax", "typing_extensions", "typing_inspection",
}  # fmt: skip
"""Modules that do not come with Python; `cython_runtime` is a part of selectolax."""


@pytest.fixture
def records() -> list[ReportAccepted]:
    """The final reports of a small election."""
    return finals(election(NAME), read_played(PACKAGES / NAME))


def rebuilt(folder: Path, store: MemoryStore) -> dict[str, str]:
    """What a machine makes of the same records, from nothing."""
    publisher_of(folder, store, [NAME]).build()
    return tree(folder / "public")


def shown(home: MemoryHome) -> dict[str, str]:
    """Path -> digest of what readers see."""
    return {path: hashlib.sha256(data).hexdigest() for path, data in sorted(home.bucket.files.items())}


def test_what_a_function_publishes_is_what_a_machine_builds(tmp_path: Path, records: list[ReportAccepted]) -> None:
    home = MemoryHome([NAME])
    function = Function(home, tmp_path / "room")
    function.until_done()
    store_all(home.store, records[:3])
    function.until_done()
    home.clock.later(60)
    store_all(home.store, records[3:])
    function.until_done()
    assert shown(home) == rebuilt(tmp_path / "machine", home.store)


def test_a_new_process_goes_on_from_the_snapshot(tmp_path: Path, records: list[ReportAccepted]) -> None:
    home = MemoryHome([NAME])
    Function(home, tmp_path / "a").until_done()
    assert home.refolds == 1
    for number, record in enumerate(records):
        store_all(home.store, [record])
        home.clock.later(5)
        Function(home, tmp_path / f"room{number}").until_done()
    assert home.refolds == 1
    assert len(home.snapshots.kept) == 1
    assert shown(home) == rebuilt(tmp_path / "machine", home.store)


def test_two_at_once_are_one_at_a_time(tmp_path: Path, records: list[ReportAccepted]) -> None:
    home = MemoryHome([NAME])
    first, second = Function(home, tmp_path / "a"), Function(home, tmp_path / "b")
    first.until_done()
    store_all(home.store, records[:2])
    lease = Lease(home.store, home.clock, LEASE, "another")
    assert lease.take()
    assert first.call() == {"batchItemFailures": []}
    assert home.publish_queue is not None
    assert [message.body for message in home.publish_queue.receive()] == [b'{"again": true}']
    assert home.store.get("publication/000000000002") is None
    lease.release()
    second.until_done()
    store_all(home.store, records[2:])
    first.until_done()  # warm, but another has published since
    assert shown(home) == rebuilt(tmp_path / "machine", home.store)


def test_without_a_queue_the_message_itself_comes_again(tmp_path: Path) -> None:
    home = MemoryHome([NAME])
    home.publish_queue = None
    assert Lease(home.store, home.clock, LEASE, "another").take()
    (failed,) = Function(home, tmp_path).call()["batchItemFailures"]
    assert failed["itemIdentifier"].startswith("m")


def test_near_its_end_a_function_has_another_go_on(tmp_path: Path, records: list[ReportAccepted]) -> None:
    home = MemoryHome([NAME])
    function = Function(home, tmp_path / "a", replace(CADENCE, batch=1))
    function.until_done()
    store_all(home.store, records)
    assert function.until_done(asked=5) > 2
    assert shown(home) == rebuilt(tmp_path / "machine", home.store)


def test_a_worker_whose_lease_is_over_publishes_nothing(
    tmp_path: Path, records: list[ReportAccepted], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = MemoryHome([NAME])
    stale, fresh = Function(home, tmp_path / "a"), Function(home, tmp_path / "b")
    stale.until_done()
    store_all(home.store, records)
    append = home.store.append

    def paused(key: str, body: bytes) -> Entry:
        """Between drawing and naming a version the first worker stands still for longer than its lease."""
        monkeypatch.undo()
        home.clock.later(1000)
        fresh.until_done()
        return append(key, body)

    monkeypatch.setattr(home.store, "append", paused)
    before = dict(home.bucket.files)
    assert stale.call() == {"batchItemFailures": []}
    assert home.bucket.files != before
    assert stale.desk.work("x", lambda: 90.0) is True
    assert shown(home) == rebuilt(tmp_path / "machine", home.store)


@pytest.mark.parametrize("damage", ["missing", "damaged", "other software", "foreign"])
def test_without_a_snapshot_that_fits_the_feed_is_folded(
    tmp_path: Path, records: list[ReportAccepted], damage: str
) -> None:
    home = MemoryHome([NAME])
    store_all(home.store, records[:2])
    Function(home, tmp_path / "a").until_done()
    ((name, data),) = home.snapshots.kept.items()
    item = home.store.read(FOLD_ITEM)
    assert item is not None
    told = json.loads(item.value)
    match damage:
        case "missing":
            home.snapshots.kept.clear()
        case "damaged":
            home.snapshots.kept[name] = data[:-1] + b"?"
        case "other software":
            told["stand"] = "0" * 64
        case _:
            body = zlib.compress(pickle.dumps(print))
            foreign = f"{FORMAT} {told['stand']} {digest(body)}\n".encode() + body
            home.snapshots.kept[name], told["sha256"] = foreign, digest(foreign)
    home.store.swap(FOLD_ITEM, canonical_json(told), expected=item.version)
    store_all(home.store, records[2:])
    Function(home, tmp_path / "b").until_done()
    assert home.refolds == 2
    assert shown(home) == rebuilt(tmp_path / "machine", home.store)


@pytest.mark.parametrize("after", [0, 1, 3, 9, 27, 81, 200])
def test_killed_at_any_put_the_next_one_finishes(tmp_path: Path, records: list[ReportAccepted], after: int) -> None:
    home = MemoryHome([NAME])
    Function(home, tmp_path / "a").until_done()
    store_all(home.store, records)
    home.bucket.dies_after = home.bucket.puts + after
    with suppress(Killed):
        Function(home, tmp_path / "b").call()
    home.bucket.dies_after = None
    home.clock.later(1000)
    Function(home, tmp_path / "c").until_done()
    assert shown(home) == rebuilt(tmp_path / "machine", home.store)


def test_a_whole_country_reports_at_once_and_no_report_is_lost(tmp_path: Path) -> None:
    name = "jk-2021-11-28"
    home = MemoryHome([name])
    many = finals(election(name), read_played(PACKAGES / name))
    assert len(many) >= 2500
    quick = Cadence(trail_s=1000.0, idle_s=0.0, cut_s=10_000, wide_s=0.0, batch=900)
    first, second = Function(home, tmp_path / "a", quick), Function(home, tmp_path / "b", quick)
    first.until_done()
    store_all(home.store, many)
    first.call(asked=4)
    assert second.until_done(asked=4) > 1
    assert home.refolds == 1
    figures = json.loads(home.bucket.files[f"results/data/{name}/overview.json"])["figures"]
    assert figures["boxes_reported"] == len(many)
    texts = {path.rpartition("/")[2] for path in home.bucket.files if f"data/{name}/report/" in path}
    assert {f"{one.box}-final-{digest(one.note.encode())[:12]}.txt" for one in many} <= texts


def test_a_function_needs_nothing_that_makes_prose(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "tests.builder.bare", str(prepared()), str(tmp_path)],
        capture_output=True, check=False, cwd=ROOT, text=True,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    told = json.loads(run.stdout)
    assert told["refolds"] == 1
    assert set(told["needed"]) <= NEEDED, "more than the function's package is planned to hold"


def test_a_lease_that_ran_out_is_left_for_some_seconds_and_one_given_back_is_not() -> None:
    home = MemoryHome([NAME])
    first, second = (Lease(home.store, home.clock, LEASE, token) for token in ("one", "two"))
    assert first.take()
    assert not second.take()
    home.clock.later(SECONDS)
    with pytest.raises(LeaseLost):
        first.keep()
    assert not second.take()
    home.clock.later(int(GRACE.total_seconds()))
    assert second.take()
    first.release()  # not its own any more
    second.keep()
    second.release()
    assert first.take()


def test_a_lease_is_held_longer_while_its_holder_works() -> None:
    home = MemoryHome([NAME])
    first, second = (Lease(home.store, home.clock, LEASE, token) for token in ("one", "two"))
    assert first.take()
    for _ in range(10):
        home.clock.later(SECONDS - 5)
        first.keep()
        assert not second.take()
