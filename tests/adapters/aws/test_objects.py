"""What a role that only puts is told of a place that is taken, and originals that are locked for longer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from botocore.exceptions import ClientError

from shailoo.adapters.aws.objects import S3ObjectStore, object_key
from shailoo.adapters.aws.retention import S3Retention
from shailoo.adapters.aws.session import Client
from shailoo.errors import StorageFailed
from shailoo.ids import Digest
from shailoo.ports import LendingStore
from tests.adapters.aws.emulated import Cloud, cloud

SOON = datetime(2026, 11, 29, 20, 0, tzinfo=UTC) + timedelta(days=400)
LATE = SOON + timedelta(days=3000)


@pytest.fixture
def aws() -> Iterator[Cloud]:
    with cloud() as made:
        yield made


class OnlyPuts:
    """The intake's client: what it asks about objects is refused, as the bucket would."""

    def __init__(self, client: Client, code: str) -> None:
        self.put_object = client.put_object
        self._code = code

    def head_object(self, **_: str) -> None:
        raise ClientError({"Error": {"Code": self._code}, "ResponseMetadata": {"HTTPStatusCode": 403}}, "HeadObject")


def test_who_may_only_put_may_put_the_same_bytes_again(aws: Cloud) -> None:
    store = S3ObjectStore(OnlyPuts(aws.client("s3"), "403"), aws.bucket())
    assert store.put(b"events") == store.put(b"events")


def test_another_refusal_is_a_failure(aws: Cloud) -> None:
    store = S3ObjectStore(OnlyPuts(aws.client("s3"), "SlowDown"), aws.bucket())
    store.put(b"events")
    with pytest.raises(StorageFailed):
        store.put(b"events")


@dataclass
class Locks:
    """Locks of objects as S3 keeps them: they move away, never nearer, and their mode stays. (moto tells none.)"""

    there: dict[str, dict[str, object]] = field(default_factory=dict)

    def get_object_retention(self, **asked: str) -> dict[str, object]:
        if asked["Key"] not in self.there:
            raise ClientError({"Error": {"Code": "NoSuchKey"}}, "GetObjectRetention")
        return {"Retention": self.there[asked["Key"]]}

    def put_object_retention(self, *, Bucket: str, Key: str, Retention: dict[str, Any]) -> None:  # noqa: N803 -- as the interface writes it
        before = self.there[Key]
        nearer = Retention["RetainUntilDate"] < before["RetainUntilDate"]
        if Bucket != "originals" or Retention["Mode"] != before["Mode"] or nearer:
            raise ClientError({"Error": {"Code": "AccessDenied"}}, "PutObjectRetention")
        self.there[Key] = Retention


def test_an_original_is_locked_for_longer_and_never_for_less() -> None:
    digest = Digest("ab" * 32)
    locks = Locks({object_key(digest): {"Mode": "COMPLIANCE", "RetainUntilDate": SOON}})
    retention = S3Retention(locks, "originals")
    assert retention.keep(digest, LATE) is True
    assert retention.keep(digest, LATE) is False
    assert retention.keep(digest, SOON) is False
    assert locks.there == {object_key(digest): {"Mode": "COMPLIANCE", "RetainUntilDate": LATE}}


def test_what_is_not_there_cannot_be_locked() -> None:
    with pytest.raises(StorageFailed):
        S3Retention(Locks(), "originals").keep(Digest("ab" * 32), LATE)


def test_an_address_for_a_browser_is_for_one_object_and_good_for_a_minute(aws: Cloud) -> None:
    store = S3ObjectStore(aws.client("s3"), aws.bucket())
    assert isinstance(store, LendingStore)
    digest = store.put(b"a passport")
    address = urlsplit(store.address(digest, media="image/png", disposition="inline"))
    asked = dict(parse_qsl(address.query))
    assert address.path.endswith(f"/{object_key(digest)}")
    assert f"{address.scheme}://{address.netloc}" == store.origin
    assert (asked["X-Amz-Expires"], asked["response-content-type"]) == ("60", "image/png")
    assert (asked["response-content-disposition"], asked["response-cache-control"]) == ("inline", "no-store")
