"""Every queue: in order within a group, one receiver at a time, nothing lost that was not done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from shailoo.adapters.aws.queue import SqsQueue
from shailoo.adapters.limits import LARGEST_MESSAGE, BadMessage
from shailoo.adapters.memory import MemoryQueue
from shailoo.ports import Message, Queue
from tests.adapters.aws.emulated import cloud


@dataclass(frozen=True)
class Home:
    """A queue, and a way to let the time of what was received run out."""

    queue: Queue
    let_come_back: Callable[[Message], object]


@pytest.fixture(params=("memory", "cloud"))
def home(request: pytest.FixtureRequest) -> Iterator[Home]:
    if request.param == "memory":
        memory = MemoryQueue()
        yield Home(memory, lambda _: memory.come_back())
    else:
        with cloud() as opened:
            client, url = opened.client("sqs"), opened.queue()
            yield Home(
                SqsQueue(client, url),
                lambda message: client.change_message_visibility(
                    QueueUrl=url, ReceiptHandle=message.receipt, VisibilityTimeout=0
                ),
            )


def bodies(queue: Queue, most: int = 10) -> list[bytes]:
    return [message.body for message in queue.receive(most=most)]


def test_an_empty_queue_gives_nothing(home: Home) -> None:
    assert list(home.queue.receive()) == []


def test_messages_of_a_group_come_in_the_order_in_which_they_were_sent(home: Home) -> None:
    for at in range(5):
        home.queue.send(str(at).encode(), group="publisher")
    first = home.queue.receive(most=3)
    assert [(message.body, message.times) for message in first] == [(b"0", 1), (b"1", 1), (b"2", 1)]
    for message in first:
        home.queue.done(message)
    assert bodies(home.queue) == [b"3", b"4"]


def test_while_a_group_has_some_out_no_more_of_it_come_but_those_of_others_do(home: Home) -> None:
    home.queue.send(b"a", group="publisher")
    (out,) = home.queue.receive()
    home.queue.send(b"b", group="publisher")
    home.queue.send(b"c", group="tick")
    assert bodies(home.queue) == [b"c"]
    home.queue.done(out)
    assert bodies(home.queue) == [b"b"]


def test_the_same_words_twice_are_two_messages(home: Home) -> None:
    for _ in range(2):
        home.queue.send(b"{}", group="publisher")
    assert bodies(home.queue) == [b"{}", b"{}"]


def test_what_was_not_done_comes_again_and_is_counted(home: Home) -> None:
    home.queue.send(b"poison", group="publisher")
    for times in (1, 2, 3):
        (message,) = home.queue.receive()
        assert (message.body, message.times) == (b"poison", times)
        home.let_come_back(message)


def test_done_is_for_good_and_of_what_is_gone_nothing_remains_to_be_done(home: Home) -> None:
    home.queue.send(b"a", group="publisher")
    (message,) = home.queue.receive()
    for _ in range(2):
        home.queue.done(message)
    assert bodies(home.queue) == []


def test_what_some_queue_could_not_carry_is_refused_by_all(home: Home) -> None:
    home.queue.send(b"x" * LARGEST_MESSAGE, group="g")
    for body, group in ((b"", "g"), (b"\xff", "g"), (b"\0", "g"), (b"x" * (LARGEST_MESSAGE + 1), "g"), (b"x", "")):
        with pytest.raises(BadMessage):
            home.queue.send(body, group=group)
    for most, wait_s in ((0, 0), (11, 0), (1, 21), (1, -1)):
        with pytest.raises(BadMessage):
            home.queue.receive(most=most, wait_s=wait_s)
    assert len(bodies(home.queue)) == 1
