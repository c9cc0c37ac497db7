"""Applications and the voters' cabinet as a Lambda function. Its log holds a status and nothing of an application."""

from __future__ import annotations

from functools import partial

from functions.lambda_shell import lambda_handler_for, routes_of
from functions.people_door import people_door

lambda_handler = lambda_handler_for("cases", partial(routes_of, people_door))
