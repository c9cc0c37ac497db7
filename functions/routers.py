"""Every route of an installation, put together for whatever carries the requests."""

from __future__ import annotations

import hmac
import threading
import time
from collections.abc import Callable, Collection, Iterable
from typing import Final

import httpx

from functions.cabinet.desk import CabinetDesk
from functions.cabinet.frame import cabinet_error
from functions.cabinet.routes import cabinet_routes
from functions.cabinet.sealed import CookieSealer
from functions.cabinet.session import VoterSessions
from functions.cabinet.sign_in import HOME as CABINET
from functions.cases.door import CODES_PER_ADDRESS, FILINGS_PER_ADDRESS, CaseDoor, DoorLimits
from functions.cases.door import PREFIX as CASES
from functions.cases.frame import case_error
from functions.cases.routes import case_routes
from functions.cases.visitor import WhoVisits
from functions.home import Home
from functions.intake.handlers import intake_routes
from functions.intake.refusal_counter import RefusalCounter
from functions.openapi import openapi_routes
from functions.openid import OpenIdClient
from functions.rehearsed import say_rehearsal
from functions.staff.case_room import CaseRoom
from functions.staff.cookies import CookieSigner
from functions.staff.desk import StaffDesk
from functions.staff.frame import staff_error
from functions.staff.precinct import precinct_routes
from functions.staff.precinct_door import PrecinctDoor
from functions.staff.routes import case_room_routes, staff_routes
from functions.straight import papers_come_straight, parts_go_straight
from functions.tizme.pages import PREFIX, tizme_error
from functions.tizme.routes import tizme_routes
from functions.web import Caller, Request, Response, Route, Router, error_response
from shailoo.errors import ShailooError
from shailoo.rules.question_limit import QuestionLimit
from shailoo.telemetry import learn
from shailoo.usecases.document_desk import DocumentDesk
from shailoo.usecases.document_index import DocumentIndex

_PROVIDER_PATIENCE_S = 5
PARTS: Final = ("intake", "staff", "tizme", "cases", "cabinet")
"""What an installation answers. One process may answer all of it; where users are kept apart each has a process, which
then opens only the keys of its own part."""


def make_router(
    home: Home,
    refused: RefusalCounter,
    nudge: Callable[[], None] | None = None,
    parts: Collection[str] = PARTS,
    beside: Iterable[Route] = (),
) -> Router:
    """The routes of an installation, or of some of its parts. Raises NoAccessRule.

    `beside` are routes that others answer at the same host: here they are only described.
    """
    staff = _staff_desk(home) if "staff" in parts else None
    voters = voter_sessions(home) if {"cabinet", "cases"} & set(parts) else None
    cabinet = _cabinet_desk(home, voters) if voters is not None and "cabinet" in parts else None

    def shape(error: ShailooError, request: Request) -> Response:
        if staff is not None and request.path.startswith("/staff/"):
            return _staff_shape(staff, error, request)
        if request.path.startswith(PREFIX):
            return tizme_error(error, request)
        if cabinet is not None and request.path.startswith(CABINET):
            return cabinet_error(cabinet, error, request)
        if request.path.startswith(CASES):
            return case_error(error, request)
        return error_response(error, request.language("en"))

    desk = home.station_desk if "tizme" in parts else None
    routes = (
        *(intake_routes(home.intake_desk, home.clock, refused, nudge) if "intake" in parts else ()),
        *(parts_go_straight(_staff_routes(home, staff, nudge), home.uploads) if staff is not None else ()),
        *(tizme_routes(desk, home.settings.proxies) if desk is not None else ()),
        *(cabinet_routes(cabinet) if cabinet is not None else ()),
    )
    if voters is not None and "cases" in parts:
        door = _case_door(home, nudge, voters.visitor)
        routes = (*routes, *parts_go_straight(case_routes(door), home.uploads))
    routes = (*routes, *openapi_routes((*beside, *routes)))
    learn(home.elections.values(), (route.name for route in routes))
    voter = _no_voter if voters is None else voters.signed_in
    return Router(routes, staff.who if staff is not None else _nobody, shape, voter, finish=_finish(home))


def staff_door(home: Home, _: RefusalCounter) -> Router:
    """The commissions' door alone, with the desk of applications and the precinct's table."""
    staff = _staff_desk(home)
    routes = parts_go_straight(_staff_routes(home, staff, None), home.uploads)
    learn(home.elections.values(), (route.name for route in routes))
    return Router(routes, staff.who, lambda error, request: _staff_shape(staff, error, request), finish=_finish(home))


def cabinet_door(home: Home, _: RefusalCounter) -> Router:
    """The voters' cabinet alone."""
    desk = _cabinet_desk(home, voter_sessions(home))
    routes = tuple(cabinet_routes(desk))
    learn(home.elections.values(), (route.name for route in routes))
    return Router(
        routes, _nobody, lambda error, request: cabinet_error(desk, error, request), desk.sessions.signed_in,
        finish=_finish(home),
    )  # fmt: skip


def voter_sessions(home: Home) -> VoterSessions:
    """Who is signed in as a voter. `visitor` of it tells every door of cases who visits."""
    citizens, openid = home.settings.citizens, None
    if citizens is not None:
        openid = OpenIdClient(
            citizens.issuer,
            citizens.client_id,
            home.citizens_secret,
            _provider_client(),
            _wall,
            scope=citizens.scope,
            ask_more=citizens.ask_more,
        )
    return VoterSessions(
        cookies=CookieSealer(home.cabinet_key, secure=home.settings.origin.startswith("https:")),
        openid=openid,
        claims={} if citizens is None else {str(name): claim for name, claim in citizens.claims.items()},
        person_key=home.case_desk.person_key,
        items=home.grouped,
        origin=home.settings.origin,
        wall=_wall,
    )


def _staff_routes(home: Home, staff: StaffDesk, nudge: Callable[[], None] | None) -> Iterable[Route]:
    yield from staff_routes(staff, nudge)
    cases = case_room_routes(CaseRoom(staff, home.case_desk, home.case_index), nudge)
    precinct = precinct_routes(PrecinctDoor(staff, home, nudge or (lambda: None)))
    yield from papers_come_straight((*cases, *precinct), home.private)


def _finish(home: Home) -> Callable[[Response], Response]:
    """Pages of a rehearsal say that they are of one."""
    return say_rehearsal if home.settings.mode == "rehearsal" else lambda response: response


def _no_voter(_: Request) -> bool:
    """Nobody signs in as a voter at this door."""
    return False


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
        openid = OpenIdClient(
            settings.identity.issuer, settings.identity.client_id, home.client_secret, _provider_client(), _wall
        )
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


def _cabinet_desk(home: Home, sessions: VoterSessions) -> CabinetDesk:
    stations = home.station_desk
    return CabinetDesk(
        sessions=sessions,
        clock=home.clock,
        cases=home.case_desk,
        index=home.case_index,
        entries=home.voter_entries,
        places=None if stations is None else stations.place,
    )


def _provider_client() -> httpx.Client:
    """Asks an identity provider. No connection is kept, so that none has to be closed; no proxy of the environment."""
    limits = httpx.Limits(max_keepalive_connections=0)
    return httpx.Client(timeout=_PROVIDER_PATIENCE_S, limits=limits, follow_redirects=False, trust_env=False)


def _case_door(home: Home, nudge: Callable[[], None] | None, visitor: WhoVisits) -> CaseDoor:
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
        notices=home.settings.notices,
        visitor=visitor,
        nudge=nudge or (lambda: None),
    )


def _wall() -> int:
    return int(time.time())
