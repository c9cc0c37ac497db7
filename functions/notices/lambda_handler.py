"""Notices as a Lambda function: called by the clock, and by whoever has news. What an event says is not read."""

from __future__ import annotations

import os
import time
from functools import cache
from typing import Any, Final

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.notices.work import NoticeWork
from shailoo.cloud import CloudInstallation
from shailoo.telemetry import function

_SPARE_S: Final = 30.0
"""Left at the end: the slowest attempt, and writing down how far this came."""


@cache
def _home() -> CloudInstallation:
    return CloudInstallation.from_environment(os.environ)


def lambda_handler(_: dict[str, Any], context: LambdaContext) -> dict[str, bool]:
    """Send what is due; `more` says whether something was left for the next call. Raises FunctionFailed."""
    with function("notices"):
        budget = context.get_remaining_time_in_millis() / 1000 - _SPARE_S
        until = time.monotonic() + budget
        more = True
        while more and time.monotonic() < until:
            more = NoticeWork(_home(), round_s=max(1.0, (until - time.monotonic()) / 2)).turn()
        return {"more": more}
