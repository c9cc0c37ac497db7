"""Connections that break before a request arrives, or after it was done: nothing twice, nothing lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Literal

import pytest
from botocore.exceptions import ClientError

from shailoo.adapters.aws.faults import failed, may_be_done
from shailoo.adapters.aws.objects import S3ObjectStore
from shailoo.adapters.aws.queue import SqsQueue
from shailoo.adapters.aws.records import DynamoRecordStore
from shailoo.adapters.aws.secrets import read_secret
from shailoo.adapters.aws.uploads import S3Uploads
from shailoo.adapters.memory import Fault
from shailoo.errors import Conflict, NotFound, StorageFailed
from shailoo.ports import Entry
from tests.adapters.aws.emulated import Cloud, cloud

When = Literal["before", "after"]
NOW = datetime(2025, 6, 1, tzinfo=UTC)
EITHER: tuple[When, ...] = ("before", "after")


@pytest.fixture
def night() -> Iterator[Cloud]:
    with cloud() as opened:
        yield opened


@pytest.fixture
def patient(request: pytest.FixtureRequest) -> Iterator[Cloud]:
    """A cloud whose clients try again by themselves, as they do in a function."""
    with cloud(attempts=3) as opened:
        yield opened


@pytest.mark.parametrize("when", EITHER)
@pytest.mark.parametrize("at", range(6))
def test_a_record_is_written_once_wherever_a_connection_breaks(night: Cloud, at: int, when: When) -> None:
    store = night.store()
    first = store.append("report/0", b"zero")
    night.wires["dynamodb"].plan.add(*[Fault()] * at, Fault(when))
    told = [attempt(partial(store.append, f"report/{body}", body.encode())) for body in "abcd"]
    assert night.wires["dynamodb"].plan.spent <= at + 1
    again = [store.append(f"report/{body}", body.encode()) for body in "abcd"]
    assert [entry for entry in told if entry is not None and entry not in again] == []
    assert [entry.seq for entry in store.feed(0)] == [1, 2, 3, 4, 5]
    assert {entry.key for entry in (first, *again)} == {f"report/{body}" for body in "0abcd"}
    with pytest.raises(Conflict):
        store.append("report/a", b"other")
    assert list(store.records._table.query("waiting", limit=9)) == []


def attempt(work: Callable[[], Entry]) -> Entry | None:
    try:
        return work()
    except StorageFailed:
        return None


@pytest.mark.parametrize("when", EITHER)
def test_a_lost_answer_in_an_empty_store_is_found_by_looking(night: Cloud, when: When) -> None:
    store = night.store()
    night.wires["dynamodb"].plan.add(Fault(), Fault(when))
    assert store.append("report/a", b"one").seq == 1
    assert (store.last(), night.wires["dynamodb"].asked.count("TransactWriteItems")) == (1, 1 if when == "after" else 2)


@pytest.mark.parametrize("when", EITHER)
def test_a_swap_whose_answer_was_lost_knows_itself(night: Cloud, when: When) -> None:
    store = night.store()
    store.swap("pointer", b"a", expected=None)
    night.wires["dynamodb"].plan.add(Fault(when))
    if when == "after":
        assert store.swap("pointer", b"b", expected=1).version == 2
    else:
        with pytest.raises(StorageFailed):
            store.swap("pointer", b"b", expected=1)
        assert store.swap("pointer", b"b", expected=1).version == 2
    with pytest.raises(Conflict):
        store.swap("pointer", b"b", expected=1)


def test_a_swap_that_the_client_sends_twice_does_not_take_itself_for_another(patient: Cloud) -> None:
    store = patient.store()
    patient.wires["dynamodb"].plan.add(Fault("after"))
    assert store.swap("pointer", b"a", expected=None).version == 1
    assert patient.wires["dynamodb"].asked.count("PutItem") == 2


@pytest.mark.parametrize("when", EITHER)
def test_an_object_and_a_part_may_be_put_again_after_a_break(night: Cloud, when: When) -> None:
    client = night.client("s3")
    objects, uploads = S3ObjectStore(client, night.bucket()), S3Uploads(client, night.bucket(), 4)
    upload = uploads.begin("a" * 64, 4, None, now=NOW)
    for work in (lambda: objects.put(b"data"), lambda: uploads.put("a" * 64, upload.name, 1, b"data", now=NOW)):
        night.wires["s3"].plan.add(*[Fault()] * (night.wires["s3"].plan.spent and 2), Fault(when))
        with pytest.raises(StorageFailed):
            work()
        work()
    assert objects.get(objects.put(b"data")) == b"data"
    assert uploads.complete("a" * 64, upload.name, now=NOW) == b"data"


def test_a_message_that_the_client_sends_twice_is_one(patient: Cloud) -> None:
    queue = SqsQueue(patient.client("sqs"), patient.queue())
    patient.wires["sqs"].plan.add(Fault("after"))
    queue.send(b"{}", group="publisher")
    assert patient.wires["sqs"].asked.count("SendMessage") == 2
    assert len(queue.receive()) == 1


def test_what_does_not_exist_is_told_as_a_sentence_that_says_where_to_look(night: Cloud) -> None:
    for work in (
        lambda: DynamoRecordStore(night.client("dynamodb"), "none").append("report/a", b""),
        lambda: S3ObjectStore(night.client("s3"), "nobody-has-this-bucket").put(b""),
        lambda: SqsQueue(night.client("sqs"), "https://sqs.eu-central-1.amazonaws.com/1/none.fifo").receive(),
    ):
        with pytest.raises(StorageFailed, match="What the environment names does not exist"):
            work()
    with pytest.raises(NotFound):
        read_secret(night.client("secretsmanager"), "none")
    night.client("secretsmanager").create_secret(Name="session", SecretString="0" * 64)
    assert read_secret(night.client("secretsmanager"), "session") == "0" * 64


def test_what_a_role_may_not_do_is_told_with_the_place_where_roles_are() -> None:
    told = {"Error": {"Code": "AccessDeniedException", "Message": "arn of somebody"}}
    error = ClientError({**told, "ResponseMetadata": {"HTTPStatusCode": 400}}, "PutItem")
    assert not may_be_done(error)
    sentence = str(failed(error, "write records", key="report/a"))
    assert "infra/template.yaml" in sentence
    assert "arn" not in sentence
