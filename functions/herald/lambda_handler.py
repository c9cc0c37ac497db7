"""The herald as a Lambda function: the stream of records, and a tick every minute."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.herald.tell import Failures, tell, tick
from shailoo.cloud import CloudInstallation
from shailoo.errors import NotFound
from shailoo.ports import Queue
from shailoo.rules.retention import read_keep_days

_logger = Logger(service="herald")


@cache
def _home() -> CloudInstallation:
    return CloudInstallation.from_environment(os.environ)


def lambda_handler(event: dict[str, Any], _: LambdaContext) -> Failures:
    """Pass news on. Raises what kept it from passing anything on; the stream then comes again."""
    home = _home()
    if "Records" not in event:
        tick(_queue(home))
        return {"batchItemFailures": []}
    lock = home.retention.keep if home.retention is not None else None
    keep = read_keep_days(home.cloud.keep_days or "")
    failures = tell(event["Records"], _queue(home), home.copies_queue, lock=lock, keep=keep, now=home.clock.now())
    _logger.info("told", extra={"records": len(event["Records"]), "left": len(failures["batchItemFailures"])})
    return failures


def _queue(home: CloudInstallation) -> Queue:
    if home.publish_queue is None:
        raise NotFound("The herald was not given the publisher's queue.", variable="SHAILOO_PUBLISH_QUEUE")
    return home.publish_queue
