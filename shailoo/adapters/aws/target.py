"""The cloud as the place to which an installation moves: every store of it, and what lies there already."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from shailoo.adapters.aws.faults import kept
from shailoo.adapters.aws.finder_state import FINDER
from shailoo.adapters.aws.items import DynamoItemStore
from shailoo.adapters.aws.objects import S3ObjectStore, get_bytes
from shailoo.adapters.aws.ordered import OrderedRecords
from shailoo.adapters.aws.public import S3PublicFiles
from shailoo.adapters.aws.records import DynamoRecordStore
from shailoo.adapters.aws.session import client
from shailoo.model.cloud import CloudSettings
from shailoo.usecases.shared_limit import ASKED


class CloudTarget:
    """Stores by what the settings name. Raises BadEnvironment for what they do not."""

    def __init__(self, settings: CloudSettings) -> None:
        self.settings = settings

    @cached_property
    def records(self) -> DynamoRecordStore:
        """Records and their feed."""
        return DynamoRecordStore(client(self.settings, "dynamodb"), self.settings.need("records_table"))

    @cached_property
    def numbered(self) -> OrderedRecords:
        """The same records, for a feed that brings its numbers along."""
        return OrderedRecords(client(self.settings, "dynamodb"), self.settings.need("records_table"))

    @cached_property
    def items(self) -> DynamoItemStore:
        """Values."""
        return DynamoItemStore(client(self.settings, "dynamodb"), self.settings.need("items_table"))

    @cached_property
    def objects(self) -> S3ObjectStore:
        """Originals."""
        return S3ObjectStore(client(self.settings, "s3"), self.settings.need("objects_bucket"))

    @cached_property
    def public(self) -> S3PublicFiles:
        """The sites, each below its name."""
        return S3PublicFiles(client(self.settings, "s3"), self.settings.need("public_bucket"), "")

    def item_names(self) -> Iterator[str]:
        """The name of every value, without those that only the cloud has: find-my-station's, which does not move."""
        asked = {
            "TableName": self.settings.need("items_table"),
            "ProjectionExpression": "#name",
            "ExpressionAttributeNames": {"#name": "name"},
            "ConsistentRead": True,
        }
        with kept("list values"):
            for page in client(self.settings, "dynamodb").get_paginator("scan").paginate(**asked):
                names = (row["name"]["S"] for row in page["Items"])
                yield from (name for name in names if not name.startswith((ASKED, FINDER)))

    def read_upload(self, name: str) -> bytes | None:
        """A file of an unfinished upload."""
        return get_bytes(client(self.settings, "s3"), self.settings.need("uploads_bucket"), name)

    def write_upload(self, name: str, data: bytes) -> None:
        """Put a file of an unfinished upload."""
        self._put(self.settings.need("uploads_bucket"), name, data)

    def read_state(self, name: str) -> bytes | None:
        """A file of the state bucket."""
        return get_bytes(client(self.settings, "s3"), self.settings.state_bucket, name)

    def write_state(self, name: str, data: bytes) -> None:
        """Put a file into the state bucket."""
        self._put(self.settings.state_bucket, name, data)

    def put_secret(self, name: str, text: str) -> None:
        """Put the value of a secret. Only the role of the ceremony may."""
        with kept("put a secret"):
            client(self.settings, "secretsmanager").put_secret_value(SecretId=name, SecretString=text)

    def _put(self, bucket: str, key: str, data: bytes) -> None:
        with kept("put a file", key=key):
            client(self.settings, "s3").put_object(Bucket=bucket, Key=key, Body=data)
