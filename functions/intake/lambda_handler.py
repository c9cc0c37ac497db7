"""The intake as a Lambda function."""

from __future__ import annotations

from functools import partial

from functions.lambda_shell import lambda_handler_for, routes_of
from functions.routers import intake_door

lambda_handler = lambda_handler_for("intake", partial(routes_of, intake_door))
