"""DynamoDB as a crowd of functions meets it: each request takes its time, and transactions that meet are cancelled.

moto answers one request after another, so nobody ever meets anybody there. Here a transaction holds its items while it
lasts, and another that wants one of them is refused with `TransactionConflict`, as the service does. It understands the
expressions that our adapter writes and no others.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeAlias

from botocore.exceptions import ClientError

Whatever: TypeAlias = Any
Row = dict[str, Any]
Key = tuple[str, str]


class CrowdedDynamo:
    """The operations of a DynamoDB client that `DynamoRecordStore` uses, over one table in memory."""

    def __init__(self, request_s: float, transaction_s: float) -> None:
        self._request_s = request_s
        self._transaction_s = transaction_s
        self._rows: dict[Key, Row] = {}
        self._held: set[Key] = set()
        self._lock = threading.Lock()
        self.asked: Counter[str] = Counter()

    def get_item(self, *, Key: Row, **_: Whatever) -> Row:  # noqa: N803 -- spelled as the service does, as below
        time.sleep(self._request_s)
        with self._lock:
            self.asked["GetItem"] += 1
            found = self._rows.get(_key(Key))
        return {} if found is None else {"Item": found}

    def batch_get_item(self, *, RequestItems: Row) -> Row:  # noqa: N803 -- as above
        time.sleep(self._request_s)
        ((table, asked),) = RequestItems.items()
        assert 1 <= len(asked["Keys"]) <= 100
        with self._lock:
            self.asked["BatchGetItem"] += 1
            found = [self._rows[key] for key in map(_key, asked["Keys"]) if key in self._rows]
        return {"Responses": {table: found}, "UnprocessedKeys": {}}

    def query(self, *, Limit: int, ExpressionAttributeValues: Row, **_: Whatever) -> Row:  # noqa: N803 -- as above
        time.sleep(self._request_s)
        partition = ExpressionAttributeValues[":pk"]["S"]
        with self._lock:
            self.asked["Query"] += 1
            found = [self._rows[key] for key in sorted(key for key in self._rows if key[0] == partition)]
        return {"Items": found[:Limit]}

    def put_item(self, *, Item: Row, **_: Whatever) -> Row:  # noqa: N803 -- as above
        with self._holding([_key(Item)], self._request_s) as free:
            if not free:
                raise _refused("TransactionConflictException")
            with self._lock:
                self.asked["PutItem"] += 1
                self._rows[_key(Item)] = Item
        return {}

    def delete_item(self, *, Key: Row, **_: Whatever) -> Row:  # noqa: N803 -- as above
        with self._holding([_key(Key)], self._request_s) as free:
            if not free:
                raise _refused("TransactionConflictException")
            with self._lock:
                self.asked["DeleteItem"] += 1
                old = self._rows.pop(_key(Key), None)
        return {} if old is None else {"Attributes": old}

    def transact_write_items(self, *, TransactItems: Sequence[Row]) -> Row:  # noqa: N803 -- as above
        steps = [next(iter(step.items())) for step in TransactItems]
        keys = [_key(step["Item"] if "Item" in step else step["Key"]) for _, step in steps]
        assert len(keys) == len(set(keys)) <= 100
        with self._holding(keys, self._transaction_s) as free:
            self.asked["TransactWriteItems"] += 1
            if not free:
                raise _refused("TransactionCanceledException", [{"Code": "TransactionConflict"} for _ in steps])
            with self._lock:
                reasons = [self._reason(key, step) for key, (_, step) in zip(keys, steps, strict=True)]
                if any(reason["Code"] != "None" for reason in reasons):
                    raise _refused("TransactionCanceledException", reasons)
                for key, (kind, step) in zip(keys, steps, strict=True):
                    if kind == "Delete":
                        del self._rows[key]
                    else:
                        row = step.get("Item") or {"seq": step["ExpressionAttributeValues"][":new"], **step["Key"]}
                        self._rows[key] = row
        return {}

    def _reason(self, key: Key, step: Row) -> Row:
        row = self._rows.get(key)
        match step["ConditionExpression"]:
            case "attribute_not_exists(pk)":
                good = row is None
            case "attribute_exists(pk)":
                good = row is not None
            case "seq = :old":
                good = row is not None and row["seq"] == step["ExpressionAttributeValues"][":old"]
            case other:
                raise AssertionError(other)
        if good:
            return {"Code": "None"}
        shown = row is not None and step.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
        return {"Code": "ConditionalCheckFailed"} | ({"Item": row} if shown else {})

    @contextmanager
    def _holding(self, keys: Sequence[Key], seconds: float) -> Iterator[bool]:
        """Hold rows while a request lasts; False where someone else holds one of them."""
        with self._lock:
            free = self._held.isdisjoint(keys)
            if free:
                self._held |= set(keys)
        time.sleep(seconds)
        try:
            yield free
        finally:
            if free:
                with self._lock:
                    self._held -= set(keys)


def _key(row: Row) -> Key:
    return row["pk"]["S"], row["sk"]["S"]


def _refused(code: str, reasons: Sequence[Row] | None = None) -> ClientError:
    told = {"Error": {"Code": code, "Message": ""}, "ResponseMetadata": {"HTTPStatusCode": 400}}
    return ClientError(told | ({} if reasons is None else {"CancellationReasons": reasons}), "TransactWriteItems")
