"""Lambda's shell around the same handlers: HTTP API events (payload format 2.0) in, answers out.

Powertools stands at this edge only. Its router keeps the current event in a class attribute, which mixes up requests
when threads share it; so the routes here are our own, and what a handler gets is a value.
"""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote

from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.doors import Door
from functions.home import Home
from functions.intake.refusal_counter import RefusalCounter
from functions.watching import watched
from functions.web import Request, Response, Router
from shailoo.errors import ShailooError
from shailoo.events.doors import RefusalCountsWait
from shailoo.model.event import Program
from shailoo.telemetry import STAGE, say, start

FOLDER_SETTING = "SHAILOO_DIR"
"""Environment variable that names the installation's folder."""

PROGRAMS = "/api"
"""Programs of commissions find what browsers find at `/staff/…` below this, with a token instead of a session."""

LambdaHandler = Callable[[dict[str, Any], LambdaContext], dict[str, Any]]


def lambda_handler_for(service: Program, router: Callable[[], tuple[Router, Callable[[], None]]]) -> LambdaHandler:
    """Return a Lambda handler. `router` makes, at the first event, the routes and what is done after each event."""
    made: list[tuple[Router, Callable[[], None]]] = []

    def answer(request: Request) -> Response:
        if not made:
            made.append(router())
        routes, afterwards = made[0]
        try:
            return routes.handle(request)
        finally:
            afterwards()

    def handler(event: dict[str, Any], _: LambdaContext) -> dict[str, Any]:
        if not made:
            start(service, stage=os.environ.get(STAGE, ""))
        request = read_event(APIGatewayProxyEventV2(event))
        return write_answer(watched(answer, request, amazon=os.environ.get("_X_AMZN_TRACE_ID", "")))

    return handler


def read_event(event: APIGatewayProxyEventV2) -> Request:
    """The request of an event.

    A body that is not what the event says it is reads as empty, which every handler refuses.
    """
    body = event.get("body") or ""
    try:
        data = base64.b64decode(body, validate=True) if event.get("isBase64Encoded") else body.encode()
    except (binascii.Error, ValueError):
        data = b""
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    cookies = event.get("cookies")
    if cookies:
        headers["cookie"] = "; ".join(cookies)
    path, vouched = unquote(event.raw_path), _vouched(event)
    if vouched is not None:
        path = path.removeprefix(PROGRAMS)
    return Request(
        method=event.request_context.http.method,
        path=path,
        query=dict(parse_qsl(event.raw_query_string or "", keep_blank_values=True)),
        headers=headers,
        body=data,
        client=event.request_context.http.source_ip,
        vouched=vouched,
    )


def _vouched(event: APIGatewayProxyEventV2) -> tuple[str, str] | None:
    """Issuer and subject of the token that the interface verified: its context is its own, no sender writes there.

    Only addresses that begin with `/api/staff/` have an authorizer (`infra/template.yaml`).
    """
    claims = ((event["requestContext"].get("authorizer") or {}).get("jwt") or {}).get("claims") or {}
    issuer, subject = claims.get("iss"), claims.get("sub")
    return (issuer, subject) if isinstance(issuer, str) and isinstance(subject, str) and subject else None


def write_answer(response: Response) -> dict[str, Any]:
    """The answer as HTTP APIs want it; cookies apart, because a header may stand only once."""
    return {
        "statusCode": int(response.status),
        "headers": {name: value for name, value in response.headers if name != "set-cookie"},
        "cookies": [value for name, value in response.headers if name == "set-cookie"],
        "body": base64.b64encode(response.body).decode(),
        "isBase64Encoded": True,
    }


@cache
def home() -> Home:
    """The installation that this function works for: a folder, if the environment names one, else the cloud's.

    Raises BadSettings, BadEnvironment.
    """
    folder = os.environ.get(FOLDER_SETTING)
    if folder is not None:
        from shailoo.assembly import Installation  # noqa: PLC0415 -- a function in the cloud opens no folder

        return Installation.open(Path(folder))
    from shailoo.cloud import CloudInstallation  # noqa: PLC0415 -- as above, the other way round

    return CloudInstallation.from_environment(os.environ)


def routes_of(door: Door) -> tuple[Router, Callable[[], None]]:
    """The routes of a door, and the flush of counted refusals after each event."""
    refused = RefusalCounter()
    mine = door(home(), refused)

    def afterwards() -> None:
        if not refused.waiting:
            return
        try:
            refused.flush(home().grouped)
        except ShailooError as error:
            say(RefusalCountsWait(code=error.code))

    return mine, afterwards
