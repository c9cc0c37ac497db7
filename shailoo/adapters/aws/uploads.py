"""Uploads in parts in an S3 bucket: `<owner>/<name>/about.json`, and `<owner>/<name>/1`, `2`, … for the parts.

The order that survives a stop:

    about.json where nothing is   stop before: there is no upload
    part where nothing is         stop before: it is there whole or not at all; the sender sends it again
    drop: about.json, then parts  stop between: parts without it are no upload, and are swept

A part may also come straight to the bucket: `address` signs for its length. What comes so is judged when all is there.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from pydantic import ValidationError

from shailoo.adapters.aws.faults import kept
from shailoo.adapters.aws.objects import get_bytes, put_new
from shailoo.adapters.aws.session import Client
from shailoo.adapters.uploads import NAME, OWNER, About, all_there, upload_name
from shailoo.errors import StorageFailed
from shailoo.ports import Upload
from shailoo.rules.upload_parts import (
    LEAST_PART,
    MOST_OPEN,
    OPEN_HOURS,
    BadPart,
    NoSuchUpload,
    TooManyUploadsOpen,
    UploadDamaged,
    check_part,
    check_whole,
    part_length,
)

ADDRESS_GOOD_S: Final = 3600
"""How long a signed address may be used: a weak link, and a person who was called away."""
_ABOUT: Final = "about.json"
_REMOVED_AT_ONCE: Final = 1000
_PART = re.compile(r"[1-9][0-9]{0,5}")


class S3Uploads:
    """Uploads in a bucket of their own. Safe to share between threads and among functions."""

    def __init__(self, client: Client, bucket: str, part_bytes: int = LEAST_PART) -> None:
        self._client = client
        self._bucket = bucket
        self._part_bytes = part_bytes

    @property
    def origin(self) -> str | None:
        """The bucket's host, as addresses are signed for it; asks nobody; see Uploads."""
        with kept("sign an address"):
            asked = {"Bucket": self._bucket, "Key": "x"}
            parts = urlsplit(str(self._client.generate_presigned_url("put_object", Params=asked)))
        return f"{parts.scheme}://{parts.netloc}"

    def begin(self, owner: str, total: int, sha256: str | None, *, now: datetime) -> Upload:
        """Open an upload or go on with it; see Uploads."""
        name = upload_name(owner, total, sha256)
        with contextlib.suppress(NoSuchUpload):
            return self.state(owner, name, now=now)
        place = _place(owner, name)
        self._sweep(f"{owner}/", now, strays=False)
        if len(self._folders(f"{owner}/")) >= MOST_OPEN:
            raise TooManyUploadsOpen("Finish an upload, or wait until it expires.", most=MOST_OPEN)
        expires = now + timedelta(hours=OPEN_HOURS)
        about = About(bytes=total, sha256=sha256, part_bytes=self._part_bytes, expires=expires)
        put_new(self._client, self._bucket, place + _ABOUT, about.model_dump_json().encode())
        return self.state(owner, name, now=now)

    def state(self, owner: str, name: str, *, now: datetime) -> Upload:
        """Which parts are there; see Uploads."""
        place = _place(owner, name)
        about = self._about(place)
        if about is None or about.expires <= now:
            raise NoSuchUpload("This upload is not known or has expired.")
        names = (key.removeprefix(place) for key in self._keys(place))
        parts = tuple(sorted(int(one) for one in names if _PART.fullmatch(one)))
        return Upload(name, owner, about.bytes, about.sha256, about.part_bytes, parts, about.expires)

    def address(self, upload: Upload, number: int) -> str | None:
        """An address that takes this part, of exactly its length, for an hour; see Uploads."""
        length = part_length(number, upload.bytes, upload.part_bytes)
        asked = {
            "Bucket": self._bucket,
            "Key": f"{_place(upload.owner, upload.name)}{number}",
            "ContentLength": length,
        }
        with kept("sign an address", upload=upload.name):
            return str(self._client.generate_presigned_url("put_object", Params=asked, ExpiresIn=ADDRESS_GOOD_S))

    def put(self, owner: str, name: str, number: int, data: bytes, *, now: datetime) -> None:
        """Keep a part; see Uploads."""
        upload = self.state(owner, name, now=now)
        check_part(number, data, upload.bytes, upload.part_bytes)
        key = f"{_place(owner, name)}{number}"
        if not put_new(self._client, self._bucket, key, data) and self._bytes(key) != data:
            raise BadPart("Other bytes came for this part before.", part=number)

    def complete(self, owner: str, name: str, *, now: datetime) -> bytes:
        """The whole file; see Uploads."""
        upload = self.state(owner, name, now=now)
        all_there(upload)
        data = b"".join(self._bytes(f"{_place(owner, name)}{number}") for number in upload.parts)
        try:
            check_whole(data, upload.bytes, upload.sha256)
        except UploadDamaged:
            self.drop(owner, name)
            raise
        return data

    def drop(self, owner: str, name: str) -> None:
        """Throw an upload away; see Uploads."""
        place = _place(owner, name)
        with kept("throw an upload away", upload=name):
            self._client.delete_object(Bucket=self._bucket, Key=place + _ABOUT)  # first what makes it an upload
        self._remove(list(self._keys(place)))

    def sweep(self, *, now: datetime) -> int:
        """Throw away what has expired; see Uploads."""
        return sum(self._sweep(owner, now, strays=True) for owner in self._folders(""))

    def _sweep(self, owner: str, now: datetime, *, strays: bool) -> int:
        count = 0
        for place in self._folders(owner):
            about = self._about(place)
            if strays if about is None else about.expires <= now:
                self._remove(sorted(self._keys(place), key=lambda key: not key.endswith(_ABOUT)))
                count += 1
        return count

    def _about(self, place: str) -> About | None:
        data = get_bytes(self._client, self._bucket, place + _ABOUT)
        if data is None:
            return None
        try:
            return About.model_validate_json(data)
        except ValidationError:
            return None

    def _bytes(self, key: str) -> bytes:
        data = get_bytes(self._client, self._bucket, key)
        if data is None:
            raise NoSuchUpload("This upload is not known or has expired.")
        return data

    def _folders(self, below: str) -> list[str]:
        return [one["Prefix"] for page in self._pages(Prefix=below, Delimiter="/") for one in page["CommonPrefixes"]]

    def _keys(self, below: str) -> Iterator[str]:
        for page in self._pages(Prefix=below):
            yield from (one["Key"] for one in page["Contents"])

    def _pages(self, **asked: str) -> Iterator[dict[str, Any]]:
        with kept("list uploads"):
            for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, **asked):
                yield {"Contents": (), "CommonPrefixes": (), **page}

    def _remove(self, keys: Sequence[str]) -> None:
        for start in range(0, len(keys), _REMOVED_AT_ONCE):
            gone = {"Objects": [{"Key": key} for key in keys[start : start + _REMOVED_AT_ONCE]], "Quiet": True}
            with kept("throw an upload away"):
                answer = self._client.delete_objects(Bucket=self._bucket, Delete=gone)
            if answer.get("Errors"):
                raise StorageFailed("The cloud could not throw an upload away. Try again.")


def _place(owner: str, name: str) -> str:
    if not (OWNER.fullmatch(owner) and NAME.fullmatch(name)):
        raise NoSuchUpload("This upload is not known or has expired.")
    return f"{owner}/{name}/"
