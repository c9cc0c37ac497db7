"""Immutable objects in an S3 bucket, under their own digest: `ab/abcdef…`.

An object is put with `If-None-Match: *` and its SHA-256, so S3 itself refuses to replace one and to keep other bytes
than were sent. Whoever finds the place taken looks at what lies there before saying that it is kept.
"""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Final
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError

from shailoo.adapters.aws.faults import code_of, failed
from shailoo.adapters.aws.session import Client
from shailoo.errors import NotFound, StorageFailed
from shailoo.ids import Digest

_DIGEST = re.compile(r"[0-9a-f]{64}")
TAKEN: Final = frozenset({"PreconditionFailed", "412"})
RACING: Final = frozenset({"ConditionalRequestConflict", "409"})
"""Another writer is putting the same key at this moment: ask again."""
ABSENT: Final = frozenset({"NoSuchKey", "404", "NotFound"})
_UNSEEN: Final = frozenset({"403", "AccessDenied"})
LENT_S: Final = 60
"""How long an address is good under which a browser fetches an object itself."""
_TRIES: Final = 5


class S3ObjectStore:
    """ObjectStore in a bucket. Safe to share between threads and among functions."""

    def __init__(self, client: Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, data: bytes) -> Digest:
        """Store bytes under their digest; see ObjectStore."""
        name = Digest(hashlib.sha256(data).hexdigest())
        if not put_new(self._client, self._bucket, object_key(name), data) and not self._is_whole(name):
            raise StorageFailed("What lies under this digest is something else.", sha256=name)
        return name

    def get(self, digest: Digest) -> bytes:
        """Return bytes whose digest was checked; see ObjectStore."""
        if not _DIGEST.fullmatch(digest):
            raise NotFound("This is not a digest.", sha256=digest[:80])
        data = get_bytes(self._client, self._bucket, object_key(digest))
        if data is None:
            raise NotFound("There is no object with this digest.", sha256=digest)
        if hashlib.sha256(data).hexdigest() != digest:
            raise StorageFailed("What lies under this digest is something else.", sha256=digest)
        return data

    @property
    def origin(self) -> str:
        """The bucket's host, as addresses are signed for it; asks nobody; see LendingStore."""
        parts = urlsplit(self.address(Digest("0" * 64), media="", disposition=""))
        return f"{parts.scheme}://{parts.netloc}"

    def address(self, digest: Digest, *, media: str, disposition: str) -> str:
        """An address that is good for a minute; asks nobody; see LendingStore. Raises StorageFailed."""
        asked = {
            "Bucket": self._bucket,
            "Key": object_key(digest),
            "ResponseContentType": media,
            "ResponseContentDisposition": disposition,
            "ResponseCacheControl": "no-store",
        }
        try:
            return str(self._client.generate_presigned_url("get_object", Params=asked, ExpiresIn=LENT_S))
        except (BotoCoreError, ClientError) as error:
            raise failed(error, "sign an address", sha256=digest) from error

    def _is_whole(self, name: Digest) -> bool:
        """Ask S3 for the checksum that it keeps; where it kept none, read the bytes.

        A role that may put and not read (the intake) is told nothing. It may trust that place all the same: nobody puts
        anything there but with the checksum of its name, and whoever reads checks the digest again.
        """
        try:
            about = self._client.head_object(Bucket=self._bucket, Key=object_key(name), ChecksumMode="ENABLED")
        except ClientError as error:
            if code_of(error) in _UNSEEN:
                return True
            raise failed(error, "look at an object", sha256=name) from error
        except BotoCoreError as error:
            raise failed(error, "look at an object", sha256=name) from error
        told = about.get("ChecksumSHA256")
        if told is not None:
            return bool(told == base64.b64encode(bytes.fromhex(name)).decode())
        data = get_bytes(self._client, self._bucket, object_key(name))
        return data is not None and hashlib.sha256(data).hexdigest() == name


def object_key(digest: Digest) -> str:
    """Where an object lies in its bucket."""
    return f"{digest[:2]}/{digest}"


def put_new(client: Client, bucket: str, key: str, data: bytes) -> bool:
    """Put bytes where nothing is yet; False when something is. Raises StorageFailed."""
    checksum = base64.b64encode(hashlib.sha256(data).digest()).decode()
    for _ in range(_TRIES):
        try:
            client.put_object(Bucket=bucket, Key=key, Body=data, IfNoneMatch="*", ChecksumSHA256=checksum)
        except ClientError as error:
            if code_of(error) in TAKEN:
                return False
            if code_of(error) not in RACING:
                raise failed(error, "keep an object", key=key) from error
        except BotoCoreError as error:
            raise failed(error, "keep an object", key=key) from error
        else:
            return True
    raise StorageFailed("The cloud could not keep an object: others put the same again and again.", key=key)


def get_bytes(client: Client, bucket: str, key: str) -> bytes | None:
    """The bytes under a key, or None. Raises StorageFailed, also when the answer breaks off."""
    try:
        data: bytes = client.get_object(Bucket=bucket, Key=key)["Body"].read()
    except ClientError as error:
        if code_of(error) in ABSENT:
            return None
        raise failed(error, "read an object", key=key) from error
    except BotoCoreError as error:
        raise failed(error, "read an object", key=key) from error
    return data
