"""A start from a snapshot is a start from the feed: the same bytes, wherever a publisher ends and another begins."""

from __future__ import annotations

import os
import pickle
import zlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from builder.fold import FORMAT, FoldUnfit, read_fold, write_fold
from builder.prepare import compile_templates
from rehearsal.manual import protocols
from rehearsal.paper import annex
from shailoo.model.record import (
    ChooseReport,
    ExcludeStation,
    Record,
    RefusedCount,
    RefusedHour,
    TurnoutEntered,
    record_bytes,
    record_key,
)
from shailoo.records.canonical import digest
from tests.builder.functions import Function, MemoryHome
from tests.builder.papers_scene import Office
from tests.builder.scene import Scene, publisher_of, scene, settle, tree
from tests.builder.test_changes import conflict
from tests.builder.test_handler import shown
from tests.builder.test_publisher import act

NAME = "small"


def everything(where: Scene, office: Office) -> list[Record]:
    """A night with a record of nearly every kind, in an order that makes sense."""
    first, second = where.election.stations[:2]
    other = conflict(where, 2)
    came = office.received(first.no)
    late = office.received(second.no, paper="late")
    copy, later = office.copied(came), office.copied(late)
    found: list[Record] = [
        TurnoutEntered(
            election=NAME, station=first.no, hour="10:00", version=1, voters=20, by="precinct", channel="own",
            cause=None,
            entered=where.election.evening_of - timedelta(hours=6),
        ),
        where.records[0],
        RefusedHour(
            hour=where.election.evening_of.strftime("%Y-%m-%dT%H"), counts=(RefusedCount(code="unknown-key", count=3),)
        ),
        where.records[1],
        came,
        where.records[2],
        other,
        copy,
        office.approved(copy),
        act(where, "9", ChooseReport(box=other.box, sealed_sha256=other.sealed_sha256).model_dump()),
        late,
        *where.records[3:],
        *(annex(where.election, where.played, one.box, one.arrived) for one in where.records[:2]),
        later,
        office.approved(later),
        *list(protocols(where.election, where.played))[:4],
        office.withdrawn(came),
        act(where, "51", ExcludeStation(station=second.no).model_dump()),
    ]  # fmt: skip
    return found


def played(folder: Path, seed: int | None) -> MemoryHome:
    """The same night in the same steps; with a seed, processes end at chance and others go on."""
    where = scene(folder / "scene", NAME)
    home = MemoryHome([NAME])
    office = Office(where.election, home.objects)
    chance, steps = Random(seed), Random(1)
    records = everything(where, office)
    function = Function(home, folder / "room")
    function.until_done()
    while records:
        for record in records[: (size := steps.randint(1, 4))]:
            home.store.append(record_key(record), record_bytes(record))
        del records[:size]
        home.clock.later(steps.randint(1, 400))
        more, calls = True, 0
        while more:  # one version for each call, so that processes also end between a version and its trailing pages
            if seed is not None and chance.random() < 0.5:
                function = Function(home, folder / f"room{len(records)}-{calls}")
            calls += 1
            more = function.again(asked=4)
    return home


@pytest.fixture(scope="module")
def steady(tmp_path_factory: pytest.TempPathFactory) -> MemoryHome:
    """One process for the whole night."""
    return played(tmp_path_factory.mktemp("steady"), None)


def test_one_process_shows_what_a_machine_builds(steady: MemoryHome, tmp_path: Path) -> None:
    publisher_of(tmp_path, steady.store, [NAME], objects=steady.objects).build()
    assert shown(steady) == tree(tmp_path / "public")


@pytest.mark.parametrize("seed", range(5))
def test_processes_that_end_and_begin_show_the_same_and_never_read_the_packages_again(
    steady: MemoryHome, tmp_path: Path, seed: int
) -> None:
    home = played(tmp_path, seed)
    assert home.refolds == 1
    assert [entry.body for entry in home.store.feed(0)] == [entry.body for entry in steady.store.feed(0)]
    assert home.bucket.files == steady.bucket.files


def test_a_state_is_the_same_after_it_was_written_and_read(tmp_path: Path) -> None:
    where = scene(tmp_path, NAME)
    publisher = where.publisher()
    publisher.start()
    where.send(*where.records)
    settle(publisher)
    fold = publisher.fold
    assert fold is not None
    again = read_fold(write_fold(fold, "s"), "s")
    assert again.nights[NAME].state.logged == publisher.nights[NAME].state.logged
    assert again.nights[NAME].election == where.election


class Calls:
    """Its pickle is a call."""

    def __init__(self, what: Callable[..., object], *given: object) -> None:
        self.call = (what, given)

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return self.call


@pytest.mark.parametrize("what", [os.mkdir, os.makedirs, compile_templates])
def test_a_snapshot_calls_nothing(tmp_path: Path, what: Callable[..., object]) -> None:
    body = zlib.compress(pickle.dumps(Calls(what, str(tmp_path / "made"))))
    with pytest.raises(FoldUnfit, match="cannot be read"):
        read_fold(f"{FORMAT} s {digest(body)}\n".encode() + body, "s")
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize("value", [print, Path("x"), {"no": "fold"}, Function])
def test_nothing_but_a_state_is_read(value: object) -> None:
    body = zlib.compress(pickle.dumps(value))
    with pytest.raises(FoldUnfit):
        read_fold(f"{FORMAT} s {digest(body)}\n".encode() + body, "s")


def test_a_snapshot_of_another_stand_or_with_one_bit_changed_is_not_read(tmp_path: Path) -> None:
    publisher = scene(tmp_path, NAME).publisher()
    publisher.start()
    fold = publisher.fold
    assert fold is not None
    data = write_fold(fold, "s")
    with pytest.raises(FoldUnfit):
        read_fold(data, "t")
    for at in range(0, len(data), 97):
        with pytest.raises(FoldUnfit):
            read_fold(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :], "s")
