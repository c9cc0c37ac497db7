"""Clients of the cloud's services: how long they wait, how often they try, and where they turn to.

botocore alone, without boto3: it makes the same clients and is imported in half the time, which a cold start pays.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final, Literal, TypeAlias

import botocore.session
from botocore.config import Config

from shailoo.adapters.limits import LONGEST_WAIT_S
from shailoo.model.cloud import CloudSettings

Client: TypeAlias = Any
"""botocore makes its clients at run time from descriptions of the services: there is no type to name."""
Service = Literal["dynamodb", "kms", "s3", "secretsmanager", "sqs"]

_CONNECT_S: Final = 2
_READ_S: Final = {"dynamodb": 3, "kms": 3, "s3": 10, "secretsmanager": 5, "sqs": LONGEST_WAIT_S + 5}
"""Seconds without an answer after which an attempt is given up. All attempts together end before a function must."""
_ATTEMPTS: Final = 3
_CONNECTIONS: Final = 32
"""As many as threads write public files at once, and some more."""


def client(settings: CloudSettings, service: Service) -> Client:
    """A client of a service; region and credentials are those of the environment, the endpoint that of the settings."""
    return make_client(service, settings.endpoint)


@cache
def make_client(service: Service, endpoint: str | None) -> Client:
    """One client for each service and process. Clients are safe to share between threads, making them is not."""
    return new_client(service, endpoint)


def new_client(
    service: Service,
    endpoint: str | None = None,
    *,
    credentials: tuple[str, str] | None = None,
    region: str | None = None,
    attempts: int = _ATTEMPTS,
) -> Client:
    """A client of its own, also with credentials that do not come from the environment."""
    given = (
        {} if credentials is None else {"aws_access_key_id": credentials[0], "aws_secret_access_key": credentials[1]}
    )
    return botocore.session.get_session().create_client(
        service, endpoint_url=endpoint, region_name=region, config=_config(service, endpoint, attempts), **given
    )


def _config(service: Service, endpoint: str | None, attempts: int) -> Config:
    return Config(
        connect_timeout=_CONNECT_S,
        read_timeout=_READ_S[service],
        retries={"mode": "standard", "total_max_attempts": attempts},
        max_pool_connections=_CONNECTIONS,
        signature_version="s3v4" if service == "s3" else None,  # botocore would sign addresses the old way
        # An emulator on this machine has no host name for each bucket.
        s3={"addressing_style": "virtual" if endpoint is None else "path"},
        # We send a SHA-256 of our own wherever it counts, and check digests ourselves on read.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
