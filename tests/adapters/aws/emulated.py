"""The cloud on this machine: moto in this process, made to answer one request at a time, with a plan of faults.

moto's backends are not safe among threads, and DynamoDB's own promise is that a transaction is all or nothing: a lock
around each request gives what the service gives. A fault strikes a request before moto sees it, or after: then moto has
done what was asked, and the client is told that the connection broke.
"""

from __future__ import annotations

import contextlib
import copy
import secrets
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeAlias

import moto.dynamodb.models.table as moto_table
import pytest
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError
from moto import mock_aws
from moto.core.models import botocore_stubber

from shailoo.adapters.aws.items import DynamoItemStore
from shailoo.adapters.aws.records import DynamoRecordStore
from shailoo.adapters.aws.session import Client, Service, new_client
from shailoo.adapters.aws.store import DynamoStore
from shailoo.adapters.memory import FaultPlan

Whatever: TypeAlias = Any
"""Of moto and botocore, which name no types."""
REGION = "eu-central-1"
_ONE_AT_A_TIME = threading.RLock()
RECORDS_KEYS = (("pk", "S", "HASH"), ("sk", "S", "RANGE"))
ITEMS_KEYS = (("name", "S", "HASH"),)
"""Keys of the two tables, as infra/template.yaml makes them."""


@dataclass
class Wire:
    """What lies between a client and the service."""

    plan: FaultPlan = field(default_factory=FaultPlan)
    asked: list[str] = field(default_factory=list)
    """The operations that were asked for."""

    def __call__(self, event_name: str, request: Whatever, **rest: Whatever) -> Whatever:
        operation = event_name.rpartition(".")[2]
        self.asked.append(operation)
        fault = self.plan.draw()
        if fault.fail == "before":
            raise ConnectTimeoutError(endpoint_url="the cloud")
        with _ONE_AT_A_TIME:
            answer = botocore_stubber(event_name, request, **rest)
        if fault.fail == "after":
            raise ReadTimeoutError(endpoint_url="the cloud")
        return answer


@cache
def _clients(attempts: int) -> dict[Service, Client]:
    """Making a client costs as much as a test."""
    return {}


@dataclass
class Cloud:
    """One cloud, empty at first."""

    attempts: int = 1
    wires: dict[str, Wire] = field(default_factory=dict)

    def client(self, service: Service) -> Client:
        """A client whose wire can be cut."""
        known = _clients(self.attempts)
        if service not in known:
            known[service] = new_client(service, credentials=("test", "test"), region=REGION, attempts=self.attempts)
            known[service].meta.events.unregister("before-send", botocore_stubber)
        client = known[service]
        if service not in self.wires:
            self.wires[service] = Wire()
            client.meta.events.unregister("before-send", unique_id="wire")
            client.meta.events.register("before-send", self.wires[service], unique_id="wire")
        return client

    def table(self, keys: tuple[tuple[str, str, str], ...]) -> str:
        """A new table."""
        name = f"t{secrets.token_hex(4)}"
        self.client("dynamodb").create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": at, "AttributeType": kind} for at, kind, _ in keys],
            KeySchema=[{"AttributeName": at, "KeyType": role} for at, _, role in keys],
        )
        return name

    def store(self) -> DynamoStore:
        """Records and items in new tables."""
        client = self.client("dynamodb")
        records = DynamoRecordStore(client, self.table(RECORDS_KEYS))
        return DynamoStore(records, DynamoItemStore(client, self.table(ITEMS_KEYS)))

    def bucket(self) -> str:
        """A new bucket."""
        name = f"b{secrets.token_hex(4)}"
        self.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        return name

    def queue(self) -> str:
        """The address of a new queue."""
        attributes = {"FifoQueue": "true", "VisibilityTimeout": "60"}
        return str(
            self.client("sqs").create_queue(QueueName=f"q{secrets.token_hex(4)}.fifo", Attributes=attributes)[
                "QueueUrl"
            ]
        )


@contextlib.contextmanager
def cloud(attempts: int = 1) -> Iterator[Cloud]:
    """An empty cloud; `attempts` is how often a client tries by itself."""
    with mock_aws(), _quick_tables():
        yield Cloud(attempts)


@contextlib.contextmanager
def _quick_tables() -> Iterator[None]:
    """moto copies a whole table for each step of a transaction, to be able to go back: copy what steps can change."""

    def before(table: Whatever, _: dict[int, Whatever]) -> Whatever:
        kept = copy.copy(table)
        kept.items = table.items.copy()
        for partition, rows in table.items.items():
            kept.items[partition] = dict(rows) if isinstance(rows, dict) else copy.deepcopy(rows)
            if partition.value == "head":
                kept.items[partition] = {key: copy.deepcopy(row) for key, row in rows.items()}
        return kept

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(moto_table.Table, "__deepcopy__", before, raising=False)
        yield
