"""Secrets of Secrets Manager: read by the one function that may, and never told in an error."""

from __future__ import annotations

from botocore.exceptions import BotoCoreError, ClientError

from shailoo.adapters.aws.faults import code_of, failed
from shailoo.adapters.aws.session import Client
from shailoo.errors import NotFound, StorageFailed


def read_secret(client: Client, name: str) -> str:
    """The text of a secret. Raises NotFound when it has no value yet, StorageFailed."""
    try:
        text = client.get_secret_value(SecretId=name).get("SecretString")
    except (ClientError, BotoCoreError) as error:
        if code_of(error) == "ResourceNotFoundException":
            raise NotFound("This secret has no value yet: put it there first (docs/keys.md).") from error
        raise failed(error, "read a secret") from error
    if text is None:
        raise StorageFailed("This secret is bytes and not text: put it there as text.")
    return str(text)
