"""No store, log, size or time of a box ties a ballot to its place in the queue."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.box import Ballot, Box
from edge_agent.disk import UNSYNCED, Bytes, Disk
from edge_agent.layout import WORD, layout_of
from edge_agent.storage import STORAGE
from tests.edge.boxes import CONTESTS, Hands, box_at, day, manifest

SCHEMA = json.loads((Path(__file__).parent / "event_log.schema.json").read_text())
ANY = st.lists(
    st.builds(Ballot, st.just("pr"), st.lists(st.integers(1, 4), unique=True, max_size=2).map(tuple), st.integers(1, 5))
    | st.builds(Ballot, st.just("k-2"), st.lists(st.integers(1, 3), unique=True, max_size=3).map(tuple)),
    min_size=2,
    max_size=12,
)


def every_byte(folder: Path) -> dict[str, bytes]:
    """All files of a box, to the end of their last block: its storage has no other place."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@settings(max_examples=15)
@given(ballots=ANY, drawn=st.randoms(use_true_random=False))
def test_two_orders_of_the_same_ballots_leave_the_same_bytes(
    tmp_path_factory: pytest.TempPathFactory, ballots: list[Ballot], drawn: object
) -> None:
    other = list(ballots)
    drawn.shuffle(other)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    left = []
    for queue in (ballots, other):
        folder = tmp_path_factory.mktemp("order")
        box = day(box_at(folder / "b"), queue)
        box.annex_report()
        box.stop()
        left.append(every_byte(folder / "b"))
    assert left[0] == left[1]


def states(box: Box) -> Iterator[bytes]:
    """The counters of each contest as they stand in memory, without their checksum."""
    for counters in box._counters.by_contest.values():
        yield bytes(counters.raw[WORD:])


BALLOTS = [Ballot("pr", (1 + at % 4,), 1 + at % 3) for at in range(40)] + [
    Ballot("k-2", (1 + at % 3,)) for at in range(20)
]


def test_after_closing_no_intermediate_counter_is_anywhere(tmp_path: Path) -> None:
    box = box_at(tmp_path / "b")
    box.zero_report()
    box.open()
    passed: set[bytes] = set()
    for ballot in BALLOTS:
        passed |= set(states(box))
        box.count(ballot)
    box.close()
    final = set(states(box))
    box.final_report()
    box.stop()
    everything = b"".join(every_byte(tmp_path / "b").values())
    assert all(everything.count(state) == 2 for state in final if any(state))
    for state in passed - final:
        if any(state):
            assert state not in everything
            assert state.rstrip(b"\0") not in everything


def test_at_rest_both_copies_are_equal_so_the_last_ballot_cannot_be_read_off_their_difference(tmp_path: Path) -> None:
    box = box_at(tmp_path / "b")
    box.zero_report()
    box.open()
    first, second = layout_of(manifest()).counters
    for ballot in BALLOTS:
        box.count(ballot)
        raw = (tmp_path / "b" / STORAGE).read_bytes()
        assert raw[first.offset :][: first.size] == raw[second.offset :][: second.size]


def test_counting_writes_two_fixed_places_and_nothing_else(tmp_path: Path) -> None:
    """Every write is inside blocks taken at provisioning: nothing is freed that could hold an old counter."""
    written: list[tuple[int, int]] = []

    def pwrite(file: int, data: Bytes, offset: int) -> int:
        written.append((offset, len(data)))
        return os.pwrite(file, data, offset)

    box_at(tmp_path / "b").abandon()
    box = Box.resume(tmp_path / "b", Hands(), disk=Disk(pwrite=pwrite, sync=UNSYNCED.sync, reserve=UNSYNCED.reserve))
    box.zero_report()
    box.open()
    written.clear()
    for ballot in BALLOTS:
        box.count(ballot)
    assert len(set(written)) == 4  # two contests, two copies
    assert len(written) == 2 * len(BALLOTS)
    layout = layout_of(manifest())
    for offset, size in set(written):
        assert any(area.offset <= offset and offset + size <= area.offset + area.size for area in layout.counters)


def test_every_write_waits_for_the_storage_before_the_next(tmp_path: Path) -> None:
    calls: list[str] = []

    def pwrite(file: int, data: Bytes, offset: int) -> int:
        calls.append("write")
        return os.pwrite(file, data, offset)

    box_at(tmp_path / "b").stop()
    disk = Disk(pwrite=pwrite, sync=lambda _: calls.append("sync"), reserve=UNSYNCED.reserve)
    day(Box.resume(tmp_path / "b", Hands(), disk=disk), BALLOTS)
    assert calls[::2] == ["write"] * (len(calls) // 2)
    assert calls[1::2] == ["sync"] * (len(calls) // 2)


def test_the_event_log_is_one_of_sp_1500_101_and_knows_nothing_of_ballots(tmp_path: Path) -> None:
    logs = []
    for name, ballots in (("many", BALLOTS), ("few", BALLOTS[:3])):
        box = day(box_at(tmp_path / name), ballots)
        log = json.loads(box.event_log())
        jsonschema.validate(log, SCHEMA)
        logs.append(log)
    assert logs[0] == logs[1]
    said = json.dumps(logs[0])
    assert not any(option.name in said for contest in CONTESTS for option in contest.options)


def test_a_log_that_is_full_keeps_its_beginning_and_its_end(tmp_path: Path) -> None:
    box_at(tmp_path / "b").stop()
    for _ in range(80):
        Box.resume(tmp_path / "b", Hands(), disk=UNSYNCED).stop()
    box = Box.resume(tmp_path / "b", Hands(), disk=UNSYNCED)
    numbers = [event.seq for event in box.events]
    assert numbers[:96] == list(range(1, 97))
    assert numbers[96:] == list(range(132, 164))
    jsonschema.validate(json.loads(box.event_log()), SCHEMA)
