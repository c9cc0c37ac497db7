"""Records and items together, as every home of records has them."""

from __future__ import annotations

from collections.abc import Sequence

from shailoo.adapters.aws.items import DynamoItemStore
from shailoo.adapters.aws.records import DynamoRecordStore
from shailoo.adapters.limits import MOST_PER_PAGE
from shailoo.errors import ShailooError
from shailoo.ports import Entry, Item, Page


class DynamoStore:
    """RecordStore, ItemStore and GroupStore over two tables. Safe to share between threads and among functions."""

    def __init__(self, records: DynamoRecordStore, items: DynamoItemStore) -> None:
        self.records = records
        self.items = items

    def append(self, key: str, body: bytes) -> Entry:
        """Create a record; see RecordStore."""
        return self.records.append(key, body)

    def append_all(self, records: Sequence[tuple[str, bytes]]) -> list[Entry | ShailooError]:
        """Create several records, each with its own outcome; see GroupStore."""
        return self.records.append_all(records)

    def get(self, key: str) -> Entry | None:
        """Return the record under a key; see RecordStore."""
        return self.records.get(key)

    def page(self, prefix: str, *, cursor: str | None = None, limit: int = 100) -> Page:
        """Return a page in byte order of the keys; see RecordStore."""
        return self.records.page(prefix, cursor=cursor, limit=limit)

    def feed(self, after: int, *, limit: int = MOST_PER_PAGE) -> Sequence[Entry]:
        """Return what was accepted after a number; see RecordStore."""
        return self.records.feed(after, limit=limit)

    def last(self) -> int:
        """Return the newest number; see RecordStore."""
        return self.records.last()

    def read(self, name: str) -> Item | None:
        """Return an item; see ItemStore."""
        return self.items.read(name)

    def swap(self, name: str, value: bytes, *, expected: int | None) -> Item:
        """Replace an item by compare-and-swap; see ItemStore."""
        return self.items.swap(name, value, expected=expected)
