"""What the doors say of each request: how it was answered and how long it took, never who asked or for what."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from functions.web import Request, Response, error_response
from shailoo.errors import ShailooError
from shailoo.events.doors import HandlerFailed, RequestAnswered, RequestFailed
from shailoo.rules.trace import outside_trace, trace_of_request
from shailoo.telemetry import Watch, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_request: ContextVar[str | None] = ContextVar("request", default=None)


class Fault(ShailooError):
    """Something failed on our side in a way that nobody foresaw; type and place are in our log."""

    code = "fault"


def fault_response(request: Request) -> Response:
    """What a sender is told when something failed in a way that nobody foresaw."""
    return replace(error_response(Fault("A handler failed."), request.language("en")), code=Fault.code)


def request_now() -> str | None:
    """The trace of the request that this thread works on, or None."""
    return _request.get()


def watched(answer: Callable[[Request], Response], request: Request, *, amazon: str = "") -> Response:
    """Answer a request and say how it went; a handler that raises what nobody foresaw is answered for.

    `amazon` is what Lambda calls the request.
    """
    watch = Watch()
    with _in_request(request.headers, amazon):
        try:
            response = answer(request)
        except Exception as fault:  # noqa: BLE001 -- whatever fails, the sender gets an answer and the log the cause
            say(HandlerFailed(fault=fault, request=request_now()))
            response = fault_response(request)
        told(response, watch.ms)
    return response


def told(response: Response, ms: int) -> None:
    """Say how a request was answered."""
    status, request = int(response.status), request_now()
    say(RequestAnswered(route=response.route, status=status, ms=ms, request=request))
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        say(RequestFailed(route=response.route, status=status, code=response.code, ms=ms, request=request))


@contextmanager
def _in_request(headers: Mapping[str, str], amazon: str) -> Iterator[None]:
    outside = outside_trace(headers, amazon)
    token = _request.set(None if outside is None else trace_of_request(outside))
    try:
        yield
    finally:
        _request.reset(token)
