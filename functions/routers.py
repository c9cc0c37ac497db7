"""Every route of an installation, put together for whatever carries the requests."""

from __future__ import annotations

import hmac
import threading
import time
from collections.abc import Callable, Collection
from typing import Final

import httpx

from functions.cases.door import CODES_PER_ADDRESS, FILINGS_PER_ADDRESS, CaseDoor, DoorLimits
from functions.cases.door import PREFIX as CASES
from functions.cases.frame import case_error
from functions.cases.routes import case_routes
from functions.home import Home
from functions.intake.handlers import intake_routes
from functions.intake.refusal_counter import RefusalCounter
from functions.openapi import openapi_routes
from functions.staff.cookies import CookieSigner
from functions.staff.desk import StaffDesk
from functions.staff.frame import staff_error
from functions.staff.openid import OpenIdClient
from functions.staff.precinct import precinct_routes
from functions.staff.precinct_door import PrecinctDoor
from functions.staff.routes import staff_routes
from functions.tizme.pages import PREFIX, tizme_error
from functions.tizme.routes import tizme_routes
from functions.web import Caller, Request, Response, Router, error_response
from shailoo.errors import ShailooError
from shailoo.rules.question_limit import QuestionLimit
from shailoo.telemetry import learn
from shailoo.usecases.document_desk import DocumentDesk
from shailoo.usecases.document_index import DocumentIndex

_PROVIDER_PATIENCE_S = 5
PARTS: Final = ("intake", "staff", "tizme", "cases")
"""What an installation answers. One process may answer all of it; where users are kept apart each has a process, which
then opens only the keys of its own part."""


Door = Callable[[Home, RefusalCounter], Router]
"""Makes the routes of one door."""


def make_router(
    home: Home,
    refused: RefusalCounter,
    nudge: Callable[[], None] | None = None,
    parts: Collection[str] = PARTS,
) -> Router:
    """The routes of an installation, or of some of its parts. Raises NoAccessRule."""
    staff = _staff_desk(home) if "staff" in parts else None

    def shape(error: ShailooError, request: Request) -> Response:
        if staff is not None and request.path.startswith("/staff/"):
            return _staff_shape(staff, error, request)
        if request.path.startswith(PREFIX):
            return tizme_error(error, request)
        if request.path.startswith(CASES):
            return case_error(error, request)
        return error_response(error, request.language("en"))

    desk = home.station_desk if "tizme" in parts else None
    routes = (
        *(intake_routes(home.intake_desk, home.clock, refused, nudge) if "intake" in parts else ()),
        *(staff_routes(staff, nudge) if staff is not None else ()),
        *(precinct_routes(PrecinctDoor(staff, home, nudge or (lambda: None))) if staff is not None else ()),
        *(tizme_routes(desk, home.settings.proxies) if desk is not None else ()),
        *(case_routes(_case_door(home, nudge)) if "cases" in parts else ()),
    )
    routes = (*routes, *openapi_routes(routes))
    learn(home.elections.values(), (route.name for route in routes))
    return Router(routes, staff.who if staff is not None else _nobody, shape)


def intake_door(home: Home, refused: RefusalCounter) -> Router:
    """The boxes' door alone: it asks for nothing that another door works with."""
    routes = tuple(intake_routes(home.intake_desk, home.clock, refused))
    learn(home.elections.values(), (route.name for route in routes))
    return Router(routes, _nobody, lambda error, request: error_response(error, request.language("en")))


def staff_door(home: Home, _: RefusalCounter) -> Router:
    """The commissions' door alone."""
    staff = _staff_desk(home)
    routes = tuple(staff_routes(staff, None))
    learn(home.elections.values(), (route.name for route in routes))
    return Router(routes, staff.who, lambda error, request: _staff_shape(staff, error, request))


def tizme_door(home: Home, _: RefusalCounter) -> Router:
    """Find-my-station alone; without an index it has no routes."""
    desk = home.station_desk
    routes = tuple(tizme_routes(desk, home.settings.proxies)) if desk else ()
    learn(routes=(route.name for route in routes))
    return Router(routes, _nobody, tizme_error)


def _nobody(_: Request) -> Caller:
    """Nobody signs in at this door."""
    return Caller()


def _staff_shape(staff: StaffDesk, error: ShailooError, request: Request) -> Response:
    if request.path.startswith("/staff/uploads") or request.vouched is not None:
        return error_response(error, request.language("ky"))  # asked by a script, which shows the sentence
    return staff_error(staff, error, request)


def _staff_desk(home: Home) -> StaffDesk:
    settings, openid = home.settings, None
    if settings.identity is not None:
        # Sign-ins are rare: no connection is kept, so that none has to be closed. No proxy of the environment is asked.
        limits = httpx.Limits(max_keepalive_connections=0)
        client = httpx.Client(timeout=_PROVIDER_PATIENCE_S, limits=limits, follow_redirects=False, trust_env=False)
        openid = OpenIdClient(settings.identity.issuer, settings.identity.client_id, home.client_secret, client, _wall)
    return StaffDesk(
        registry=home.registry,
        store=home.grouped,
        items=home.grouped,
        clock=home.clock,
        cookies=CookieSigner(home.session_secret, secure=settings.origin.startswith("https:")),
        openid=openid,
        origin=settings.origin,
        wall=_wall,
        documents=DocumentDesk(home.registry, home.grouped, home.objects),
        index=DocumentIndex(threading.Lock()),
        uploads=home.uploads,
    )


def _case_door(home: Home, nudge: Callable[[], None] | None) -> CaseDoor:
    secret = hmac.digest(home.case_desk.person_key, b"door of cases", "sha256")
    limits = DoorLimits(
        QuestionLimit(FILINGS_PER_ADDRESS, secret, 1 << 16), QuestionLimit(CODES_PER_ADDRESS, secret, 1 << 16),
        threading.Lock(),
    )  # fmt: skip
    return CaseDoor(
        desk=home.case_desk,
        index=home.case_index,
        items=home.grouped,
        uploads=home.uploads,
        clock=home.clock,
        origin=home.settings.origin,
        limits=limits,
        secret=secret,
        proxies=home.settings.proxies,
        nudge=nudge or (lambda: None),
    )


def _wall() -> int:
    return int(time.time())
