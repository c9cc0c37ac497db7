"""A voter signs in, comes back, signs out: here, and at the provider too."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from functions.cabinet.sealed import SESSION, SIGN_IN, SIGN_IN_S
from functions.cabinet.session import VoterSessions
from functions.described import PAGE, Described
from functions.openid import OpenIdClient, SignInAttempt, SignInFailed
from functions.web import Access, Caller, Request, Response, Route
from shailoo.errors import Conflict, NotFound
from shailoo.records.canonical import digest

HOME: Final = "/api/cabinet/"
INSIDE: Final = (HOME, "/api/cases/")
"""Where a sign-in may lead back to."""
LOGIN: Final = f"{HOME}login"
SIGNED_OUT: Final = f"{HOME}signed-out"
_LONGEST_WAY = 300
_ONWARD = Described(answers={HTTPStatus.SEE_OTHER: ()})


class NoCitizenProvider(NotFound):
    """This installation knows no provider at which voters could sign in; the precinct takes applications on paper."""

    code = "no-citizen-provider"


def sign_in_routes(sessions: VoterSessions, left: Callable[[Request, str | None], Response]) -> Iterable[Route]:
    """Routes of the sign-in. `left` makes the page for who has signed out, with the provider's address if it has one.

    That page leads on to the provider, because our policy lets no form be answered with another site's address.
    """
    return_to = f"{sessions.origin}{HOME}callback"
    cookies = sessions.cookies

    def login(request: Request, _: Caller) -> Response:
        attempt = SignInAttempt.fresh()
        address = _provider(sessions).address(attempt, return_to)
        kept = {
            "state": attempt.state,
            "nonce": attempt.nonce,
            "verifier": attempt.verifier,
            "next": way_inside(request.query.get("next", "")),
        }
        sealed = cookies.write(SIGN_IN, kept, expires=sessions.wall() + SIGN_IN_S)
        return redirect(address, cookies.header(SIGN_IN, sealed, lasts=SIGN_IN_S))

    def callback(request: Request, _: Caller) -> Response:
        kept = cookies.read(SIGN_IN, request.cookies.get(SIGN_IN, ""), now=sessions.wall())
        if kept is None or request.query.get("state", "") != kept["state"]:
            raise SignInFailed("This answer belongs to no sign-in that this browser has begun.")
        openid = _provider(sessions)
        if request.query.get("iss", openid.issuer) != openid.issuer:  # RFC 9207: an answer of another provider
            raise SignInFailed("This answer comes from another provider.")
        if "code" not in request.query:
            raise SignInFailed("The sign-in was broken off.")
        attempt = SignInAttempt(kept["state"], kept["nonce"], kept["verifier"])
        told = openid.claims(request.query["code"], attempt, return_to)
        try:  # one state, one session: a second answer with the same state is a replay, whatever the provider thinks
            sessions.items.swap(f"voter-signed-in/{digest(attempt.state.encode())}", b"", expected=None)
        except Conflict as error:
            raise SignInFailed("This sign-in was used before.") from error
        session = sessions.begin(told, secrets.token_hex(16))
        return redirect(kept["next"], session, cookies.header(SIGN_IN, "", lasts=0))

    def logout(request: Request, _: Caller) -> Response:
        sessions.check_form(request)
        sessions.end(request)
        away = None if sessions.openid is None else sessions.openid.logout_address(f"{sessions.origin}{SIGNED_OUT}")
        page = left(request, away)
        return Response(page.status, (*page.headers, cookies.header(SESSION, "", lasts=0)), page.body)

    def signed_out(request: Request, _: Caller) -> Response:
        return left(request, None)

    return (
        Route("GET", LOGIN, Access.ANYONE, "Go to the voters' provider and come back signed in.", login, _ONWARD),
        Route("GET", f"{HOME}callback", Access.ANYONE, "Where it sends the browser back.", callback, _ONWARD),
        Route("POST", f"{HOME}logout", Access.VOTER, "End a voter's session, here and at the provider.", logout, PAGE),
        Route("GET", SIGNED_OUT, Access.ANYONE, "Where that provider sends who has signed out.", signed_out, PAGE),
    )


def way_inside(path: str) -> str:
    """A way back that stays within our doors for voters: never another host's address."""
    fits = path.startswith(INSIDE) and "//" not in path and "\\" not in path and ".." not in path
    return path if fits and path.isascii() and path.isprintable() and len(path) <= _LONGEST_WAY else HOME


def to_login(request: Request) -> Response:
    """To the sign-in, and from there back to the page that was asked for."""
    return redirect(f"{LOGIN}?next={quote(request.path)}")


def redirect(address: str, *cookies: tuple[str, str]) -> Response:
    """See another page."""
    return Response(HTTPStatus.SEE_OTHER, (("location", address), ("cache-control", "no-store"), *cookies))


def _provider(sessions: VoterSessions) -> OpenIdClient:
    if sessions.openid is None:
        raise NoCitizenProvider("settings.json names no provider at which voters could sign in.")
    return sessions.openid
