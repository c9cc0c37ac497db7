"""The intake as a Lambda function."""

from __future__ import annotations

from functools import partial

from functions.doors import intake_door
from functions.lambda_shell import lambda_handler_for, routes_of

lambda_handler = lambda_handler_for("intake", partial(routes_of, intake_door))
