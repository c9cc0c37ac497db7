"""What the staff's handlers work with, and who is calling."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from functions.openid import OpenIdClient
from functions.staff.cookies import SESSION, CookieSigner
from functions.web import Caller, Request
from shailoo.errors import Refused
from shailoo.model.election import Election
from shailoo.ports import Clock, ItemStore, RecordStore, Uploads
from shailoo.usecases.appoint import person_of
from shailoo.usecases.document_desk import DocumentDesk
from shailoo.usecases.document_index import DocumentIndex
from shailoo.usecases.registry import Registry


class FormExpired(Refused):
    """The form was not made for this session: opened before the last sign-in, or made by someone else."""

    code = "form-expired"


@dataclass(frozen=True, slots=True)
class StaffDesk:
    """`wall` tells the Unix time of the machine, for sign-in and sessions; `clock` may tell a replayed evening's."""

    registry: Registry
    store: RecordStore
    items: ItemStore
    clock: Clock
    cookies: CookieSigner
    openid: OpenIdClient | None
    origin: str
    wall: Callable[[], int]
    documents: DocumentDesk
    index: DocumentIndex
    uploads: Uploads

    @property
    def elections(self) -> Mapping[str, Election]:
        """The elections of the installation."""
        return self.registry.elections

    def who(self, request: Request) -> Caller:
        """Who calls, with the appointments of this very moment: by our session, or vouched for by our own provider."""
        if request.vouched is not None:
            issuer, subject = request.vouched
            if self.openid is None or issuer != self.openid.issuer:
                return Caller()
            return self._caller(person_of(issuer, subject))
        session = self.cookies.read(SESSION, request.cookies.get(SESSION, ""), now=self.wall())
        if session is None:
            return Caller()
        return self._caller(session["person"])

    def _caller(self, person: str) -> Caller:
        self.registry.follow(self.store)
        return Caller(person, self.registry.appointments(person))

    def form_token(self, request: Request) -> str:
        """What a form must bring back: bound to the session, so that no other site can make one."""
        return self.cookies.mark("form", request.cookies.get(SESSION, ""))

    def check_form(self, request: Request) -> Mapping[str, str]:
        """The fields of a form that we made for this session. Raises FormExpired."""
        form = request.form()
        self.check_token(request, form.get("token", ""))
        return form

    def check_token(self, request: Request, token: str) -> None:
        """Whether a token is the one that we made for this session. Raises FormExpired.

        A program that bears its own token has no session that another site could ride on.
        """
        if request.vouched is not None:
            return
        if not hmac.compare_digest(token.encode(), self.form_token(request).encode()):
            raise FormExpired("This form is from another session. Open the page again.")
