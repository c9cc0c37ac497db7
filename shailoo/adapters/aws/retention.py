"""Locks originals for longer than the bucket does by itself: for kinds of papers that are kept longer by law.

A lock is only ever moved further away; its mode stays what the bucket gave. An object that is not there yet is the
fault of whoever says that it is: first the object, then the record.
"""

from __future__ import annotations

from datetime import datetime

from shailoo.adapters.aws.faults import kept
from shailoo.adapters.aws.objects import object_key
from shailoo.adapters.aws.session import Client
from shailoo.ids import Digest


class S3Retention:
    """Locks of objects in the bucket of originals."""

    def __init__(self, client: Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def keep(self, digest: Digest, until: datetime) -> bool:
        """Lock an original until a moment, unless it is locked for longer; answers whether the date was moved.

        Raises StorageFailed.
        """
        where = {"Bucket": self._bucket, "Key": object_key(digest)}
        with kept("lock an original for longer", sha256=digest):
            lock = self._client.get_object_retention(**where)["Retention"]
            if lock["RetainUntilDate"] >= until:
                return False
            self._client.put_object_retention(**where, Retention={"Mode": lock["Mode"], "RetainUntilDate": until})
        return True
