"""The addresses of the voter's cabinet."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, partial
from http import HTTPStatus
from importlib.resources import files
from typing import Final

from functions.cabinet.case_page import CASE, case_page, do_act, receipt_file
from functions.cabinet.cases_view import kinds_block, mine_block
from functions.cabinet.desk import CabinetDesk
from functions.cabinet.entry_view import entry_block, history_block, station_block
from functions.cabinet.frame import CabinetFrame, left_page, wants_json
from functions.cabinet.memo_page import memo_page
from functions.cabinet.proof_page import ADDRESS as PROOF
from functions.cabinet.proof_page import FILE as PROOF_FILE
from functions.cabinet.proof_page import proof_file, proof_page
from functions.cabinet.sign_in import HOME, LOGIN, sign_in_routes
from functions.cabinet.told import mine_facts
from functions.cases.visitor import NOBODY
from functions.described import ANY_OBJECT, STYLE, Body, Described
from functions.staff.pages import tag
from functions.web import JSON, Access, Caller, NotSignedIn, Request, Response, Route, json_response

_PAGE: Final = Described(answers={HTTPStatus.OK: (Body("text/html"),), HTTPStatus.SEE_OTHER: ()})
"""A page; who is not signed in is led to the sign-in."""
_HOME: Final = Described(answers={HTTPStatus.OK: (Body("text/html"), Body(JSON, ANY_OBJECT))})
_FILE: Final = Described(answers={HTTPStatus.OK: (Body(JSON, ANY_OBJECT),), HTTPStatus.SEE_OTHER: ()})
_NOTE: Final = Described(answers={HTTPStatus.OK: (Body("text/plain"),), HTTPStatus.SEE_OTHER: ()})
_FORM: Final = Described(
    bodies=(Body("application/x-www-form-urlencoded", ANY_OBJECT),), answers={HTTPStatus.SEE_OTHER: ()}
)


def cabinet_routes(desk: CabinetDesk) -> Iterable[Route]:
    """Routes of the cabinet and of its sign-in."""

    def home(request: Request, _: Caller) -> Response:
        frame = CabinetFrame.of(desk, request)
        if wants_json(request):
            if frame.visitor == NOBODY:
                raise NotSignedIn("Sign in first.")
            return json_response(mine_facts(desk, desk.mine(request)), HTTPStatus.OK, ("cache-control", "no-store"))
        return welcome(frame) if frame.visitor == NOBODY else home_page(frame, desk, request)

    def memo(request: Request, _: Caller) -> Response:
        return memo_page(CabinetFrame.of(desk, request), desk, desk.mine(request))

    def proof(request: Request, _: Caller) -> Response:
        return proof_page(CabinetFrame.of(desk, request), desk, desk.mine(request))

    def file(request: Request, _: Caller) -> Response:
        return proof_file(desk, desk.mine(request))

    def style(_: Request, __: Caller) -> Response:
        headers = (("content-type", "text/css; charset=utf-8"), ("cache-control", "public, max-age=300"))
        return Response(HTTPStatus.OK, headers, _style())

    return (
        Route("GET", HOME, Access.ANYONE, "A voter's cabinet, as a page or JSON; or what it is.", home, _HOME),
        Route("GET", f"{HOME}memo", Access.VOTER, "Where and when to vote and what to bring, to print.", memo, _PAGE),
        Route("GET", PROOF, Access.VOTER, "What proves that the own entry is in the published list.", proof, _PAGE),
        Route("GET", PROOF_FILE, Access.VOTER, "That proof as a file, for `shailoo verify-entry`.", file, _FILE),
        *_case_routes(desk),
        Route("GET", f"{HOME}style.css", Access.ANYONE, "The stylesheet of these pages.", style, STYLE),
        *sign_in_routes(desk.sessions, partial(left_page, desk)),
    )


def _case_routes(desk: CabinetDesk) -> Iterable[Route]:
    """Routes of the own cases."""
    one = f"{CASE}{{number}}"

    def case(request: Request, _: Caller) -> Response:
        return case_page(CabinetFrame.of(desk, request), desk, desk.my_case(request, request.parameters["number"]))

    def receipt(request: Request, _: Caller) -> Response:
        return receipt_file(desk, desk.my_case(request, request.parameters["number"]))

    def act(request: Request, _: Caller) -> Response:
        sent = desk.sessions.check_form(request)
        standing = desk.my_case(request, request.parameters["number"])
        return do_act(CabinetFrame.of(desk, request), desk, standing, request.parameters["act"], sent)

    return (
        Route("GET", one, Access.VOTER, "One of the own cases: how it stands and what happened.", case, _PAGE),
        Route("GET", f"{one}/receipt", Access.VOTER, "Its signed receipt.", receipt, _NOTE),
        Route("POST", f"{one}/{{act}}", Access.VOTER, "Do an act of the applicant's on it.", act, _FORM),
    )


def home_page(frame: CabinetFrame, desk: CabinetDesk, request: Request) -> Response:
    """Everything that concerns me, on one page."""
    mine = desk.mine(request)
    return frame.page(
        frame.say("Voter's cabinet"),
        station_block(frame, desk, mine),
        mine_block(frame, desk, mine),
        kinds_block(frame, desk),
        entry_block(frame, mine),
        history_block(frame, desk, mine),
        crumbs=False,
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
        ),
        crumbs=False,
    )


@cache
def _style() -> bytes:
    """One file for the browser: that of find-my-station, that of forms, and what only the cabinet needs."""
    parts = ("functions.tizme", "functions.cases", "functions.cabinet")
    return b"".join(files(part).joinpath("style.css").read_bytes() for part in parts)
