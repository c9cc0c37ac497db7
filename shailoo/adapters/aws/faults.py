"""What the cloud's services answer when they do not do as asked, turned into what our ports promise.

An error is one of three: the service refused, so nothing was done; nobody can know, because the answer was lost on the
way; or it was too busy and may be asked again. Whoever writes treats the last two alike: look, then try again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnection

from shailoo.errors import StorageFailed

_BUSY: Final = frozenset(
    {
        "InternalError",
        "InternalFailure",
        "InternalServerError",
        "LimitExceededException",
        "OperationAborted",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestTimeout",
        "ServiceUnavailable",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)
_DENIED: Final = frozenset(
    {"AccessDenied", "AccessDeniedException", "InvalidAccessKeyId", "UnrecognizedClientException"}
)
_MISSING: Final = frozenset(
    {
        "AWS.SimpleQueueService.NonExistentQueue",
        "NoSuchBucket",
        "NotFoundException",
        "QueueDoesNotExist",
        "ResourceNotFoundException",
    }
)
_SERVER_ERROR: Final = 500


@contextmanager
def kept(doing: str, **facts: str | int | None) -> Iterator[None]:
    """Turn whatever a service says into StorageFailed, with what was being done and what to look at."""
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise failed(error, doing, **facts) from error


def failed(error: ClientError | BotoCoreError, doing: str, **facts: str | int | None) -> StorageFailed:
    """The error to raise for one of a service. The service's own text stays out of it."""
    cause = code_of(error)
    return StorageFailed(f"The cloud could not {doing}. {_advice(error, cause)}", cause=cause, **facts)


def code_of(error: ClientError | BotoCoreError) -> str:
    """What the service calls its error; the name of the class for one of the connection."""
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code", "unknown"))
    return type(error).__name__


def may_be_done(error: ClientError | BotoCoreError) -> bool:
    """Whether the same may be asked again, and may have been done already: lost answers, and a service that is busy."""
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return code_of(error) in _BUSY or status >= _SERVER_ERROR
    return isinstance(error, HTTPClientError | NoConnection)


def _advice(error: ClientError | BotoCoreError, cause: str) -> str:
    if cause in _DENIED:
        return "The role of this function does not allow it: see infra/template.yaml."
    if cause in _MISSING:
        return "What the environment names does not exist: see the variables of this function."
    if may_be_done(error):
        return "It did not answer in time or is too busy; it may have been done all the same, and may be tried again."
    return "See the cause."
