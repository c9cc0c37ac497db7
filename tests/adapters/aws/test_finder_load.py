"""Putting the index of find-my-station into the cloud: stopped anywhere, the next run finishes."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from infra.cloudformation import TEMPLATES, load
from shailoo.adapters.aws.finder_load import MOST_IN_BATCH, FinderBusy
from shailoo.adapters.aws.finder_state import GRACE_S, KEEP_S
from shailoo.adapters.memory import Fault
from shailoo.adapters.voters.finder_rows import IndexFile
from shailoo.errors import NotFound, StorageFailed
from tests.adapters.aws.emulated import Whatever
from tests.adapters.aws.finder_scene import (
    EVERYBODY,
    FORMER,
    IS,
    NEWER,
    WAS,
    KilledError,
    Scene,
    answers,
    crowd,
    expected,
)


def test_the_same_index_again_writes_nothing(served: Scene) -> None:
    asked = served.cloud.wires["dynamodb"].asked
    asked.clear()
    done = served.loader().load(IndexFile.newest(served.folder))
    assert (done.load, done.written, done.removed) == (1, 0, 0)
    assert asked == ["GetItem"]


@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
def test_killed_at_any_request_readers_see_one_whole_version_and_the_next_run_finishes(
    served: Scene, *, done: bool
) -> None:
    index, number, seen = served.index(NEWER, 2), 0, set[str]()
    reader = served.finder()
    while True:
        served.kill_at(number, done=done)
        try:
            served.loader().load(index)
        except (KilledError, FinderBusy):
            pass
        else:
            break
        finally:
            served.let_live()
        for asking in (reader, served.finder()):
            told = answers(asking, EVERYBODY)
            assert told in (expected(WAS), expected(IS))
            seen.add("old" if told == expected(WAS) else "new")
        number += 1
    assert seen == {"old", "new"}
    assert answers(served.finder(), EVERYBODY) == expected(IS)
    assert len(served.rows()) == len(NEWER)
    assert served.names() == ["finder/0000000002.json"]


def test_a_run_goes_on_where_the_one_before_was_killed(served: Scene) -> None:
    index = served.index(NEWER, 2)
    served.kill_at(6, done=True)
    with pytest.raises(KilledError):
        served.loader().load(index)
    served.let_live()
    done = served.loader().load(index)
    assert done.load == 2
    assert 0 < done.written < len(NEWER)
    assert answers(served.finder(), EVERYBODY) == expected(IS)


def test_what_was_begun_and_given_up_for_another_index_goes_too(served: Scene) -> None:
    served.kill_at(6, done=True)
    with pytest.raises(KilledError):
        served.loader().load(served.index(crowd(70, first=900), 2))
    served.let_live()
    done = served.loader().load(served.index(NEWER, 3))
    assert done.load == 3
    assert done.removed > len(FORMER)
    assert len(served.rows()) == len(NEWER)


def test_of_two_runs_at_once_one_stops_and_the_readers_notice_nothing(served: Scene) -> None:
    first, index = served.loader(), served.index(NEWER, 2)
    second = served.loader()
    first.load(index)
    with pytest.raises(FinderBusy):
        second.load(index)
    assert answers(served.finder(), EVERYBODY) == expected(IS)


def test_runs_side_by_side_end_with_one_whole_version(served: Scene) -> None:
    indexes = [served.index(NEWER, 2)]
    said: list[str] = []

    def run() -> None:
        for _ in range(9):
            try:
                served.loader(10).load(indexes[0])
            except FinderBusy:
                said.append("busy")
            else:
                said.append("done")
                return

    threads = [threading.Thread(target=run) for _ in range(3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert said.count("done") >= 1
    served.loader().load(indexes[0])
    assert answers(served.finder(), EVERYBODY) == expected(IS)
    assert len(served.rows()) == len(NEWER)


@pytest.mark.parametrize("when", ["before", "after"])
def test_broken_connections_and_what_the_service_leaves_out_are_asked_again(
    scene: Scene, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, left = scene.cloud.client("dynamodb"), iter(range(4))
    write = client.batch_write_item

    def leaves_out(**asked: Whatever) -> Whatever:
        ((table, requests),) = asked["RequestItems"].items()
        assert len(requests) <= MOST_IN_BATCH
        out = 3 if len(requests) > 3 and next(left, None) is not None else 0
        answer = write(RequestItems={table: requests[out:]})
        return {**answer, "UnprocessedItems": {table: requests[:out]} if out else {}}

    monkeypatch.setattr(client, "batch_write_item", leaves_out)
    index = scene.index(FORMER)
    loader = scene.loader()
    scene.put_secret()
    scene.cloud.wires["dynamodb"].plan.add(Fault(), Fault(), Fault("before" if when == "before" else "after"), Fault())
    loader.load(index)
    assert answers(scene.finder(), FORMER) == [person[2] for person in FORMER]


def test_a_service_that_never_answers_ends_the_run_and_not_the_former_version(
    served: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = served.cloud.client("dynamodb")
    monkeypatch.setattr(client, "batch_write_item", lambda RequestItems: {"UnprocessedItems": RequestItems})  # noqa: N803 -- the service's name
    with pytest.raises(StorageFailed, match="again and again"):
        served.loader().load(served.index(NEWER, 2))
    assert answers(served.finder(), EVERYBODY) == expected(WAS)


def test_at_home_without_an_index_the_next_command_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="voters publish"):
        IndexFile.newest(tmp_path / "none")


def test_older_rows_wait_for_longer_than_a_question_can_last() -> None:
    function = load(TEMPLATES / "template.yaml")["Resources"]["TizmeFunction"]["Properties"]
    assert KEEP_S + function["Timeout"] < GRACE_S
