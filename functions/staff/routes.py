"""All routes of the commissions' door."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from http import HTTPStatus
from importlib.resources import files

from functions.staff.acts import act_routes
from functions.staff.case_room import CaseRoom
from functions.staff.cases import case_desk_routes
from functions.staff.desk import StaffDesk
from functions.staff.document_review import document_review_routes
from functions.staff.documents import document_routes
from functions.staff.protocols import draft_routes, protocol_routes
from functions.staff.sign_in import sign_in_routes
from functions.staff.turnout import turnout_routes
from functions.staff.uploads import upload_routes
from functions.web import Access, Caller, Request, Response, Route


def case_room_routes(room: CaseRoom, stored: Callable[[], None] | None = None) -> Iterable[Route]:
    """The desk of cases, with the script that its pages share; `stored` as below."""
    return (
        Route("GET", "/staff/cases.js", Access.ANYONE, "Keys for long queues.", _file("cases.js", "text/javascript")),
        *(_then(route, stored) for route in case_desk_routes(room)),
    )


def staff_routes(desk: StaffDesk, stored: Callable[[], None] | None = None) -> Iterable[Route]:
    """Sign-in, stations, turnout and papers, acts and appointments, and the files that their pages share.

    `stored` is called after each form that was taken in: it may wake a publisher, and must not fail.
    """
    return (
        *sign_in_routes(desk),
        *(_then(route, stored) for route in (*turnout_routes(desk), *protocol_routes(desk), *act_routes(desk))),
        *draft_routes(desk),
        Route(
            "GET", "/staff/style.css", Access.ANYONE, "The stylesheet of these pages.", _file("style.css", "text/css")
        ),
        Route(
            "GET",
            "/staff/keying.js",
            Access.ANYONE,
            "The script that checks figures while they are typed.",
            _file("keying.js", "text/javascript"),
        ),
        *(_then(route, stored) for route in (*document_routes(desk), *document_review_routes(desk))),
        *upload_routes(desk),
        Route(
            "GET",
            "/staff/documents.js",
            Access.ANYONE,
            "Sending in parts, and drawing areas on a page.",
            _file("documents.js", "text/javascript"),
        ),
    )


def _then(route: Route, stored: Callable[[], None] | None) -> Route:
    """The same route, with a word to the publisher after a form was taken in."""
    if route.method != "POST" or stored is None:
        return route

    def handler(request: Request, caller: Caller) -> Response:
        response = route.handler(request, caller)
        if response.status == HTTPStatus.SEE_OTHER:
            stored()
        return response

    return replace(route, handler=handler)


def _file(name: str, media: str) -> Callable[[Request, Caller], Response]:
    def handler(_: Request, __: Caller) -> Response:
        headers = (("content-type", f"{media}; charset=utf-8"), ("cache-control", "public, max-age=300"))
        return Response(200, headers, _bytes(name))

    return handler


@cache
def _bytes(name: str) -> bytes:
    return files("functions.staff").joinpath(name).read_bytes()
