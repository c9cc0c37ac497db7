"""The addresses of the voter's cabinet."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, partial
from http import HTTPStatus
from importlib.resources import files

from functions.cabinet.desk import CabinetDesk
from functions.cabinet.frame import CabinetFrame, left_page
from functions.cabinet.sign_in import HOME, LOGIN, sign_in_routes
from functions.cases.visitor import NOBODY
from functions.described import PAGE, STYLE
from functions.staff.pages import tag
from functions.web import Access, Caller, Request, Response, Route


def cabinet_routes(desk: CabinetDesk) -> Iterable[Route]:
    """Routes of the cabinet and of its sign-in."""

    def home(request: Request, _: Caller) -> Response:
        frame = CabinetFrame.of(desk, request)
        return welcome(frame) if frame.visitor == NOBODY else frame.page(frame.say("Voter's cabinet"), crumbs=False)

    def style(_: Request, __: Caller) -> Response:
        headers = (("content-type", "text/css; charset=utf-8"), ("cache-control", "public, max-age=300"))
        return Response(HTTPStatus.OK, headers, _style())

    return (
        Route("GET", HOME, Access.ANYONE, "A voter's cabinet, or what it is and how to sign in.", home, PAGE),
        Route("GET", f"{HOME}style.css", Access.ANYONE, "The stylesheet of its pages.", style, STYLE),
        *sign_in_routes(desk.sessions, partial(left_page, desk)),
    )


def welcome(frame: CabinetFrame) -> Response:
    """What the cabinet is, for who has not signed in."""
    _ = frame.say
    return frame.page(
        _("Voter's cabinet"),
        tag("p", _("See at which station you vote and what the voter list holds about you, and apply to correct it.")),
        tag(
            "p",
            tag("a", _("Sign in through the single identification system"), class_="button", href=LOGIN),
        ),
        tag("h2", _("Without signing in")),
        tag(
            "ul",
            tag("li", tag("a", _("Find my station by PIN and surname"), href="/api/tizme/station")),
            tag("li", _("The precinct commission takes applications on paper and by telephone.")),
            class_="ways",
        ),
        crumbs=False,
    )


@cache
def _style() -> bytes:
    return files("functions.cabinet").joinpath("style.css").read_bytes()
