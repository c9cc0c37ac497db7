"""Pages whose script sends parts of files straight to a bucket: their policy must let it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from functions.web import Caller, Request, Response, Route
from shailoo.ports import Uploads

_POLICY: Final = "content-security-policy"
_OURS: Final = "connect-src 'self'"


def parts_go_straight(routes: Iterable[Route], uploads: Uploads) -> tuple[Route, ...]:
    """The same routes; pages that let a script ask our door let it ask where parts of files go, too."""
    origin = uploads.origin
    return tuple(routes) if origin is None else tuple(_letting(route, origin) for route in routes)


def _letting(route: Route, origin: str) -> Route:
    def handle(request: Request, caller: Caller) -> Response:
        answer = route.handler(request, caller)
        headers = tuple(
            (name, value.replace(_OURS, f"{_OURS} {origin}") if name == _POLICY else value)
            for name, value in answer.headers
        )
        return replace(answer, headers=headers)

    return replace(route, handler=handle)
