"""The index of find-my-station in the cloud: one version, whole, at every moment, whatever stops who puts it there."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from shailoo.adapters.aws.finder_load import MOST_IN_BATCH, FinderBusy
from shailoo.adapters.aws.finder_state import FINDER, GRACE_S, KEEP_S
from shailoo.adapters.memory import Fault
from shailoo.adapters.voters.finder_rows import IndexFile
from shailoo.errors import NotFound, StorageFailed
from shailoo.ids import StationNo
from shailoo.usecases.find_station import IndexNotReady
from tests.adapters.aws.emulated import Whatever, cloud
from tests.adapters.aws.finder_scene import KilledError, Person, Scene, answers, crowd

FORMER = crowd(90)
NEWER: list[Person] = [(pin, surname, "1002") for pin, surname, _ in crowd(60)] + crowd(40, first=500)
EVERYBODY = [*FORMER, *NEWER]
_WAS = {person[:2]: person[2] for person in FORMER}
_IS = {person[:2]: person[2] for person in NEWER}


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with cloud() as made:
        yield Scene(made, tmp_path / "finder")


@pytest.fixture
def served(scene: Scene) -> Scene:
    """The first version is in force."""
    scene.loader().load(scene.index(FORMER))
    scene.put_secret()
    return scene


def expected(version: dict[tuple[str, str], str | None]) -> list[str | None]:
    return [version.get(person[:2]) for person in EVERYBODY]


def test_everybody_of_a_version_is_found_with_their_station_and_nobody_else(served: Scene) -> None:
    finder = served.finder()
    assert answers(finder, EVERYBODY) == expected(_WAS)
    assert finder.place(StationNo("1002")).centre.building[2] == "Secondary school No. 5"
    assert finder.place(StationNo("1002")).commission == ("Сокулук АШК", "Сокулукская ТИК", "Sokuluk TEC")


def test_neither_pin_nor_name_nor_secret_lies_in_the_cloud(served: Scene) -> None:
    item = served.items.read(FINDER)
    assert item is not None
    told = repr(served.rows()) + item.value.decode() + "".join(served.names())
    places = served.files.get(1)
    assert places is not None
    secret = (served.folder / "secret.key").read_text().strip()
    for planted in (*(one for person in FORMER for one in person[:2]), secret):
        assert planted not in told
        assert planted.encode() not in places


def test_a_question_is_one_read_whatever_is_found(served: Scene) -> None:
    finder = served.finder()
    answers(finder, FORMER[:1])
    asked = served.cloud.wires["dynamodb"].asked
    for person in (FORMER[0], ("19999999999999", "Асанов0", None), (FORMER[0][0], "Бекова", None)):
        asked.clear()
        answers(finder, [person])
        assert asked == ["GetItem"]


def test_the_same_index_again_writes_nothing(served: Scene) -> None:
    asked = served.cloud.wires["dynamodb"].asked
    asked.clear()
    done = served.loader().load(IndexFile.newest(served.folder))
    assert (done.load, done.written, done.removed) == (1, 0, 0)
    assert asked == ["GetItem"]


def test_a_newer_version_replaces_the_older_for_a_reader_within_seconds_and_the_older_goes(served: Scene) -> None:
    reader = served.finder()
    assert answers(reader, EVERYBODY) == expected(_WAS)
    done = served.loader().load(served.index(NEWER, 2))
    assert (done.load, done.written, done.removed) == (2, len(NEWER), len(FORMER))
    assert answers(reader, EVERYBODY) == expected(_IS)  # the loader has waited for longer than a reader goes by the old
    assert len(served.rows()) == len(NEWER)
    assert served.names() == ["finder/0000000002.json"]


def test_older_rows_stay_for_as_long_as_a_reader_may_ask_for_them(served: Scene) -> None:
    reader = served.finder()
    assert answers(reader, EVERYBODY) == expected(_WAS)
    waited: list[float] = []

    def wait(seconds: float) -> None:
        served.clock.forward(KEEP_S - 1)
        assert answers(reader, EVERYBODY) == expected(_WAS)
        served.clock.forward(1)
        assert answers(reader, EVERYBODY) == expected(_IS)
        waited.append(seconds)

    loader = served.loader()
    loader._sleep = wait
    loader.load(served.index(NEWER, 2))
    assert waited == [GRACE_S]


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
            assert told in (expected(_WAS), expected(_IS))
            seen.add("old" if told == expected(_WAS) else "new")
        number += 1
    assert seen == {"old", "new"}
    assert answers(served.finder(), EVERYBODY) == expected(_IS)
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
    assert answers(served.finder(), EVERYBODY) == expected(_IS)


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
    assert answers(served.finder(), EVERYBODY) == expected(_IS)


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
    assert answers(served.finder(), EVERYBODY) == expected(_IS)
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
    assert answers(served.finder(), EVERYBODY) == expected(_WAS)


def test_without_an_index_a_secret_or_the_right_secret_the_answer_is_come_again_and_never_nobody(scene: Scene) -> None:
    finder = scene.finder()
    with pytest.raises(IndexNotReady, match="put it"):
        answers(finder, FORMER[:1])
    index = scene.index(FORMER)
    secret = scene.put_secret("0" * 64)
    with pytest.raises(IndexNotReady, match="no index"):
        answers(finder, FORMER[:1])
    scene.loader().load(index)
    with pytest.raises(IndexNotReady, match="another secret") as refused:
        answers(finder, FORMER[:1])
    assert secret.hex() not in str(refused.value)
    scene.put_secret()
    assert answers(finder, FORMER) == [person[2] for person in FORMER]  # and no new process is needed


def test_a_process_that_knows_a_former_secret_takes_the_present_one_with_the_index_made_under_it(
    served: Scene,
) -> None:
    reader = served.finder()
    assert answers(reader, EVERYBODY) == expected(_WAS)
    for kept in (served.folder / "secret.key", served.folder / "000001.db"):
        kept.unlink()
    index = served.index(NEWER, 2)
    served.put_secret()
    assert answers(reader, EVERYBODY) == expected(_WAS)
    served.loader().load(index)
    with pytest.raises(IndexNotReady):
        answers(reader, EVERYBODY[:1])
    assert answers(reader, EVERYBODY) == expected(_IS)


def test_stations_that_were_tampered_with_are_not_shown(served: Scene) -> None:
    places = served.files.get(1)
    assert places is not None
    told = json.loads(places)
    told["1001"][0]["address"][2] = "another street"
    served.files.put(1, json.dumps(told).encode())
    with pytest.raises(StorageFailed, match="not what was put"):
        answers(served.finder(), FORMER[:1])


def test_at_home_without_an_index_the_next_command_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="voters publish"):
        IndexFile.newest(tmp_path / "none")
