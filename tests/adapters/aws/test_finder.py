"""The index of find-my-station in the cloud: one version, whole, at every moment, whatever stops who puts it there."""

from __future__ import annotations

import json

import pytest

from shailoo.adapters.aws.finder_state import FINDER, GRACE_S, KEEP_S
from shailoo.errors import StorageFailed
from shailoo.ids import StationNo
from shailoo.usecases.find_station import IndexNotReady
from tests.adapters.aws.finder_scene import (
    EVERYBODY,
    FORMER,
    IS,
    NEWER,
    WAS,
    Scene,
    answers,
    expected,
)


def test_everybody_of_a_version_is_found_with_their_station_and_nobody_else(served: Scene) -> None:
    finder = served.finder()
    assert answers(finder, EVERYBODY) == expected(WAS)
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


def test_a_newer_version_replaces_the_older_for_a_reader_within_seconds_and_the_older_goes(served: Scene) -> None:
    reader = served.finder()
    assert answers(reader, EVERYBODY) == expected(WAS)
    done = served.loader().load(served.index(NEWER, 2))
    assert (done.load, done.written, done.removed) == (2, len(NEWER), len(FORMER))
    assert answers(reader, EVERYBODY) == expected(IS)  # the loader has waited for longer than a reader goes by the old
    assert len(served.rows()) == len(NEWER)
    assert served.names() == ["finder/0000000002.json"]


def test_older_rows_stay_for_as_long_as_a_reader_may_ask_for_them(served: Scene) -> None:
    reader = served.finder()
    assert answers(reader, EVERYBODY) == expected(WAS)
    waited: list[float] = []

    def wait(seconds: float) -> None:
        served.clock.forward(KEEP_S - 1)
        assert answers(reader, EVERYBODY) == expected(WAS)
        served.clock.forward(1)
        assert answers(reader, EVERYBODY) == expected(IS)
        waited.append(seconds)

    loader = served.loader()
    loader._sleep = wait
    loader.load(served.index(NEWER, 2))
    assert waited == [GRACE_S]


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
    assert answers(reader, EVERYBODY) == expected(WAS)
    for kept in (served.folder / "secret.key", served.folder / "000001.db"):
        kept.unlink()
    index = served.index(NEWER, 2)
    served.put_secret()
    assert answers(reader, EVERYBODY) == expected(WAS)
    served.loader().load(index)
    with pytest.raises(IndexNotReady):
        answers(reader, EVERYBODY[:1])
    assert answers(reader, EVERYBODY) == expected(IS)


def test_stations_that_were_tampered_with_are_not_shown(served: Scene) -> None:
    places = served.files.get(1)
    assert places is not None
    told = json.loads(places)
    told["1001"][0]["address"][2] = "another street"
    served.files.put(1, json.dumps(told).encode())
    with pytest.raises(StorageFailed, match="not what was put"):
        answers(served.finder(), FORMER[:1])
