"""What the publisher has folded, below `publisher/` of the state bucket. Losing it costs only time."""

from __future__ import annotations

from typing import Final

from shailoo.adapters.aws.faults import kept
from shailoo.adapters.aws.objects import get_bytes
from shailoo.adapters.aws.session import Client

_PREFIX: Final = "publisher/"


class S3Snapshots:
    """Bytes under names. Safe to share between threads."""

    def __init__(self, client: Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def get(self, name: str) -> bytes | None:
        """The bytes, or None. Raises StorageFailed."""
        return get_bytes(self._client, self._bucket, _PREFIX + name)

    def put(self, name: str, data: bytes) -> None:
        """Keep bytes. Raises StorageFailed."""
        with kept("keep a snapshot"):
            self._client.put_object(Bucket=self._bucket, Key=_PREFIX + name, Body=data)

    def delete(self, name: str) -> None:
        """Throw bytes away; nothing happens when there are none. Raises StorageFailed."""
        with kept("throw a snapshot away"):
            self._client.delete_object(Bucket=self._bucket, Key=_PREFIX + name)
