"""The table of records: which items it holds, and how they are read.

| pk | sk | attributes |
| --- | --- | --- |
| `head` | `head` | `seq`: number of the newest record; what every transaction that writes records moves |
| `key` | key of a record | `seq`, `sha256` of the body: what makes a key unique, and pages in byte order |
| `seq/000000000001` | `record` | `key`, `body`: each record in a partition of its own, so that none is hot |
| `waiting` | key, `#`, ticket | `body`, `until`: offered by a writer, not yet a record; see `sequencer` |

Sorting keys of DynamoDB compare as UTF-8 bytes: pages are a query. Numbers have no gaps, so the feed after a number is
a batch of reads by known keys. All reads are strongly consistent. A reader that sees one item of a transaction may for
a moment not see another of the same; whoever finds a number therefore waits for its record, which is on its way.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from shailoo.adapters.aws.faults import kept
from shailoo.adapters.aws.session import Client
from shailoo.errors import StorageFailed
from shailoo.ports import Entry

Row = dict[str, Any]
"""An item of DynamoDB as its interface writes it: attribute -> {type: value}."""
HEAD: Final[Row] = {"pk": {"S": "head"}, "sk": {"S": "head"}}
MOST_IN_BATCH: Final = 100
"""Items that one BatchGetItem reads."""
_TRIES: Final = 12
_AFTER_KEY: Final = " "
"""Sorts after a key and before every longer one: keys hold no character below `-`."""
_LAST: Final = "~"
"""Sorts after every character of a key."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands under a key: its number and the SHA-256 of its body."""

    seq: int
    sha256: bytes


def key_row(key: str) -> Row:
    """Primary key of the item that makes a record's key unique."""
    return {"pk": {"S": "key"}, "sk": {"S": key}}


def seq_row(seq: int) -> Row:
    """Primary key of the item that holds a record's body."""
    return {"pk": {"S": f"seq/{seq:012}"}, "sk": {"S": "record"}}


def standing_of(row: Row) -> Standing:
    """Read an item that makes a key unique."""
    return Standing(int(row["seq"]["N"]), bytes(row["sha256"]["B"]))


class RecordTable:
    """Reads of the table."""

    def __init__(self, client: Client, name: str, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self.client = client
        self.name = name
        self.sleep = sleep

    def head(self) -> int:
        """Number of the newest record."""
        row = self._get(HEAD)
        return 0 if row is None else int(row["seq"]["N"])

    def standing(self, keys: Sequence[str]) -> Mapping[str, Standing]:
        """What stands under keys; those under which nothing stands are missing."""
        if len(keys) == 1:
            row = self._get(key_row(keys[0]))
            return {} if row is None else {keys[0]: standing_of(row)}
        rows = self._batch([key_row(key) for key in keys])
        return {row["sk"]["S"]: standing_of(row) for row in rows}

    def keys(self, prefix: str, after: str | None, limit: int) -> list[tuple[str, int]]:
        """Up to `limit` keys with a prefix, in byte order, each with its number."""
        low = prefix or "!" if after is None else max(prefix or "!", after + _AFTER_KEY)
        found: list[tuple[str, int]] = []
        for row in self.query("key", between=(low, prefix + _LAST), limit=limit):
            found.append((row["sk"]["S"], int(row["seq"]["N"])))
            if len(found) == limit:
                break
        return found

    def entries(self, numbers: Sequence[int]) -> list[Entry]:
        """The records of numbers that were drawn. Raises StorageFailed when one of them is not there."""
        found: dict[int, Entry] = {}
        for at in range(0, len(numbers), MOST_IN_BATCH):
            wanted = numbers[at : at + MOST_IN_BATCH]
            for tried in range(_TRIES):
                for row in self._batch([seq_row(seq) for seq in wanted]):
                    seq = int(row["pk"]["S"].removeprefix("seq/"))
                    found[seq] = Entry(seq, row["key"]["S"], bytes(row["body"]["B"]))
                wanted = [seq for seq in wanted if seq not in found]
                if not wanted:
                    break
                self.pause(tried)
            else:
                raise StorageFailed("A record of the feed cannot be found under its number.", seq=wanted[0])
        return [found[seq] for seq in numbers]

    def query(self, partition: str, *, between: tuple[str, str] | None = None, limit: int) -> Iterator[Row]:
        """Items of a partition in order, page after page; `limit` is how many are asked for at once."""
        asked: Row = {
            "TableName": self.name,
            "ConsistentRead": True,
            "Limit": limit,
            "KeyConditionExpression": "pk = :pk" + (" AND sk BETWEEN :low AND :high" if between else ""),
            "ExpressionAttributeValues": {":pk": {"S": partition}},
        }
        if between:
            asked["ExpressionAttributeValues"] |= {":low": {"S": between[0]}, ":high": {"S": between[1]}}
        while True:
            with kept("read records"):
                answer = self.client.query(**asked)
            yield from answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            asked["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def pause(self, tried: int) -> None:
        """Sleep a little, at random and longer each time, so that those who met do not meet again."""
        self.sleep(random.uniform(0, min(0.01 * 2**tried, 0.25)))  # noqa: S311 -- chance, not a secret

    def _get(self, key: Row) -> Row | None:
        with kept("read a record"):
            answer = self.client.get_item(TableName=self.name, Key=key, ConsistentRead=True)
        row: Row | None = answer.get("Item")
        return row

    def _batch(self, keys: Sequence[Row]) -> list[Row]:
        """Read up to 100 items; those that are not there are missing."""
        rows: list[Row] = []
        asked = {self.name: {"Keys": list(keys), "ConsistentRead": True}}
        for tried in range(_TRIES):
            with kept("read records"):
                answer = self.client.batch_get_item(RequestItems=asked)
            rows += answer["Responses"].get(self.name, [])
            asked = answer.get("UnprocessedKeys") or {}
            if not asked:
                return rows
            if not answer["Responses"].get(self.name):  # more than fits into one answer is no reason to wait
                self.pause(tried)
        raise StorageFailed("The cloud could not read records: it left some out again and again. Try again later.")
