"""Sign in, come back, sign out."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus

from functions.openid import OpenIdClient, SignInAttempt, SignInFailed
from functions.staff.cookies import SESSION, SESSION_S, SIGN_IN, SIGN_IN_S
from functions.staff.desk import StaffDesk
from functions.web import Access, Caller, Request, Response, Route
from shailoo.errors import Conflict, ShailooError
from shailoo.records.canonical import digest
from shailoo.usecases.appoint import person_of

_HOME = "/staff/"


class NoProvider(ShailooError):
    """This installation knows no identity provider; the paper way through the superior commission stays open."""

    code = "no-provider"


def sign_in_routes(desk: StaffDesk) -> Iterable[Route]:
    """Routes of the sign-in."""
    return_to = f"{desk.origin}/staff/callback"

    def provider() -> OpenIdClient:
        if desk.openid is None:
            raise NoProvider("settings.json names no identity provider.")
        return desk.openid

    def login(request: Request, _: Caller) -> Response:
        attempt = SignInAttempt.fresh()
        address = provider().address(attempt, return_to)
        kept = {
            "state": attempt.state,
            "nonce": attempt.nonce,
            "verifier": attempt.verifier,
            "next": _inside(request.query.get("next", "")),
        }
        cookie = desk.cookies.write(SIGN_IN, kept, expires=desk.wall() + SIGN_IN_S)
        return _redirect(address, desk.cookies.header(SIGN_IN, cookie, lasts=SIGN_IN_S))

    def callback(request: Request, _: Caller) -> Response:
        kept = desk.cookies.read(SIGN_IN, request.cookies.get(SIGN_IN, ""), now=desk.wall())
        if kept is None or request.query.get("state", "") != kept["state"]:
            raise SignInFailed("This answer belongs to no sign-in that this browser has begun.")
        if "code" not in request.query:
            raise SignInFailed("The sign-in was broken off.")
        openid = provider()
        attempt = SignInAttempt(kept["state"], kept["nonce"], kept["verifier"])
        subject = openid.subject(request.query["code"], attempt, return_to)
        try:  # one state, one session: a second answer with the same state is a replay, whatever the provider thinks
            desk.items.swap(f"signed-in/{digest(attempt.state.encode())}", b"", expected=None)
        except Conflict as error:
            raise SignInFailed("This sign-in was used before.") from error
        session = {"person": person_of(openid.issuer, subject)}
        cookie = desk.cookies.write(SESSION, session, expires=desk.wall() + SESSION_S)
        return _redirect(
            kept["next"],
            desk.cookies.header(SESSION, cookie, lasts=SESSION_S),
            desk.cookies.header(SIGN_IN, "", lasts=0),
        )

    def logout(request: Request, _: Caller) -> Response:
        desk.check_form(request)
        return _redirect("/results/", desk.cookies.header(SESSION, "", lasts=0))

    return (
        Route("GET", "/staff/login", Access.ANYONE, "Go to the identity provider and come back signed in.", login),
        Route("GET", "/staff/callback", Access.ANYONE, "Where the identity provider sends the browser back.", callback),
        Route("POST", "/staff/logout", Access.SIGNED_IN, "End the session in this browser.", logout),
    )


def _inside(path: str) -> str:
    """A way back that stays within this door: never another host's address."""
    return path if path.startswith(_HOME) and "//" not in path and "\\" not in path and path.isascii() else _HOME


def _redirect(address: str, *cookies: tuple[str, str]) -> Response:
    return Response(HTTPStatus.SEE_OTHER, (("location", address), ("cache-control", "no-store"), *cookies))
