"""The herald as a Lambda function: the stream of records, and a tick every minute."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.herald.tell import Failures, tell, tick
from shailoo.cloud import CloudInstallation
from shailoo.errors import NotFound
from shailoo.events.cloud import NewsTold
from shailoo.ports import Queue
from shailoo.rules.retention import read_keep_days
from shailoo.telemetry import function, say


@cache
def _home() -> CloudInstallation:
    return CloudInstallation.from_environment(os.environ)


def lambda_handler(event: dict[str, Any], _: LambdaContext) -> Failures:
    """Pass news on. Raises FunctionFailed when nothing could be passed on; the stream then comes again."""
    with function("herald"):
        return _told(event)


def _told(event: dict[str, Any]) -> Failures:
    home = _home()
    if "Records" not in event:
        tick(_queue(home), home.copies_queue)
        return {"batchItemFailures": []}
    lock = home.retention.keep if home.retention is not None else None
    keep = read_keep_days(home.cloud.keep_days or "")
    failures = tell(event["Records"], _queue(home), home.copies_queue, lock=lock, keep=keep, now=home.clock.now())
    say(NewsTold(records=len(event["Records"]), left=len(failures["batchItemFailures"])))
    return failures


def _queue(home: CloudInstallation) -> Queue:
    if home.publish_queue is None:
        raise NotFound("The herald was not given the publisher's queue.", variable="SHAILOO_PUBLISH_QUEUE")
    return home.publish_queue
