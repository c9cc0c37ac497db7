"""Uploads into a bucket: what is there already, byte for byte, is not sent again."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from botocore.exceptions import ClientError

Client: TypeAlias = Any
"""botocore makes its clients at run time: there is no type to name."""
_DIGEST: Final = "sha256"
_MISSING: Final = ("404", "NoSuchKey", "NotFound")


def digest_of(data: bytes) -> str:
    """SHA-256 as hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


@dataclass(frozen=True)
class Bucket:
    """A bucket by name."""

    client: Client
    name: str

    def put(self, key: str, data: bytes) -> bool:
        """Put bytes under a key, unless the same lie there; answers whether they were sent."""
        if self._digest(key) == digest_of(data):
            return False
        self._send(key, data)
        return True

    def newest(self, key: str, data: bytes) -> str:
        """The version under which bytes lie under a key, a new one if they did not."""
        if self._digest(key) == digest_of(data):
            return str(self.client.head_object(Bucket=self.name, Key=key).get("VersionId", ""))
        return str(self._send(key, data).get("VersionId", ""))

    def address(self, key: str) -> str:
        """Where the cloud's own services find an object."""
        host = f"s3.{self.client.meta.region_name}.amazonaws.com"
        return f"https://{self.name}.{host}/{key}"

    def _send(self, key: str, data: bytes) -> dict[str, Any]:
        checked = base64.b64encode(hashlib.sha256(data).digest()).decode()
        sent: dict[str, Any] = self.client.put_object(
            Bucket=self.name, Key=key, Body=data, ChecksumSHA256=checked, Metadata={_DIGEST: digest_of(data)}
        )
        return sent

    def _digest(self, key: str) -> str | None:
        try:
            said = self.client.head_object(Bucket=self.name, Key=key).get("Metadata", {}).get(_DIGEST)
        except ClientError as error:
            if error.response["Error"]["Code"] in _MISSING:
                return None
            raise
        return None if said is None else str(said)
