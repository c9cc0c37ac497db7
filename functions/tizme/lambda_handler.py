"""Find my station as a Lambda function. Its log holds a status and nothing of the question."""

from __future__ import annotations

from functools import partial

from functions.doors import tizme_door
from functions.lambda_shell import lambda_handler_for, routes_of

lambda_handler = lambda_handler_for("tizme", partial(routes_of, tizme_door))
