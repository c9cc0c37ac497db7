"""What the herald passes on, and what it does when it cannot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.herald.tell import NEWS, TICK, tell, tick
from shailoo.errors import StorageFailed
from shailoo.ids import Digest
from shailoo.ports import Message

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ORIGINAL = "ab" * 32
REPORT = "report/small/ABB-000001/final"
PAPER = f"document/small/1001/protocol/pr/{ORIGINAL}"


@dataclass
class Line:
    """A queue that can be told to fail, from its n-th message on."""

    fails_from: int = 1000
    sent: list[tuple[bytes, str]] = field(default_factory=list)

    def send(self, body: bytes, *, group: str) -> None:
        if len(self.sent) >= self.fails_from:
            raise StorageFailed("The queue does not answer.")
        self.sent.append((body, group))

    def receive(self, *, most: int = 10, wait_s: int = 0) -> Sequence[Message]:
        raise AssertionError("the herald only sends", most, wait_s)

    def done(self, message: Message) -> None:
        raise AssertionError("the herald only sends", message)


def news(*keys: str) -> list[dict[str, Any]]:
    """Records of a stream as Lambda gets them."""
    return [
        {"eventName": "INSERT", "dynamodb": {"Keys": {"pk": {"S": "key"}, "sk": {"S": key}}, "SequenceNumber": str(at)}}
        for at, key in enumerate(keys, 1)
    ]


def test_a_batch_is_one_word_to_the_publisher_whatever_is_in_it() -> None:
    publish = Line()
    told = tell(news(REPORT, PAPER, REPORT), publish, None, keep={}, now=NOW)
    assert told == {"batchItemFailures": []}
    assert [group for _, group in publish.sent] == [NEWS]


def test_what_the_publisher_has_published_is_no_news_to_it() -> None:
    publish = Line()
    tell(news("publication/000000000001", "publication/000000000002"), publish, None, keep={}, now=NOW)
    assert publish.sent == []


def test_each_paper_goes_to_the_copyist_in_the_line_of_its_election() -> None:
    copies = Line()
    tell(news(REPORT, PAPER), Line(), copies, keep={}, now=NOW)
    assert copies.sent == [(PAPER.encode(), "small")]


def test_a_blackout_wakes_the_copyist_too_and_an_approval_does_not() -> None:
    copies, name = Line(), PAPER.partition("/")[2]
    asked = f"blackout/{name}/02"
    tell(news(f"approval/{name}/01", asked), Line(), copies, keep={}, now=NOW)
    assert copies.sent == [(asked.encode(), "small")]


def test_originals_of_a_kind_that_is_kept_longer_are_locked_for_longer() -> None:
    locked: list[tuple[Digest, datetime]] = []
    tell(news(REPORT, PAPER), Line(), None, lock=lambda *what: locked.append(what), keep={"protocol": 3653}, now=NOW)
    assert locked == [(ORIGINAL, NOW + timedelta(days=3653))]


def test_the_stream_begins_again_at_the_first_record_that_was_not_passed_on() -> None:
    told = tell(news(REPORT, PAPER, PAPER), Line(), Line(fails_from=1), keep={}, now=NOW)
    assert told == {"batchItemFailures": [{"itemIdentifier": "3"}]}


def test_when_nothing_was_passed_on_the_whole_batch_comes_again() -> None:
    with pytest.raises(StorageFailed):
        tell(news(REPORT), Line(fails_from=0), None, keep={}, now=NOW)


def test_a_tick_does_not_wait_behind_a_message_that_failed() -> None:
    publish = Line()
    tick(publish)
    assert [group for _, group in publish.sent] == [TICK]
    assert len({TICK, NEWS}) == 2


def test_a_tick_wakes_the_copyist_too_where_there_is_one() -> None:
    publish, copies = Line(), Line()
    tick(publish, copies)
    assert copies.sent == publish.sent
    assert [group for _, group in copies.sent] == [TICK]
