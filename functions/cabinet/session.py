"""Who is signed in as a voter: the session, what it knows of a person, and the forms that belong to it."""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from functions.cabinet.sealed import SESSION, SESSION_S, CookieSealer
from functions.cases.visitor import NOBODY, Visitor
from functions.openid import OpenIdClient
from functions.staff.desk import FormExpired
from functions.web import Request
from shailoo.ports import ItemStore
from shailoo.usecases.case_desk import applicant_of

_PIN = re.compile(r"[0-9]{14}")
_LONGEST: Final = 100
"""Characters of a name; as in the extract (`shailoo.model.voter_tables`)."""


@dataclass(frozen=True, slots=True)
class VoterSessions:
    """Sessions of voters. `wall` tells the Unix time of the machine; a replayed evening's has nothing to do with it."""

    cookies: CookieSealer
    openid: OpenIdClient | None
    claims: Mapping[str, str]
    """What we want to know -> under which name the provider tells it."""
    person_key: bytes = field(repr=False)
    items: ItemStore
    origin: str
    wall: Callable[[], int]

    def visitor(self, request: Request) -> Visitor:
        """Who visits; NOBODY when nobody has signed in or the session is over. A `WhoVisits`."""
        sealed = request.cookies.get(SESSION, "")
        session = self._session(sealed)
        if session is None:
            return NOBODY
        person = {name: session[name] for name in self.claims if name in session}
        return Visitor(session["applicant"], person, self._token(session["id"]))

    def signed_in(self, request: Request) -> bool:
        """Whether somebody has signed in."""
        return self.visitor(request) != NOBODY

    def check_form(self, request: Request) -> Mapping[str, str]:
        """The fields of a form that we made for this session. Raises FormExpired."""
        form = request.form()
        token = self.visitor(request).token
        if not token or not hmac.compare_digest(form.get("token", "").encode(), token.encode()):
            raise FormExpired("This form is from another session. Open the page again.")
        return form

    def begin(self, told: Mapping[str, object], session_id: str) -> tuple[str, str]:
        """The cookie of a new session, from what the provider told; its `sub` names the person."""
        assert self.openid is not None  # noqa: S101 -- it has just told who signed in
        applicant = applicant_of(self.person_key, self.openid.issuer, str(told["sub"]))
        session = {**person_told(told, self.claims), "applicant": applicant, "id": session_id}
        sealed = self.cookies.write(SESSION, session, expires=self.wall() + SESSION_S)
        return self.cookies.header(SESSION, sealed, lasts=SESSION_S)

    def end(self, request: Request) -> None:
        """End the session of a request for good, also for whoever has copied its cookie. Raises StorageFailed."""
        session = self._session(request.cookies.get(SESSION, ""))
        if session is not None:
            self.items.swap(_ended(session["id"]), b"", expected=None)

    def _session(self, sealed: str) -> Mapping[str, str] | None:
        session = self.cookies.read(SESSION, sealed, now=self.wall()) if sealed else None
        if session is None or self.items.read(_ended(session["id"])) is not None:
            return None
        return session

    def _token(self, session_id: str) -> str:
        """What a form of this session brings back, so that no other site can make one."""
        return hmac.digest(self.cookies.key, f"form\n{session_id}".encode(), hashlib.sha256).hex()


def person_told(told: Mapping[str, object], claims: Mapping[str, str]) -> Mapping[str, str]:
    """`pin`, `surname`, `name`, `patronymic`, `birth` out of what a provider told; what cannot be used is left out."""
    found: dict[str, str] = {}
    for name, claim in claims.items():
        value = _claim(told, claim)
        text = " ".join(unicodedata.normalize("NFC", value).split()) if isinstance(value, str) else ""
        if text and len(text) <= _LONGEST and text.isprintable() and _fits(name, text):
            found[name] = text
    return found


def _claim(told: Mapping[str, object], claim: str) -> object:
    """The claim of a name; where there is none, a dot leads into an object."""
    if claim in told:
        return told[claim]
    value: object = told
    for part in claim.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _fits(name: str, text: str) -> bool:
    match name:
        case "pin":
            return _PIN.fullmatch(text) is not None
        case "birth":
            try:
                return date.fromisoformat(text).isoformat() == text
            except ValueError:
                return False
        case _:
            return True


def _ended(session_id: str) -> str:
    return f"cabinet-ended/{session_id}"
