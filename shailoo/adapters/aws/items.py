"""Values replaced by compare-and-swap in a DynamoDB table with the key `name`.

A conditional write whose answer was lost is sent again by the client, and then meets its own work: the condition fails
because the first attempt had succeeded. Each swap therefore leaves a mark of its own, by which it knows itself.
"""

from __future__ import annotations

import secrets
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from shailoo.adapters.aws.faults import code_of, failed, kept, may_be_done
from shailoo.adapters.aws.session import Client
from shailoo.adapters.aws.table import Row
from shailoo.adapters.limits import check_record
from shailoo.errors import Conflict
from shailoo.ports import Item

_NAMES: Final = {"#name": "name", "#version": "version"}


class DynamoItemStore:
    """ItemStore in a table. Safe to share between threads and among functions."""

    def __init__(self, client: Client, table: str) -> None:
        self._client = client
        self._table = table

    def read(self, name: str) -> Item | None:
        """Return the value and its version; see ItemStore."""
        row = self._row(name)
        return None if row is None else Item(int(row["version"]["N"]), bytes(row["value"]["B"]))

    def swap(self, name: str, value: bytes, *, expected: int | None) -> Item:
        """Replace an item by compare-and-swap; see ItemStore."""
        check_record(name, value)
        version, mark = (expected or 0) + 1, secrets.token_hex(8)
        row = {"name": {"S": name}, "version": {"N": str(version)}, "value": {"B": value}, "mark": {"S": mark}}
        try:
            self._put(row, expected)
        except ClientError as error:
            if code_of(error) == "ConditionalCheckFailedException":
                found = error.response.get("Item")
            elif may_be_done(error):
                found = self._row(name)
            else:
                raise failed(error, "replace a value", key=name) from error
            if found is None or found["mark"]["S"] != mark:
                if _unchanged(found, expected):
                    raise failed(error, "replace a value", key=name) from error
                raise Conflict(
                    "Someone else has replaced this value; read it again.", key=name, expected=expected
                ) from error
        except BotoCoreError as error:
            found = self._row(name) if may_be_done(error) else None
            if found is None or found["mark"]["S"] != mark:
                raise failed(error, "replace a value", key=name) from error
        return Item(version, value)

    def _put(self, row: Row, expected: int | None) -> None:
        condition = "attribute_not_exists(#name)" if expected is None else "#version = :expected"
        values = {} if expected is None else {"ExpressionAttributeValues": {":expected": {"N": str(expected)}}}
        self._client.put_item(
            TableName=self._table,
            Item=row,
            ConditionExpression=condition,
            ExpressionAttributeNames={name: at for name, at in _NAMES.items() if name in condition},
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
            **values,
        )

    def _row(self, name: str) -> Row | None:
        with kept("read a value", key=name[:80]):
            answer = self._client.get_item(TableName=self._table, Key={"name": {"S": name}}, ConsistentRead=True)
        row: Row | None = answer.get("Item")
        return row


def _unchanged(row: Row | None, expected: int | None) -> bool:
    """Whether the value is still the one that was to be replaced: then the write did not happen."""
    return (None if row is None else int(row["version"]["N"])) == expected
